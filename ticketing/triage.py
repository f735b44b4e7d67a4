"""What the staff do with tickets: take, answer, ask, hand on, note, sort. The one place that
decides who may.

Whoever acts on a ticket has taken it first, so that two people never answer the same one; and each
act holds the ticket, so that one of two who take it at the same moment is told.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.database import Database
from kit.errors import Conflict, Invalid, NotFound, TooLarge
from kit.finishing import to_its_end
from kit.masking import mask
from staff.models import Role, StaffMember
from ticketing import links, routing, search, teams, thread
from ticketing.lifecycle import OPEN, Actor, Event, Status, after
from ticketing.models import HeldReply, Priority, Route, Ticket, TicketTag
from ticketing.opening import LONGEST_TEXT
from ticketing.replies import held_reply, send_reply, withdraw
from ticketing.thread import NO_SUCH

TRIAGE_ROLES = frozenset({Role.SUPPORT, Role.SUPERVISOR, Role.ADMINISTRATOR})
HELD_BACK = timedelta(seconds=10)  # a reply may be taken back for so long
REPLIES = frozenset({Event.ANSWERED, Event.DETAILS_ASKED})
HELD = frozenset({Status.ASSIGNED, Status.DETAILS_ASKED})  # by one of the staff
LONGEST_TAG = 40
AT_ONCE = 200  # tickets of one bulk act
type Moved = dict[str, Any]


def require_triage(member: StaffMember) -> None:
    """Raises NotFound: whoever does not work on tickets learns nothing of them."""
    if member.role not in TRIAGE_ROLES:
        raise NotFound(NO_SUCH)


class Triage:
    def __init__(self, database: Database) -> None:
        self._database = database

    # Whose it is -------------------------------------------------------------------------

    @to_its_end
    async def take(self, member: StaffMember, number: int) -> None:
        """Theirs from here on. Taken already: nothing happens; a colleague's: Conflict."""
        async with self._holding(member, number) as (session, ticket):
            if ticket.status in HELD:
                if ticket.assignee_id == member.id:
                    return
                raise Conflict("A colleague has taken this ticket.", code="taken_already")
            await thread.happen(session, ticket, Event.TAKEN, Actor.STAFF, member_id=member.id)

    @to_its_end
    async def assign(self, member: StaffMember, number: int, to: UUID) -> None:
        """To a colleague, whoever had it before."""
        async with self._holding(member, number) as (session, ticket):
            colleague = await session.get(StaffMember, to)
            if colleague is None or not colleague.active or colleague.role not in TRIAGE_ROLES:
                raise Invalid("This colleague takes no tickets.", code="assignee_invalid")
            if ticket.status in HELD and ticket.assignee_id == to:
                return
            await withdraw(session, ticket)
            await thread.happen(
                session,
                ticket,
                Event.TAKEN,
                Actor.STAFF,
                member_id=member.id,
                payload={"assignee": str(to)},
            )

    @to_its_end
    async def assign_fairly(self, member: StaffMember, number: int) -> UUID:
        """To whoever has the fewest open tickets for their capacity, of those who answer for it."""
        async with self._database.reading() as session:
            route = await session.scalar(select(Ticket.route).where(Ticket.number == number))
            to = await teams.least_busy(session, route or Route.SUPPORT)
        if to is None:
            raise Conflict("Nobody takes tickets at the moment.", code="nobody")
        await self.assign(member, number, to)
        return to

    @to_its_end
    async def release(self, member: StaffMember, number: int) -> None:
        async with self._acting(member, number) as (session, ticket):
            await withdraw(session, ticket)
            await thread.happen(session, ticket, Event.RELEASED, Actor.STAFF, member_id=member.id)

    @to_its_end
    async def transfer(
        self, member: StaffMember, number: int, route: Route, note: str = ""
    ) -> None:
        """To the body in charge, or to the support; nobody there has taken it yet."""
        async with self._holding(member, number) as (session, ticket):
            if ticket.route is route:
                raise Conflict("It is there already.", code="same_route")
            await withdraw(session, ticket)
            moved = {"from": ticket.route, "to": route}
            ticket.route = route
            await thread.happen(
                session,
                ticket,
                Event.TRANSFERRED,
                Actor.STAFF,
                member_id=member.id,
                payload=moved,
            )
            if note.strip():
                await _note(session, ticket, member, note)

    # Words -------------------------------------------------------------------------------

    @to_its_end
    async def reply(
        self,
        member: StaffMember,
        number: int,
        event: Event,
        text: str,
        *,
        files: Sequence[Moved] = (),
        at_once: bool = False,
    ) -> HeldReply | None:
        """An answer, or a question to the sender. Held back for some seconds unless `at_once`."""
        if event not in REPLIES:
            raise Invalid("A reply answers or asks.", code="event_invalid")
        _check_text(text)
        async with self._acting(member, number) as (session, ticket):
            after(ticket.status, event, Actor.STAFF)  # refused now, while it can be mended
            held = HeldReply(
                ticket_number=ticket.number,
                member_id=member.id,
                event=event,
                text=mask(text.replace("\0", "")).text,
                files=list(files),
                due_at=now() + HELD_BACK,
            )
            if await held_reply(session, ticket.number) is not None:
                raise Conflict("A reply is about to be sent already.", code="reply_held")
            if at_once:
                await send_reply(session, ticket, held)
                return None
            session.add(held)
            await session.flush()
            return held

    @to_its_end
    async def take_back(self, member: StaffMember, number: int) -> str:
        """The text of the reply that was held back. Raises Conflict once it was sent."""
        async with self._holding(member, number) as (session, ticket):
            held = await held_reply(session, ticket.number)
            if held is None or held.member_id != member.id:
                raise Conflict("This reply has been sent.", code="reply_sent")
            await session.delete(held)
            return held.text

    @to_its_end
    async def note(self, member: StaffMember, number: int, text: str) -> None:
        """Seen by the staff only. Nobody has to take a ticket to leave one."""
        _check_text(text)
        async with self._holding(member, number) as (session, ticket):
            await _note(session, ticket, member, text)

    # Sorting -----------------------------------------------------------------------------

    @to_its_end
    async def set_priority(self, member: StaffMember, number: int, priority: Priority) -> None:
        async with self._holding(member, number) as (session, ticket):
            if ticket.priority != priority:
                moved = {"priority": {"from": ticket.priority, "to": int(priority)}}
                ticket.priority = priority
                await _sorted(session, ticket, member, moved)

    @to_its_end
    async def tag(self, member: StaffMember, number: int, tag: str) -> None:
        name = " ".join(tag.casefold().split())
        if not 0 < len(name) <= LONGEST_TAG:
            raise Invalid("A tag has one to forty characters.", code="tag_invalid")
        async with self._holding(member, number) as (session, ticket):
            if await session.get(TicketTag, (ticket.number, name)) is None:
                session.add(TicketTag(ticket_number=ticket.number, tag=name))
                await _sorted(session, ticket, member, {"tagged": name})

    @to_its_end
    async def untag(self, member: StaffMember, number: int, tag: str) -> None:
        async with self._holding(member, number) as (session, ticket):
            row = await session.get(TicketTag, (ticket.number, tag))
            if row is not None:
                await session.delete(row)
                await _sorted(session, ticket, member, {"untagged": tag})

    @to_its_end
    async def recategorise(
        self, member: StaffMember, number: int, category: str, subcategory: str
    ) -> None:
        """Another pair: its targets, and whoever receives that pair receives the ticket."""
        async with self._holding(member, number) as (session, ticket):
            rule = routing.rule_of(await routing.rules(session), category, subcategory)
            before = [ticket.category, ticket.subcategory]
            if before == [category, subcategory]:
                return
            ticket.category, ticket.subcategory = category, subcategory
            await thread.aim(session, ticket, rule)
            await _sorted(session, ticket, member, {"pair": {"from": before, "to": [*rule.pair]}})
            if rule.route is not ticket.route:
                moved = {"from": ticket.route, "to": rule.route}
                ticket.route = rule.route
                await withdraw(session, ticket)
                await thread.happen(
                    session,
                    ticket,
                    Event.TRANSFERRED,
                    Actor.STAFF,
                    member_id=member.id,
                    payload=moved,
                )

    @to_its_end
    async def revoke_links(self, member: StaffMember, number: int) -> None:
        """A mail went to the wrong person, say. The next mail carries a new link."""
        async with self._holding(member, number) as (session, ticket):
            await links.revoke_all(session, ticket)
            await _sorted(session, ticket, member, {"links_revoked": True})

    # -------------------------------------------------------------------------------------

    @asynccontextmanager
    async def _holding(
        self, member: StaffMember, number: int
    ) -> AsyncIterator[tuple[AsyncSession, Ticket]]:
        """The ticket, held. Raises NotFound: no such ticket, a draft, or not theirs to see."""
        require_triage(member)
        async with self._database.writing.begin() as session:
            ticket = await thread.lock(session, number)
            if ticket.status is Status.DRAFT:
                raise NotFound(NO_SUCH)
            yield session, ticket

    @asynccontextmanager
    async def _acting(
        self, member: StaffMember, number: int
    ) -> AsyncIterator[tuple[AsyncSession, Ticket]]:
        """The same for what only the one who has taken it may do."""
        async with self._holding(member, number) as (session, ticket):
            if ticket.status in OPEN and ticket.assignee_id != member.id:
                raise Conflict("Take this ticket first.", code="take_first")
            yield session, ticket


async def _note(session: AsyncSession, ticket: Ticket, member: StaffMember, text: str) -> None:
    masked = mask(text.replace("\0", "")).text
    await thread.append(
        session, ticket, Actor.STAFF, member_id=member.id, internal=True, text=masked
    )


async def _sorted(session: AsyncSession, ticket: Ticket, member: StaffMember, moved: Moved) -> None:
    """A change that names what it moved, so that it can be undone."""
    await thread.append(
        session, ticket, Actor.STAFF, member_id=member.id, internal=True, payload=moved
    )
    if tagged := moved.get("tagged"):
        await search.add(session, ticket.number, tagged)


def _check_text(text: str) -> None:
    if not text.strip():
        raise Invalid("There is no text.", code="text_missing")
    if len(text) > LONGEST_TEXT:
        raise TooLarge("The text is too long.")
