"""The help pages: every answer has an address, every page reads well without JavaScript."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from markupsafe import escape

from kit.errors import NotFound
from kit.settings import Settings
from knowledge.library import library
from knowledge.markdown import html_of
from knowledge.routes import router
from knowledge.words import RETENTION

PAGES = [
    *("/aide", "/aide?q=adresses", "/aide?q=siret", "/aide?q=xyzzy", "/confidentialite"),
    *("/accessibilite", *(f"/aide/{file}" for file in library().articles)),
]


class Outline(HTMLParser):
    """What a page is made of: ids, headings, links, labels and fields."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, name: str) -> list[str]:
        return [value for _, attributes in self.tags if (value := attributes.get(name))]

    @property
    def levels(self) -> list[int]:
        return [int(tag[1]) for tag, _ in self.tags if re.fullmatch(r"h[1-6]", tag)]


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    app = FastAPI()
    app.include_router(router)
    app.state.settings = Settings(retention_conversations_days=42)
    with TestClient(app, follow_redirects=False) as opened:
        yield opened


def outline(client: TestClient, path: str) -> Outline:
    answer = client.get(path)
    assert answer.status_code == 200
    return Outline(answer.text)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_well_made(client: TestClient, path: str) -> None:
    page = outline(client, path)
    assert page.levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(page.levels))
    assert len(page.all("id")) == len(set(page.all("id")))
    assert not page.all("style") and not any("onclick" in attributes for _, attributes in page.tags)
    assert set(page.all("aria-labelledby")) <= set(page.all("id"))
    fields = [attributes["id"] for tag, attributes in page.tags if tag == "input"]
    assert set(fields) <= set(page.all("for"))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_code_of_its_own(client: TestClient, path: str) -> None:
    scripts = [attributes for tag, attributes in outline(client, path).tags if tag == "script"]
    assert all(attributes.get("src", "") for attributes in scripts)


@pytest.mark.parametrize("path", PAGES)
def test_what_is_written_keeps_to_french_typography(client: TestClient, path: str) -> None:
    text = re.sub(r"<[^>]*>|https?://\S+", "", client.get(path).text)
    assert not re.search(r"\w [:;!?»]|« ", text)


@pytest.mark.parametrize("answer_id", library().sections)
def test_every_answer_has_a_lasting_address(client: TestClient, answer_id: str) -> None:
    answer = client.get(f"/aide/section/{answer_id}")
    assert answer.status_code == 303
    page, anchor = answer.headers["location"].split("#")
    assert anchor in outline(client, page).all("id")


def test_the_list_leads_to_every_answer(client: TestClient) -> None:
    links = set(outline(client, "/aide").all("href"))
    for section in library().sections.values():
        assert f"/aide/{section.file}#{section.key}" in links


@pytest.mark.parametrize("path", ["/aide/inconnu", "/aide/section/adresses/inconnu"])
def test_an_unknown_page_is_not_found(client: TestClient, path: str) -> None:
    try:
        assert client.get(path).status_code == 404
    except NotFound as refusal:
        assert refusal.status == 404


def test_an_article_shows_its_date_or_that_it_has_none(client: TestClient) -> None:
    assert "22/09/2022" in client.get("/aide/adresses").text
    assert "non daté" in client.get("/aide/brouillon").text


def test_an_article_names_its_source(client: TestClient) -> None:
    source = library().articles["brouillon"].source
    assert escape(source) in client.get("/aide/brouillon").text


def test_certain_readers_are_told_what_differs_for_them(client: TestClient) -> None:
    text = client.get("/aide/notifications").text
    assert "Si vous êtes gestionnaire principal" in text
    assert "vous avez un rôle de gestionnaire principal" in text


def test_a_search_shows_what_was_found_and_where(client: TestClient) -> None:
    links = outline(client, "/aide?q=adresse+de+connexion").all("href")
    assert "/aide/adresses#modifier_connexion" in links


def test_a_search_for_a_redirected_subject_says_where_to_look(client: TestClient) -> None:
    text = client.get("/aide?q=siret").text
    assert library().redirections["redirection/siret"].where[0].label in text


def test_what_is_searched_for_is_only_ever_text(client: TestClient) -> None:
    text = client.get("/aide", params={"q": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in text and "&lt;script&gt;" in text


def test_a_very_long_search_is_cut(client: TestClient) -> None:
    assert client.get("/aide", params={"q": "a" * 5_000}).status_code == 200


def test_the_privacy_page_shows_the_settings_in_force(client: TestClient) -> None:
    assert "42 jours" in client.get("/confidentialite").text


def test_every_period_of_retention_has_its_french_words() -> None:
    named = {name for name in Settings.model_fields if name.startswith("retention_")}
    assert set(RETENTION) == named


def test_the_accessibility_page_claims_nothing(client: TestClient) -> None:
    text = client.get("/accessibilite").text
    assert "Non audité" in text and "Défenseur des droits" in text


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a\n\n- b\n- c", "<p>a</p>\n<ul>\n<li>b</li>\n<li>c</li>\n</ul>\n"),
        ("1. b\n2. c", "<ol>\n<li>b</li>\n<li>c</li>\n</ol>\n"),
        ("<b>x</b> & y", "<p>&lt;b&gt;x&lt;/b&gt; &amp; y</p>\n"),
        ("**x** [y](javascript:z)", "<p>**x** [y](javascript:z)</p>\n"),
        ("chorus.fr a@b.fr", "<p>chorus.fr a@b.fr</p>\n"),
        (
            "voir : https://a.fr/?p=1.",
            '<p>voir : <a href="https://a.fr/?p=1">https://a.fr/?p=1</a>.</p>\n',
        ),
    ],
)
def test_an_answer_becomes_paragraphs_lists_and_links_only(text: str, html: Any) -> None:
    assert html_of(text) == html
