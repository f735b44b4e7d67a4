"""The contact page: what it says of the service, and what a click there does in the chat."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.chat import Chat
from tests.journeys.conftest import ALL_DAY, Hire, NewContext, exceptional_hours
from tests.journeys.demo import Demo
from tests.journeys.service import Service
from tests.journeys.test_accessibility import expect_clean

QUESTION = "comment modifier mon adresse de connexion ?"
ADVISOR = "Discuter avec un agent"

pytestmark = pytest.mark.usefixtures("nobody_left_over")


class Contact:
    """The contact page as a user sees it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.state = page.locator("#reception").get_by_role("status")
        self.icon = page.get_by_role("button", name="Poser une question à ClaudIA")
        self.panel = page.get_by_role("dialog", name="ClaudIA, assistante virtuelle")
        self.chat = Chat(page.frame_locator("#claudia-widget iframe"), page)

    def look_again(self) -> None:
        """As when the user comes back to this tab."""
        self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    def look_until(self, text: str) -> None:
        """An advisor of an earlier journey counts as connected for a quarter of a minute."""
        for _ in range(80):
            self.look_again()
            self.page.wait_for_timeout(300)
            if text in self.state.inner_text():
                return
        expect(self.state).to_contain_text(text)

    def ask(self, label: str) -> Chat:
        self.page.get_by_role("button", name=label, exact=True).first.click()
        self.chat.expect_greeting()
        return self.chat


@pytest.fixture
def contact(page: Page, service: Service) -> Contact:
    page.goto(f"{service.address}/contact")
    return Contact(page)


@pytest.mark.usefixtures("open_today")
def test_a_click_puts_the_user_into_the_queue(contact: Contact) -> None:
    contact.look_until("Aucun conseiller n’est connecté")
    chat = contact.ask(ADVISOR)
    chat.wait_for_queue()
    expect_clean(contact.page)
    contact.page.keyboard.press("Escape")
    contact.ask(ADVISOR)
    chat.leave_queue()
    expect(chat.place.get_by_text("Parler à un conseiller", exact=True)).to_have_count(1)


@pytest.mark.usefixtures("open_today")
def test_it_goes_on_in_the_conversation_of_who_is_signed_in(demo: Demo) -> None:
    demo.sign_in("Camille")
    demo.open_chat().ask(QUESTION)
    demo.page.keyboard.press("Escape")
    support = demo.page.get_by_role("region", name="Support")
    support.get_by_role("link", name="Nous contacter").click()
    chat = Contact(demo.page).ask(ADVISOR)
    expect(chat.messages.filter(has_text=QUESTION).first).to_be_visible()
    expect(chat.account).to_be_visible()
    chat.wait_for_queue()


@pytest.mark.usefixtures("open_today")
def test_an_advisor_is_there_and_answers_who_clicked(contact: Contact, hire: Hire) -> None:
    claire = hire("Claire")
    contact.look_until("Au moins un conseiller est connecté")
    chat = contact.ask(ADVISOR)
    claire.accept_offer()
    chat.wait_for_advisor("Claire")
    contact.page.keyboard.press("Escape")
    contact.ask(ADVISOR)  # who talks to somebody already asks for nobody
    chat.say("je suis revenu")
    expect(claire.messages.last).to_contain_text("je suis revenu")
    chat.end_chat()
    expect(chat.text).to_have_accessible_name("Votre question")
    expect(chat.place.get_by_text("Parler à un conseiller", exact=True)).to_have_count(1)


@pytest.mark.usefixtures("open_today")
def test_to_open_the_page_or_the_panel_asks_for_nobody(contact: Contact) -> None:
    contact.page.goto(f"{contact.page.url}?act=advisor#act:advisor")
    contact.icon.click()
    contact.chat.expect_greeting()
    contact.chat.ask("bonjour")
    expect(contact.chat.place.locator(".message--user")).to_have_count(1)
    expect(contact.chat.queue).to_be_hidden()


@pytest.mark.usefixtures("open_today")
def test_by_keyboard_alone(contact: Contact) -> None:
    button = contact.page.get_by_role("button", name=ADVISOR)
    for _ in range(30):
        contact.page.keyboard.press("Tab")
        if button.evaluate("node => node === document.activeElement"):
            break
    contact.page.keyboard.press("Enter")
    contact.chat.wait_for_queue()
    expect(contact.chat.text).to_be_focused()


@pytest.mark.usefixtures("closed_today")
def test_while_it_is_closed_a_ticket_is_the_way(contact: Contact) -> None:
    expect(contact.state).to_contain_text("fermé : journée d’essai")
    expect(contact.state).to_contain_text("Les conseillers reviennent")
    expect(contact.page.get_by_role("button", name=ADVISOR)).to_have_count(0)
    chat = contact.ask("Ouvrir un ticket")
    expect(chat.answer()).to_contain_text("Décrivez votre problème")
    contact.page.keyboard.press("Escape")
    contact.ask("Être rappelé(e)")
    expect(chat.answer()).to_contain_text("demande de rappel")


def test_what_the_page_says_follows_the_service(contact: Contact, service: Service) -> None:
    with exceptional_hours(service, "close"):
        contact.look_again()
        expect(contact.state).to_contain_text("fermé : journée d’essai")
        callback = contact.page.get_by_role("button", name="Être rappelé(e)")
        callback.focus()
        contact.look_again()
        expect(callback).to_be_focused()
    with exceptional_hours(service, "open", *ALL_DAY):
        contact.look_again()
        expect(contact.state).to_contain_text("ouvert : journée d’essai")
        expect(contact.page.locator("#conseiller")).to_be_focused()
        expect(contact.page.get_by_role("button", name=ADVISOR)).to_be_visible()


def test_without_javascript_it_leads_to_the_chat_and_says_what_to_write_there(
    new_context: NewContext, service: Service
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{service.address}/contact")
    expect(page.locator("noscript p")).to_contain_text("je veux parler à un conseiller")
    page.get_by_role("link", name="Accéder à ClaudIA").click()
    expect(page).to_have_url(f"{service.address}/chat")


@pytest.mark.usefixtures("open_today")
def test_what_the_page_tells_to_write_in_the_chat_works(chat: Chat) -> None:
    chat.ask("je veux parler à un conseiller")
    chat.choice("Parler à un conseiller").click()
    chat.wait_for_queue()
