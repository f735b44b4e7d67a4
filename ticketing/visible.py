"""What of a ticket its sender sees, as words to look for.

The text that search keeps holds notes and tags of the staff too. Whoever may not read those must
not learn them by asking what is found either: what is found is looked at once more, here.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.search_text import normalise
from ticketing.models import Ticket, TicketEntry
from ticketing.search import LONGEST_WORDS

type Words = frozenset[str]


async def words_of(session: AsyncSession, tickets: Iterable[Ticket]) -> Mapping[int, Words]:
    """By number: the words that the sender of each may look for."""
    found = {ticket.number: _said_at_first(ticket) for ticket in tickets}
    query = select(TicketEntry.ticket_number, TicketEntry.text).where(
        TicketEntry.ticket_number.in_(found),
        TicketEntry.internal.is_(False),
        TicketEntry.text.is_not(None),
    )
    for number, text in await session.execute(query):
        found[number].append(text or "")
    return {number: _words(texts) for number, texts in found.items()}


def asked(question: str) -> Sequence[str]:
    """The words of a question; none, when it holds only marks."""
    return normalise(question).split()[:LONGEST_WORDS]


def holds_every(words: Words, question: str) -> bool:
    """The last word of the question is the beginning of one, as in `search.matches`."""
    *whole, last = asked(question)
    return all(each in words for each in whole) and any(each.startswith(last) for each in words)


def holds_some(words: Words, question: str) -> bool:
    *whole, last = asked(question)
    return any(each in words for each in whole) or any(each.startswith(last) for each in words)


def _said_at_first(ticket: Ticket) -> list[str]:
    known = (ticket.reference, ticket.title, ticket.email, ticket.structure, ticket.service)
    return [each for each in (*known, (ticket.draft or {}).get("description")) if each]


def _words(texts: Iterable[str]) -> Words:
    return frozenset(word for text in texts for word in normalise(text).split())
