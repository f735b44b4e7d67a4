"""How advisors propose phone appointments: in a chat of theirs, or to who asked to be called back.

Who may do what is decided here: a chat is its owner's; a request to be called back is anybody's who
answers users, and the proposer's as long as one of the times that they proposed is to come.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.errors import Conflict, NotFound
from kit.finishing import to_its_end
from kit.mail import deliverable
from kit.organisation import organisation
from livechat import agenda, appointment_mails, log, proposals
from livechat.agenda_keeper import AgendaKeeper
from livechat.console_protocol import Propose
from livechat.desk import NOT_YOURS, OVERSEERS, Desk
from livechat.desk_models import Chat, ChatState
from livechat.models import Conversation
from livechat.reading import names_of_staff
from livechat.slots import Slot, by_day
from staff.models import StaffMember
from ticketing import service as requests
from ticketing.models import Ticket


class Proposing:
    def __init__(self, keeper: AgendaKeeper, desk: Desk, mac_key: bytes) -> None:
        self._keeper = keeper
        self._database = keeper.database
        self._desk = desk
        self._mac_key = mac_key

    @to_its_end
    async def slots(self, member: StaffMember, chat_id: UUID | None) -> dict[date, list[Slot]]:
        """My free slots, by local day. Raises NotFound for a chat that is not mine."""
        async with self._database.reading() as session:
            if chat_id is not None:
                await _require_owner(session, member, chat_id)
            free = await agenda.slots_of(session, member, now())
        return by_day(free, organisation().timezone)

    @to_its_end
    async def propose(self, member: StaffMember, wanted: Propose) -> int:
        """The number of the message. Sent again with the same client id: stored once.

        Raises NotFound for a chat that is not theirs, SlotTaken.
        """
        mac = self._mac_of(wanted.starts)
        async with self._desk.owned(member, wanted.chat_id) as held:
            session, conversation = held.session, held.conversation
            known = await log.repeated(session, conversation.id, wanted.client_id, mac)
            if known is not None:
                return known.seq
            _, entry = await proposals.propose(
                session,
                conversation,
                member,
                wanted.starts,
                chat_id=wanted.chat_id,
                client_id=wanted.client_id,
                body_mac=mac,
            )
            held.changes.add(entry)
            held.changes.staff_only(conversation)
            return entry.seq

    def _mac_of(self, starts: Sequence[datetime]) -> str:
        return log.mac_of("\n".join(start.isoformat() for start in starts), self._mac_key)

    # Requests to be called back ----------------------------------------------------------

    @to_its_end
    async def callbacks(self) -> list[dict[str, Any]]:
        """Who waits to be called back, the oldest first, and who sees to it."""
        async with self._database.reading() as session:
            found = await requests.open_callbacks(session)
            there = await log.conversations_of(session, [_origin(each) for each in found])
            names = await names_of_staff(session)
            return [_callback(each, there, names) for each in found]

    @to_its_end
    async def propose_callback(
        self,
        member: StaffMember,
        reference: str,
        starts: Sequence[datetime],
        client_id: UUID | None,
        base: str,
    ) -> int:
        """Propose times in the conversation of a request, which is theirs until they have passed.

        Raises NotFound, SlotTaken, Conflict when a colleague sees to it.
        """
        mac = self._mac_of(starts)
        async with self._database.reading() as session:
            conversation_id = _origin(await requests.open_callback(session, reference))
        async with self._keeper.holding(conversation_id) as held:
            session = held.session
            if client_id is not None:
                known = await log.repeated(session, conversation_id, client_id, mac)
                if known is not None:
                    return known.seq
            request = await requests.open_callback(session, reference, hold=True)
            handler = requests.handler_of(request, now())
            if handler not in (None, member.id) and member.role not in OVERSEERS:
                raise Conflict("A colleague sees to this request.", code="handled")
            proposal, entry = await proposals.propose(
                session, held.conversation, member, starts, client_id=client_id, body_mac=mac
            )
            requests.handle_callback(request, member.id, proposal.instants[-1])
            address = request.email or (held.conversation.identity or {}).get("email")
            if to := deliverable(address):
                paper = self._keeper.paper(base)
                await session.flush()
                await appointment_mails.tell_proposal(session, proposal, to, paper)
            held.changes.add(entry)
            return entry.seq


async def _require_owner(session: AsyncSession, member: StaffMember, chat_id: UUID) -> None:
    chat = await session.get(Chat, chat_id)
    if chat is None or chat.state is not ChatState.ACTIVE or chat.advisor_id != member.id:
        raise NotFound(NOT_YOURS)


def _origin(request: Ticket) -> UUID:
    """The conversation in which it was asked for."""
    if request.conversation_id is None:
        raise NotFound("There is no such request.")
    return request.conversation_id


def _callback(
    request: Ticket, there: dict[UUID, Conversation], names: dict[UUID, str]
) -> dict[str, Any]:
    handler = requests.handler_of(request, now())
    return {
        "reference": request.reference,
        "asked_at": request.created_at,
        # Gone once the conversation is older than what we keep.
        "conversation_id": request.conversation_id if request.conversation_id in there else None,
        "who": request.email,
        "explanation": request.explanation,
        "disliked_answer": request.disliked_answer,
        "handled_by_id": handler,
        "handled_by": handler and names.get(handler),
        "handled_until": request.handled_until if handler else None,
    }
