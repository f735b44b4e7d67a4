"""The widget on a host page of another site, under a strict content policy of its own."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.chat import Chat
from tests.journeys.demo import Demo
from tests.journeys.service import Service


class HostPage(BaseHTTPRequestHandler):
    """The strictest page that can carry the widget: nothing of its own, no inline style."""

    def __init__(self, service_address: str, *given: object) -> None:
        self.service_address = service_address
        super().__init__(*given)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        body = (
            '<!doctype html><html lang="fr"><title>Hôte</title><body><h1>Hôte</h1>'
            f'<script src="{self.service_address}/widget.js" defer></script></body></html>'
        ).encode()
        ours = self.service_address
        policy = f"default-src 'none'; script-src {ours}; frame-src {ours}"
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing: the journey looks at the browser."""


@pytest.fixture(scope="module")
def host_address(host_port: int, service: Service) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", host_port), partial(HostPage, service.address))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{host_port}"
    server.shutdown()
    server.server_close()


def test_one_line_puts_the_chat_on_a_page_of_another_site(page: Page, host_address: str) -> None:
    demo = Demo.open(page, host_address)
    chat = demo.open_chat()
    expect(chat.text).to_be_focused()
    chat.expect_source(
        chat.ask("comment modifier mon adresse de connexion ?"), "adresses/modifier_connexion"
    )
    page.keyboard.press("Escape")
    expect(demo.panel).to_be_hidden()


def test_the_frame_is_loaded_only_when_first_opened(demo: Demo) -> None:
    expect(demo.icon).to_be_visible()
    assert len(demo.page.frames) == 1
    demo.open_chat()
    assert len(demo.page.frames) == 2


def test_a_site_that_is_not_named_in_the_setting_cannot_frame_the_chat(
    page: Page, host_address: str, errors: list[str]
) -> None:
    stranger = host_address.replace("127.0.0.1", "localhost")
    demo = Demo.open(page, stranger)
    demo.icon.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert (
        page.frames[1].url.startswith("chrome-error:")
        or page.frames[1].locator("#chat").count() == 0
    )
    errors.clear()  # the browser says that it refused


def test_a_message_that_comes_while_the_panel_is_closed_is_counted(demo: Demo) -> None:
    chat = demo.open_chat()
    chat.say("comment modifier mon adresse de connexion ?")
    demo.page.keyboard.press("Escape")
    badge = demo.page.get_by_role("button", name="messages non lus, 1")
    expect(badge).to_be_visible()
    badge.click()
    expect(demo.icon).to_have_accessible_name("Poser une question à ClaudIA")


def test_the_host_page_may_open_and_close_the_panel(demo: Demo) -> None:
    demo.page.evaluate("window.ClaudIA.open()")
    demo.chat.expect_greeting()
    demo.page.evaluate("window.ClaudIA.close()")
    expect(demo.panel).to_be_hidden()


def test_another_site_asks_for_nobody_in_the_name_of_the_user(
    page: Page, host_address: str
) -> None:
    """Of its pages a click is not to be had; a page of ours is test_contact.py's business."""
    demo = Demo.open(page, host_address)
    page.evaluate("window.ClaudIA.ask('advisor')")
    demo.chat.expect_greeting()
    page.evaluate("window.ClaudIA.ask('ticket')")
    page.evaluate(
        "document.querySelector('#claudia-widget').shadowRoot.querySelector('iframe')"
        ".contentWindow.postMessage({claudia: 1, type: 'act', act: 'advisor'}, '*')"
    )
    demo.chat.ask("bonjour")
    expect(demo.chat.place.locator(".message--user")).to_have_count(1)


def test_the_conversation_leaves_no_cookie(chat: Chat) -> None:
    chat.ask("bonjour")
    assert chat.page.context.cookies() == []
