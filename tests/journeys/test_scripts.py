"""The rules of the scripts, run in a browser: text into blocks, events in order and once."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.service import Service

BLOCKS = "async text => (await import('/static/chat/text.js')).blocks(text)"
SHOWN = """async batches => {
    const { Log } = await import('/static/chat/log.js');
    const shown = [];
    const log = new Log(event => shown.push(event.seq));
    for (const batch of batches) log.add(batch.map(seq => ({ seq })));
    return { shown, gap: log.gap, last: log.last };
}"""
LINKS = """async text => {
    const { richText } = await import('/static/chat/text.js');
    const place = document.createElement('div');
    place.append(...richText(text));
    return { hrefs: [...place.querySelectorAll('a')].map(a => a.getAttribute('href')),
             text: place.innerText, tags: [...place.querySelectorAll('*')].map(n => n.tagName) };
}"""


@pytest.fixture(scope="module")
def page(browser: Browser, service: Service) -> Iterator[Page]:
    """One for all: only its words are used, and nothing on it changes."""
    context = browser.new_context(locale="fr-FR")
    page = context.new_page()
    page.goto(f"{service.address}/chat")
    yield page
    context.close()


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Une phrase.", ["p"]),
        ("Une.\nDeux.", ["p"]),
        ("Une.\n\nDeux.", ["p", "p"]),
        ("1. un\n2. deux", ["ol"]),
        ("1. un\n\n2. deux", ["ol"]),
        ("Avant :\n- un\n- deux\nAprès.", ["p", "ul", "p"]),
        ("1. un\n1. autre liste", ["ol", "ol"]),
        ("2022. Une année", ["p"]),
    ],
)
def test_lines_become_paragraphs_and_lists(page: Page, text: str, kinds: list[str]) -> None:
    found: list[dict[str, Any]] = page.evaluate(BLOCKS, text)
    assert [block["kind"] for block in found] == kinds


@pytest.mark.parametrize(
    ("batches", "shown"),
    [
        ([[1, 2, 3]], [1, 2, 3]),
        ([[1, 2], [2, 3]], [1, 2, 3]),
        ([[1], [3], [2]], [1, 2, 3]),
        ([[1], [3]], [1]),
        ([[1], [1], [1]], [1]),
    ],
)
def test_events_are_shown_in_order_and_once(
    page: Page, batches: list[list[int]], shown: list[int]
) -> None:
    found: dict[str, Any] = page.evaluate(SHOWN, batches)
    assert found["shown"] == shown
    assert found["last"] == shown[-1]
    assert found["gap"] is (max(max(batch) for batch in batches) > shown[-1])


def links(page: Page, text: str) -> list[str]:
    found: list[str] = page.evaluate(LINKS, text)["hrefs"]
    return found


def test_only_web_addresses_become_links(page: Page) -> None:
    assert links(page, "Voir https://a.example/b?c=1.") == ["https://a.example/b?c=1"]
    assert links(page, "(https://a.example) et http://b.example !") == [
        "https://a.example",
        "http://b.example",
    ]
    assert links(page, "javascript:alert(1) data:text/html,x //a.example") == []


def test_markup_in_an_answer_is_text(page: Page) -> None:
    found = page.evaluate(LINKS, "<b>gras</b> <script>alert(1)</script>")
    assert found["tags"] == ["P"]
    assert found["text"] == "<b>gras</b> <script>alert(1)</script>"
