"""What every journey may ask for: the running service, a browser, and pages of it.

A journey fails when the browser reports an error of a script or a breach of the content policy.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from setup.ports import free_loopback_port
from tests.journeys.chat import Chat
from tests.journeys.demo import Demo
from tests.journeys.service import Service

CHROMIUM = "/usr/bin/chromium"
WAIT_MS = 12_000  # a busy machine is slow; nothing here waits that long when all is well

expect.set_options(timeout=WAIT_MS)

type NewContext = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def host_port() -> int:
    """Where another site, allowed to show the widget, may stand."""
    return free_loopback_port()


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory, host_port: int) -> Iterator[Service]:
    embedders = {"CLAUDIA_EMBED_ORIGINS": f"http://127.0.0.1:{host_port}"}
    with Service(tmp_path_factory.mktemp("service"), embedders).running() as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-background-networking"]
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield chromium
        chromium.close()


@pytest.fixture
def errors() -> list[str]:
    """What the browser complained about. A journey that expects a complaint clears it."""
    return []


@pytest.fixture
def new_context(browser: Browser, errors: list[str]) -> Iterator[NewContext]:
    """A browser profile of its own: another person, or the same on another machine."""
    opened: list[BrowserContext] = []

    def open_context(**options: object) -> BrowserContext:
        context = browser.new_context(locale="fr-FR", timezone_id="Europe/Paris", **options)  # type: ignore[arg-type]
        context.set_default_timeout(WAIT_MS)
        context.on("page", lambda page: _watch(page, errors))
        opened.append(context)
        return context

    yield open_context
    for context in opened:
        context.close()
    assert errors == []


@pytest.fixture
def page(new_context: NewContext) -> Page:
    return new_context(viewport={"width": 1280, "height": 800}).new_page()


@pytest.fixture
def chat(page: Page, service: Service) -> Chat:
    """The full page of the chat, greeted."""
    return Chat.open(page, service.address)


@pytest.fixture
def demo(page: Page, service: Service) -> Demo:
    """The demo host page, the panel still closed."""
    return Demo.open(page, service.address)


def _watch(page: Page, errors: list[str]) -> None:
    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            errors.append(f"{message.text} ({message.location.get('url')})")

    page.on("console", note)
    page.on("pageerror", lambda error: errors.append(str(error)))
