"""WCAG 2.1 AA, as far as a program can tell: axe on every page, light and dark, narrow screens."""

import re
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.journeys.chat import Chat
from tests.journeys.conftest import Hire, NewContext, invitation
from tests.journeys.demo import Demo
from tests.journeys.service import Service

QUESTION = "comment modifier mon adresse de connexion ?"
SCHEMES: tuple[Literal["dark", "light"], ...] = ("dark", "light")
PAGES = (
    "/",
    "/chat",
    "/contact",
    "/formations",
    "/aide",
    "/aide/adresses",
    "/aide?q=adresse",
    "/confidentialite",
    "/accessibilite",
)
# Where links lead an administrator; there may be more.
STAFF_PAGES = {
    "/equipe",
    "/equipe/membres",
    "/equipe/membres/…",
    "/equipe/horaires",
    "/equipe/reponses",
    "/equipe/reponses/…",
    "/equipe/mot-de-passe",
    "/equipe/formations",
    "/equipe/formations/nouvelle",
    "/equipe/formations/…",
    "/equipe/formations/…/annulation",
}


def expect_clean(page: Page) -> None:
    """As it is now, dark and light. Colours on their way to others would be none of the two."""
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        expect(page.locator("html")).to_have_attribute("data-bs-theme", scheme)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{scheme}: {found.generate_report()}"


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_on(path: str, new_context: NewContext, service: Service) -> None:
    page = new_context().new_page()
    page.goto(service.address + path)
    page.wait_for_load_state("networkidle")
    expect_clean(page)


def test_axe_finds_nothing_in_a_conversation(chat: Chat) -> None:
    chat.ask(QUESTION)
    chat.vote("Pas utile").click()
    expect(chat.messages.last).to_contain_text("Décrivez-le en une phrase")
    expect_clean(chat.page)


def test_axe_finds_nothing_at_the_door_of_the_team(
    page: Page, service: Service, errors: list[str]
) -> None:
    for path in ("/equipe/connexion", invitation(service, "porte@example.org")):
        page.goto(path if "://" in path else service.address + path)
        expect_clean(page)
    page.goto(f"{service.address}/equipe/connexion")
    page.get_by_label("Adresse électronique").fill("personne@example.org")
    page.get_by_label("Mot de passe", exact=True).fill("un mot de passe faux")
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect_clean(page)
    errors.clear()  # the browser notes that the form was refused


def test_axe_finds_nothing_on_the_pages_of_the_team(
    hire: Hire, service: Service, errors: list[str]
) -> None:
    """Every page that links lead an administrator to, with something on it; one with a mistake."""
    page = hire("Anne", role="administrator").page
    fill_staff_pages(page, service.address)
    seen = set[str]()
    waiting = ["/equipe"]
    while waiting:
        path = waiting.pop()
        seen.add(path)
        page.goto(service.address + path)
        expect_clean(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280
        waiting += [each for each in staff_links(page) if each not in (*seen, *waiting)]
    assert {shape_of(path) for path in seen} >= STAFF_PAGES
    page.goto(f"{service.address}/equipe/reponses")
    send(page, "Ajouter", Titre="x", Raccourci="a b", Texte="x")
    expect(page.get_by_role("alert")).to_be_visible()
    expect_clean(page)
    errors.clear()  # the browser notes that the form was refused


def staff_links(page: Page) -> list[str]:
    links: list[str] = page.locator("a[href^='/equipe']").evaluate_all(
        "links => links.map(link => link.getAttribute('href').split(/[?#]/)[0])"
    )
    one_of_each = {shape_of(path): path for path in links}  # one member stands for all
    return list(one_of_each.values())


def shape_of(path: str) -> str:
    return re.sub(r"[0-9a-f-]{36}", "…", path)


def fill_staff_pages(page: Page, address: str) -> None:
    """Something on each page."""
    page.goto(f"{address}/equipe/reponses")
    send(page, "Ajouter", Titre="Merci", Raccourci="merci-axe", Texte="Merci {{ structure }} !")
    page.goto(f"{address}/equipe/horaires")
    send(page, "Ajouter", Jour="2099-12-24", Motif="inventaire")


def send(page: Page, button: str, **fields: str) -> None:
    for label, value in fields.items():
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name=button).click()
    page.wait_for_load_state()


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
