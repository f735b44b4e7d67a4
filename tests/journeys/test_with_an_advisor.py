"""A user and an advisor, each in a browser of their own: from a wish for a person to the end."""

import os
import re
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from itertools import count

import pytest
from playwright.sync_api import expect

from tests.journeys.chat import Chat
from tests.journeys.conftest import NewContext
from tests.journeys.console import Console
from tests.journeys.service import FAKETIME, ROOT, WEB, Service
from tests.journeys.test_dissatisfaction import QUESTION, next_tuesday, thumb_down_and_explain

pytestmark = pytest.mark.skipif(not FAKETIME.exists(), reason="libfaketime is not installed")

PASSWORD = "quatre mots sans rapport"
GRACE_MS = 40_000  # a lost advisor is noticed within 15 s, and the user told within 30
_numbers = count(1)

type Hire = Callable[[str], Console]


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


@pytest.fixture
def hire(service: Service, new_context: NewContext) -> Iterator[Hire]:
    """Invites somebody by the command; they follow the link and open their console, available."""
    hired: list[Console] = []

    def hire_one(name: str) -> Console:
        page = new_context(viewport={"width": 1280, "height": 800}).new_page()
        link = invitation(service, f"{name.lower()}-{next(_numbers)}@example.org")
        console = Console.accept_invitation(page, service.address, link, name, PASSWORD)
        console.set_status("available")
        hired.append(console)
        return console

    yield hire_one
    for console in hired:
        if not console.page.is_closed():
            console.log_out()


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
    chat.wait_for_queue()


def test_from_a_red_thumb_to_the_rating(chat: Chat, hire: Hire) -> None:
    claire = hire("Claire")
    thumb_down_and_explain(chat)
    chat.choice("Parler à un conseiller").click()
    claire.accept_offer()
    expect(claire.dossier).to_contain_text("grisé chez moi")
    expect(claire.thread).to_contain_text(QUESTION)
    chat.wait_for_advisor("Claire")
    claire.say("Bonjour, je regarde avec vous.")
    expect(chat.advisor_says("je regarde avec vous")).to_contain_text("Claire")
    claire.note("compte verrouillé ?")
    chat.say("merci beaucoup")
    expect(claire.messages.last).to_contain_text("merci beaucoup")
    chat.expect_read()
    claire.finish("solved")
    chat.rate(5)
    assert not any("compte verrouillé" in text for text in chat.texts())
    chat.expect_source(chat.ask(QUESTION), "adresses/modifier_connexion")


def test_who_waits_is_told_their_place_goes_on_asking_and_may_leave(chat: Chat, hire: Hire) -> None:
    hire("Claire").set_status("away")
    ask_for_a_person(chat)
    assert chat.queue_text()
    chat.expect_source(chat.ask(QUESTION), "adresses/modifier_connexion")
    chat.leave_queue()
    expect(chat.messages.last).to_contain_text("quitté la file")


def test_a_message_is_taken_back_on_both_sides(chat: Chat, hire: Hire) -> None:
    claire = hire("Claire")
    ask_for_a_person(chat)
    claire.accept_offer()
    said = claire.say("mauvaise fenêtre")
    chat.advisor_says("mauvaise fenêtre")
    claire.retract(said)
    expect(chat.messages.last).to_contain_text("retiré par son auteur")
    assert "mauvaise fenêtre" not in " ".join(chat.texts())


def test_a_chat_is_handed_to_a_colleague_with_a_note(chat: Chat, hire: Hire) -> None:
    claire = hire("Claire")
    ask_for_a_person(chat)
    claire.accept_offer()
    david = hire("David")
    claire.transfer(colleague="David", note="il attend son code service")
    david.accept_offer()
    expect(david.notes).to_contain_text("il attend son code service")
    david.say("Je prends la suite.")
    expect(chat.advisor_says("Je prends la suite.")).to_contain_text("David")


def test_a_killed_browser_gives_the_chat_to_a_colleague(chat: Chat, hire: Hire) -> None:
    claire = hire("Claire")
    ask_for_a_person(chat)
    claire.accept_offer()
    david = hire("David")
    claire.page.close()
    told = chat.place.locator("#messages")
    expect(told).to_contain_text("La connexion de votre conseiller est coupée", timeout=GRACE_MS)
    david.accept_offer()
    david.say("Je reprends votre discussion.")
    chat.advisor_says("Je reprends votre discussion.")


def test_both_sides_reload_in_mid_chat_and_find_everything(chat: Chat, hire: Hire) -> None:
    claire = hire("Claire")
    ask_for_a_person(chat)
    claire.accept_offer()
    chat.say("je suis là")
    expect(claire.messages.last).to_contain_text("je suis là")
    claire.say("avant le rechargement")
    chat.advisor_says("avant le rechargement")
    chat.page.reload()
    chat.advisor_says("avant le rechargement")
    chat.expect_read()
    claire.page.reload()
    claire.expect_connected()
    expect(claire.thread).to_contain_text("avant le rechargement")
    claire.say("et après")
    chat.advisor_says("et après")


def test_the_user_ends_the_talk_and_the_assistant_answers_again(chat: Chat, hire: Hire) -> None:
    claire = hire("Claire")
    ask_for_a_person(chat)
    claire.accept_offer()
    chat.wait_for_advisor("Claire")
    chat.end_chat()
    chat.rate(2)
    expect(claire.to_conclude).to_be_visible()
    chat.expect_source(chat.ask(QUESTION), "adresses/modifier_connexion")


def test_closing_time_tells_who_waits_and_keeps_their_request(chat: Chat, service: Service) -> None:
    ask_for_a_person(chat)
    with service.at(next_tuesday(hour=20)):  # the last journey: the clock does not come back
        expect(chat.messages.last).to_contain_text("TK-")
        expect(chat.messages.last).to_contain_text("Les conseillers reviennent")
