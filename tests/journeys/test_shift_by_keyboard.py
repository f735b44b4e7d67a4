"""An advisor's shift without a mouse: from logging in to logging out."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.chat import Chat
from tests.journeys.conftest import PASSWORD, Hire, NewContext, invitation
from tests.journeys.console import Console
from tests.journeys.demo import Demo
from tests.journeys.keyboard import tab_to
from tests.journeys.service import Service

EMAIL = "claire-clavier@example.org"
REPLY = "Bonjour {{ structure | madame, monsieur }}, ici {{ conseiller }} ({{ role }})."

pytestmark = pytest.mark.usefixtures("open_today", "nobody_left_over")


@pytest.fixture
def claire(new_context: NewContext, service: Service) -> Page:
    """Where somebody of the team begins: the login page, in a browser that never saw us."""
    page = new_context(viewport={"width": 1280, "height": 800}).new_page()
    link = invitation(service, EMAIL)
    Console.accept_invitation(page, service.address, link, "Claire", PASSWORD).log_out()
    page = new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(f"{service.address}/equipe/connexion?suite=/agents")
    return page


@pytest.fixture
def user(demo: Demo, hire: Hire, service: Service) -> Chat:
    """Camille, signed in; an administrator has written a reply with variables."""
    write_reply(hire("Anne", role="administrator").page, service)
    demo.sign_in("Camille")
    return demo.open_chat()


def write_reply(page: Page, service: Service) -> None:
    page.goto(f"{service.address}/equipe/reponses")
    page.get_by_label("Titre").fill("Accueil d’essai")
    page.get_by_label("Raccourci").fill("accueil-essai")
    page.get_by_label("Texte").fill(REPLY)
    page.get_by_role("button", name="Ajouter").click()
    expect(page.get_by_role("status")).to_contain_text("enregistrée")


def test_a_whole_shift_by_keyboard_alone(claire: Page, user: Chat) -> None:
    keys, console = claire.keyboard, Console(claire)
    tab_to(claire, claire.get_by_label("Adresse électronique"))
    keys.type(EMAIL)
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    claire.wait_for_url(re.compile("/agents"))
    console.expect_connected()

    tab_to(claire, claire.get_by_role("radio", name="Hors service"))
    keys.press("ArrowUp")
    keys.press("ArrowUp")
    expect(claire.get_by_role("radio", name="Disponible")).to_be_checked()

    user.ask_for_a_person()
    expect(console.offers.get_by_role("listitem")).to_have_count(1)
    keys.press("Alt+Shift+Enter")
    expect(console.text).to_be_focused()
    user.wait_for_advisor("Claire")

    expect(console.dossier).to_contain_text("Menuiserie Martin")
    keys.type("/accueil-e")
    expect(console.canned).to_be_visible()
    keys.press("Enter")
    said = "Bonjour Menuiserie Martin, ici Claire (gestionnaire principal)."
    expect(console.text).to_have_value(said)
    keys.press("Enter")
    user.advisor_says(said)

    tab_to(claire, claire.get_by_role("radio", name="Message", exact=True), "Shift+Tab")
    keys.press("ArrowRight")
    keys.press("Tab")
    expect(console.note_text).to_be_focused()
    keys.type("rappeler le comptable")
    keys.press("Enter")
    expect(console.notes).to_contain_text("rappeler le comptable")

    tab_to(claire, claire.get_by_role("button", name="Terminer", exact=True), "Shift+Tab")
    keys.press("Enter")
    dialog = claire.get_by_role("dialog", name="Terminer la discussion")
    tab_to(claire, dialog.get_by_role("radio", name="Résolue"))
    keys.press("Space")
    tab_to(claire, dialog.get_by_role("button", name="Terminer la discussion"))
    keys.press("Enter")
    expect(dialog).to_be_hidden()
    user.rate(5)
    assert not any("comptable" in text for text in user.texts())

    tab_to(claire, claire.get_by_role("button", name="Se déconnecter"))
    keys.press("Enter")
    claire.wait_for_url(re.compile("/equipe/connexion"))
