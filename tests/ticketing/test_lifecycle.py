"""The table: no status without an exit, each event made by one kind of actor."""

import pytest

from ticketing.lifecycle import (
    LIFECYCLE,
    MADE_BY,
    MEANT_BY_A_REPLY,
    OPEN,
    TABS,
    Actor,
    Event,
    IllegalEvent,
    Status,
    after,
    allowed,
)


def test_every_status_stands_in_the_table_and_has_an_exit() -> None:
    assert set(LIFECYCLE) == set(Status)
    assert all(LIFECYCLE.values())


def test_every_event_can_happen_and_is_made_by_somebody() -> None:
    assert {event for events in LIFECYCLE.values() for event in events} == set(Event)
    assert set(MADE_BY) == set(Event)


def test_every_status_is_in_exactly_one_tab_of_its_sender() -> None:
    assert sorted(status for tab in TABS.values() for status in tab) == sorted(Status)


@pytest.mark.parametrize("status", sorted(OPEN | {Status.CLOSED}))
def test_what_its_sender_writes_always_means_something(status: Status) -> None:
    event = MEANT_BY_A_REPLY[status]
    assert after(status, event, Actor.SENDER) in OPEN


@pytest.mark.parametrize("status", sorted(OPEN))
def test_its_sender_can_always_close_it(status: Status) -> None:
    assert after(status, Event.CLOSED, Actor.SENDER) is Status.CLOSED


@pytest.mark.parametrize(
    ("status", "event", "actor"),
    [
        (Status.DRAFT, Event.TAKEN, Actor.STAFF),
        (Status.SUBMITTED, Event.ANSWERED, Actor.STAFF),  # taken first
        (Status.CLOSED, Event.ANSWERED, Actor.STAFF),
        (Status.ASSIGNED, Event.CLOSED, Actor.STAFF),  # the sender closes
        (Status.ASSIGNED, Event.ANSWERED, Actor.SENDER),
        (Status.SUBMITTED, Event.EXPIRED, Actor.SYSTEM),  # we have to act, not they
    ],
)
def test_what_may_not_happen_is_refused(status: Status, event: Event, actor: Actor) -> None:
    with pytest.raises(IllegalEvent):
        after(status, event, actor)
    assert event not in allowed(status, actor)


def test_the_buttons_of_a_page_are_what_may_happen() -> None:
    assert allowed(Status.ANSWERED, Actor.SENDER) == [Event.SENT_BACK, Event.CLOSED]
    assert allowed(Status.SUBMITTED, Actor.STAFF) == [
        Event.TAKEN,
        Event.TRANSFERRED,
        Event.MERGED,
    ]
