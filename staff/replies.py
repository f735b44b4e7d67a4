"""The replies that advisors share: a shortcut, a title, a text that may hold variables.

`{{ structure }}` is replaced by what is known of the user, `{{ structure | madame, monsieur }}` by
the second part when nothing is; the console does it (web/static/agents/canned.js). A name that is
no variable is refused here, where somebody can still mend it. Functions take the session first and
never commit.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.errors import NotFound
from staff.mistakes import Mistake, Mistaken
from staff.models import CannedReply
from staff.words import VARIABLES

LONGEST_TITLE, LONGEST_TEXT = 120, 4_000

_SHORTCUT = re.compile(r"[\w-]{1,40}")
_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*(?:\|([^{}]*))?\}\}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Draft:
    """A reply as it was typed."""

    shortcut: str
    title: str
    text: str

    def checked(self) -> "Draft":
        """As it is stored. Raises Mistaken."""
        shortcut = self.shortcut.strip().removeprefix("/").lower()
        title = " ".join(self.title.split())
        text = self.text.replace("\r\n", "\n").strip()
        if not _SHORTCUT.fullmatch(shortcut):
            raise Mistaken("shortcut", Mistake.SHORTCUT)
        if not 1 <= len(title) <= LONGEST_TITLE or not title.isprintable():
            raise Mistaken("title", Mistake.TITLE)
        if not 1 <= len(text) <= LONGEST_TEXT or _CONTROL.search(text):
            raise Mistaken("text", Mistake.TEXT)
        if not has_only_variables(text):
            raise Mistaken("text", Mistake.VARIABLE)
        return Draft(shortcut, title, text)


def has_only_variables(text: str) -> bool:
    """Whether each pair of braces in it is a variable that exists, well written."""
    rest = _VARIABLE.sub(lambda found: "" if found[1] in VARIABLES else found[0], text)
    return "{{" not in rest and "}}" not in rest


def fill(text: str, values: Mapping[str, str | None]) -> str:
    """The text with its variables replaced, as web/static/agents/canned.js does.

    >>> fill("Bonjour {{ structure | madame, monsieur }}, {{ conseiller }}.", {"conseiller": "Léa"})
    'Bonjour madame, monsieur, Léa.'
    """
    filled = _VARIABLE.sub(lambda found: values.get(found[1]) or (found[2] or "").strip(), text)
    return re.sub(r"[ \u00a0]+(?=[,.\n]|$)", "", filled)


async def list_replies(session: AsyncSession) -> Sequence[CannedReply]:
    """By shortcut."""
    return (await session.scalars(select(CannedReply).order_by(CannedReply.shortcut))).all()


async def find_reply(session: AsyncSession, reply_id: UUID) -> CannedReply:
    reply = await session.get(CannedReply, reply_id)
    if reply is None:
        raise NotFound("There is no such reply.")
    return reply


async def keep_reply(
    session: AsyncSession, draft: Draft, reply_id: UUID | None = None
) -> CannedReply:
    """Add a reply, or change the one that is named. Raises Mistaken, or NotFound."""
    wanted = draft.checked()
    same = select(CannedReply.id).where(CannedReply.shortcut == wanted.shortcut)
    if (found := await session.scalar(same)) and found != reply_id:
        raise Mistaken("shortcut", Mistake.TAKEN_SHORTCUT)
    reply = await find_reply(session, reply_id) if reply_id else CannedReply()
    reply.shortcut, reply.title, reply.text = wanted.shortcut, wanted.title, wanted.text
    session.add(reply)
    await session.flush()
    return reply


async def remove_reply(session: AsyncSession, reply_id: UUID) -> None:
    await session.delete(await find_reply(session, reply_id))
