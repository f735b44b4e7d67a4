"""A raw mail taken apart: its bodies, in the order in which they are read, and its files.

Whoever sends it chooses its shape: parts, nesting, lines and headers are counted while it is read,
since the standard library counts nothing and takes minutes on some that are a few megabytes long.
"""

import mimetypes
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.policy import EmailPolicy
from typing import Any

from kit.errors import Invalid
from kit.words import UNNAMED_FILE

DEEPEST = 20
MOST_PARTS = 200
MOST_LINES = 600_000  # 25 MB in base64 are 350,000
MOST_HEADERS = 2_000  # of all its parts
LONGEST_HEADER = 2_000  # characters: reading some takes the square of that
LONGEST_REFERENCES = 10_000  # a hundred ids, read without effort
MOST_ABOUT_PARTS = 50_000  # characters of headers that describe parts
LONGEST_BODY = 200_000  # characters that are looked through
LONGEST_NAME = 120

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029/\\\"]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\ufeff]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
# Others that Python knows turn words into something else (rot13), or take quadratic time (idna).
_CHARSETS = re.compile(
    r"utf-?_?(8|16)|(us-)?ascii|iso[-_]?8859|latin|windows|cp\d|koi8|gb|big5|shift|euc|iso-2022|mac",
    re.IGNORECASE,
)
_LATIN_1 = re.compile(r"iso[-_]?8859[-_]1$|latin[-_]?1$", re.IGNORECASE)
_SEALS = frozenset({"pkcs7-signature", "x-pkcs7-signature", "pgp-signature", "pgp-keys"})


class _Part(EmailMessage):
    depth = 0

    def attach(self, payload: Any) -> None:
        payload.depth = self.depth + 1
        if payload.depth > DEEPEST:
            raise unreadable("This mail is nested too deep.")
        super().attach(payload)


class _Counting(EmailPolicy):
    """Headers as the library reads them, but neither too long nor too many, and each once."""

    lengths: list[int]
    read: dict[tuple[str, str], Any]

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        longest = LONGEST_REFERENCES if name.lower() == "references" else LONGEST_HEADER
        value = value[:longest]
        self.lengths.append(len(value) if name.lower().startswith("content-") else 0)
        if len(self.lengths) > MOST_HEADERS or sum(self.lengths) > MOST_ABOUT_PARTS:
            raise unreadable("This mail has too many headers.")
        return name, value

    def header_fetch_parse(self, name: str, value: str) -> Any:
        key = (name.lower(), value)
        if key not in self.read:
            self.read[key] = super().header_fetch_parse(name, value)
        return self.read[key]


def unreadable(message: str) -> Invalid:
    return Invalid(message, code="mail_unreadable")


def parse(raw: bytes) -> EmailMessage:
    """Raises Invalid, and whatever the standard library raises on what is broken."""
    if raw.count(b"\n") + raw.count(b"\r") > 2 * MOST_LINES:
        raise unreadable("This mail has too many lines.")
    counted = 0

    def make(policy: EmailPolicy) -> _Part:
        nonlocal counted
        counted += 1
        if counted > MOST_PARTS:
            raise unreadable("This mail has too many parts.")
        return _Part(policy)

    policy = _Counting()
    object.__setattr__(policy, "lengths", [])  # a policy is frozen
    object.__setattr__(policy, "read", {})
    message = BytesParser(make, policy=policy).parsebytes(raw)  # type: ignore[arg-type]
    assert isinstance(message, EmailMessage)
    return message


def header(message: EmailMessage, name: str) -> str:
    """The text of the first of that name; what cannot be read is no header."""
    try:
        return _SURROGATES.sub("\ufffd", str(message.get(name, ""))).strip()
    except Exception:  # its parsers raise almost anything
        return ""


# Bodies ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Body:
    """What is to be read; `html`: as markup."""

    text: str
    html: bool


def bodies(message: EmailMessage) -> list[Body]:
    """One of several ways to say the same, the plain one if there is; all of what follows."""
    if _is_leaf(message):
        return [Body(_text(message), _kind(message) == "text/html")] if _is_body(message) else []
    inner = [bodies(part) for part in _children(message)]
    if _kind(message) != "multipart/alternative":
        return [body for each in inner for body in each]
    written = [each for each in inner if any(body.text.strip() for body in each)]
    plain = (each for each in written if not any(body.html for body in each))
    return next(plain, written[-1] if written else [])


def pages(message: EmailMessage) -> Iterator[str]:
    """Its markup, that of what is not read included."""
    for part, _ in _leaves(message):
        if _is_body(part) and _kind(part) == "text/html":
            yield _text(part)


def _is_leaf(part: EmailMessage) -> bool:
    """A mail within a mail is a file, not words of the one who sends it."""
    return not part.is_multipart() or part.get_content_maintype() == "message"


def _children(part: EmailMessage) -> list[EmailMessage]:
    payload = part.get_payload()
    inner = payload if isinstance(payload, list) else []
    return [each for each in inner if isinstance(each, EmailMessage)]


def _kind(part: EmailMessage) -> str:
    return part.get_content_type()


def _is_body(part: EmailMessage) -> bool:
    if part.get_content_maintype() == "multipart":
        return True  # without the boundary that it announced: its text is all there is
    named = part.get_content_disposition() == "attachment" or _filename(part)
    return not named and _kind(part) in ("text/plain", "text/html")


def _text(part: EmailMessage) -> str:
    text = _decoded(_payload(part), part.get_content_charset() or "utf-8")[:LONGEST_BODY]
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if part.get_param("format") == "flowed":
        text = _unwrapped(text, erase_blank=str(part.get_param("delsp")).lower() == "yes")
    text = _CONTROLS.sub("", _SURROGATES.sub("\ufffd", text))
    return unicodedata.normalize("NFC", text)


def _decoded(content: bytes, charset: str) -> str:
    """In Windows-1252, which reads anything, when the charset is unknown or wrong.

    What calls itself Latin-1 is that as well, or UTF-8: nothing else looks like UTF-8 by chance.
    """
    for each in ("utf-8",) if _LATIN_1.match(charset) else (charset, "utf-8"):
        try:
            if _CHARSETS.match(each):
                return content.decode(each)
        except (LookupError, ValueError):
            continue
    return content.decode("cp1252", "replace")


def _unwrapped(text: str, *, erase_blank: bool) -> str:
    """Lines that a program broke for its own sake, whole again (RFC 3676)."""
    lines: list[str] = []
    open_ended = False
    for line in text.split("\n"):
        line = line.removeprefix(" ")
        joins = open_ended and not line.startswith(">")
        open_ended = line.endswith(" ") and line != "-- " and not line.startswith(">")
        kept = line[:-1] if open_ended and erase_blank else line
        if joins:
            lines[-1] += kept
        else:
            lines.append(kept)
    return "\n".join(lines)


def _payload(part: EmailMessage) -> bytes:
    if part.get_content_maintype() == "message" and (inner := _children(part)):
        return b"".join(_raw(each) for each in inner)
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _raw(message: Message) -> bytes:
    try:
        return message.as_bytes()
    except Exception:  # as for headers
        return b""


# Files -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class File:
    name: str
    content: bytes
    attached: bool  # not shown within the text
    content_id: str = ""


def files(message: EmailMessage) -> Iterator[File]:
    """What is attached, and pictures within the text."""
    for part, alternative in _leaves(message):
        if _is_body(part) or part.get_content_subtype() in _SEALS:
            continue
        name = _filename(part)
        if alternative and not name and part.get_content_maintype() == "text":
            continue  # the same words once more: calendars, watches
        yield File(
            name=name or _name_for(part),
            content=_payload(part),
            attached=part.get_content_disposition() == "attachment",
            content_id=header(part, "Content-ID").strip("<> "),
        )


def _leaves(
    part: EmailMessage, *, alternative: bool = False
) -> Iterator[tuple[EmailMessage, bool]]:
    if _is_leaf(part):
        yield part, alternative
        return
    for each in _children(part):
        yield from _leaves(each, alternative=_kind(part) == "multipart/alternative")


def _filename(part: EmailMessage) -> str:
    try:
        name = part.get_filename("")
    except Exception:  # as for headers
        return UNNAMED_FILE
    clean = _UNPRINTABLE.sub("_", _SURROGATES.sub("\ufffd", name)).strip()
    stem, dot, ending = clean.rpartition(".")
    if len(clean) <= LONGEST_NAME or len(ending) > 10:
        return clean[:LONGEST_NAME]
    return stem[: LONGEST_NAME - len(ending) - 1] + dot + ending


def _name_for(part: EmailMessage) -> str:
    if part.get_content_maintype() == "message":
        return f"{UNNAMED_FILE}.eml"
    return UNNAMED_FILE + (mimetypes.guess_extension(_kind(part)) or "")
