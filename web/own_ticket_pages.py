"""« Mes tickets »: all the tickets of whoever is connected, and each of them with what may be done.

As the pages behind secret links (`tracking_pages.py`), without a code: the host site vouches for
who it is. Another's, absent, a draft of somebody else: the same page, and nobody learns which.
"""

from collections.abc import Awaitable, Mapping
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import FileResponse, RedirectResponse, Response

from kit.errors import NotFound, Refusal
from kit.files import disposition
from kit.limits import Limited
from ticketing.following import Connected
from ticketing.lifecycle import Event
from ticketing.models import number_of, reference_of
from ticketing.own import OwnTickets
from ticketing.words import STATUS_FOR_SENDER
from web.api import count
from web.own_form_pages import show_draft, void
from web.own_session import PATH, Mine
from web.sender_forms import HEADERS, Files, id_of, ids_of, page, posted, take_in, text_of
from web.tracked import Done, Follow, Text, about, buttons_of

PAGE = PATH + "/{reference}"
LONGEST_QUESTION = 200  # characters
TABS = {  # as addresses say them
    "actions-requises": "to_do",
    "en-cours": "under_way",
    "clotures": "closed",
    "brouillons": "drafts",
}
SLUGS = {tab: slug for slug, tab in TABS.items()}

router = APIRouter(include_in_schema=False)


async def sender_of(me: Mine, reference: str) -> Connected:
    """What is no reference is no ticket: 0 is the number of none."""
    return Connected(me.subject, number_of(reference) or 0)


Sender = Annotated[Connected, Depends(sender_of)]


@router.get(PATH, name="own_tickets")
async def show_list(
    request: Request,
    me: Mine,
    onglet: Done = "",
    q: Done = "",
    at: Annotated[str, Query(alias="page")] = "1",
    fait: Done = "",
) -> Response:
    own: OwnTickets = request.app.state.own_tickets
    question = q[:LONGEST_QUESTION].strip()
    wanted = int(at) if at.isascii() and at.isdigit() and len(at) < 6 else 1
    listing = await own.look(me.subject, TABS.get(onglet, ""), question, wanted)
    return page(
        request,
        "web/own_tickets.html",
        listing=listing,
        question=question,
        slugs=SLUGS,
        status_words=STATUS_FOR_SENDER,
        notice=fait,
    )


@router.get(PAGE, name="own_ticket")
async def show(
    request: Request, following: Follow, me: Mine, sender: Sender, fait: Done = ""
) -> Response:
    try:
        return await _show(request, sender, notice=fait)
    except NotFound:
        pass
    try:
        return await show_draft(request, me, sender.number, fait)
    except NotFound:
        return void(request)


@router.get(PAGE + "/fichiers/{file_id}")
async def send_file(following: Follow, request: Request, sender: Sender, file_id: str) -> Response:
    """Always an attachment: no browser shows it as a page of ours."""
    try:
        found = await following.open_file(sender, UUID(file_id))
    except (NotFound, ValueError):
        return void(request)
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
    await count(request, Limited.LINK)  # before anything large is read
    try:
        await following.read(sender)
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
        return await _show(request, sender, **typed)
    event = Event(meant) if meant in set(Event) else None
    act = following.write(sender, text, file_ids=files.ids, meant=event, client_id=client_id)
    return await _acted(request, sender, act, meant, at="text", **typed)


@router.get(PAGE + "/fermeture")
async def show_closing(request: Request, following: Follow, sender: Sender) -> Response:
    try:
        seen = await following.read(sender)
    except NotFound:
        return void(request)
    here = _path_of(sender)
    if Event.CLOSED not in buttons_of(seen):
        return RedirectResponse(here, 303, HEADERS)
    return page(request, "web/tracking_close.html", here=here, ticket=seen.ticket)


@router.post(PAGE + "/fermeture")
async def receive_closing(request: Request, following: Follow, sender: Sender) -> Response:
    return await _acted(request, sender, following.close(sender), "closed")


@router.post(PAGE + "/avis")
async def receive_rating(
    request: Request, following: Follow, sender: Sender, rating: Text = ""
) -> Response:
    value = int(rating) if rating in {"1", "2", "3", "4", "5"} else 0
    return await _acted(request, sender, following.rate(sender, value), "avis", at="rating")


# -----------------------------------------------------------------------------------------


async def _show(
    request: Request,
    sender: Connected,
    *,
    mistakes: Mapping[str, str] | None = None,
    status: int = 200,
    notice: str = "",
    text: str = "",
    files: Files | None = None,
    client_id: UUID | None = None,
) -> Response:
    """Raises NotFound."""
    seen = await request.app.state.following.read(sender)
    files = files or Files()
    wrong = bool(mistakes or files.refused)
    return page(
        request,
        "web/own_ticket.html",
        422 if wrong and status == 200 else status,
        here=_path_of(sender),
        mistakes=mistakes or {},
        notice="" if wrong else notice,
        typed={"text": text},
        files=files,
        client_id=client_id or uuid4(),
        **about(seen),
    )


async def _acted(
    request: Request,
    sender: Connected,
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
        mistakes = {at: refusal.code or "refused"}
        return await _show(request, sender, mistakes=mistakes, status=refusal.status, **typed)
    return RedirectResponse(f"{_path_of(sender)}?fait={done}", 303, HEADERS)


def _path_of(sender: Connected) -> str:
    return f"{PATH}/{reference_of(sender.number)}"
