"""People of the team, and the browsers that they use."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from httpx2 import Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.testclient import TestClient

from kit.database import Database
from staff.access import COOKIE
from staff.accounts import accept_invitation, invite
from staff.models import Role, StaffMember
from staff.passwords import hashed

PASSWORD = "quatre mots sans rapport"
ORIGIN = "http://testserver"


async def hire(
    database: Database, email: str = "claire@exemple.fr", role: Role = Role.ADVISOR
) -> StaffMember:
    """Somebody who accepted their invitation, with PASSWORD."""
    password_hash = await hashed(PASSWORD)
    async with database.writing.begin() as session:
        made = await invite(session, email, role)
        name = email.split("@")[0].title()
        return (await accept_invitation(session, made.token, name, password_hash)).member


class Office:
    """The same for tests that are not asynchronous."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url

    def hire(self, email: str = "claire@exemple.fr", role: Role = Role.ADVISOR) -> StaffMember:
        return asyncio.run(self._with_database(lambda database: hire(database, email, role)))

    def invite(self, email: str, role: Role = Role.ADVISOR) -> str:
        """The token of the link."""

        async def change(session: AsyncSession) -> str:
            return (await invite(session, email, role)).token

        return self.write(change)

    def write[T](self, change: Callable[[AsyncSession], Awaitable[T]]) -> T:
        async def changed(database: Database) -> T:
            async with database.writing.begin() as session:
                return await change(session)

        return asyncio.run(self._with_database(changed))

    async def _with_database[T](self, work: Callable[[Database], Awaitable[T]]) -> T:
        database = Database(self._url)
        try:
            return await work(database)
        finally:
            await database.close()


class Browser:
    """One browser, with its own cookie, among several that use the same application."""

    def __init__(self, client: TestClient) -> None:
        self._client = client
        self.cookie = ""

    def other(self) -> "Browser":
        return Browser(self._client)

    def ask(self, method: str, path: str, origin: str | None = ORIGIN, **more: Any) -> Response:
        self._client.cookies.clear()
        headers = {"Accept": "text/html"} | more.pop("headers", {})
        if origin is not None and method != "GET":
            headers["Origin"] = origin
        if self.cookie:
            headers["Cookie"] = f"{COOKIE}={self.cookie}"
        answer = self._client.request(method, path, headers=headers, follow_redirects=False, **more)
        self.cookie = answer.cookies.get(COOKIE) or self.cookie
        return answer

    def get(self, path: str, **more: Any) -> Response:
        return self.ask("GET", path, **more)

    def post(self, path: str, origin: str | None = ORIGIN, **form: str) -> Response:
        return self.ask("POST", path, origin, data=form)

    def log_in(self, email: str = "claire@exemple.fr", password: str = PASSWORD) -> Response:
        return self.post("/equipe/connexion", email=email, password=password)
