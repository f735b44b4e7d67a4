"""The public form of a ticket, for whoever cannot log in to the host site: no account, and no need
of JavaScript.

With a proof of work the ticket is made at once; without one a mailed link confirms it. The page
after sending is another one, so that loading it again sends nothing twice.

What similar tickets an address has is told before sending to the browser alone that sent them.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from kit.errors import NotFound, Refusal, TooMany
from kit.limits import Limited
from kit.mail import address_of
from kit.organisation import organisation
from ticketing.confirming import PATH as CONFIRM
from ticketing.confirming import Confirming, ticket_id_of
from ticketing.enclosures import Enclosures
from ticketing.writing import Form as Written
from ticketing.writing import Writing, mistakes_in
from web import sent_here
from web.api import count
from web.sender_forms import HEADERS, Files, id_of, ids_of, page, posted, take_in, text_of

PATH = sent_here.PATH
SENT = PATH + "/envoyee"
ON_ITS_WAY = PATH + "/courriel"

router = APIRouter(include_in_schema=False)


def writing_of(request: Request) -> Writing:
    found: Writing = request.app.state.writing
    return found


def confirming_of(request: Request) -> Confirming:
    found: Confirming = request.app.state.confirming
    return found


def enclosures_of(request: Request) -> Enclosures:
    found: Enclosures = request.app.state.enclosures
    return found


ToWrite = Annotated[Writing, Depends(writing_of)]
ToConfirm = Annotated[Confirming, Depends(confirming_of)]
Enclosing = Annotated[Enclosures, Depends(enclosures_of)]


@router.get(PATH, name="ticket_form")
async def show_form(request: Request) -> Response:
    return _form(request, Written(uuid4()))


@router.post(PATH)
async def receive_form(
    request: Request, writing: ToWrite, confirming: ToConfirm, enclosing: Enclosing
) -> Response:
    await count(request, Limited.LINK)  # before anything large is read
    async with posted(request) as form:
        written, act, proof = _read(form), text_of(form, "act"), text_of(form, "proof")
        try:
            await count(request, Limited.WRITE_TICKET)
        except TooMany as refusal:
            return _form(request, written, {"form": "too_many"}, status=refusal.status)
        kept = await enclosing.pending(written.holder_id, ids_of(form, "kept"))
        files = await take_in(
            form, kept, lambda name, content: enclosing.take_in(written.holder_id, name, content)
        )
    written = replace(written, file_ids=files.ids)
    mistakes = mistakes_in(written)
    if mistakes or files.refused:
        return _form(request, written, mistakes, files)
    try:
        if act == "link":
            return await _mail_links(request, writing, written, files)
        if not proof:
            return await _keep(request, confirming, written)
        await _count_to(request, Limited.WRITE_TICKET_TO, written)
        outcome = await writing.send(
            written, proof, sent_here=sent_here.ids_of(request), anyway=act == "anyway"
        )
    except Refusal as refusal:
        mistake = {
            "form": "too_many" if isinstance(refusal, TooMany) else refusal.code or "refused"
        }
        return _form(request, written, mistake, files, status=refusal.status)
    if outcome.ticket is None:
        return _form(request, written, {}, files, similar=outcome.similar)
    return _remembered(request, outcome.ticket.id)


async def _mail_links(
    request: Request, writing: Writing, written: Written, files: Files
) -> Response:
    """To whoever the address belongs to. This page learns nothing of what was mailed."""
    await _count_to(request, Limited.ASK_LINK_TO, written)
    await writing.mail_links(written.title, written.email, sent_here.ids_of(request))
    return _form(request, written, {}, files, notice="link")


async def _keep(request: Request, confirming: Confirming, written: Written) -> Response:
    await count(request, Limited.CONFIRM_TICKET)
    await _count_to(request, Limited.CONFIRM_TICKET_TO, written)
    await confirming.keep(written)
    return RedirectResponse(ON_ITS_WAY, 303, HEADERS)


async def _count_to(request: Request, limited: Limited, written: Written) -> None:
    await count(request, limited, address_of(written.email).casefold())


@router.get(ON_ITS_WAY)
async def show_on_its_way(request: Request) -> Response:
    return page(request, "web/ticket_on_its_way.html")


@router.get(SENT + "/{ticket_id}")
async def show_sent(request: Request, writing: ToWrite, ticket_id: str) -> Response:
    """Found by an id that nobody guesses: it shows the number, and nothing of what was written."""
    await count(request, Limited.LINK)
    try:
        ticket = await writing.sent(UUID(ticket_id))
    except (ValueError, NotFound):
        return _void(request)
    return page(request, "web/ticket_sent.html", reference=ticket.reference)


@router.get(CONFIRM + "/{token}")
async def show_confirmation(request: Request, confirming: ToConfirm, token: str) -> Response:
    """Programs open the links of mails: nothing happens before the button."""
    await count(request, Limited.LINK)
    return await _confirmation(request, confirming, token)


@router.post(CONFIRM + "/{token}")
async def receive_confirmation(
    request: Request, confirming: ToConfirm, token: str, act: Annotated[str, Form()] = ""
) -> Response:
    await count(request, Limited.LINK)
    try:
        outcome = await confirming.confirm(token, anyway=act == "anyway")
    except NotFound:
        return _void(request)
    except Refusal as refusal:
        return await _confirmation(request, confirming, token, refusal=refusal)
    if outcome.ticket is None:
        return await _confirmation(request, confirming, token, outcome.similar)
    return _remembered(request, outcome.ticket.id)


async def _confirmation(
    request: Request,
    confirming: Confirming,
    token: str,
    similar: int = 0,
    refusal: Refusal | None = None,
) -> Response:
    try:
        row = await confirming.look(token)
    except NotFound:
        return _void(request)
    if row.ticket_number is not None:
        return _sent(ticket_id_of(row))
    return page(
        request,
        "web/ticket_confirm.html",
        refusal.status if refusal else 200,
        token=token,
        title=row.fields["title"],
        similar=similar,
        refusal=(refusal.code or "refused") if refusal else None,
    )


# -----------------------------------------------------------------------------------------


def _read(form: FormData) -> Written:
    category, _, subcategory = text_of(form, "pair").partition("/")
    return Written(
        id=id_of(form, "form_id"),
        title=text_of(form, "title"),
        description=text_of(form, "description"),
        email=text_of(form, "email"),
        email_again=text_of(form, "email_again"),
        category=category,
        subcategory=subcategory,
    )


def _form(
    request: Request,
    written: Written,
    mistakes: Mapping[str, str] | None = None,
    files: Files | None = None,
    *,
    status: int = 200,
    similar: int = 0,
    notice: str = "",
) -> Response:
    files = files or Files()
    wrong = bool(mistakes or files.refused)
    return page(
        request,
        "web/ticket_form.html",
        422 if wrong and status == 200 else status,
        typed=written,
        mistakes=mistakes or {},
        files=files,
        categories=organisation().ticket_categories,
        similar=similar,
        notice=notice,
    )


def _sent(ticket_id: UUID) -> Response:
    return RedirectResponse(f"{SENT}/{ticket_id}", 303, HEADERS)


def _remembered(request: Request, ticket_id: UUID) -> Response:
    answer = _sent(ticket_id)
    sent_here.remember(request, answer, ticket_id)
    return answer


def _void(request: Request) -> Response:
    return page(request, "web/ticket_void.html", 404)
