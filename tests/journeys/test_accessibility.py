"""WCAG 2.1 AA, as far as a program can tell: axe on every page, light and dark, narrow screens."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.journeys.chat import Chat
from tests.journeys.conftest import Hire, NewContext, invitation
from tests.journeys.demo import Demo
from tests.journeys.service import Service

QUESTION = "comment modifier mon adresse de connexion ?"
PAGES = (
    "/",
    "/chat",
    "/contact",
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
}


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_at_the_door_of_the_team(
    scheme: str, new_context: NewContext, service: Service, errors: list[str]
) -> None:
    page = new_context(color_scheme=scheme).new_page()
    for path in ("/equipe/connexion", invitation(service, f"porte-{scheme}@example.org")):
        page.goto(path if "://" in path else service.address + path)
        expect_clean(page)
    page.goto(f"{service.address}/equipe/connexion")
    page.get_by_label("Adresse électronique").fill("personne@example.org")
    page.get_by_label("Mot de passe", exact=True).fill("un mot de passe faux")
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect_clean(page)
    errors.clear()  # the browser notes that the form was refused


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_of_the_team(
    scheme: str, hire: Hire, service: Service, errors: list[str]
) -> None:
    """Every page that links lead an administrator to, with something on it; one with a mistake."""
    page = hire("Anne", role="administrator", color_scheme=scheme).page
    fill_staff_pages(page, service.address, scheme)
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


def fill_staff_pages(page: Page, address: str, mark: str) -> None:
    """Something on each page."""
    page.goto(f"{address}/equipe/reponses")
    send(page, "Ajouter", Titre="Merci", Raccourci=f"merci-{mark}", Texte="Merci {{ structure }} !")
    page.goto(f"{address}/equipe/horaires")
    send(page, "Ajouter", Jour="2099-12-24", Motif="inventaire")


def send(page: Page, button: str, **fields: str) -> None:
    for label, value in fields.items():
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name=button).click()
    page.wait_for_load_state()


@pytest.mark.usefixtures("open_today", "nobody_left_over")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_while_an_advisor_and_a_user_talk(
    scheme: str, hire: Hire, new_context: NewContext, service: Service
) -> None:
    console = hire("Claire", color_scheme=scheme)
    chat = Chat.open(new_context(color_scheme=scheme).new_page(), service.address)
    expect_clean(console.page)  # nothing is open yet
    chat.ask(QUESTION)
    chat.ask_for_a_person()
    expect_clean(chat.page)
    expect(console.offers.get_by_role("listitem")).to_have_count(1)
    expect_clean(console.page)
    console.accept_offer()
    console.say("Bonjour, je regarde avec vous.")
    console.note("compte verrouillé ?")
    chat.advisor_says("je regarde avec vous")
    expect_clean(chat.page)
    expect_clean(console.page)
    for button in ("Transférer", "Terminer", "Raccourcis"):
        console.page.get_by_role("button", name=button, exact=True).click()
        expect(console.page.locator("dialog[open]")).to_be_visible()
        expect_clean(console.page)
        console.page.keyboard.press("Escape")
    chat.end_chat()
    expect_clean(chat.page)
    expect(console.to_conclude).to_be_visible()
    expect_clean(console.page)


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
