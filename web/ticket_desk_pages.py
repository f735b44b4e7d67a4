"""The page of one ticket for the staff, and all that they do there. `ticketing/triage.py` decides
who may.

Each act is a form that works without JavaScript: done, it leads back to the page; refused, the page
says why at its top and keeps what was typed.
"""

from collections.abc import Awaitable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import FileResponse, Response

from kit.errors import Invalid, NotFound, Refusal
from kit.files import disposition
from staff.access import Member
from staff.models import StaffMember
from staff.pages import Text, done
from ticketing.bulk import FAIRLY, member_in, priority_in, route_in
from ticketing.dossier import Dossiers
from ticketing.looks import Looks
from ticketing.merging import Merging
from ticketing.models import number_of
from ticketing.triage import Triage
from web.ticket_desk import Kept, show_ticket

LIST = "/tickets"
TICKET = LIST + "/{number}"
LONGEST_NUMBER = 9  # digits
LAST_SEQ = 2**31 - 1  # that the database counts to

router = APIRouter(include_in_schema=False)


def number_in_path(number: str) -> int:
    """0, which no ticket has, for what is no number: the service refuses it like any other."""
    plain = number.isascii() and number.isdecimal() and len(number) <= LONGEST_NUMBER
    return int(number) if plain else 0


def triage_of(request: Request) -> Triage:
    found: Triage = request.app.state.triage
    return found


def dossiers_of(request: Request) -> Dossiers:
    found: Dossiers = request.app.state.dossiers
    return found


def merging_of(request: Request) -> Merging:
    found: Merging = request.app.state.merging
    return found


def looks_of(request: Request) -> Looks:
    found: Looks = request.app.state.looks
    return found


Number = Annotated[int, Depends(number_in_path)]
Triaging = Annotated[Triage, Depends(triage_of)]
Reader = Annotated[Dossiers, Depends(dossiers_of)]


async def tried(
    request: Request,
    member: StaffMember,
    number: int,
    act: Awaitable[Any],
    said: str,
    *,
    at: str = "",
    **typed: str,
) -> Response:
    """Back to the page; or the page again, with why not and what was typed."""
    try:
        await act
    except NotFound:
        raise
    except Refusal as refusal:
        kept = Kept(typed)
        return await show_ticket(request, member, number, refusal=refusal, at=at, kept=kept)
    return done(f"{LIST}/{number}", said)


# Reading ---------------------------------------------------------------------------------


@router.get(TICKET, name="ticket")
async def show(request: Request, member: Member, number: Number) -> Response:
    return await show_ticket(request, member, number)


@router.get(TICKET + "/fichiers/{file_id}")
async def send_file(member: Member, number: Number, file_id: UUID, reader: Reader) -> Response:
    """Always an attachment: no browser shows it as a page of ours."""
    found = await reader.open_file(member, number, file_id)
    if not found.path.is_file():
        raise NotFound("This file does not exist.")
    headers = {
        "Content-Disposition": disposition(found.row.name),
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return FileResponse(found.path, media_type=found.row.media_type, headers=headers)


@router.post(TICKET + "/look")
async def receive_look(
    member: Member,
    number: Number,
    looks: Annotated[Looks, Depends(looks_of)],
    after: Annotated[int, Form(ge=0, le=LAST_SEQ)] = 0,
) -> dict[str, Any]:
    """The page is still open: who else looks, and whether something came meanwhile."""
    news = await looks.look(member, number, after)
    return {
        "looking": news.looking,
        "last_seq": news.last_seq,
        "said": news.said,
        "held": news.held,
        "sent": news.sent,
    }


# Whose it is -----------------------------------------------------------------------------


@router.post(TICKET + "/prendre")
async def receive_take(
    request: Request, member: Member, number: Number, triage: Triaging, reply: Text = ""
) -> Response:
    """`reply`: what was typed before somebody had taken it."""
    answer = await tried(request, member, number, triage.take(member, number), "prise", reply=reply)
    if reply.strip() and answer.status_code == 303:
        kept = Kept({"reply": reply})
        return await show_ticket(request, member, number, kept=kept, done="prise")
    return answer


@router.post(TICKET + "/relacher")
async def receive_release(
    request: Request, member: Member, number: Number, triage: Triaging
) -> Response:
    return await tried(request, member, number, triage.release(member, number), "relache")


@router.post(TICKET + "/affectation")
async def receive_assignment(
    request: Request, member: Member, number: Number, triage: Triaging, assignee: Text = ""
) -> Response:
    async def assign() -> None:
        if assignee == FAIRLY:
            await triage.assign_fairly(member, number)
        else:
            await triage.assign(member, number, member_in(assignee))

    return await tried(request, member, number, assign(), "affectation", at="assignee")


@router.post(TICKET + "/transfert")
async def receive_transfer(
    request: Request,
    member: Member,
    number: Number,
    triage: Triaging,
    route: Text = "",
    note: Text = "",
) -> Response:
    async def transfer() -> None:
        await triage.transfer(member, number, route_in(route), note)

    return await tried(
        request, member, number, transfer(), "transfert", at="route", transfer_note=note
    )


# Sorting ---------------------------------------------------------------------------------


@router.post(TICKET + "/categorie")
async def receive_pair(
    request: Request, member: Member, number: Number, triage: Triaging, pair: Text = ""
) -> Response:
    category, _, subcategory = pair.partition("/")
    act = triage.recategorise(member, number, category, subcategory)
    return await tried(request, member, number, act, "categorie", at="pair")


@router.post(TICKET + "/priorite")
async def receive_priority(
    request: Request, member: Member, number: Number, triage: Triaging, priority: Text = ""
) -> Response:
    async def change() -> None:
        await triage.set_priority(member, number, priority_in(priority))

    return await tried(request, member, number, change(), "priorite", at="priority")


@router.post(TICKET + "/etiquettes")
async def receive_tag(
    request: Request,
    member: Member,
    number: Number,
    triage: Triaging,
    tag: Text = "",
    remove: Text = "",
) -> Response:
    """`tag` is put on; `remove`, if it is given, is taken off instead."""
    act = triage.untag(member, number, remove) if remove else triage.tag(member, number, tag)
    return await tried(request, member, number, act, "etiquette", at="tag", tag=tag)


@router.post(TICKET + "/note")
async def receive_note(
    request: Request, member: Member, number: Number, triage: Triaging, text: Text = ""
) -> Response:
    act = triage.note(member, number, text)
    return await tried(request, member, number, act, "note", at="note", note=text)


@router.post(TICKET + "/liens/revocation")
async def receive_revocation(
    request: Request, member: Member, number: Number, triage: Triaging
) -> Response:
    return await tried(request, member, number, triage.revoke_links(member, number), "liens")


# One and many ----------------------------------------------------------------------------


@router.post(TICKET + "/fusion")
async def receive_merge(
    request: Request,
    member: Member,
    number: Number,
    merging: Annotated[Merging, Depends(merging_of)],
    into: Text = "",
) -> Response:
    """`into`: the reference of the ticket that goes on, as it is typed or chosen."""

    async def merge() -> None:
        other = number_of(into) or number_in_path(into.strip())
        try:
            await merging.merge(member, number, other)
        except NotFound:
            await dossiers_of(request).read(member, number)  # is it this one that is not there?
            raise Invalid("There is no such ticket.", code="other_unknown") from None

    return await tried(request, member, number, merge(), "fusion", at="into", into=into)


@router.post(TICKET + "/division")
async def receive_split(
    request: Request,
    member: Member,
    number: Number,
    merging: Annotated[Merging, Depends(merging_of)],
    entries: Annotated[list[str] | None, Form()] = None,
    title: Text = "",
    pair: Text = "",
    form_id: Annotated[UUID | None, Form()] = None,
) -> Response:
    category, _, subcategory = pair.partition("/")
    try:
        made = await merging.split(
            member,
            number,
            {number_in_path(each) for each in entries or ()},
            title=title,
            category=category or None,
            subcategory=subcategory or None,
            form_id=form_id,
        )
    except NotFound:
        raise
    except Refusal as refusal:
        kept = Kept({"title": title})
        return await show_ticket(request, member, number, refusal=refusal, at="title", kept=kept)
    return done(f"{LIST}/{made.number}", "division")
