"""The HTTP API that other programs rely on: reads the request, calls the exchange, answers."""

import asyncio
import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from chorus.identity import SIZE, Verifier
from kit.calendar import state_at
from kit.clock import now
from kit.database import Reading, database_of
from kit.errors import Unauthorised
from kit.limits import Limited, Limits
from kit.schedule import load_hours
from livechat.access import Doorkeeper, check_current, permit
from livechat.exchange import Exchange, Heard
from livechat.hub import Cut, Hub, Listener
from livechat.protocol import AnyEvent, Event, LookAgain, Said, Seq, Voted
from livechat.transcripts import Transcripts, TranscriptWanted
from web.problems import DOCUMENTED

router = APIRouter(prefix="/api", tags=["api"], responses=DOCUMENTED)

WAIT_S = 10.0  # the longest that an answer waits for the assistant's turn
POLL_S = 0.5  # how often the end of a turn is looked up besides, should a push be missed


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OpenBody(Body):
    client_id: UUID | None = None
    identity: str | None = Field(None, min_length=1, max_length=SIZE)


class IdentityBody(Body):
    identity: str = Field(min_length=1, max_length=SIZE)


class OpenedAnswer(BaseModel):
    id: UUID
    token: str
    events: list[AnyEvent]


class ConnectedAnswer(BaseModel):
    connected: bool
    role: str
    structures: list[dict[str, Any]]


class StoredAnswer(BaseModel):
    seq: Seq
    events: list[AnyEvent]


class EventsAnswer(BaseModel):
    events: list[AnyEvent]


class HoursAnswer(BaseModel):
    """`until`: when `open` changes; an interval holds its first instant and not its last."""

    open: bool
    at: datetime
    until: datetime | None
    reason: str
    next_opening: datetime | None


def exchange_of(request: Request) -> Exchange:
    found: Exchange = request.app.state.exchange
    return found


async def authorised(
    request: Request,
    conversation_id: str,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))],
) -> UUID:
    """The conversation of the path, for the bearer of its token."""
    if bearer is None:
        raise Unauthorised("This call needs the token of its conversation.")
    doorkeeper: Doorkeeper = request.app.state.doorkeeper
    key = doorkeeper.read(bearer.credentials.strip())
    permitted = permit(key, conversation_id.lower())
    async with database_of(request).glancing() as session:
        await check_current(session, key)
    return permitted


Talking = Annotated[Exchange, Depends(exchange_of)]
Permitted = Annotated[UUID, Depends(authorised)]
Prefer = Annotated[str, Header()]
# The years whose public holidays are known.
FIRST, LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def with_plus(instant: str) -> str:
    """A `+` that was not escaped in an address arrives as a blank.

    >>> with_plus("2026-05-25T18:30:00 02:00")
    '2026-05-25T18:30:00+02:00'
    """
    return re.sub(r"(T.*) (\d\d:?\d\d)$", r"\1+\2", instant)


Instant = Annotated[AwareDatetime, BeforeValidator(with_plus), Query(ge=FIRST, le=LAST)]


async def count(request: Request, limited: Limited, who: str | None = None) -> None:
    limits: Limits = request.app.state.limits
    client = request.client.host if request.client else "unknown"
    await limits.hit(limited, who or client)


@router.post("/conversations", status_code=201)
async def open_conversation(request: Request, exchange: Talking, body: OpenBody) -> OpenedAnswer:
    """Start a conversation. The same `client_id` again gives the same conversation back."""
    await count(request, Limited.OPEN)
    verifier: Verifier = request.app.state.verifier
    identity = await verifier.verify(body.identity) if body.identity else None
    opened = await exchange.open(body.client_id, identity)
    return OpenedAnswer(id=opened.conversation_id, token=opened.token, events=opened.events)


@router.post("/conversations/{conversation_id}/identity")
async def connect(
    request: Request, exchange: Talking, conversation_id: Permitted, body: IdentityBody
) -> ConnectedAnswer:
    """The user is connected on the host site: from here on the answers fit them."""
    verifier: Verifier = request.app.state.verifier
    identity = await verifier.verify(body.identity)
    await exchange.connect(conversation_id, identity)
    structures = [structure.model_dump() for structure in identity.structures]
    return ConnectedAnswer(connected=True, role=identity.role, structures=structures)


@router.delete("/conversations/{conversation_id}/identity", status_code=204)
async def disconnect(exchange: Talking, conversation_id: Permitted) -> None:
    """The user signed out: the token of this conversation is void from here on."""
    await exchange.disconnect(conversation_id)


@router.post("/conversations/{conversation_id}/messages", status_code=201)
async def say(
    request: Request,
    exchange: Talking,
    conversation_id: Permitted,
    body: Said,
    response: Response,
    prefer: Prefer = "",
) -> StoredAnswer:
    """Say something, or click on a choice. With `Prefer: wait=N` the answer comes along."""
    await count(request, Limited.SAY, str(conversation_id))
    await count(request, Limited.SAY_FROM)
    heard = await exchange.hear(conversation_id, body)
    return await _stored(request, exchange, conversation_id, heard, prefer, response)


@router.post("/conversations/{conversation_id}/votes", status_code=201)
async def vote(
    request: Request,
    exchange: Talking,
    conversation_id: Permitted,
    body: Voted,
    response: Response,
    prefer: Prefer = "",
) -> StoredAnswer:
    """A thumb. The last one counts; the same one again changes nothing."""
    await count(request, Limited.SAY, str(conversation_id))
    await count(request, Limited.SAY_FROM)
    heard = await exchange.vote(conversation_id, body)
    return await _stored(request, exchange, conversation_id, heard, prefer, response)


@router.get("/conversations/{conversation_id}/events")
async def events(
    exchange: Talking,
    conversation_id: Permitted,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> EventsAnswer:
    """What came after event number `after`, in order, without holes."""
    return EventsAnswer(events=await exchange.events_after(conversation_id, after))


@router.post("/conversations/{conversation_id}/transcript", status_code=201)
async def send_transcript(
    request: Request, conversation_id: Permitted, body: TranscriptWanted
) -> StoredAnswer:
    """Mail a copy of the conversation. The same `client_id` again sends nothing more."""
    await count(request, Limited.TRANSCRIPT)
    transcripts: Transcripts = request.app.state.transcripts
    return StoredAnswer(seq=await transcripts.send(conversation_id, body), events=[])


@router.get("/hours")
async def hours(session: Reading, at: Instant | None = None) -> HoursAnswer:
    """Whether advisors are there, why, until when, and when they next are."""
    state = state_at(await load_hours(session), at or now())
    return HoursAnswer.model_validate(state, from_attributes=True)


async def _stored(
    request: Request,
    exchange: Exchange,
    conversation_id: UUID,
    heard: Heard,
    prefer: str,
    response: Response,
) -> StoredAnswer:
    seconds = _wait_of(prefer)
    if seconds is not None:
        response.headers["Preference-Applied"] = f"wait={seconds:g}"
        await wait_for_turn(request.app.state.hub, exchange, conversation_id, heard.seq, seconds)
    elif not heard.again:
        return StoredAnswer(seq=heard.seq, events=[])
    later = await exchange.events_after(conversation_id, heard.seq)
    return StoredAnswer(seq=heard.seq, events=later)


def _wait_of(prefer: str) -> float | None:
    """The seconds of `wait=N` (RFC 7240), ten at most; None when it is not asked for."""
    found = re.search(r"(?:^|[\s,;])wait\s*=\s*\"?(\d{1,4})", prefer, re.IGNORECASE)
    return min(float(found[1]), WAIT_S) if found else None


async def wait_for_turn(
    hub: Hub, exchange: Exchange, conversation_id: UUID, seq: int, seconds: float
) -> None:
    """Return once nothing is owed for message `seq`, or after `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            with hub.listen(conversation_id) as listener:
                while not await exchange.is_settled(conversation_id, seq):
                    await _until_something_is_written(listener)
    except (TimeoutError, Cut):
        return


async def _until_something_is_written(listener: Listener) -> None:
    """Or may have been. What is only seen, such as somebody who types, settles nothing."""
    with suppress(TimeoutError):
        async with asyncio.timeout(POLL_S):
            while not isinstance(await listener.next(), Event | LookAgain):
                pass
