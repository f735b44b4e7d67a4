"""Somebody without an account before the application: their browser, their mails, their tickets."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from httpx2 import Response
from sqlalchemy import func, select
from starlette.testclient import TestClient

from kit.database import Database
from kit.files import StoredFile
from kit.mail_models import OutboxMail
from kit.proof_of_work import Challenge
from tests.kit.test_proof_of_work import solve
from tests.ticketing.support import ADDRESS, Support
from ticketing.models import Ticket

HTML = {"Accept": "text/html"}
TITLE = "Facture bloquée depuis lundi"
NASTY = '"><script>alert(1)</script>'
FIELDS = {
    "pair": "connexion_compte/mot_de_passe",
    "email": ADDRESS,
    "email_again": ADDRESS,
    "title": TITLE,
    "description": "Elle reste en brouillon.",
}


class Sender:
    def __init__(self, client: TestClient, url: str) -> None:
        self.client = client
        self._url = url

    # The form ----------------------------------------------------------------------------

    def proof(self) -> str:
        return solve(Challenge(**self.client.get("/api/proof").json()))

    def fields(self, **changed: str) -> dict[str, str]:
        return FIELDS | {"form_id": str(uuid4())} | changed

    def send(
        self, fields: dict[str, str], *files: tuple[str, bytes], proved: bool = True
    ) -> Response:
        """`fields` as they are, but for a fresh proof."""
        data = fields | ({"proof": self.proof()} if proved else {})
        return self.post("/ticket", data, files)

    def post(
        self, path: str, data: dict[str, Any] | None = None, files: Any = (), **more: Any
    ) -> Response:
        sent = [("files", (name, content)) for name, content in files] or None
        return self.client.post(
            path, data=data or {}, files=sent, headers=HTML, follow_redirects=False, **more
        )

    def get(self, path: str) -> Response:
        return self.client.get(path, headers=HTML, follow_redirects=False)

    # Behind it ---------------------------------------------------------------------------

    def do[T](self, work: Callable[[Support], Awaitable[T]]) -> T:
        async def done() -> T:
            database = Database(self._url)
            try:
                return await work(Support(database))
            finally:
                await database.close()

        return asyncio.run(done())

    def tickets(self) -> list[Ticket]:
        async def found(support: Support) -> list[Ticket]:
            async with support.database.reading() as session:
                return list(await session.scalars(select(Ticket).order_by(Ticket.number)))

        return self.do(found)

    def mails(self, kind: str = "") -> list[OutboxMail]:
        found = self.do(lambda support: support.mails())
        return [mail for mail in found if kind in mail.kind]

    def files(self) -> int:
        async def counted(support: Support) -> int:
            async with support.database.reading() as session:
                return await session.scalar(select(func.count()).select_from(StoredFile)) or 0

        return self.do(counted)

    # The secret page ---------------------------------------------------------------------

    def open(self, **given: Any) -> tuple[int, str]:
        """A ticket of theirs: its number, and the path of its page."""
        ticket: Ticket = self.do(lambda support: support.open(**given))
        return ticket.number, self.link()

    def link(self, start: str = "/suivi/") -> str:
        """The path in their last mail that has one."""
        texts = [mail.text for mail in self.mails() if start in mail.text]
        return start + texts[-1].partition(start)[2].split()[0]

    def code(self) -> str:
        found = re.search(r"\b\d{6}\b", self.mails("ticket_code")[-1].text.partition(":")[2])
        assert found
        return found[0]

    def unmask(self, path: str) -> None:
        """The cookie stays in this browser."""
        self.post(f"{path}/code/envoi")
        answer = self.post(f"{path}/code", {"code": self.code()})
        assert answer.headers["location"] == f"{path}?fait=ouverte", answer.text
