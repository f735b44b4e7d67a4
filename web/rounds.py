"""What a process does again and again while it serves: each keeps promises that stand in rows."""

from collections.abc import Awaitable, Callable, Iterator

from starlette.datastructures import State

from chorus import account_requests, training_demo, training_rounds
from kit import outbox
from livechat import calling, retention, rounds, turns, watcher
from ticketing import due_times, link_requests
from ticketing import rounds as ticket_rounds
from web import health

type Work = Callable[[], Awaitable[object]]


def rounds_of(state: State) -> Iterator[tuple[Work, float]]:
    """Each with how often it is done, in seconds."""
    yield state.turns.sweep, turns.SWEEP_S
    yield state.health.watch, health.EVERY_S
    yield state.retention.purge, retention.EVERY_S
    yield state.rounds.go, rounds.EVERY_S
    yield state.calling.reassign, calling.EVERY_S
    yield state.watcher.look, watcher.EVERY_S
    yield state.outbox.deliver, outbox.EVERY_S
    yield state.ticket_rounds.go, ticket_rounds.EVERY_S
    yield state.due_times.go, due_times.EVERY_S
    yield state.link_requests.go, link_requests.EVERY_S
    yield state.training_rounds.go, training_rounds.EVERY_S
    yield state.account_requests.go, account_requests.EVERY_S
    if state.settings.demo and state.settings.demo_training:
        yield state.demo_trainings.keep, training_demo.EVERY_S
