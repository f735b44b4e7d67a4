"""Whether a person can be talked to at this moment: what somebody may know before they ask.

The same rules as for who does ask (livechat/chats.py): the opening hours, then whether anybody is
there. It says nothing of who that is, and asking changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from kit.calendar import state_at
from kit.clock import now
from kit.schedule import load_hours
from livechat.assignment import is_staffed


@dataclass(frozen=True)
class Reception:
    """`staffed`: an advisor is there, now or after the chats that they have; False when closed.

    `until` is when it opens or closes, `next_opening` when it opens again, in local time; None when
    no such moment is known. `reason` says in French why it is open or closed.
    """

    open: bool
    staffed: bool
    reason: str
    until: datetime | None
    next_opening: datetime | None


async def look(session: AsyncSession) -> Reception:
    """The live chat with advisors, as it is now."""
    at = now()
    hours = state_at(await load_hours(session), at)
    return Reception(
        open=hours.open,
        staffed=hours.open and await is_staffed(session, at),
        reason=hours.reason,
        until=hours.until,
        next_opening=hours.next_opening,
    )
