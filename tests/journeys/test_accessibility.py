"""WCAG 2.1 AA, as far as a program can tell: axe on every page, light and dark, narrow screens."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.journeys.chat import Chat
from tests.journeys.conftest import NewContext
from tests.journeys.demo import Demo
from tests.journeys.service import Service

QUESTION = "comment modifier mon adresse de connexion ?"
PAGES = (
    "/",
    "/chat",
    "/aide",
    "/aide/adresses",
    "/aide?q=adresse",
    "/confidentialite",
    "/accessibilite",
)


def expect_clean(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_on(
    path: str, scheme: str, new_context: NewContext, service: Service
) -> None:
    page = new_context(color_scheme=scheme).new_page()
    page.goto(service.address + path)
    page.wait_for_load_state("networkidle")
    expect_clean(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_conversation(
    scheme: str, new_context: NewContext, service: Service
) -> None:
    chat = Chat.open(new_context(color_scheme=scheme).new_page(), service.address)
    chat.ask(QUESTION)
    chat.vote("Pas utile").click()
    expect(chat.messages.last).to_contain_text("Décrivez-le en une phrase")
    expect_clean(chat.page)


def test_axe_finds_nothing_on_a_host_page_with_the_panel_open(demo: Demo) -> None:
    demo.open_chat().ask(QUESTION)
    expect_clean(demo.page)


@pytest.mark.parametrize("path", PAGES)
def test_nothing_overflows_at_320_pixels(
    path: str, new_context: NewContext, service: Service
) -> None:
    page = new_context(viewport={"width": 320, "height": 640}).new_page()
    page.goto(service.address + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize(("width", "height"), [(320, 640), (640, 360), (320, 256)])
def test_the_conversation_can_be_read_and_written_on_a_small_screen(
    width: int, height: int, new_context: NewContext, service: Service
) -> None:
    """640 × 360 is a common screen at 200 %, 320 × 256 at 400 %."""
    page = new_context(viewport={"width": width, "height": height}).new_page()
    chat = Chat.open(page, service.address)
    answer = chat.ask(QUESTION)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    expect(chat.text).to_be_in_viewport(ratio=1)
    expect(answer.locator(".message__bubble")).to_be_in_viewport()
    answer.get_by_role("button", name="Utile", exact=True).click()
    expect(chat.vote("Utile")).to_have_attribute("aria-pressed", "true")


def test_reduced_motion_is_respected(new_context: NewContext, service: Service) -> None:
    chat = Chat.open(new_context(reduced_motion="reduce").new_page(), service.address)
    animation = chat.place.locator(".chat__dots").evaluate(
        "node => getComputedStyle(node).animationName"
    )
    assert animation == "none"


def test_without_javascript_the_help_pages_are_offered(
    new_context: NewContext, service: Service
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    for path in ("/", "/chat"):
        page.goto(service.address + path)
        expect(page.locator("noscript").get_by_role("link", name="pages d'aide")).to_be_visible()
