"""What every journey may ask for: the running service, a browser, and pages of it.

A journey fails when the browser reports an error of a script or a breach of the content policy.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

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
from tests.journeys.console import Console
from tests.journeys.demo import Demo
from tests.journeys.service import Service

CHROMIUM = "/usr/bin/chromium"
WAIT_MS = 20_000  # a busy machine is slow; nothing here waits that long when all is well

expect.set_options(timeout=WAIT_MS)

PASSWORD = "quatre mots sans rapport"
PARIS = ZoneInfo("Europe/Paris")
REASON = "journée d’essai"
ALL_DAY = ("--from", "00:00", "--to", "00:00")
_numbers = count(1)

type NewContext = Callable[..., BrowserContext]
type Hire = Callable[..., Console]


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


# With advisors -------------------------------------------------------------------------------


@pytest.fixture
def hire(service: Service, new_context: NewContext) -> Iterator[Hire]:
    """Invites somebody by the command; they follow the link and open their console, available."""
    hired: list[Console] = []

    def hire_one(name: str, role: str = "advisor", **options: object) -> Console:
        options = {"viewport": {"width": 1280, "height": 800}} | options
        page = new_context(**options).new_page()
        link = invitation(service, f"{name.lower()}-{next(_numbers)}@example.org", role)
        console = Console.accept_invitation(page, service.address, link, name, PASSWORD)
        if role != "administrator":  # who takes no chats
            console.set_status("available")
        hired.append(console)
        return console

    yield hire_one
    for console in hired:
        if not console.page.is_closed():
            console.open(console.page, service.address).log_out()


def invitation(service: Service, email: str, role: str = "advisor") -> str:
    """The link that invites them."""
    words = ("staff", "--email", email, "--role", role, "--port", str(service.port))
    said = service.command(*words)
    found = re.search(r"https?://\S+", said)
    assert found is not None, said
    return found.group()


@pytest.fixture
def nobody_left_over(service: Service) -> Iterator[None]:
    """What a journey left open would be offered in the next one."""
    yield
    with sqlite3.connect(service.folder / "var" / "claudia.db", timeout=20) as database:
        database.execute("UPDATE chats SET state = 'ended', ended_at = queued_at")
        database.execute("UPDATE conversations SET mode = 'assistant'")
    database.close()


@pytest.fixture
def open_today(service: Service) -> Iterator[None]:
    """Open day and night, whatever day it is, without moving the clock: by exceptions."""
    with exceptional_hours(service, "open", *ALL_DAY):
        yield


@pytest.fixture(scope="module")
def open_throughout(service: Service) -> Iterator[None]:
    """The same for all journeys of a module at once: a command takes its time."""
    with exceptional_hours(service, "open", *ALL_DAY):
        yield


@pytest.fixture
def closed_today(service: Service) -> Iterator[None]:
    with exceptional_hours(service, "close"):
        yield


@contextmanager
def exceptional_hours(service: Service, *what: str) -> Iterator[None]:
    """`what`: "close", or "open" and its hours. Tomorrow too, should it be nearly midnight.

    What is closed was open, or a Sunday would be closed for being one.
    """
    at = datetime.now(UTC).astimezone(PARIS)
    for day in {f"{at:%Y-%m-%d}", f"{at + timedelta(hours=1):%Y-%m-%d}"}:
        if what[0] == "close":
            service.command("hours", "open", day, *ALL_DAY, "--reason", REASON)
        service.command("hours", what[0], day, *what[1:], "--reason", REASON)
    try:
        yield
    finally:
        for line in service.command("hours", "list").splitlines():
            if REASON in line:
                service.command("hours", "remove", line.split()[0])


def _watch(page: Page, errors: list[str]) -> None:
    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            errors.append(f"{message.text} ({message.location.get('url')})")

    page.on("console", note)
    page.on("pageerror", lambda error: errors.append(str(error)))
