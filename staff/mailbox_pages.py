"""The pages of the mails that go out. `mailbox.py` decides who sees them, and how much."""

from dataclasses import dataclass
from email.message import EmailMessage
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from kit import outbox
from kit.database import Reading, database_of
from kit.errors import NotFound, Unauthorised
from kit.files import disposition
from kit.mail import compose, write
from kit.settings import Settings
from staff.access import Administrator, login_of
from staff.mailbox import Sight, Visit, sight, state_of
from staff.models import StaffMember
from staff.pages import done, show
from staff.words import MAIL_STATES

MAILS = "/courriels"
MAIL = MAILS + "/{mail_id}"
SHOWN = 200  # the newest
TRIAL = "trial"  # the kind of a mail that an administrator sends to see whether it arrives

router = APIRouter()


@dataclass(frozen=True)
class Looking:
    """Whoever looks at the mails, logged in or not."""

    sight: Sight
    member: StaffMember | None


async def looking(request: Request) -> Looking:
    """Raises NotFound for all who may not."""
    try:
        member, _ = await login_of(database_of(request), request.cookies)
    except Unauthorised:
        member = None
    address = request.client.host if request.client else ""
    names = [name.lower() for name in request.headers]
    visit = Visit(address, request.headers.get("host", ""), names, member)
    return Looking(sight(visit, _settings(request)), member)


Looker = Annotated[Looking, Depends(looking)]


@router.get(MAILS)
async def show_mails(request: Request, looker: Looker, session: Reading) -> Response:
    mails = [(mail, state_of(mail)) for mail in await outbox.newest(session, SHOWN)]
    return _show(request, "staff/mailbox.html", looker, mails=mails)


@router.get(MAIL)
async def show_mail(request: Request, looker: Looker, session: Reading, mail_id: UUID) -> Response:
    mail = await outbox.find(session, mail_id)
    message: EmailMessage | None = None
    if looker.sight is Sight.CONTENT:
        message = compose(outbox.mail_of(mail), mail.id, _settings(request))
    return _show(
        request, "staff/mail.html", looker, mail=mail, state=state_of(mail), message=message
    )


@router.get(MAIL + "/pieces/{number}")
async def send_attachment(looker: Looker, session: Reading, mail_id: UUID, number: int) -> Response:
    """A file of the mail, by its place: to be kept, never to be opened here."""
    attachments = outbox.mail_of(await outbox.find(session, mail_id)).attachments
    if looker.sight is not Sight.CONTENT or not 0 <= number < len(attachments):
        raise NotFound("There is no such file.")
    headers = {
        "Content-Disposition": disposition(attachments[number].name),
        "X-Content-Type-Options": "nosniff",
    }
    return Response(attachments[number].content, 200, headers, "application/octet-stream")


@router.post(MAILS + "/essai")
async def receive_trial(request: Request, me: Administrator) -> Response:
    """A mail to whoever asks for it: does our mail arrive?"""
    mail = write("kit/mails/trial", me.email)
    async with database_of(request).writing.begin() as session:
        await outbox.post(session, mail, kind=TRIAL)
    return done(MAILS, "courriel-essai")


@router.post(MAIL + "/essai")
async def receive_retry(request: Request, _: Administrator, mail_id: UUID) -> Response:
    async with database_of(request).writing.begin() as session:
        await outbox.try_again(session, mail_id)
    return done(MAILS, "courriel-repris")


def _show(request: Request, template: str, looker: Looking, **context: Any) -> Response:
    content = looker.sight is Sight.CONTENT
    return show(request, template, looker.member, content=content, states=MAIL_STATES, **context)


def _settings(request: Request) -> Settings:
    found: object = request.app.state.settings
    assert isinstance(found, Settings)
    return found
