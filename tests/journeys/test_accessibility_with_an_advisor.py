"""WCAG 2.1 AA where a user and an advisor meet: the talk, its windows, and a phone call."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.chat import Chat
from tests.journeys.conftest import Hire
from tests.journeys.console import Console
from tests.journeys.demo import Demo
from tests.journeys.service import Service
from tests.journeys.test_accessibility import QUESTION, expect_clean

pytestmark = pytest.mark.usefixtures("open_today", "nobody_left_over")


def test_axe_finds_nothing_while_an_advisor_and_a_user_talk(
    hire: Hire, chat: Chat, errors: list[str]
) -> None:
    console = hire("Claire")
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
    chat.rate(4)
    dialog = chat.open_transcript()
    expect_clean(chat.page)
    dialog.get_by_role("button", name="Envoyer la copie").click()  # with no address
    expect(dialog.get_by_role("alert")).to_be_visible()
    expect_clean(chat.page)
    errors.clear()  # the browser notes that it was refused


def test_axe_finds_nothing_on_the_way_to_a_phone_call(
    hire: Hire, chat: Chat, errors: list[str]
) -> None:
    claire = hire("Claire")
    chat.ask_for_a_person()
    claire.accept_offer()
    chat.wait_for_advisor("Claire")
    claire.open_proposal()
    expect_clean(claire.page)
    claire.page.keyboard.press("Escape")
    claire.propose_appointment(times=2)
    dialog = chat.open_booking()
    expect_clean(chat.page)
    chat.choose_time(phone="12")
    expect(dialog.get_by_role("alert")).to_be_visible()
    expect_clean(chat.page)
    chat.choose_time(phone="06 12 34 56 78")
    expect(chat.messages.last).to_contain_text("Claire vous appellera")
    expect_clean(chat.page)
    expect(claire.appointments.get_by_role("listitem")).to_be_visible()
    expect_clean(claire.page)
    expect_appointment_clean(chat.open_appointment())
    errors.clear()  # the browser notes what was refused, and the page that is not there


def expect_appointment_clean(page: Page) -> None:
    """All that may be done behind the secret link of an appointment, and a link to none."""
    booked = page.url
    expect_clean(page)
    page.get_by_role("link", name="Déplacer").click()
    expect_title(page, "Déplacer votre rendez-vous")
    page.locator("#horaires label").last.click()
    expect_clean(page)
    page.get_by_role("button", name="Déplacer à cet horaire").click()
    expect(page.get_by_role("status")).to_contain_text("est déplacé")
    expect_clean(page)
    page.get_by_role("link", name="Annuler").click()
    expect_title(page, "Annuler votre rendez-vous ?")
    expect_clean(page)
    page.get_by_role("button", name="Annuler").click()
    expect(page.get_by_role("status")).to_contain_text("est annulé")
    expect_clean(page)
    page.goto(f"{booked[:-4]}0000")
    expect_title(page, "Rendez-vous introuvable")
    expect_clean(page)


def test_axe_finds_nothing_while_somebody_waits_to_be_called_back(
    hire: Hire, demo: Demo, service: Service, errors: list[str]
) -> None:
    """Signed in: the times go by mail as well, and a page shows them."""
    claire = hire("Claire")
    claire.set_status("away")
    demo.sign_in("Camille")
    chat = demo.open_chat()
    chat.ask_for_a_person()
    chat.choose_in_queue("Être rappelé(e)")
    claire.page.reload()
    row = claire.callbacks.get_by_role("listitem").last  # other journeys leave some too
    expect(row).to_be_visible()
    expect_clean(claire.page)
    claire.propose_callback()
    expect(row).to_contain_text("Claire")
    expect_clean(claire.page)
    page = follow_mail(claire, service, "choisissez un horaire")
    expect_title(page, "Choisir un rendez-vous téléphonique")
    expect_clean(page)
    page.locator("#horaires label").first.click()
    page.get_by_label("Numéro où vous appeler").fill("12")
    page.get_by_role("button", name="Prendre ce rendez-vous").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect_clean(page)
    errors.clear()  # the browser notes that it was refused


def follow_mail(claire: Console, service: Service, subject: str) -> Page:
    """Where the secret link of the last mail of that subject leads; the mail is looked at too."""
    page = claire.page.context.new_page()
    page.goto(f"{service.address}/courriels")
    page.get_by_role("link", name=subject).first.click()
    expect_clean(page)
    page.locator(".mail__text").get_by_role("link").first.click()
    return page


def expect_title(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)
