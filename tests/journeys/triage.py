"""Somebody of the support before the pages of triage, and what happens meanwhile elsewhere."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from playwright.sync_api import Locator, Page, expect

from kit.database import Database
from tests.journeys.conftest import PASSWORD, NewContext, invitation
from tests.journeys.service import Service
from tests.ticketing.support import Support

SENT_MS = 25_000  # ten seconds, and a busy machine
type Arrive = Callable[..., "Triage"]
_numbers = count(1)


class Triage:
    """Their browser."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self._address = address
        self.reply = page.get_by_role("textbox", name="Votre message")
        self.news = page.locator("#news")
        self.alert = page.get_by_role("alert").filter(has_text="Ce n’est pas fait")

    def open(self, number: int) -> None:
        self.page.goto(f"{self._address}/tickets/{number}")
        self.ready()

    def open_list(self, query: str = "") -> None:
        self.page.goto(f"{self._address}/tickets?{query}")
        self.ready()

    def ready(self) -> None:
        """The script has come."""
        expect(self.page.locator("#open-sheet")).to_be_visible()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def says(self, words: str) -> Locator:
        return self.page.locator(".alert").filter(has_text=words)

    def status(self, words: str) -> None:
        expect(self.page.locator(".ticket__status")).to_have_text(words)

    def sent(self) -> None:
        expect(self.says("La réponse est envoyée.")).to_be_visible(timeout=SENT_MS)
        self.ready()


@pytest.fixture
def support_member(service: Service, new_context: NewContext) -> Arrive:
    def arrive(name: str, role: str = "support", **options: object) -> Triage:
        page = new_context(**({"viewport": {"width": 1280, "height": 800}} | options)).new_page()
        email = f"{name.lower()}-triage-{next(_numbers)}@example.org"
        page.goto(invitation(service, email, role))
        page.get_by_label("Votre nom").fill(name)
        page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
        page.get_by_label("Le même mot de passe").fill(PASSWORD)
        page.get_by_role("button", name="Ouvrir mon compte").click()
        page.wait_for_url(f"{service.address}/equipe")
        return Triage(page, service.address)

    return arrive


def behind[T](service: Service, work: Callable[[Support], Awaitable[T]]) -> T:
    """What happens elsewhere: what senders do."""

    async def done() -> T:
        database = Database(f"sqlite:///{service.folder / 'var' / 'claudia.db'}")
        try:
            return await work(Support(database))
        finally:
            await database.close()

    # The browser's driver has an event loop in this thread.
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(lambda: asyncio.run(done())).result()


def open_ticket(service: Service, **given: object) -> int:
    return behind(service, lambda support: support.open(**given)).number
