"""Asking: the right steps, where they come from, and what to do when the question is not clear."""

import re

from playwright.sync_api import Page, Route, expect

from tests.journeys.chat import Chat
from tests.journeys.demo import Demo
from tests.journeys.service import Service


def test_a_question_as_people_write_it_gets_the_right_steps_and_their_source(demo: Demo) -> None:
    chat = demo.open_chat()
    answer = chat.ask("jai saisi ma facture hier et la mairie a rien recu")
    expect(answer).to_contain_text("rouillon")
    expect(chat.source(answer)).to_have_attribute("href", re.compile("^/aide/section/brouillon/"))
    expect(answer.locator(".message__source")).to_contain_text(
        re.compile(r"mis à jour le \d\d/\d\d/\d{4}|non daté")
    )
    expect(answer.get_by_role("button", name="Utile", exact=True)).to_be_visible()


def test_the_greeting_says_that_it_is_a_machine_and_proposes_questions(chat: Chat) -> None:
    greeting = chat.messages.first
    expect(greeting).to_contain_text("un programme, pas une personne")
    proposed = greeting.locator(".message__choice")
    expect(proposed.first).to_be_enabled()
    proposed.first.click()
    chat.expect_source(chat.answer(), "mot_de_passe/oublie")
    expect(proposed.first).to_be_disabled()


def test_the_source_leads_to_the_section_of_the_help_page(chat: Chat, page: Page) -> None:
    answer = chat.ask("comment modifier mon adresse de connexion ?")
    with page.context.expect_page() as opened:
        chat.source(answer).click()
    expect(opened.value).to_have_url(re.compile(r"/aide/adresses#modifier_connexion$"))


def test_an_unclear_question_gets_choices_and_a_click_cannot_be_misread(chat: Chat) -> None:
    answer = chat.ask("mon adresse")
    expect(answer.locator(".message__choice").last).to_have_text("Aucune de ces réponses")
    label = answer.locator(".message__choice").first.inner_text()
    chat.choice(label).click()
    expect(chat.messages.filter(has_text=label).last).to_be_visible()
    expect(chat.source(chat.answer())).to_have_attribute("href", re.compile("^/aide/section/"))


def test_a_known_subject_outside_the_base_is_redirected(chat: Chat) -> None:
    answer = chat.ask("comment créer un compte chorus pro ?")
    expect(answer).to_contain_text("pas dans ma base")
    expect(chat.source(answer)).to_have_count(0)


def test_a_follow_up_is_about_the_last_answer(chat: Chat) -> None:
    chat.ask("à quoi sert l'adresse de contact ?")
    chat.expect_source(chat.ask("et pour la modifier ?"), "adresses/modifier_contact")


def test_of_two_questions_at_once_the_second_is_offered_and_answered(chat: Chat) -> None:
    first = chat.ask(
        "à quoi sert l'adresse de contact ? et sinon, où saisir un mémoire de frais de justice ?"
    )
    chat.expect_source(first, "adresses/definition_contact")
    expect(first).to_contain_text("Vous parlez peut-être aussi d’autre chose")
    first.locator(".message__choice").first.click()
    chat.expect_source(chat.answer(), "frais_justice/acces")


def test_what_a_user_types_is_only_ever_text(chat: Chat) -> None:
    hostile = '<img src=x onerror="document.title=1"> https://example.org **gras**'
    chat.ask(hostile)
    said = chat.messages.filter(has_text="onerror").first
    assert said.locator(".message__bubble").inner_text() == hostile
    expect(said.locator("img, a, strong")).to_have_count(0)


def test_a_command_typed_as_text_is_text(chat: Chat) -> None:
    answer = chat.ask("/restart")
    expect(answer).to_be_visible()
    expect(chat.messages.first).to_contain_text("Bonjour")


def test_a_question_sent_before_the_conversation_is_open_goes_as_soon_as_it_is(
    page: Page, service: Service
) -> None:
    held_back = "**/api/conversations"
    opening: list[Route] = []
    page.route(held_back, lambda route: opening.append(route))
    page.goto(f"{service.address}/chat")
    chat = Chat(page, page)
    chat.say("comment modifier mon adresse de connexion ?")
    expect(chat.text).to_have_value("comment modifier mon adresse de connexion ?")
    for route in opening:
        route.continue_()
    page.unroute(held_back)
    chat.expect_source(chat.answer(), "adresses/modifier_connexion")
    expect(chat.text).to_have_value("")
    expect(page.locator(".message--user")).to_have_count(1)
