"""Following a ticket without an account: ask for a link, read, answer, close, rate.

A secret link opens the page; a code mailed to the sender's address opens what is personal on it.
Each act is a form that works without JavaScript, and a GET changes nothing.
"""

import re
from contextlib import suppress
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, RedirectResponse, Response

from kit.errors import Invalid, NotFound, TooMany
from kit.files import disposition
from kit.limits import Limited
from kit.mail import address_of
from ticketing.lifecycle import Event
from ticketing.link_requests import LinkRequests
from ticketing.links import PATH
from ticketing.models import reference_of
from web.api import count
from web.sender_forms import HEADERS, id_of, ids_of, page, posted, take_in, text_of
from web.tracked import (
    PAGE,
    Done,
    Follow,
    Sender,
    Text,
    acted,
    buttons_of,
    path_of,
    show_tracked,
    void,
)

LONGEST = 300  # characters of a reference or an address
_REFERENCE = re.compile(r"(?:TK)?[\s\u00a0-]*(\d{1,9})", re.ASCII | re.IGNORECASE)

router = APIRouter(include_in_schema=False)


def link_requests_of(request: Request) -> LinkRequests:
    found: Any = request.app.state.link_requests
    assert isinstance(found, LinkRequests)
    return found


Asked = Annotated[LinkRequests, Depends(link_requests_of)]


# Asking for a link -----------------------------------------------------------------------


@router.get(PATH, name="tracking")
async def show_ask(request: Request, reference: Done = "", fait: Done = "") -> Response:
    return _ask(request, reference[:LONGEST], notice=fait)


@router.post(PATH)
async def receive_ask(
    request: Request, asked: Asked, reference: Text = "", email: Text = ""
) -> Response:
    """The request is stored before the answer; whether it names a ticket is looked up later. So
    the answer and the way to it are the same, whatever there is.
    """
    number, address = _reference(reference), _address(email)
    mistakes = {
        name: code
        for name, found, code in (
            ("reference", number, "reference_invalid"),
            ("email", address, "email_invalid"),
        )
        if found is None
    }
    if number is None or address is None:
        return _ask(request, reference[:LONGEST], email[:LONGEST], mistakes, 422)
    try:
        await count(request, Limited.ASK_LINK)
    except TooMany as refusal:
        mistakes = {"form": "too_many"}
        return _ask(request, reference, email, mistakes, refusal.status)
    with suppress(TooMany):  # not told, or it would tell that somebody else has asked
        await count(request, Limited.ASK_LINK_TO, f"{number} {address.casefold()}")
        await asked.ask(number, address)
    return RedirectResponse(f"{PATH}?fait=lien", 303, HEADERS)


def _reference(text: str) -> str | None:
    """As people type it.

    >>> _reference(" tk-42 "), _reference("TK-000042"), _reference("ma facture")
    ('TK-000042', 'TK-000042', None)
    """
    found = _REFERENCE.fullmatch(text.strip())
    return reference_of(int(found[1])) if found else None


def _address(text: str) -> str | None:
    try:
        return address_of(text)
    except Invalid:
        return None


def _ask(
    request: Request,
    reference: str,
    email: str = "",
    mistakes: dict[str, str] | None = None,
    status: int = 200,
    notice: str = "",
) -> Response:
    context = {"reference": reference, "email": email, "mistakes": mistakes or {}}
    return page(request, "web/tracking_ask.html", status, notice=notice, **context)


# One ticket ------------------------------------------------------------------------------


@router.get(PAGE, name="tracked_ticket")
async def show(request: Request, following: Follow, sender: Sender, fait: Done = "") -> Response:
    return await show_tracked(request, following, sender, notice=fait)


@router.get(PAGE + "/fichiers/{file_id}")
async def send_file(request: Request, following: Follow, sender: Sender, file_id: str) -> Response:
    """Always an attachment: no browser shows it as a page of ours."""
    try:
        found = await following.open_file(sender, UUID(file_id))
    except (NotFound, ValueError):
        return void(request)
    except Invalid:  # the code comes first
        return RedirectResponse(path_of(sender), 303, HEADERS)
    if not found.path.is_file():
        return void(request)
    headers = {
        "Content-Disposition": disposition(found.row.name),
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return FileResponse(found.path, media_type=found.row.media_type, headers=HEADERS | headers)


@router.post(PAGE + "/reponse")
async def receive_answer(request: Request, following: Follow, sender: Sender) -> Response:
    try:
        if not (await following.read(sender)).unmasked:  # before a byte of a file is read
            return await show_tracked(request, following, sender, mistakes={"code": "code_needed"})
    except NotFound:
        return void(request)
    async with posted(request) as form:
        text, meant, client_id = text_of(form, "text"), text_of(form, "event"), id_of(form, "id")
        kept = await following.waiting_files(sender, ids_of(form, "kept"))
        files = await take_in(
            form, kept, lambda name, content: following.take_file(sender, name, content)
        )
    typed: dict[str, Any] = {"text": text, "files": files, "client_id": client_id}
    if files.refused:
        return await show_tracked(request, following, sender, **typed)
    event = Event(meant) if meant in set(Event) else None
    act = following.write(sender, text, file_ids=files.ids, meant=event, client_id=client_id)
    return await acted(request, following, sender, act, meant, at="text", **typed)


@router.get(PAGE + "/fermeture")
async def show_closing(request: Request, following: Follow, sender: Sender) -> Response:
    try:
        seen = await following.read(sender)
    except NotFound:
        return void(request)
    if not seen.unmasked or Event.CLOSED not in buttons_of(seen):
        return RedirectResponse(path_of(sender), 303, HEADERS)
    return page(request, "web/tracking_close.html", here=path_of(sender), ticket=seen.ticket)


@router.post(PAGE + "/fermeture")
async def receive_closing(request: Request, following: Follow, sender: Sender) -> Response:
    return await acted(request, following, sender, following.close(sender), "closed")


@router.post(PAGE + "/avis")
async def receive_rating(
    request: Request, following: Follow, sender: Sender, rating: Text = ""
) -> Response:
    value = int(rating) if rating in {"1", "2", "3", "4", "5"} else 0
    act = following.rate(sender, value)
    return await acted(request, following, sender, act, "avis", at="rating")
