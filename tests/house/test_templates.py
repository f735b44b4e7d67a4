"""Templates are code: each one compiles, is used, and gives its page a title.

A mail is a folder of three, used under the folder's name; its subject is its title.
"""

from pathlib import Path

import pytest

from kit.templating import FOLDERS, pages

MAIL_PARTS = {"subject.txt", "body.txt", "body.html"}
NAMES = sorted(
    str(path.relative_to(folder))
    for folder in FOLDERS
    for pattern in ("*.html", "*.txt")
    for path in folder.rglob(pattern)
)
MAILS = sorted({name.rpartition("/")[0] for name in NAMES if "/mails/" in name})
PAGES = [name for name in NAMES if "/mails/" not in name]
SOURCES = "".join(
    path.read_text(encoding="utf-8")
    for folder in FOLDERS
    for pattern in ("*.py", "templates/**/*.html")
    for path in folder.parent.glob(pattern)
)


def source_of(name: str) -> str:
    return Path(pages.get_template(name).filename or "").read_text(encoding="utf-8")


def test_there_are_some() -> None:
    assert NAMES
    assert MAILS


@pytest.mark.parametrize("name", NAMES)
def test_a_template_compiles(name: str) -> None:
    pages.get_template(name)


@pytest.mark.parametrize("name", PAGES + MAILS)
def test_a_template_is_used(name: str) -> None:
    assert f'"{name}"' in SOURCES


@pytest.mark.parametrize("folder", MAILS)
def test_a_mail_has_a_subject_and_two_bodies(folder: str) -> None:
    parts = {name.rpartition("/")[2] for name in NAMES if name.startswith(f"{folder}/")}
    assert parts == MAIL_PARTS
    assert '{% extends "kit/mail.html" %}' in source_of(f"{folder}/body.html")


@pytest.mark.parametrize("name", [name for name in PAGES if "/_" not in name])
def test_a_page_has_a_title(name: str) -> None:
    source = source_of(name)
    assert "{% extends" not in source or "{% block title %}" in source


@pytest.mark.parametrize("name", NAMES)
def test_a_page_runs_under_a_strict_policy(name: str) -> None:
    """No script, style or handler stands in the page itself: the browser would refuse it."""
    source = source_of(name)
    for inline in ("<style", " style=", " onclick=", " onload=", " onsubmit=", "javascript:"):
        assert inline not in source.lower()
    for tag in source.split("<script")[1:]:
        opening = tag.split(">")[0]
        assert "src=" in opening or "application/json" in opening
