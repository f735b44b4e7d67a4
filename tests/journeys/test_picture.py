"""The pictures of README and of the advisors' guide: everything as it is."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.chat import Chat
from tests.journeys.conftest import Hire
from tests.journeys.demo import Demo
from tests.journeys.pictures import take_picture
from tests.kit.test_file_kinds import PDF

QUESTION = "jai saisi ma facture hier et la mairie a rien recu"


def test_readme_shows_the_chat_as_it_is(demo: Demo, tmp_path: Path) -> None:
    demo.page.set_viewport_size({"width": 1280, "height": 960})
    chat = demo.open_chat()
    answer = chat.ask(QUESTION)
    expect(answer.get_by_role("button", name="Utile", exact=True)).to_be_attached()
    take_picture(demo.page, "chat.png", tmp_path)


@pytest.mark.usefixtures("nobody_left_over", "open_today")
def test_the_guide_shows_the_console_as_it_is(chat: Chat, hire: Hire, tmp_path: Path) -> None:
    chat.ask(QUESTION)
    claire = hire("Claire", viewport={"width": 1366, "height": 860})
    chat.ask_for_a_person()
    expect(claire.offers.get_by_role("listitem").first).to_be_visible()
    take_picture(claire.page, "console-proposition.png", tmp_path)
    claire.accept_offer()
    chat.wait_for_advisor("Claire")
    claire.say("Bonjour, je regarde votre facture avec vous.")
    chat.say("merci, voici l’accusé de dépôt")
    chat.attach("accuse-de-depot.pdf", PDF)
    expect(claire.messages.last).to_contain_text("accuse-de-depot.pdf")
    claire.note("Facture encore à l’état « Brouillon ».")
    claire.page.get_by_role("radio", name="Message", exact=True).check()
    take_picture(claire.page, "console-discussion.png", tmp_path)
    dialog = claire.open_proposal()
    dialog.get_by_role("checkbox").first.check()
    take_picture(claire.page, "console-rendez-vous.png", tmp_path)
    dialog.get_by_role("button", name="Annuler").click()
    claire.page.get_by_role("button", name="Terminer", exact=True).click()
    take_picture(claire.page, "console-terminer.png", tmp_path)
    claire.page.keyboard.press("Escape")
    claire.finish("explained")
    claire.expect_no_offer()
