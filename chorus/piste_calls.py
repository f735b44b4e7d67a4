"""Calls of PISTE: any may fail, and what may pass is tried again while there is time.

All that we ask for is read, so that asking twice does no harm. A call that whoever asked stops
waiting for counts as failed: else a portal that hangs would never be left alone. An answer that we
could not use is logged by its kind only: bodies tell of people.
"""

import asyncio
import logging
import random
import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
from pydantic import BaseModel, ValidationError

from chorus.breaker import Breaker, State
from chorus.piste_shapes import Answer, Token
from chorus.piste_tokens import Tokens
from chorus.portal import UNKNOWN_FOR_S, PortalUnavailable
from kit.settings import Settings

logger = logging.getLogger(__name__)

API = "https://api.piste.gouv.fr/cpro"
OAUTH = "https://oauth.piste.gouv.fr/api/oauth/token"
SANDBOX_API = "https://sandbox-api.piste.gouv.fr/cpro"
SANDBOX_OAUTH = "https://sandbox-oauth.piste.gouv.fr/api/oauth/token"

CONNECT_S = 1.0
READ_S = 1.5  # within the time of one question (chorus/invoices.py) a second try fits
WITHIN_S = 4.0  # all tries of one call; a turn of the assistant has five seconds
TRIES = 3
FIRST_PAUSE_S = 0.15
WORTH_A_TRY_S = 0.3  # with less time left, another try is not begun


@dataclass(frozen=True)
class Access:
    """Where PISTE is, and what we show to be let in."""

    api: str
    oauth: str
    client_id: str
    client_secret: str = field(repr=False)
    account: str = field(repr=False)  # of the technical account, as its header carries it


def access_of(settings: Settings) -> Access:
    """Raises ValueError when one of the four secrets is missing."""
    login, password = settings.piste_technical_login, settings.piste_technical_password
    if not (settings.piste_client_secret and login and password):
        raise ValueError(
            "CLAUDIA_PISTE_CLIENT_ID needs _CLIENT_SECRET, _TECHNICAL_LOGIN and _TECHNICAL_PASSWORD"
        )
    api, oauth = (SANDBOX_API, SANDBOX_OAUTH) if settings.piste_sandbox else (API, OAUTH)
    return Access(
        api=(settings.piste_api_url or api).rstrip("/"),
        oauth=settings.piste_oauth_url or oauth,
        client_id=settings.piste_client_id,
        client_secret=settings.piste_client_secret,
        account=b64encode(f"{login}:{password}".encode()).decode(),
    )


class Failed(Exception):
    """A try that gave nothing. The text names the kind of failure and quotes nothing.

    `passing`: another try may succeed, at the earliest in `after_s`.
    """

    def __init__(self, kind: str, *, passing: bool = False, after_s: float | None = None) -> None:
        super().__init__(kind)
        self.passing, self.after_s = passing, after_s


class Refused(PortalUnavailable):
    """The portal works, and answers with a `codeRetour` that is not 0: it would again."""


class Piste:
    def __init__(self, access: Access, http: httpx2.AsyncClient) -> None:
        self._access, self._http = access, http
        self._tokens = Tokens(self._fetch_token)
        self.breaker = Breaker()

    @property
    def is_on_trial(self) -> bool:
        """Whether it failed so often that one call must succeed before others are let in."""
        return self.breaker.state(time.monotonic()) is not State.CLOSED

    async def call[A: Answer](self, path: str, body: Mapping[str, Any], shape: type[A]) -> A:
        """The answer of a service that reads. Raises PortalUnavailable, Refused being one."""
        ends_at = time.monotonic() + WITHIN_S
        for number in range(1, TRIES + 1):
            try:
                return await self._try(path, body, shape, ends_at)
            except Failed as failure:
                logger.warning("PISTE, %s, try %d: %s", path, number, failure)
                pause_s = pause_before_next(failure, number)
                left_s = ends_at - time.monotonic() - WORTH_A_TRY_S
                if not failure.passing or number == TRIES or pause_s > left_s:
                    raise self._unavailable() from None
                await asyncio.sleep(pause_s)
        raise AssertionError("The last try answers or raises.")

    def _unavailable(self) -> PortalUnavailable:
        wait_s = self.breaker.wait_s(time.monotonic())
        return PortalUnavailable("The portal does not answer.", wait_s or UNKNOWN_FOR_S)

    async def _try[A: Answer](
        self, path: str, body: Mapping[str, Any], shape: type[A], ends_at: float
    ) -> A:
        if not self.breaker.admits(time.monotonic()):
            raise self._unavailable()
        try:
            async with asyncio.timeout(ends_at - time.monotonic()):
                answer = _read(await self._authorised(path, body), shape)
        except TimeoutError:
            self.breaker.failed(time.monotonic())
            raise Failed("no time left") from None
        except asyncio.CancelledError:  # by the deadline of whoever asked
            logger.warning("PISTE, %s: no answer in time", path)
            self.breaker.failed(time.monotonic())
            raise
        except Failed as failure:
            self._note(failure)
            raise
        self.breaker.succeeded()
        if answer.code != 0:
            logger.warning("PISTE, %s: codeRetour %d", path, answer.code)
            raise Refused("The portal refuses to answer.")
        return answer

    def _note(self, failure: Failed) -> None:
        at = time.monotonic()
        if failure.after_s is None:
            self.breaker.failed(at)
        else:
            self.breaker.rest(at + failure.after_s)

    async def _authorised(self, path: str, body: Mapping[str, Any]) -> httpx2.Response:
        """A token that was revoked is renewed, once."""
        token = await self._tokens.current()
        response = await self._post(path, body, token)
        if response.status_code == 401:
            token = await self._tokens.another(token)
            response = await self._post(path, body, token)
        return _good(response)

    async def _post(self, path: str, body: Mapping[str, Any], token: str) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {token}", "cpro-account": self._access.account}
        return await self._send(self._access.api + path, headers=headers, json=dict(body))

    async def _fetch_token(self) -> Token:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._access.client_id,
            "client_secret": self._access.client_secret,
            "scope": "openid",
        }
        return _read(_good(await self._send(self._access.oauth, data=form)), Token)

    async def _send(self, url: str, **content: Any) -> httpx2.Response:
        limits = httpx2.Timeout(READ_S, connect=CONNECT_S)
        try:
            return await self._http.post(url, timeout=limits, follow_redirects=False, **content)
        except httpx2.HTTPError as error:  # its text may quote what was sent
            raise Failed(type(error).__name__, passing=True) from None


def pause_before_next(failure: Failed, number: int) -> float:
    """As long as the service asked for, else a random part of a span that doubles."""
    if failure.after_s is not None:
        return failure.after_s
    return random.uniform(0, FIRST_PAUSE_S * 2**number)


def _good(response: httpx2.Response) -> httpx2.Response:
    status = response.status_code
    if status == 429:
        raise Failed("HTTP 429", passing=True, after_s=_retry_after(response))
    if status != 200:
        raise Failed(f"HTTP {status}", passing=status >= 500)
    return response


def _retry_after(response: httpx2.Response) -> float:
    """In seconds; a date or nothing readable there is a second."""
    told = response.headers.get("Retry-After", "")
    return float(told) if told.isdecimal() and len(told) < 6 else 1.0


def _read[M: BaseModel](response: httpx2.Response, shape: type[M]) -> M:
    try:
        data = response.json()
    except ValueError:
        raise Failed("not JSON", passing=True) from None
    try:
        return shape.model_validate(data)
    except ValidationError:  # its text quotes what was answered
        raise Failed("another shape than documented") from None
