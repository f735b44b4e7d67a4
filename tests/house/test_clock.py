"""Nothing asks for the time but kit/clock.py: tests, and libfaketime, must be able to move it."""

import ast
import re
from pathlib import Path

import pytest

from tests.house.tree import ROOT, WEB_PACKAGES, name_of, parsed, python_files

CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "localtime"),
    ("func", "now"),  # the database's own clock
    ("func", "current_timestamp"),
}
SQL_CLOCK = re.compile(r"\b(now\(\)|current_timestamp|datetime\('now')", re.IGNORECASE)
FILES = [
    path for path in python_files(*WEB_PACKAGES, "migrations") if path != ROOT / "kit" / "clock.py"
]


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_the_time_comes_from_the_clock(path: Path) -> None:
    asked = [
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        if (node.value.id, node.attr) in CLOCKS
    ]
    assert asked == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_the_database_is_not_asked_for_the_time(path: Path) -> None:
    literals = (node for node in ast.walk(parsed(path)) if isinstance(node, ast.Constant))
    assert [node.value for node in literals if SQL_CLOCK.search(str(node.value))] == []
