"""Templates are code: each one compiles, is used, and gives its page a title."""

from pathlib import Path

import pytest

from kit.templating import FOLDERS, pages

NAMES = sorted(
    str(path.relative_to(folder)) for folder in FOLDERS for path in folder.rglob("*.html")
)
SOURCES = "".join(
    path.read_text(encoding="utf-8")
    for folder in FOLDERS
    for pattern in ("*.py", "templates/**/*.html")
    for path in folder.parent.glob(pattern)
)


def test_there_are_some() -> None:
    assert NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_template_compiles(name: str) -> None:
    pages.get_template(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_is_used(name: str) -> None:
    assert f'"{name}"' in SOURCES


@pytest.mark.parametrize("name", [name for name in NAMES if "/_" not in name])
def test_a_page_has_a_title(name: str) -> None:
    source = Path(pages.get_template(name).filename or "").read_text(encoding="utf-8")
    assert "{% extends" not in source or "{% block title %}" in source


@pytest.mark.parametrize("name", NAMES)
def test_a_page_runs_under_a_strict_policy(name: str) -> None:
    """No script, style or handler stands in the page itself: the browser would refuse it."""
    source = Path(pages.get_template(name).filename or "").read_text(encoding="utf-8")
    for inline in ("<style", " style=", " onclick=", " onload=", " onsubmit=", "javascript:"):
        assert inline not in source.lower()
    for tag in source.split("<script")[1:]:
        opening = tag.split(">")[0]
        assert "src=" in opening or "application/json" in opening
