"""Anything may happen in any order, in two processes over one database: a ticket stays true.

The real services, on SQLite and on PostgreSQL. What always holds is checked after every step.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import ExitStack, nullcontext, suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run

from kit.database import Database
from kit.errors import Conflict
from staff.models import StaffMember
from tests.clock import Clock
from tests.databases import PostgreSQLServer
from tests.machines import FEW
from tests.ticketing.support import Support
from ticketing.following import Connected
from ticketing.lifecycle import (
    WAITS_FOR_SENDER,
    WAITS_FOR_STAFF,
    Actor,
    Event,
    Status,
    after,
    allowed,
)
from ticketing.models import Route, Ticket
from ticketing.triage import HELD

MORNING = datetime(2026, 11, 24, 8, tzinfo=UTC)
OWNER = "host camille"
which = st.integers(0, 20)
process = st.sampled_from([0, 1])


class TicketMachine(RuleBasedStateMachine):
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
        self.processes = [Support(database) for database in self.databases]
        self.staff: list[StaffMember] = [
            self.do(self.processes[0].hire(name)) for name in ("Claire", "David")
        ]
        self.numbers: list[int] = []
        for place in (0, 1):  # two were taken when anything begins to happen
            self.somebody_writes(place)
            self.somebody_takes_it(place, place, place)

    def do[T](self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run(work)

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            for database in self.databases:
                self.do(database.close())
            self.stack.close()

    def some_ticket(self, which: int) -> Ticket:
        return self.do(self.processes[0].find(self.numbers[which % len(self.numbers)]))

    def attempt(
        self, ticket: Ticket, event: Event, actor: Actor, act: Coroutine[Any, Any, Any]
    ) -> None:
        """It happens if the table allows it, and leaves the status that the table says."""
        try:
            self.do(act)
        except Conflict:
            assert self.some_ticket(self.numbers.index(ticket.number)).status is ticket.status
        else:
            assert event in allowed(ticket.status, actor)
            there = self.some_ticket(self.numbers.index(ticket.number))
            assert there.status is after(ticket.status, event, actor)

    # The sender --------------------------------------------------------------------------

    @rule(process=process)
    def somebody_writes(self, process: int) -> None:
        ticket = self.do(self.processes[process].open(subject=OWNER))
        self.numbers.append(ticket.number)

    @rule(process=process, which=which)
    def they_answer(self, process: int, which: int) -> None:
        ticket = self.some_ticket(which)
        sender = Connected(OWNER, ticket.number)
        event = self.do(self.processes[process].following.write(sender, "Voici."))
        assert self.some_ticket(which).status is after(ticket.status, event, Actor.SENDER)

    @rule(process=process, which=which)
    def they_close(self, process: int, which: int) -> None:
        ticket = self.some_ticket(which)
        act = self.processes[process].following.close(Connected(OWNER, ticket.number))
        self.attempt(ticket, Event.CLOSED, Actor.SENDER, act)

    # The staff ---------------------------------------------------------------------------

    @rule(process=process, which=which, who=st.integers(0, 1))
    def somebody_takes_it(self, process: int, which: int, who: int) -> None:
        ticket, member = self.some_ticket(which), self.staff[who]
        if ticket.status in HELD and ticket.assignee_id == member.id:
            return
        triage = self.processes[process].triage
        if ticket.status is Status.DETAILS_ASKED:  # a colleague's: it is handed over, not taken
            act = triage.assign(member, ticket.number, member.id)
        else:
            act = triage.take(member, ticket.number)
        self.attempt(ticket, Event.TAKEN, Actor.STAFF, act)

    @rule(process=process, which=which, who=st.integers(0, 1))
    def somebody_releases_it(self, process: int, which: int, who: int) -> None:
        ticket = self.some_ticket(which)
        act = self.processes[process].triage.release(self.staff[who], ticket.number)
        self.attempt(ticket, Event.RELEASED, Actor.STAFF, act)

    @rule(process=process, which=which, who=st.integers(0, 1), asks=st.booleans())
    def somebody_replies(self, process: int, which: int, who: int, asks: bool) -> None:
        ticket = self.some_ticket(which)
        owner = next((each for each in self.staff if each.id == ticket.assignee_id), None)
        member = owner if owner and who == 0 else self.staff[who]  # mostly who has taken it
        event = Event.DETAILS_ASKED if asks else Event.ANSWERED
        triage = self.processes[process].triage
        act = triage.reply(member, ticket.number, event, "Bonjour.", at_once=True)
        self.attempt(ticket, event, Actor.STAFF, act)
        assert ticket.assignee_id == member.id or self.some_ticket(which).status is ticket.status

    @rule(process=process, which=which, who=st.integers(0, 1))
    def a_reply_is_held_back(self, process: int, which: int, who: int) -> None:
        ticket, member = self.some_ticket(which), self.staff[who]
        triage = self.processes[process].triage
        with suppress(Conflict):
            self.do(triage.reply(member, ticket.number, Event.ANSWERED, "Bonjour."))
        assert self.some_ticket(which).status is ticket.status

    @rule(process=process, which=which, who=st.integers(0, 1), route=st.sampled_from(Route))
    def somebody_transfers_it(self, process: int, which: int, who: int, route: Route) -> None:
        ticket = self.some_ticket(which)
        act = self.processes[process].triage.transfer(self.staff[who], ticket.number, route)
        self.attempt(ticket, Event.TRANSFERRED, Actor.STAFF, act)

    # Time --------------------------------------------------------------------------------

    @rule(process=process, hours=st.sampled_from([1, 24, 24 * 8, 24 * 15]))
    def time_passes(self, process: int, hours: int) -> None:
        self.clock.forward(hours=hours)
        self.do(self.processes[process].rounds.go())
        for number in self.numbers:
            ticket = self.do(self.processes[0].find(number))
            assert ticket.expires_at is None or ticket.expires_at > MORNING

    # What always holds -------------------------------------------------------------------

    @invariant()
    def the_thread_tells_the_status_and_has_no_holes(self) -> None:
        for number in getattr(self, "numbers", []):
            ticket = self.do(self.processes[0].find(number))
            thread = self.do(self.processes[1].thread(number))
            assert [entry.seq for entry in thread] == list(range(1, ticket.last_seq + 1))
            status = Status.DRAFT
            for entry in thread:
                status = after(status, entry.event, entry.actor) if entry.event else status
            assert ticket.status is status

    @invariant()
    def what_is_due_follows_from_who_has_to_act(self) -> None:
        for number in getattr(self, "numbers", []):
            ticket = self.do(self.processes[0].find(number))
            assert (ticket.solution_due is not None) == (ticket.status in WAITS_FOR_STAFF)
            assert (ticket.expires_at is not None) == (ticket.status in WAITS_FOR_SENDER)
            assert (ticket.closed_at is not None) == (ticket.status is Status.CLOSED)
            if ticket.status is Status.ASSIGNED:
                assert ticket.assignee_id is not None
            if ticket.status is Status.SUBMITTED:
                assert ticket.assignee_id is None


def test_a_ticket_stays_true_on_sqlite(sqlite_template: Path, tmp_path: Path) -> None:
    numbers = count(1)

    class OnSQLite(TicketMachine):
        @staticmethod
        def make_url() -> Any:
            path = tmp_path / f"{next(numbers)}.db"
            path.write_bytes(sqlite_template.read_bytes())
            return nullcontext(f"sqlite:///{path}")

    run(OnSQLite, settings=settings(FEW, stateful_step_count=50))


def test_a_ticket_stays_true_on_postgresql(postgresql_server: PostgreSQLServer) -> None:
    class OnPostgreSQL(TicketMachine):
        @staticmethod
        def make_url() -> Any:
            return postgresql_server.copied("template")

    run(OnPostgreSQL, settings=settings(FEW, max_examples=5, stateful_step_count=50))
