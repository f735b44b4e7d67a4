"""One console socket, from its admission to its end.

The board is sent whole whenever it changed; of the conversation that the screen watches each event
is sent once. What the hub pushes is only a hint: all is read anew.
"""

import asyncio
import logging
from contextlib import suppress
from uuid import UUID

from fastapi import WebSocket
from pydantic import BaseModel, ValidationError

from kit.clock import now
from kit.database import Database
from kit.errors import NotFound, Refusal
from kit.finishing import to_its_end
from livechat import chats, log, reading, silent_joins
from livechat.boards import Boards
from livechat.console_protocol import (
    Accept,
    AdvisorReads,
    AdvisorSay,
    AdvisorTypes,
    ConsoleFrame,
    ConversationEvent,
    Decline,
    Finish,
    Note,
    Propose,
    Retract,
    SetStatus,
    StaffEvent,
    Transfer,
    Unwatch,
    UserRead,
    UserTypes,
    Watch,
    console_frame,
)
from livechat.desk import Desk
from livechat.hub import BOARD, Cut, Hub, Listener
from livechat.presence import Presences
from livechat.proposing import Proposing
from livechat.protocol import (
    AnyEvent,
    Author,
    CloseCode,
    Failed,
    GoingAway,
    Heartbeat,
    Seen,
    SomeoneTypes,
    Stored,
    UserSeen,
)
from staff import sessions
from staff.models import StaffMember
from staff.revocations import Revocations
from web import line

logger = logging.getLogger(__name__)

CALM_S = 0.05  # several changes within are one board
BOARD_S = 5.0  # how often the board is sent anyway: times run on
CHECK_S = 2.0  # how often it is checked that the session still stands


class Screen:
    """One console socket, from its admission to its end."""

    def __init__(self, socket: WebSocket, member: StaffMember, session_id: UUID) -> None:
        state = socket.app.state
        self._socket = socket
        self._member = member
        self._session_id = session_id
        self._database: Database = state.database
        self._hub: Hub = state.hub
        self._desk: Desk = state.desk
        self._boards: Boards = state.boards
        self._proposing: Proposing = state.proposing
        self._presences: Presences = state.presences
        self._revocations: Revocations = state.revocations
        self._sending = asyncio.Lock()
        self._follower: asyncio.Task[None] | None = None
        self._noted = now()
        self._at_once = False  # no grace for who logged out

    async def last(self) -> None:
        self._connection_id = await self._presences.come(self._member.id)
        try:
            with (
                self._hub.listen(BOARD) as listener,
                self._revocations.listen(self._session_id) as revoked,
            ):
                await self._run(listener, revoked)
        finally:
            await self._presences.leave(self._connection_id, at_once=self._at_once)

    async def _run(self, listener: Listener, revoked: asyncio.Event) -> None:
        works = (self._show_board(listener), self._read(), self._check(revoked))
        try:
            problems = await line.run_until_one_ends([asyncio.create_task(w) for w in works])
        finally:
            await self._stop_following()
        self._at_once = await line.hang_up(self._socket, problems) is CloseCode.LOG_IN_AGAIN

    async def _check(self, revoked: asyncio.Event) -> None:
        """Ends the screen when its session ended, here or in another process."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(revoked.wait(), CHECK_S)
            if not await self._is_current():
                raise Cut(CloseCode.LOG_IN_AGAIN)
            revoked.clear()

    @to_its_end
    async def _is_current(self) -> bool:
        async with self._database.reading() as session:
            return await sessions.is_current(session, self._session_id)

    # What we send ------------------------------------------------------------------------

    async def _show_board(self, listener: Listener) -> None:
        while True:
            overview = await self._boards.read(self._member)
            self._member = overview.members.get(self._member.id, self._member)
            await self._send(overview.board_of(self._member))
            with suppress(TimeoutError):
                frame = await asyncio.wait_for(listener.next(), BOARD_S)
                if isinstance(frame, GoingAway):
                    await self._send(frame)
                await asyncio.sleep(CALM_S)
                listener.skip()

    async def _follow(self, watch: Watch) -> None:
        """Send one conversation from the given numbers on, and what comes after.

        Ends with a `failed` when it is no longer theirs to read: it went to a colleague.
        """
        try:
            with self._hub.listen(watch.conversation_id) as listener:
                await self._follow_on(watch, listener)
        except NotFound:
            await self._send(Failed(code=line.failure_code(NotFound)))

    async def _follow_on(self, watch: Watch, listener: Listener) -> None:
        conversation_id, seq, staff_seq = watch.conversation_id, watch.after, watch.staff_after
        if read := await self._read_by_user(conversation_id):  # once; later it is pushed
            await self._send(UserRead(conversation_id=conversation_id, seq=read))
        while True:
            events, staff_events = await self._read_on(conversation_id, seq, staff_seq)
            for event in events:
                await self._send(ConversationEvent(conversation_id=conversation_id, event=event))
                seq = event.seq
            for staff_event in staff_events:
                await self._send(staff_event)
                staff_seq = staff_event.staff_seq
            await self._await_news(listener, conversation_id)

    async def _await_news(self, listener: Listener, conversation_id: UUID) -> None:
        """Returns when there may be something to read; what is not stored is sent on at once."""
        with suppress(TimeoutError):
            while True:
                match await asyncio.wait_for(listener.next(), BOARD_S):
                    case SomeoneTypes(author=author) if author is not Author.ADVISOR:
                        await self._send(UserTypes(conversation_id=conversation_id, author=author))
                    case SomeoneTypes() | Seen():
                        pass  # our own
                    case UserSeen(seq=seq):
                        await self._send(UserRead(conversation_id=conversation_id, seq=seq))
                    case _:
                        return

    @to_its_end
    async def _read_on(
        self, conversation_id: UUID, seq: int, staff_seq: int
    ) -> tuple[list[AnyEvent], list[StaffEvent]]:
        async with self._database.reading() as session:
            await reading.permit(session, self._member, conversation_id)
            events = await log.read_after(session, conversation_id, seq)
            return events, await reading.staff_events(session, conversation_id, staff_seq)

    @to_its_end
    async def _read_by_user(self, conversation_id: UUID) -> int:
        async with self._database.reading() as session:
            await reading.permit(session, self._member, conversation_id)
            return (await chats.read_by(session, conversation_id))[1]

    async def _send(self, frame: BaseModel) -> None:
        async with self._sending:
            await line.send(self._socket, frame)

    # What we hear ------------------------------------------------------------------------

    async def _read(self) -> None:
        async for text in line.texts(self._socket):
            try:
                frame = console_frame.validate_json(text)
            except ValidationError:
                await self._send(Failed(code="invalid_frame"))
                continue
            try:
                await self._obey(frame)
                await self._note_use(frame)
            except Refusal as refusal:
                client_id = getattr(frame, "client_id", None)
                await self._send(Failed(client_id=client_id, code=line.failure_code(refusal)))

    async def _obey(self, frame: ConsoleFrame) -> None:
        member = self._member
        match frame:
            case Heartbeat():
                await self._presences.renew(self._connection_id)
                await self._send(Heartbeat())
            case SetStatus(status=status):
                await self._desk.set_status(member, status)
            case Watch() | Unwatch():
                await self._watch(frame)
            case Accept(chat_id=chat_id):
                await self._desk.accept(member, chat_id)
            case Decline(chat_id=chat_id):
                await self._desk.decline(member, chat_id)
            case AdvisorSay(client_id=client_id):
                seq = await self._desk.say(member, frame)
                await self._send(Stored(client_id=client_id, seq=seq))
            case Note():
                await self._desk.note(member, frame)
            case AdvisorTypes(chat_id=chat_id):
                await self._desk.type(member, chat_id)
            case AdvisorReads(chat_id=chat_id, seq=seq):
                await self._desk.read(member, chat_id, seq)
            case Retract(chat_id=chat_id, seq=seq):
                await self._desk.retract(member, chat_id, seq)
            case Propose(client_id=client_id):
                seq = await self._proposing.propose(member, frame)
                await self._send(Stored(client_id=client_id, seq=seq))
            case Transfer():
                await self._desk.transfer(member, frame)
            case Finish(chat_id=chat_id, wrap_up=wrap_up):
                await self._desk.finish(member, chat_id, wrap_up)

    @to_its_end
    async def _note_use(self, frame: ConsoleFrame) -> None:
        """What the advisor does keeps them logged in; a heartbeat does not."""
        if not isinstance(frame, Heartbeat) and now() - self._noted > sessions.NOTED_EVERY:
            self._noted = now()
            async with self._database.writing.begin() as session:
                await sessions.note_use(session, self._session_id)

    async def _watch(self, frame: Watch | Unwatch) -> None:
        await self._stop_following()
        looked_at = frame.conversation_id if isinstance(frame, Watch) else None
        if isinstance(frame, Watch):
            await self._read_on(frame.conversation_id, 2**31 - 1, 2**31 - 1)  # may it be read?
            self._follower = asyncio.create_task(self._follow(frame))
        await self._presences.look_at(self._connection_id, looked_at)
        if looked_at is not None:
            await silent_joins.write_down(self._database, self._hub, self._member, looked_at)

    async def _stop_following(self) -> None:
        if self._follower is not None:
            self._follower.cancel()
            await asyncio.wait([self._follower])
            self._follower = None
