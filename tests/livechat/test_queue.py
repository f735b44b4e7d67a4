"""The order of the queue and the choice of an advisor, as rules without a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livechat.queue import (
    FIRST,
    SKILL_RELAXES_AFTER,
    Advisor,
    Decision,
    PassedOver,
    Waiting,
    assign,
    in_order,
)

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
CLAIRE, DAVID, ELSA = UUID(int=1), UUID(int=2), UUID(int=3)


def waiting(number: int = 1, **other: Any) -> Waiting:
    fields: dict[str, Any] = {"priority": 0, "queued_at": NOON + timedelta(seconds=number)}
    return Waiting(chat_id=UUID(int=100 + number), **(fields | other))


def advisor(id: UUID = CLAIRE, **other: Any) -> Advisor:
    ready: dict[str, Any] = {
        "takes_chats": True,
        "present": True,
        "available": True,
        "load": 0,
        "capacity": 2,
    }
    return Advisor(id=id, **(ready | other))


def decide(one: Waiting, *advisors: Advisor, at: datetime = NOON) -> Decision:
    return assign([one], advisors, at)[0]


def test_first_come_is_first_served() -> None:
    assert in_order([waiting(2), waiting(1), waiting(3)]) == [waiting(1), waiting(2), waiting(3)]


def test_who_lost_their_advisor_comes_before_all_who_were_never_served() -> None:
    back = waiting(9, priority=FIRST)
    assert in_order([waiting(1), back]) == [back, waiting(1)]


@pytest.mark.parametrize(
    ("unfit", "reason"),
    [
        ({"takes_chats": False}, PassedOver.NOT_AN_ADVISOR),
        ({"present": False}, PassedOver.ABSENT),
        ({"available": False}, PassedOver.NOT_AVAILABLE),
        ({"on_the_phone": True}, PassedOver.ON_THE_PHONE),
        ({"load": 2}, PassedOver.FULL),
    ],
)
def test_an_advisor_who_cannot_take_a_chat_is_passed_over_and_the_reason_kept(
    unfit: dict[str, Any], reason: PassedOver
) -> None:
    decision = decide(waiting(), advisor(CLAIRE, **unfit), advisor(DAVID))
    assert decision == Decision(waiting().chat_id, DAVID, {CLAIRE: reason})


def test_the_least_busy_advisor_is_chosen() -> None:
    decision = decide(waiting(), advisor(load=1), advisor(DAVID))
    assert decision.chosen == DAVID
    assert decision.passed_over == {CLAIRE: PassedOver.BUSIER}


def test_of_equally_busy_advisors_the_one_idle_longest_is_chosen() -> None:
    rested = advisor(DAVID, idle_since=NOON - timedelta(hours=1))
    assert decide(waiting(), advisor(idle_since=NOON), rested).chosen == DAVID


def test_a_skill_is_asked_for_until_it_relaxes() -> None:
    one = waiting(0, skill="api")
    unskilled = advisor()
    early = decide(one, unskilled, at=NOON + SKILL_RELAXES_AFTER - timedelta(seconds=1))
    assert (early.chosen, early.passed_over) == (None, {CLAIRE: PassedOver.OTHER_SKILL})
    assert decide(one, unskilled, at=NOON + SKILL_RELAXES_AFTER).chosen == CLAIRE


def test_who_declined_is_asked_again_only_when_nobody_else_is_left() -> None:
    one = waiting(declined_by=frozenset({CLAIRE}))
    both = decide(one, advisor(), advisor(DAVID, load=1))
    assert (both.chosen, both.passed_over) == (DAVID, {CLAIRE: PassedOver.DECLINED})
    assert decide(one, advisor(), advisor(DAVID, present=False)).chosen == CLAIRE


advisors = st.lists(
    st.builds(
        Advisor,
        id=st.integers(1, 6).map(lambda n: UUID(int=n)),
        takes_chats=st.booleans(),
        present=st.booleans(),
        available=st.booleans(),
        load=st.integers(0, 4),
        capacity=st.integers(0, 4),
        skills=st.frozensets(st.sampled_from(["api", "compte"])),
        on_the_phone=st.booleans(),
    ),
    max_size=6,
    unique_by=lambda each: each.id,
)
crowd = st.lists(
    st.builds(
        waiting,
        st.integers(1, 12),
        priority=st.sampled_from([0, FIRST]),
        skill=st.sampled_from([None, "api"]),
        declined_by=st.frozensets(st.integers(1, 6).map(lambda n: UUID(int=n))),
    ),
    max_size=12,
    unique_by=lambda each: each.chat_id,
)


@given(crowd, advisors)
def test_nobody_is_given_more_than_they_can_hold_and_everybody_is_accounted_for(
    queue: list[Waiting], staff: list[Advisor]
) -> None:
    decisions = assign(queue, staff, NOON)
    assert len(decisions) == len(queue)
    for each in staff:
        given = sum(decision.chosen == each.id for decision in decisions)
        assert given == 0 or (each.present and each.available and each.takes_chats)
        assert given == 0 or not each.on_the_phone
        assert given == 0 or each.load + given <= each.capacity
    ids = {each.id for each in staff}
    for decision in decisions:
        chosen = set() if decision.chosen is None else {decision.chosen}
        assert chosen | set(decision.passed_over) == ids


@given(crowd, advisors)
def test_nobody_without_a_wish_is_overtaken(queue: list[Waiting], staff: list[Advisor]) -> None:
    plain = [replace(each, skill=None, declined_by=frozenset()) for each in queue]
    served = [decision.chosen is not None for decision in assign(plain, staff, NOON)]
    assert served == sorted(served, reverse=True)
