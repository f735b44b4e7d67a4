"""Anything may happen in any order, in two processes over one database: the queue stays right.

The real services, on SQLite and on PostgreSQL. What always holds is checked after every step.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import ExitStack, nullcontext
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run

from kit.clock import now
from kit.database import Database
from kit.errors import Conflict, NotFound
from livechat import queue
from livechat.assignment import as_waiting, load_advisors, present_members
from livechat.desk_models import AdvisorStatus, Chat, ChatState, WrapUp
from livechat.protocol import Act, Mode
from staff.models import StaffMember
from tests.clock import Clock
from tests.databases import PostgreSQLServer
from tests.livechat.centre import Centre
from tests.machines import FEW

MORNING = datetime(2026, 11, 24, 8, tzinfo=UTC)
NAMES = ("Claire", "David", "Elsa")
MODES = {
    ChatState.WAITING: Mode.QUEUED,
    ChatState.OFFERED: Mode.QUEUED,
    ChatState.ACTIVE: Mode.ADVISOR,
    ChatState.ENDED: Mode.ASSISTANT,
}
which = st.integers(0, 20)
process = st.sampled_from([0, 1])


class QueueMachine(RuleBasedStateMachine):
    """`make_url` gives the URL of a new, migrated database; set by the test."""

    make_url: Any

    @initialize()
    def open(self) -> None:
        self.stack = ExitStack()
        self.clock = Clock()
        self.clock.put_at(MORNING)
        patch = self.stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr("kit.clock.datetime", self.clock)
        self.loop = self.stack.enter_context(asyncio.Runner())
        url = self.stack.enter_context(type(self).make_url())
        self.databases = [Database(url), Database(url)]
        self.processes = [Centre(database) for database in self.databases]
        self.staff: list[StaffMember] = [
            self.do(self.processes[0].hire(name, capacity=place % 2 + 1))
            for place, name in enumerate(NAMES)
        ]
        self.users: list[UUID] = []
        for place in range(5):  # two talk, and three wait, when anything begins to happen
            self.somebody_asks(place % 2)
        for place in range(2):
            self.an_offer_is_accepted(place, 0)

    def do[T](self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run(work)

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            for database in self.databases:
                self.do(database.close())
            self.stack.close()

    def chats(self, *states: ChatState) -> list[Chat]:
        return [chat for chat in self.do(self.processes[0].chats()) if chat.state in states]

    # What users do -----------------------------------------------------------------------

    @rule(process=process)
    def somebody_asks(self, process: int) -> None:
        self.users.append(self.do(self.processes[process].queue_up()))

    @rule(process=process, which=which)
    def somebody_leaves(self, process: int, which: int) -> None:
        if self.users:
            user = self.users[which % len(self.users)]
            self.do(self.processes[process].click(user, Act.LEAVE))

    @rule(process=process, which=which)
    def somebody_asks_again(self, process: int, which: int) -> None:
        if self.users:
            user = self.users[which % len(self.users)]
            self.do(self.processes[process].click(user, Act.ADVISOR))

    # What advisors do --------------------------------------------------------------------

    @rule(process=process, which=which)
    def an_offer_is_accepted(self, process: int, which: int) -> None:
        if offered := self.chats(ChatState.OFFERED):
            chat = offered[which % len(offered)]
            for member in self.staff:
                try:
                    self.do(self.processes[process].desk.accept(member, chat.id))
                except Conflict:
                    assert member.id != chat.advisor_id
                else:
                    assert member.id == chat.advisor_id

    @rule(process=process, which=which)
    def an_offer_is_declined(self, process: int, which: int) -> None:
        if offered := self.chats(ChatState.OFFERED):
            chat = offered[which % len(offered)]
            member = next(each for each in self.staff if each.id == chat.advisor_id)
            self.do(self.processes[process].desk.decline(member, chat.id))

    @rule(process=process, which=which)
    def a_chat_is_finished(self, process: int, which: int) -> None:
        if active := self.chats(ChatState.ACTIVE):
            chat = active[which % len(active)]
            member = next(each for each in self.staff if each.id == chat.advisor_id)
            desk = self.processes[process].desk
            self.do(desk.finish(member, chat.id, WrapUp.SOLVED))

    @rule(process=process, which=which)
    def a_chat_is_handed_on(self, process: int, which: int) -> None:
        if active := self.chats(ChatState.ACTIVE):
            chat = active[which % len(active)]
            member = next(each for each in self.staff if each.id == chat.advisor_id)
            self.do(self.processes[process].transfer(member, chat.id))

    @rule(which=which)
    def only_the_owner_can_write(self, which: int) -> None:
        if active := self.chats(ChatState.ACTIVE):
            chat = active[which % len(active)]
            for member in self.staff:
                try:
                    self.do(self.processes[0].advise(member, chat.id, "Bonjour"))
                except NotFound:
                    assert member.id != chat.advisor_id
                else:
                    assert member.id == chat.advisor_id

    @rule(process=process, which=which, status=st.sampled_from(list(AdvisorStatus)))
    def a_status_changes(self, process: int, which: int, status: AdvisorStatus) -> None:
        member = self.staff[which % len(self.staff)]
        self.do(self.processes[process].desk.set_status(member, status))

    @rule(which=which)
    def a_screen_is_cut_or_comes_back(self, which: int) -> None:
        member = self.staff[which % len(self.staff)]
        centre = self.processes[0]
        back = member.id not in centre.connections
        self.do(centre.sit_down(member) if back else centre.cut(member))

    # Time --------------------------------------------------------------------------------

    @rule(process=process, seconds=st.sampled_from([1, 10, 20, 30]))
    def time_passes(self, process: int, seconds: int) -> None:
        """A round later all that was due is done, and nobody waits for whom there is a place."""
        self.clock.forward(seconds=seconds)
        self.do(self.processes[0].stay())
        self.do(self.processes[process].rounds.go())
        self.do(self.nothing_is_overdue())

    async def nothing_is_overdue(self) -> None:
        async with self.databases[0].reading() as session:
            present = await present_members(session, now())
            advisors = await load_advisors(session, now())
        chats = await self.processes[0].chats()
        for chat in chats:
            if chat.state in (ChatState.ACTIVE, ChatState.OFFERED):
                assert chat.advisor_id in present
        waiting = [as_waiting(chat) for chat in chats if chat.state is ChatState.WAITING]
        assert not any(each.chosen for each in queue.assign(waiting, advisors, now()))

    # What always holds -------------------------------------------------------------------

    @invariant()
    def each_conversation_has_one_open_chat_and_its_mode(self) -> None:
        for user in getattr(self, "users", []):
            chats = [c for c in self.do(self.processes[0].chats()) if c.conversation_id == user]
            opened = [chat for chat in chats if chat.ended_at is None]
            assert len(opened) <= 1
            state = opened[0].state if opened else ChatState.ENDED
            assert self.do(self.processes[0].mode(user)) is MODES[state]

    @invariant()
    def nobody_holds_more_than_they_can(self) -> None:
        if not hasattr(self, "staff"):
            return
        held = self.chats(ChatState.OFFERED, ChatState.ACTIVE)
        for member in self.staff:
            assert sum(chat.advisor_id == member.id for chat in held) <= member.capacity
        assert all(chat.advisor_id is not None for chat in held)

    @invariant()
    def both_logs_are_numbered_without_holes(self) -> None:
        for user in getattr(self, "users", []):
            numbers = [event.seq for event in self.do(self.processes[0].events(user))]
            assert numbers == list(range(1, len(numbers) + 1))
            staff = [e.staff_seq for e in self.do(self.processes[0].staff_events(user))]
            assert staff == list(range(1, len(staff) + 1))


def test_the_queue_stays_right_on_sqlite(sqlite_template: Path, tmp_path: Path) -> None:
    numbers = count(1)

    class OnSQLite(QueueMachine):
        @staticmethod
        def make_url() -> Any:
            path = tmp_path / f"{next(numbers)}.db"
            path.write_bytes(sqlite_template.read_bytes())
            return nullcontext(f"sqlite:///{path}")

    run(OnSQLite, settings=FEW)


def test_the_queue_stays_right_on_postgresql(postgresql_server: PostgreSQLServer) -> None:
    class OnPostgreSQL(QueueMachine):
        @staticmethod
        def make_url() -> Any:
            return postgresql_server.copied("template")

    run(OnPostgreSQL, settings=settings(FEW, max_examples=5))
