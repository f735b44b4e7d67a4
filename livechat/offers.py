"""The offer of a human: an advisor in opening hours; else when they open, and to be called back.

A ticket, always.
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
        acts = (Act.ADVISOR, Act.TICKET, Act.CONTINUE)
        return words.offer_open(state.until), [act(each) for each in acts]
    acts = (Act.TICKET, Act.CALLBACK, Act.CONTINUE)
    text = words.offer_closed(state.reason, state.next_opening)
    return text, [act(each) for each in acts]
