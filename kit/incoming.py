"""A mail that came in, read without believing it: which mail of ours it answers, what it says.

Pure: bytes in, a value out. Whatever is in the bytes, nothing but Invalid and TooLarge is raised.
"""

import hashlib
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from uuid import UUID

from kit import mail_parts
from kit.errors import Invalid, Refusal, TooLarge
from kit.mail import address_of, read_message_id, sender
from kit.mail_html import text_of
from kit.mail_parts import Body, File, header
from kit.quotes import Cut, cut
from kit.settings import Settings

logger = logging.getLogger(__name__)

LARGEST = 25 * 1024 * 1024  # bytes as it travels: ten megabytes of files and what base64 adds
LONGEST_TEXT = 10_000
CUT_SHORT = " […]"
MOST_FILES = 10
MOST_HOPS = 30  # of `Received`: more is a loop

_ADDRESS = re.compile(r"[^\s<>,;:()\"@]{1,100}@[^\s<>,;:()\"@]{1,255}")
_BULK = frozenset({"bulk", "auto_reply", "list", "junk"})
# Microsoft's mark for what programs send; DR, RN and NRN only ask for no receipt, as people do.
_UNANSWERED = frozenset({"all", "autoreply", "oof"})
_PROGRAMS = frozenset({"mailer-daemon"})


@dataclass(frozen=True)
class IncomingMail:
    """`answers`: the id of our mail that it answers; nothing else in it names anything of ours."""

    sender: str | None = field(repr=False)
    answers: UUID | None
    message_id: str = field(repr=False)  # its own, or a hash of all of it
    text: str = field(repr=False)
    quoted: bool  # whether a quotation or a signature was left out
    files: tuple[tuple[str, bytes], ...] = field(repr=False)
    automatic: bool  # sent by a program: never answered, never taken for somebody's words
    left_out: tuple[str, ...] = field(default=(), repr=False)  # names of files beyond ten, or empty
    same_envelope: bool = False  # its envelope names the same sender: an answer reaches nobody else


def read(raw: bytes, settings: Settings, *, envelope_sender: str | None = None) -> IncomingMail:
    """Raises TooLarge, Invalid. `envelope_sender`: of MAIL FROM; empty for reports of failure.

    Slow for a large one: not for the event loop.
    """
    if len(raw) > LARGEST:
        raise TooLarge("This mail is too large.")
    try:
        return _read(raw, settings, envelope_sender)
    except Refusal:
        raise
    except Exception as problem:  # the standard library raises almost anything on what is broken
        logger.warning("A mail cannot be read: %s", type(problem).__name__)
        raise mail_parts.unreadable("This mail cannot be read.") from None


def _read(raw: bytes, settings: Settings, envelope_sender: str | None) -> IncomingMail:
    message = mail_parts.parse(raw)
    if sum(name.lower() == "received" for name in message.keys()) > MOST_HOPS:  # noqa: SIM118
        raise Invalid("This mail goes round in circles.", code="mail_loops")
    bodies = mail_parts.bodies(message)
    written = _written(bodies)
    files, left_out = _files(message)
    written_by = _sender(message)
    return IncomingMail(
        sender=written_by,
        answers=_answers(message, settings),
        message_id=header(message, "Message-ID") or hashlib.sha256(raw).hexdigest(),
        text=_capped(written.text),
        quoted=written.shortened,
        files=files,
        automatic=_is_automatic(message, settings, envelope_sender),
        left_out=left_out,
        same_envelope=written_by is not None
        and written_by.casefold() == (envelope_sender or "").casefold(),
    )


# Who, and which ---------------------------------------------------------------------------


def _sender(message: EmailMessage) -> str | None:
    """One usable address, or None."""
    found = _ADDRESS.findall(header(message, "From"))
    try:
        return address_of(found[-1]) if found else None
    except Invalid:
        return None


def _answers(message: EmailMessage, settings: Settings) -> UUID | None:
    for name in ("In-Reply-To", "References"):
        if (mail_id := read_message_id(header(message, name), settings)) is not None:
            return mail_id
    return None


def _is_automatic(message: EmailMessage, settings: Settings, envelope_sender: str | None) -> bool:
    """RFC 3834, and what programs did before it."""
    suppressed = re.findall(r"\w+", header(message, "X-Auto-Response-Suppress").lower())
    return (
        envelope_sender == ""
        or header(message, "Return-Path") == "<>"
        or header(message, "Auto-Submitted").partition(";")[0].strip().lower() not in ("", "no")
        or header(message, "Precedence").lower() in _BULK
        or any(header(message, name) for name in ("X-Autoreply", "X-Autorespond", "List-Id"))
        or not _UNANSWERED.isdisjoint(suppressed)
        or message.get_content_type() in ("multipart/report", "message/delivery-status")
        or _is_a_program(_sender(message), settings)
    )


def _is_a_program(address: str | None, settings: Settings) -> bool:
    """Those that report failures, and ourselves: answering our own mails never ends."""
    if address is None:
        return False
    ours = sender(settings).addr_spec.lower()
    return address.lower() == ours or address.partition("@")[0].lower() in _PROGRAMS


# What ------------------------------------------------------------------------------------


def _written(bodies: Sequence[Body]) -> Cut:
    seen = [text_of(body.text) if body.html else Cut(body.text, shortened=False) for body in bodies]
    found = cut("\n\n".join(each.text.strip("\n") for each in seen))
    return Cut(found.text, found.shortened or any(each.shortened for each in seen))


def _capped(text: str) -> str:
    if len(text) <= LONGEST_TEXT:
        return text
    return text[: LONGEST_TEXT - len(CUT_SHORT)].rstrip() + CUT_SHORT


type Files = tuple[tuple[str, bytes], ...]


def _files(message: EmailMessage) -> tuple[Files, tuple[str, ...]]:
    """Up to ten, and the names of the others; attached ones first, logos in the text may wait."""
    quoted = _quoted_pictures(message)
    found = [each for each in mail_parts.files(message) if each.content_id not in quoted]
    found.sort(key=lambda each: not each.attached)
    taken = [each for each in found if each.content][:MOST_FILES]
    return tuple((each.name, each.content) for each in taken), _names_of_others(found, taken)


def _quoted_pictures(message: EmailMessage) -> frozenset[str]:
    """Content-IDs of what stands in our own mail, or in an older one, and comes back with it."""
    seen = (text_of(page) for page in mail_parts.pages(message))
    return frozenset().union(*(each.quoted_pictures for each in seen))


def _names_of_others(found: Sequence[File], taken: Sequence[File]) -> tuple[str, ...]:
    kept = {id(each) for each in taken}
    return tuple(each.name for each in found if id(each) not in kept)[: mail_parts.MOST_PARTS]
