"""A user and an advisor, each in a browser of their own: from a wish for a person to the end."""

import os
import re
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.chat import Chat
from tests.journeys.conftest import NewContext
from tests.journeys.service import FAKETIME, ROOT, WEB, Service
from tests.journeys.test_dissatisfaction import next_tuesday

pytestmark = pytest.mark.skipif(not FAKETIME.exists(), reason="libfaketime is not installed")

PASSWORD = "quatre mots sans rapport"
GRACE_MS = 40_000  # a lost advisor is noticed within 15 s, and the user told within 30
_numbers = count(1)


@pytest.fixture(autouse=True, scope="module")
def _open_all_day(service: Service) -> Iterator[None]:
    """One move of the clock for all of them: leases would run out at each."""
    with service.at(next_tuesday(hour=9)):
        yield


@pytest.fixture(autouse=True)
def _nobody_left_over(service: Service) -> Iterator[None]:
    """What a journey left open would be offered in the next one."""
    yield
    with sqlite3.connect(service.folder / "var" / "claudia.db", timeout=20) as database:
        database.execute("UPDATE chats SET state = 'ended', ended_at = queued_at")
        database.execute("UPDATE conversations SET mode = 'assistant'")
    database.close()


@dataclass
class Console:
    """An advisor at their screen."""

    page: Page
    name: str

    def set_status(self, label: str) -> None:
        self.page.get_by_role("radio", name=label).check()
        expect(self.page.get_by_role("radio", name=label)).to_be_checked()

    def accept(self) -> None:
        """Takes what is on offer; its conversation opens."""
        self.page.get_by_role("button", name=re.compile("^Accepter")).first.click()
        expect(self.text).to_be_focused()

    @property
    def text(self) -> Locator:
        return self.page.locator("#text")

    @property
    def messages(self) -> Locator:
        return self.page.locator("#messages")

    def say(self, text: str) -> None:
        self.text.fill(text)
        self.text.press("Enter")

    def note(self, text: str) -> None:
        self.page.get_by_role("radio", name="Note interne").check()
        self.say(text)
        self.page.get_by_role("radio", name="Message", exact=True).check()

    def finish(self, wrap_up: str) -> None:
        self.page.get_by_role("button", name="Terminer", exact=True).click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label(wrap_up, exact=True).check()
        dialog.get_by_role("button", name="Terminer la discussion").click()

    def leave(self) -> None:
        """Goes off duty and logs out, so that the next journey finds nobody."""
        self.set_status("Hors service")
        self.page.get_by_role("button", name="Se déconnecter").click()
        expect(self.page.get_by_role("heading", name="Connexion de l'équipe")).to_be_visible()


type Hire = Callable[[str], Console]


@pytest.fixture
def hire(service: Service, new_context: NewContext) -> Iterator[Hire]:
    """Invites somebody with the command, has them follow the link, and opens their console."""
    hired: list[Console] = []

    def hire_one(name: str) -> Console:
        email = f"{name.lower()}-{next(_numbers)}@example.org"
        page = new_context(viewport={"width": 1280, "height": 800}).new_page()
        page.goto(invitation(service, email))
        page.get_by_label("Votre nom").fill(name)
        for field in page.locator("input[type=password]").all():
            field.fill(PASSWORD)
        page.get_by_role("button", name="Ouvrir mon compte").click()
        page.goto(f"{service.address}/agents")
        console = Console(page, name)
        console.set_status("Disponible")
        hired.append(console)
        return console

    yield hire_one
    for console in hired:
        if not console.page.is_closed() and "/agents" in console.page.url:
            console.leave()


def invitation(service: Service, email: str) -> str:
    command = [*WEB, "staff", "--email", email, "--role", "advisor", "--port", str(service.port)]
    environment = os.environ | service.settings()
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    found = re.search(r"https?://\S+", done.stdout)
    assert found is not None, done.stdout
    return found.group()


def ask_for_a_person(chat: Chat) -> None:
    chat.ask("je veux parler à un humain")
    chat.choice("Parler à un conseiller").click()
    expect(chat.messages.last).to_contain_text("file")


def test_from_a_red_thumb_to_the_rating(chat: Chat, hire: Hire) -> None:
    claire = hire("Claire")
    chat.ask("comment modifier mon adresse de connexion ?")
    chat.vote("Pas utile").click()
    expect(chat.messages.last).to_contain_text("Décrivez-le en une phrase")
    chat.ask("le bouton modifier est grisé chez moi")
    chat.choice("Parler à un conseiller").click()
    claire.accept()
    expect(claire.page.locator("#dossier-pane")).to_contain_text("grisé chez moi")
    expect(claire.messages).to_contain_text("comment modifier mon adresse de connexion")
    expect(chat.place.locator("#messages")).to_contain_text("parlez maintenant à une personne")
    claire.say("Bonjour, je regarde avec vous.")
    expect(chat.messages.last).to_contain_text("Bonjour, je regarde avec vous.")
    expect(chat.messages.last).to_contain_text("Claire")
    claire.note("compte verrouillé ?")
    expect(claire.messages).to_contain_text("compte verrouillé ?")
    chat.say("merci beaucoup")
    expect(claire.messages).to_contain_text("merci beaucoup")
    claire.finish("Résolue")
    chat.choice("5 sur 5 : très satisfait(e)").click()
    expect(chat.messages.last).to_contain_text("Merci pour votre avis")
    assert not any("compte verrouillé" in text for text in chat.texts())
    chat.expect_source(
        chat.ask("comment modifier mon adresse de connexion ?"), "adresses/modifier_connexion"
    )


def test_who_waits_is_told_their_place_and_may_leave(chat: Chat) -> None:
    ask_for_a_person(chat)
    expect(chat.place.locator("#chat")).to_contain_text(re.compile("conseiller", re.I))
    chat.choice("Quitter la file").click()
    expect(chat.messages.last).to_contain_text("quitté la file")


def test_a_message_is_taken_back_on_both_sides(chat: Chat, hire: Hire) -> None:
    claire = hire("Claire")
    ask_for_a_person(chat)
    claire.accept()
    claire.say("mauvaise fenêtre")
    expect(chat.messages.last).to_contain_text("mauvaise fenêtre")
    claire.page.get_by_role("button", name="Retirer ce message").click()
    expect(chat.messages.last).to_contain_text("retiré par son auteur")
    assert "mauvaise fenêtre" not in " ".join(chat.texts())


def test_a_killed_browser_gives_the_chat_to_a_colleague(chat: Chat, hire: Hire) -> None:
    claire = hire("Claire")
    ask_for_a_person(chat)
    claire.accept()
    david = hire("David")
    claire.page.close()
    told = chat.place.locator("#messages")
    expect(told).to_contain_text("La connexion de votre conseiller est coupée", timeout=GRACE_MS)
    david.accept()
    david.say("Je reprends votre discussion.")
    expect(chat.messages.last).to_contain_text("Je reprends votre discussion.")


def test_both_sides_reload_in_mid_chat_and_find_everything(chat: Chat, hire: Hire) -> None:
    claire = hire("Claire")
    ask_for_a_person(chat)
    claire.accept()
    claire.say("avant le rechargement")
    expect(chat.messages.last).to_contain_text("avant le rechargement")
    chat.page.reload()
    expect(chat.messages.last).to_contain_text("avant le rechargement")
    claire.page.reload()
    claire.page.locator("#mine button").first.click()
    expect(claire.messages).to_contain_text("avant le rechargement")
    claire.say("et après")
    expect(chat.messages.last).to_contain_text("et après")


def test_closing_time_tells_who_waits_and_keeps_their_request(chat: Chat, service: Service) -> None:
    ask_for_a_person(chat)
    with service.at(next_tuesday(hour=20)):  # the last journey: the clock does not come back
        expect(chat.messages.last).to_contain_text("TK-")
        expect(chat.messages.last).to_contain_text("Les conseillers reviennent")
