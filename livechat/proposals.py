"""The times at which an advisor proposes to call a user, and what is left of them later.

It is the advisor who proposes, their own free slots; nothing is held for the user before they take
one. Whoever comes second is shown what else is free.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from livechat import agenda, chats, staff_log, words
from livechat.agenda import SlotTaken, upcoming
from livechat.appointment_models import Proposal
from livechat.models import Conversation, LogEntry
from livechat.slots import Slot
from staff.models import StaffMember

MOST = 4  # slots in one proposal


async def propose(
    session: AsyncSession,
    conversation: Conversation,
    member: StaffMember,
    starts: Sequence[datetime],
    *,
    chat_id: UUID | None = None,
    client_id: UUID | None = None,
    body_mac: str | None = None,
) -> tuple[Proposal, LogEntry]:
    """Some free slots of this advisor's, for the user to choose from. Raises SlotTaken."""
    wanted = sorted({start.astimezone(UTC) for start in starts})
    free = {slot.start: slot for slot in await agenda.slots_of(session, member, now())}
    if not wanted or not free.keys() >= set(wanted):
        raise SlotTaken
    proposal = Proposal(
        id=uuid4(),
        conversation_id=conversation.id,
        chat_id=chat_id,
        member_id=member.id,
        starts=[start.isoformat() for start in wanted],
        created_at=now(),
    )
    session.add(proposal)
    text = words.slots_proposed(member.name, wanted)
    entry = chats.tell(session, conversation, text)
    entry.client_id, entry.body_mac = client_id, body_mac
    slots = [_shown(free[start]) for start in wanted]
    entry.payload = {**entry.payload, "slots": slots, "proposal": str(proposal.id)}
    staff_log.append(session, conversation, "proposed", member.id, starts=proposal.starts)
    return proposal, entry


def _shown(slot: Slot) -> dict[str, str]:
    return {"start": slot.start.isoformat(), "end": slot.end.isoformat()}


async def slots_for(session: AsyncSession, proposal: Proposal, at: datetime) -> list[Slot]:
    """What is left of a proposal, filled up with what else is free. Empty once it is over."""
    if proposal.instants[-1] <= at:
        return []
    moving = await upcoming(session, proposal.conversation_id)
    free = await agenda.free_slots(session, at, moving)
    to_come = [agenda.slot_at(start) for start in proposal.instants if start > at]
    left = list(await agenda.free_at(session, to_come, at, moving))
    later = [slot for slot in free if slot not in left and slot.start >= proposal.instants[0]]
    return sorted([*left, *later[: MOST - len(left)]] if left else later[:MOST])
