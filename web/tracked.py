"""The page of one ticket as the holder of its link sees it, whatever led there."""

from collections.abc import Awaitable, Mapping
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from kit.errors import NotFound, Refusal, TooMany
from kit.limits import Limited
from ticketing import routing
from ticketing.following import ByLink, Following, Seen
from ticketing.lifecycle import MEANT_BY_A_REPLY, Actor, Event, allowed
from ticketing.links import PATH
from ticketing.models import reference_of
from ticketing.words import STATUS_FOR_SENDER
from web.api import count
from web.sender_forms import HEADERS, Files, page

COOKIE = "visit"
PAGE = PATH + "/{token}"

Text = Annotated[str, Form()]
Done = Annotated[str, Query()]


def following_of(request: Request) -> Following:
    found: Following = request.app.state.following
    return found


async def sender_of(request: Request, token: str) -> ByLink:
    """Whoever holds the link of the path, with the cookie of the code that they entered for it."""
    await count(request, Limited.LINK)
    return ByLink(token, request.cookies.get(COOKIE))


Follow = Annotated[Following, Depends(following_of)]
Sender = Annotated[ByLink, Depends(sender_of)]


async def show_tracked(
    request: Request,
    following: Following,
    sender: ByLink,
    *,
    mistakes: Mapping[str, str] | None = None,
    status: int = 200,
    notice: str = "",
    text: str = "",
    files: Files | None = None,
    client_id: UUID | None = None,
    address: str = "",
) -> Response:
    """`address`: to which a code was mailed, so that it becomes that of a ticket without one."""
    try:
        seen = await following.read(sender)
    except NotFound:
        return void(request)
    files = files or Files()
    wrong = bool(mistakes or files.refused)
    return page(
        request,
        "web/tracking.html",
        422 if wrong and status == 200 else status,
        here=path_of(sender),
        mistakes=mistakes or {},
        notice="" if wrong else notice,
        typed={"text": text, "address": address},
        files=files,
        client_id=client_id or uuid4(),
        **about(seen),
    )


def about(seen: Seen) -> dict[str, Any]:
    """What pages of a sender say of a ticket."""
    ticket = seen.ticket
    return {
        "ticket": ticket,
        "seen": seen,
        "state": STATUS_FOR_SENDER[ticket.status],
        "labels": routing.labels(),
        "buttons": buttons_of(seen),
        "meant": MEANT_BY_A_REPLY.get(ticket.status),
        "merged": reference_of(ticket.merged_into) if ticket.merged_into else None,
    }


def buttons_of(seen: Seen) -> set[Event]:
    """What its sender may do now. What was merged goes on elsewhere."""
    if seen.ticket.merged_into is not None:
        return set()
    return set(allowed(seen.ticket.status, Actor.SENDER))


async def acted(
    request: Request,
    following: Following,
    sender: ByLink,
    act: Awaitable[Any],
    done: str,
    *,
    at: str = "form",
    **typed: Any,
) -> Response:
    """Back to the page; or the page again, with why not (at which field) and what was typed."""
    try:
        await act
    except NotFound:
        return void(request)
    except Refusal as refusal:
        code = "too_many" if isinstance(refusal, TooMany) else refusal.code or "refused"
        status = refusal.status
        return await show_tracked(
            request, following, sender, mistakes={at: code}, status=status, **typed
        )
    return RedirectResponse(f"{path_of(sender)}?fait={done}", 303, HEADERS)


def void(request: Request) -> Response:
    """Invented, foreign, expired, revoked: nobody learns which."""
    return page(request, "web/tracking_void.html", 404)


def path_of(sender: ByLink) -> str:
    return f"{PATH}/{sender.token}"
