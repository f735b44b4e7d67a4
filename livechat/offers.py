"""The offer of a human: an advisor in opening hours, otherwise when they open; always a ticket.

Offered, never forced: the user may also go on here.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from kit.calendar import state_at
from kit.clock import now
from kit.schedule import load_hours
from livechat import words
from livechat.protocol import Act, Choice


def act(which: Act) -> Choice:
    return Choice(id=which, label=words.ACTS[which])


async def offer_of_help(session: AsyncSession) -> tuple[str, list[Choice]]:
    """What to say, and the buttons below it, at this moment."""
    state = state_at(await load_hours(session), now())
    if state.open and state.until is not None:
        text, first = words.offer_open(state.until), [act(Act.ADVISOR)]
    else:
        text, first = words.offer_closed(state.reason, state.next_opening), []
    return text, [*first, act(Act.TICKET), act(Act.CONTINUE)]
