"""What is committed works anywhere: it names no machine, no registry, and each module says what it
is about.
"""

import ast
import re
from pathlib import Path

import pytest

from tests.house.tree import ROOT, WEB_PACKAGES, name_of, parsed, python_files, tracked_files

# Put together from parts, so that this file does not find itself.
FOREIGN = re.compile(
    "|".join(
        (
            r"(?<![\w.])/(?:work|root)" + "/",
            r"(?<![\w.])/home" + r"/[a-z]+/",
            "python" + "hosted",
            r"pypi\." + "org",
            r"registry\." + "npmjs",
            r"deb\." + "debian",
        )
    )
)
MOST_LINES = 300
MODULES = [
    path
    for path in python_files(*WEB_PACKAGES, "assistant", "setup")
    if path.read_text(encoding="utf-8").strip()
]


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = []
    for path in tracked_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{name_of(path)}: {match[0]}" for match in FOREIGN.finditer(text)]
    assert found == []


def test_no_lock_records_where_its_files_came_from() -> None:
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert [line for line in lines if "://" in line or "--index" in line] == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_says_what_it_is_about(path: Path) -> None:
    assert ast.get_docstring(parsed(path))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_can_be_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES
