"""Nothing is lost: a reload, a second tab, a cut of the network, the death of the web."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.chat import Chat
from tests.journeys.demo import Demo
from tests.journeys.service import Service

QUESTION = "comment modifier mon adresse de connexion ?"


def test_a_reload_in_mid_chat_shows_the_same_conversation(chat: Chat) -> None:
    chat.ask(QUESTION)
    before = chat.texts()
    chat.text.fill("ce que j'étais en train d'écrire")
    chat.page.reload()
    expect(chat.messages).to_have_count(len(before))
    assert chat.texts() == before
    expect(chat.text).to_have_value("ce que j'étais en train d'écrire")


def test_a_question_that_is_sent_before_the_script_is_there_is_answered(
    page: Page, service: Service
) -> None:
    held: list[Route] = []
    # Not the method itself: Playwright marks what it is given.
    page.route("**/static/chat/main.js", lambda route: held.append(route))
    page.goto(f"{service.address}/chat", wait_until="commit")
    chat = Chat(page, page)
    chat.text.press_sequentially(QUESTION)
    chat.place.get_by_role("button", name="Envoyer").click()  # too early: nothing is lost
    expect(chat.text).to_have_value(QUESTION)
    chat.text.press("Enter")
    expect(chat.text).to_have_value(f"{QUESTION}\n")
    held[0].continue_()
    chat.expect_source(chat.answer(), "adresses/modifier_connexion")
    expect(chat.text).to_have_value("")


def test_the_panel_of_a_host_page_keeps_its_conversation_over_pages(demo: Demo) -> None:
    chat = demo.open_chat()
    chat.ask(QUESTION)
    before = chat.texts()
    demo.page.reload()
    demo.open_chat()
    expect(chat.messages).to_have_count(len(before))


def test_two_tabs_show_the_same_conversation_both_live(chat: Chat, service: Service) -> None:
    other = Chat.open(chat.page.context.new_page(), service.address)
    chat.ask(QUESTION)
    expect(other.messages).to_have_count(chat.messages.count())
    other.ask("à quoi sert l'adresse de contact ?")
    expect(chat.messages).to_have_count(other.messages.count())
    assert chat.texts() == other.texts()


def test_a_new_conversation_in_one_tab_is_followed_by_the_other(
    chat: Chat, service: Service
) -> None:
    other = Chat.open(chat.page.context.new_page(), service.address)
    chat.ask(QUESTION)
    chat.place.get_by_role("button", name="Nouvelle conversation").click()
    for tab in (chat, other):
        expect(tab.messages).to_have_count(1)


def test_a_cut_is_said_calmly_keeps_what_is_typed_and_heals(chat: Chat, errors: list[str]) -> None:
    chat.ask(QUESTION)
    chat.page.context.set_offline(True)
    expect(chat.banner).to_contain_text("La connexion est coupée")
    chat.say("à quoi sert l'adresse de contact ?")
    expect(chat.messages.last).to_contain_text("En attente")
    chat.page.context.set_offline(False)
    expect(chat.banner).to_be_hidden(timeout=40_000)
    chat.expect_source(chat.answer(), "adresses/definition_contact")
    expect(chat.messages.filter(has_text="à quoi sert l'adresse de contact ?")).to_have_count(1)
    errors.clear()  # the browser's own lines about the cut


def test_a_page_that_was_reloaded_during_a_cut_sends_what_waited(
    chat: Chat, errors: list[str]
) -> None:
    chat.ask(QUESTION)
    chat.page.route("**/api/**", lambda route: route.abort())
    chat.page.route_web_socket("**/socket", lambda socket: socket.close())
    chat.page.reload()
    chat.page.unroute_all()
    expect(chat.messages.first).to_be_visible(timeout=40_000)
    chat.expect_source(
        chat.ask("à quoi sert l'adresse de contact ?"), "adresses/definition_contact"
    )
    errors.clear()


def test_where_no_socket_opens_the_chat_works_over_http(page_without_socket: Chat) -> None:
    answer = page_without_socket.ask(QUESTION)
    page_without_socket.expect_source(answer, "adresses/modifier_connexion")
    expect(page_without_socket.banner).to_be_hidden()


def test_the_death_of_the_web_loses_nothing(
    chat: Chat, service: Service, errors: list[str]
) -> None:
    chat.ask(QUESTION)
    service.kill_web()
    chat.say("à quoi sert l'adresse de contact ?")
    service.wait_until_ready()
    chat.expect_source(chat.answer(), "adresses/definition_contact")
    expect(chat.banner).to_be_hidden(timeout=40_000)
    expect(chat.messages.filter(has_text="à quoi sert l'adresse de contact ?")).to_have_count(1)
    errors.clear()


@pytest.fixture
def page_without_socket(chat: Chat, service: Service) -> Chat:
    """A network that lets no socket through, as some offices have."""
    page = chat.page.context.new_page()
    page.add_init_script(
        "window.WebSocket = class extends EventTarget {"
        " constructor() { super(); this.readyState = 3;"
        "  setTimeout(() => this.dispatchEvent(new CloseEvent('close', {code: 1006}))); }"
        " close() {} send() {} }; window.WebSocket.OPEN = 1;"
    )
    chat.page.close()
    return Chat.open(page, service.address)
