"""A mail: what it says, to whom, and how a reply to it is recognised.

Nothing is sent from here: a mail is written, posted into the outbox (`outbox.py`) inside the
transaction that promises it, and sent from there.

A mail that cannot be sent is refused when it is made, while somebody can still be told: one
address, and no line break in anything that becomes a header.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from typing import Any
from uuid import UUID

from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from kit.clock import now
from kit.errors import Invalid
from kit.organisation import organisation
from kit.settings import Settings
from kit.templating import pages
from kit.typography import with_fixed_spaces
from kit.words import sender_name

LONGEST_SUBJECT = 200
MAC_CHARS = 32  # of the signature in a Message-ID: 128 bits

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_BLANKS = re.compile(r"[ \x00-\x1f\x7f-\x9f\u2028\u2029]+")  # not the no-break spaces
_MEDIA_TYPE = re.compile(r"(?P<main>[\w.+-]+)/(?P<sub>[\w.+-]+)(?P<rest>(; ?[\w-]+=[\w-]+)*)", re.A)
_MESSAGE_ID = re.compile(rf"<([0-9a-f]{{32}})\.([0-9a-f]{{{MAC_CHARS}}})@", re.IGNORECASE)


@dataclass(frozen=True)
class Attachment:
    """A file in a mail. The media type may carry parameters: `text/calendar; method=REQUEST`."""

    name: str
    media_type: str
    content: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not self.name or _UNPRINTABLE.search(self.name) or set(self.name) & set('/\\"'):
            raise Invalid("The name of an attachment is one line, without a path.")
        if not _MEDIA_TYPE.fullmatch(self.media_type):
            raise Invalid("The media type of an attachment is not one.")


@dataclass(frozen=True)
class Mail:
    """What one person is to read. Raises Invalid, which never repeats what it was given."""

    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str | None = field(default=None, repr=False)
    attachments: tuple[Attachment, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "to", address_of(self.to))
        if not self.subject.strip() or _UNPRINTABLE.search(self.subject):
            raise Invalid("The subject of a mail is one line.")
        if len(self.subject) > LONGEST_SUBJECT:
            raise Invalid(f"The subject of a mail has at most {LONGEST_SUBJECT} characters.")


def address_of(text: str) -> str:
    """One e-mail address, as it is compared and stored. Raises Invalid, with the code
    `email_invalid`. Asks no network.

    The domain keeps its accents; the part before the @ has none, since few servers take them.
    """
    return _checked(text.strip(" \u00a0")).normalized


def _checked(text: str) -> ValidatedEmail:
    try:
        return validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise Invalid("This is not an e-mail address.", code="email_invalid") from None


def deliverable(address: str | None) -> str | None:
    """An address that others vouched for, when a mail can go there."""
    try:
        return address_of(address) if address else None
    except Invalid:
        return None


def write(folder: str, to: str, **context: Any) -> Mail:
    """The mail of a template folder: `subject.txt`, `body.txt` and `body.html`.

        write("livechat/mails/reminder", "a.dupont@exemple.fr", start=…)

    Each template gets the context, `organisation` and, in the bodies, `subject`. What a text
    template puts in is not escaped; what an HTML one puts in is.
    """
    given = {"organisation": organisation(), **context}
    subject = _BLANKS.sub(" ", _render(f"{folder}/subject.txt", given)).strip()
    given["subject"] = subject = subject[:LONGEST_SUBJECT]
    text = _render(f"{folder}/body.txt", given).strip() + "\n"
    return Mail(to, subject, text, _render(f"{folder}/body.html", given))


def _render(template: str, context: dict[str, Any]) -> str:
    return with_fixed_spaces(pages.get_template(template).render(context))


def compose(mail: Mail, mail_id: UUID, settings: Settings) -> EmailMessage:
    """The mail as it travels. The same id gives the same Message-ID, whoever composes it."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender(settings)
    message["To"] = Address(addr_spec=_checked(mail.to).ascii_email or mail.to)
    message["Subject"] = mail.subject
    message["Date"] = now()
    message["Message-ID"] = message_id(mail_id, settings)
    message["Auto-Submitted"] = "auto-generated"  # no answering machine answers it (RFC 3834)
    message.set_content(mail.text)
    if mail.html is not None:
        message.add_alternative(mail.html, subtype="html")
    for attachment in mail.attachments:
        _attach(message, attachment)
    return message


def message_id(mail_id: UUID, settings: Settings) -> str:
    """Says nothing, and cannot be made up: the id, and a signature of it."""
    return f"<{mail_id.hex}.{_signature(mail_id, settings)}@{sender(settings).domain}>"


def read_message_id(text: str, settings: Settings) -> UUID | None:
    """The id of our mail in an `In-Reply-To` or `References`, the last one that we signed."""
    return next(_signed_ids(text, settings), None)


def _signed_ids(text: str, settings: Settings) -> Iterator[UUID]:
    for hexadecimal, signature in reversed(_MESSAGE_ID.findall(text)):
        mail_id = UUID(hex=hexadecimal)
        if hmac.compare_digest(signature.lower(), _signature(mail_id, settings)):
            yield mail_id


def _signature(mail_id: UUID, settings: Settings) -> str:
    """Of lower-case hexadecimal: some servers change the case of what they pass on."""
    key = settings.secrets.mail_key.encode()
    return hmac.new(key, mail_id.bytes, hashlib.sha256).hexdigest()[:MAC_CHARS]


def sender(settings: Settings) -> Address:
    """Who our mails come from. Raises ValueError when the setting names nobody."""
    name, address = parseaddr(settings.mail_from)
    try:
        found = Address(name or sender_name(organisation().name), addr_spec=address)
        address.encode("ascii")
    except (ValueError, HeaderParseError, IndexError):
        found = Address()
    if not found.username or not found.domain:
        raise ValueError("CLAUDIA_MAIL_FROM is an address, or: Name <address>")
    return found


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    parts = _MEDIA_TYPE.fullmatch(attachment.media_type)
    assert parts  # checked when the attachment was made
    parameters = dict(each.strip().split("=", 1) for each in parts["rest"].split(";")[1:])
    message.add_attachment(
        attachment.content,
        maintype=parts["main"],
        subtype=parts["sub"],
        filename=attachment.name,
        params=parameters,
    )
