"""Replies to a ticket: written with files and prepared texts, held back, sent or taken back.

Nothing that was typed is lost: neither the text nor a file that had been sent up, when a colleague
took the ticket meanwhile or its sender closed it.
"""

from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from kit.errors import Invalid, NotFound, Refusal
from kit.file_kinds import LIMIT
from staff.access import Member
from staff.models import StaffMember
from staff.pages import done
from ticketing.dossier import Dossiers
from ticketing.lifecycle import Event
from ticketing.triage import Moved
from web.ticket_desk import Kept, canned, show_ticket
from web.ticket_desk_pages import LIST, TICKET, Number, Reader, Triaging

AT_MOST = 5  # files of one reply
READ = 50  # files of one form: more than allowed, so that the text beside them is not lost
FIELD_LIMIT = 64 * 1024  # bytes of one field
INSERT = "insert"  # instead of an event: put a prepared reply in, send nothing

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Typed:
    """The form of a reply. `wanted`: an event, or INSERT."""

    wanted: str
    text: str
    canned: str
    kept: list[UUID]
    uploads: list[tuple[str, bytes]]


@router.post(TICKET + "/reponse")
async def receive_reply(
    request: Request, member: Member, number: Number, triage: Triaging, reader: Reader
) -> Response:
    await reader.read(member, number)  # whoever may not is refused before their files are read
    typed = await _read(request)
    files = await reader.own_files(member, number, typed.kept)
    if typed.wanted == INSERT:
        text = await _with_canned(request, member, number, typed)
        return await show_ticket(request, member, number, kept=_kept(text, files))
    try:
        if len(typed.uploads) + len(files) > AT_MOST:
            raise Invalid("A reply has five files at most.", code="too_many_files")
        for name, content in typed.uploads:
            files.append(await reader.take_file(member, number, name, content))
        await triage.reply(member, number, _event(typed.wanted), typed.text, files=files)
    except NotFound:
        raise
    except Refusal as refusal:
        kept = _kept(typed.text, files)
        return await show_ticket(request, member, number, refusal=refusal, at="reply", kept=kept)
    return done(f"{LIST}/{number}", "reponse")


@router.post(TICKET + "/reponse/retrait")
async def receive_retraction(
    request: Request, member: Member, number: Number, triage: Triaging, reader: Reader
) -> Response:
    """Not sent: its text and its files are in the form again."""
    held = (await reader.read(member, number)).held
    try:
        text = await triage.take_back(member, number)
    except NotFound:
        raise
    except Refusal as refusal:
        return await show_ticket(request, member, number, refusal=refusal)
    return await show_ticket(request, member, number, kept=_kept(text, held.files if held else []))


async def _read(request: Request) -> Typed:
    """Raises Invalid, TooLarge."""
    try:
        async with request.form(max_files=READ, max_fields=READ, max_part_size=FIELD_LIMIT) as form:
            return Typed(
                wanted=_text(form, "event"),
                text=_text(form, "text").replace("\r\n", "\n"),
                canned=_text(form, "canned"),
                kept=_ids(form),
                uploads=await _uploads(form),
            )
    except HTTPException:
        raise Invalid("The form of a reply is expected.", code="form_invalid") from None


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


def _ids(form: FormData) -> list[UUID]:
    found = []
    for value in form.getlist("kept"):
        with suppress(ValueError):
            found.append(UUID(str(value)))
    return found


async def _uploads(form: FormData) -> list[tuple[str, bytes]]:
    """Browsers send an empty one for a field where nothing was chosen.

    Of a file that is too large no more is read than tells that it is.
    """
    return [
        (file.filename, await file.read(LIMIT + 1))
        for file in form.getlist("files")
        if isinstance(file, UploadFile) and file.filename
    ]


def _event(wanted: str) -> Event:
    try:
        return Event(wanted)
    except ValueError:
        raise Invalid("A reply answers or asks.", code="event_invalid") from None


async def _with_canned(request: Request, member: StaffMember, number: int, typed: Typed) -> str:
    """The text, with the chosen reply below it."""
    dossiers: Dossiers = request.app.state.dossiers
    known = await canned(request, member, await dossiers.read(member, number))
    chosen = [each["text"] for each in known if each["id"] == typed.canned]
    return "\n\n".join([*filter(str.strip, [typed.text]), *chosen])


def _kept(text: str, files: list[Moved]) -> Kept:
    return Kept({"reply": text}, files)
