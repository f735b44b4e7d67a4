"""What we leave in a browser is what docs/operations.md and the page on personal data say."""

import re

from tests.house.tree import ROOT, WEB_PACKAGES, python_files

SOURCES = {path: path.read_text(encoding="utf-8") for path in python_files(*WEB_PACKAGES)}
NAMED = re.compile(r'^COOKIE = "(\w+)"', re.MULTILINE)
GIVEN = re.compile(r"\.set_cookie\(\s*(\w+)")
DOCUMENTED = re.compile(r"^\| `(\w+)` \| `/", re.MULTILINE)
SAID = re.compile(r"<code>(\w+)</code>")


def names() -> set[str]:
    return {name for source in SOURCES.values() for name in NAMED.findall(source)}


def test_every_cookie_is_given_under_a_name_that_this_test_finds() -> None:
    given = [name for source in SOURCES.values() for name in GIVEN.findall(source)]
    assert set(given) == {"COOKIE"} and len(given) == len(names())


def test_every_cookie_is_documented_and_every_documented_one_exists() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert set(DOCUMENTED.findall(text)) == names()


def test_the_page_on_personal_data_names_every_cookie() -> None:
    page = ROOT / "knowledge" / "templates" / "knowledge" / "privacy.html"
    assert set(SAID.findall(page.read_text(encoding="utf-8"))) == names()
