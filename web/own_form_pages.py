"""The form of whoever is connected: it is kept as a draft, or sent. No proof of work: the host site
vouches for them.

Their own tickets about the same are shown before another one is sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from chorus.page_sessions import structures_of
from kit.errors import NotFound, Refusal, TooMany
from kit.limits import Limited
from kit.organisation import organisation
from ticketing.drafts import Draft, Drafts, Form, Owner, mistakes_in
from ticketing.models import Ticket, number_of
from ticketing.thread import NO_SUCH
from ticketing.words import STATUS_FOR_SENDER
from web.api import count
from web.own_session import PATH, Here, Mine
from web.sender_forms import HEADERS, Files, id_of, ids_of, page, posted, take_in, text_of

NEW = PATH + "/nouveau"
DISCARD = PATH + "/{reference}/suppression"

router = APIRouter(include_in_schema=False)


def drafts_of(request: Request) -> Drafts:
    found: Drafts = request.app.state.drafts
    return found


@router.get(NEW)
async def show_form(request: Request, here: Here) -> Response:
    structures = structures_of(here)
    only = structures[0].name if len(structures) == 1 else ""
    return _form(request, Form(uuid4(), structure=only))


@router.post(NEW)
async def receive_form(request: Request, me: Mine) -> Response:
    """`act`: "save", "send", or "anyway" once similar ones were shown."""
    drafts = drafts_of(request)
    await count(request, Limited.LINK)  # before anything large is read
    async with posted(request) as form:
        written, act, draft = _read(request, form), text_of(form, "act"), text_of(form, "draft")
        kept = await drafts.files(me, written.id, ids_of(form, "kept"))
        files = await take_in(
            form, kept, lambda name, content: drafts.take_file(me, written.id, name, content)
        )
    written = replace(written, file_ids=files.ids)
    mistakes = mistakes_in(written, draft=act == "save")
    if not _structure_fits(request, written, draft=act == "save"):
        mistakes = {"structure": "structure_unknown"} | mistakes
    if mistakes or files.refused:
        return _form(request, written, mistakes, files, draft=draft)
    try:
        await count(request, Limited.OWN_TICKET, me.subject)
        if act == "save":
            saved = await drafts.save(me, written)
            return _to(f"{PATH}/{saved.reference}?fait=brouillon")
        outcome = await drafts.send(me, written, anyway=act == "anyway")
    except Refusal as refusal:
        code = "too_many" if isinstance(refusal, TooMany) else refusal.code or "refused"
        if code == "sent_already":  # what differs is another ticket, if it is sent once more
            written, files, draft = replace(written, id=uuid4(), file_ids=()), Files(), ""
        mistakes = {"form": code}
        return _form(request, written, mistakes, files, draft=draft, status=refusal.status)
    if outcome.ticket is None:
        return _form(request, written, {}, files, draft=draft, similar=outcome.similar)
    return _to(f"{PATH}/{outcome.ticket.reference}?fait=envoyee")


async def show_draft(request: Request, me: Owner, number: int, notice: str) -> Response:
    """Raises NotFound."""
    found = await drafts_of(request).read(me.subject, number)
    files = Files([dict(each) for each in found.files])
    return _form(request, found.form, {}, files, draft=found.ticket.reference, notice=notice)


@router.get(DISCARD)
async def show_discard(request: Request, me: Mine, reference: str) -> Response:
    try:
        found = await _draft(request, me, reference)
    except NotFound:
        return void(request)
    return page(request, "web/own_draft_discard.html", ticket=found.ticket)


@router.post(DISCARD)
async def receive_discard(request: Request, me: Mine, reference: str) -> Response:
    try:
        found = await _draft(request, me, reference)
        await drafts_of(request).discard(me.subject, found.ticket.number)
    except NotFound:
        return void(request)
    return _to(f"{PATH}?onglet=brouillons&fait=supprime")


async def _draft(request: Request, me: Owner, reference: str) -> Draft:
    return await drafts_of(request).read(me.subject, number_in(reference))


def number_in(reference: str) -> int:
    """Raises NotFound: what is no reference names no ticket."""
    number = number_of(reference)
    if number is None:
        raise NotFound(NO_SUCH)
    return number


def void(request: Request) -> Response:
    """Another's, absent, a draft of somebody else: nobody learns which."""
    return page(request, "web/own_ticket_void.html", 404)


# -----------------------------------------------------------------------------------------


def _read(request: Request, form: FormData) -> Form:
    category, _, subcategory = text_of(form, "pair").partition("/")
    names = {each.id: each.name for each in structures_of(request.state.connected)}
    return Form(
        id=id_of(form, "form_id"),
        title=text_of(form, "title"),
        description=text_of(form, "description"),
        category=category,
        subcategory=subcategory,
        structure=names.get(text_of(form, "structure"), ""),
        service=text_of(form, "service"),
    )


def _structure_fits(request: Request, written: Form, *, draft: bool) -> bool:
    """Whoever has structures writes for one of them."""
    return bool(draft or written.structure or not structures_of(request.state.connected))


def _form(
    request: Request,
    written: Form,
    mistakes: Mapping[str, str] | None = None,
    files: Files | None = None,
    *,
    draft: str = "",
    status: int = 200,
    similar: Sequence[Ticket] = (),
    notice: str = "",
) -> Response:
    """`draft`: the reference under which it is kept, or empty."""
    files = files or Files()
    wrong = bool(mistakes or files.refused)
    context: dict[str, Any] = {
        "typed": written,
        "mistakes": mistakes or {},
        "files": files,
        "categories": organisation().ticket_categories,
        "structures": structures_of(request.state.connected),
        "similar": similar,
        "status_words": STATUS_FOR_SENDER,
        "draft": draft if number_of(draft) else "",
        "notice": "" if wrong else notice,
    }
    code = 422 if wrong and status == 200 else status
    return page(request, "web/own_ticket_form.html", code, **context)


def _to(path: str) -> Response:
    return RedirectResponse(path, 303, HEADERS)
