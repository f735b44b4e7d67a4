"""A whole call centre in one process: users, advisors with their screens, and the rounds."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from kit.clock import now
from kit.database import Database
from livechat import board, reading
from livechat.assignment import decisions_of
from livechat.console_protocol import AdvisorSay, Board, Note, StaffEvent, Transfer
from livechat.desk import Desk
from livechat.desk_models import AdvisorStatus, AssignmentDecision, Chat, ChatState, WrapUp
from livechat.presence import Presences
from livechat.protocol import Act, AnyEvent, Mode, ModeEvent, QueueEvent
from livechat.rounds import Rounds
from staff.models import Role, StaffMember
from tests.livechat.fakes import KEY
from tests.livechat.fakes import Chat as Talk


class Centre(Talk):
    """What the tests of the queue use, beside what users do."""

    def __init__(self, database: Database, **other: Any) -> None:
        super().__init__(database, **other)
        self.desk = Desk(database, self.hub, KEY)
        self.presences = Presences(database, self.hub)
        self.rounds = Rounds(database, self.hub)
        self.connections: dict[UUID, UUID] = {}

    async def hire(
        self,
        name: str,
        *,
        role: Role = Role.ADVISOR,
        capacity: int = 2,
        skills: tuple[str, ...] = (),
        ready: bool = True,
    ) -> StaffMember:
        """Somebody who works here; `ready`: at their screen, available."""
        async with self.database.writing.begin() as session:
            member = StaffMember(
                id=uuid4(),
                email=f"{name.lower()}@example.org",
                name=name,
                role=role,
                password_hash="of a password that nobody types here",
                capacity=capacity,
                skills=list(skills),
                created_at=now(),
            )
            session.add(member)
        if ready:
            await self.sit_down(member)
        return member

    async def sit_down(self, member: StaffMember) -> None:
        self.connections[member.id] = await self.presences.come(member.id)
        await self.desk.set_status(member, AdvisorStatus.AVAILABLE)

    async def cut(self, member: StaffMember) -> None:
        await self.presences.leave(self.connections.pop(member.id))

    async def stay(self) -> None:
        """Every screen that is not cut renews its lease."""
        for connection in self.connections.values():
            await self.presences.renew(connection)

    async def queue_up(self) -> UUID:
        """A new conversation whose user asked for an advisor."""
        conversation_id = await self.open()
        await self.click(conversation_id, Act.ADVISOR)
        return conversation_id

    async def chat_of(self, conversation_id: UUID) -> Chat:
        """The last chat of a conversation, as stored now."""
        query = (
            select(Chat)
            .where(Chat.conversation_id == conversation_id)
            .order_by(Chat.queued_at.desc())
            .limit(1)
        )
        async with self.database.reading() as session:
            return (await session.scalars(query)).one()

    async def chats(self) -> list[Chat]:
        async with self.database.reading() as session:
            return list(await session.scalars(select(Chat).order_by(Chat.queued_at)))

    async def serve(self, member: StaffMember) -> tuple[UUID, UUID]:
        """A user who talks to this advisor: the conversation and the chat."""
        conversation_id = await self.queue_up()
        chat = await self.chat_of(conversation_id)
        assert chat.state is ChatState.OFFERED and chat.advisor_id == member.id
        await self.desk.accept(member, chat.id)
        return conversation_id, chat.id

    async def advise(
        self, member: StaffMember, chat_id: UUID, text: str, client_id: UUID | None = None
    ) -> int:
        said = AdvisorSay(type="say", chat_id=chat_id, client_id=client_id or uuid4(), text=text)
        return await self.desk.say(member, said)

    async def note(self, member: StaffMember, chat_id: UUID, text: str) -> None:
        note = Note(type="note", chat_id=chat_id, client_id=uuid4(), text=text)
        await self.desk.note(member, note)

    async def transfer(self, member: StaffMember, chat_id: UUID, **to: Any) -> None:
        wanted = Transfer.model_validate({"type": "transfer", "chat_id": chat_id, **to})
        await self.desk.transfer(member, wanted)

    async def finish(self, member: StaffMember, chat_id: UUID) -> None:
        await self.desk.finish(member, chat_id, WrapUp.SOLVED)

    async def board(self, member: StaffMember) -> Board:
        async with self.database.reading() as session:
            return (await board.oversee(session)).board_of(member)

    async def staff_events(self, conversation_id: UUID) -> list[StaffEvent]:
        async with self.database.reading() as session:
            return await reading.staff_events(session, conversation_id, 0)

    async def decisions(self, chat_id: UUID) -> list[AssignmentDecision]:
        async with self.database.reading() as session:
            return list(await decisions_of(session, chat_id))

    async def mode(self, conversation_id: UUID) -> Mode:
        return (await self.conversation(conversation_id)).mode

    async def reasons(self, conversation_id: UUID) -> list[str]:
        """Why the mode changed, each time."""
        events = await self.events(conversation_id)
        return [event.reason for event in events if isinstance(event, ModeEvent)]

    async def place(self, conversation_id: UUID) -> QueueEvent | None:
        """What the user was told last of their place."""
        events: list[AnyEvent] = await self.events(conversation_id)
        return next((e for e in reversed(events) if isinstance(e, QueueEvent)), None)
