"""Everything by keyboard, and the focus goes where the user expects it."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.chat import Chat
from tests.journeys.demo import Demo


def focused(page: Page) -> str:
    """The name of what has the focus in the page, seen through shadow roots."""
    found: str = page.evaluate(
        "() => { let at = document.activeElement;"
        " while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;"
        " return at.getAttribute('aria-label') || at.id || at.tagName; }"
    )
    return found


def tab_to(page: Page, chat: Chat, label: str) -> None:
    """Goes backwards from the input, as a user without a mouse does."""
    wanted = chat.choice(label)
    for _ in range(30):
        if wanted.evaluate("node => node === node.ownerDocument.activeElement"):
            return
        page.keyboard.press("Shift+Tab")
    pytest.fail(f"The keyboard does not reach {label!r}.")


def test_the_whole_conversation_by_keyboard_alone(demo: Demo) -> None:
    page, chat = demo.page, demo.chat
    demo.icon.focus()
    page.keyboard.press("Enter")
    chat.expect_greeting()
    expect(chat.text).to_be_focused()
    page.keyboard.type("comment modifier mon adresse de connexion ?")
    page.keyboard.press("Enter")
    chat.expect_source(chat.answer(), "adresses/modifier_connexion")
    expect(chat.text).to_be_focused()
    tab_to(page, chat, "Utile")
    page.keyboard.press("Space")
    expect(chat.vote("Utile")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(demo.panel).to_be_hidden()
    assert focused(page) == "Poser une question à ClaudIA"


def test_a_choice_made_by_keyboard_leaves_the_focus_in_the_input(chat: Chat) -> None:
    greeting = chat.messages.first.locator(".message__choice").first
    greeting.focus()
    chat.page.keyboard.press("Enter")
    expect(greeting).to_be_disabled()
    expect(chat.text).to_be_focused()


def test_enter_sends_and_shift_enter_goes_to_the_line(chat: Chat) -> None:
    chat.text.focus()
    chat.page.keyboard.type("bonjour")
    chat.page.keyboard.press("Shift+Enter")
    chat.page.keyboard.type("merci")
    expect(chat.text).to_have_value("bonjour\nmerci")
    chat.page.keyboard.press("Enter")
    expect(chat.text).to_have_value("")


def test_a_text_that_is_too_long_is_counted_and_kept(chat: Chat) -> None:
    chat.text.fill("é" * 4_001)
    expect(chat.place.locator("[data-counter]")).to_contain_text("4001 / 4000")
    chat.text.press("Enter")
    expect(chat.place.get_by_role("alert")).to_contain_text("4 000 caractères")
    expect(chat.text).to_have_value("é" * 4_001)


def test_only_new_messages_are_announced_not_the_history(chat: Chat) -> None:
    announcer = chat.place.get_by_role("log")
    chat.ask("comment modifier mon adresse de connexion ?")
    expect(announcer).to_contain_text("ClaudIA")
    chat.page.reload()
    chat.expect_greeting()
    expect(announcer).to_be_empty()
