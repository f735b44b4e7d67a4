"""Who is served next, and by whom: the order of the queue, and why an advisor was passed over.

First come, first served within a priority. Pure: no database, no clock of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

SKILL_RELAXES_AFTER = timedelta(minutes=3)  # then anybody who is free may take the chat
FIRST = 1  # priority of who was already served and lost their advisor
ORDINARY = 0


class PassedOver(StrEnum):
    """Why an advisor was not offered a chat. In the order in which the reasons are looked at."""

    NOT_AN_ADVISOR = "not_an_advisor"
    ABSENT = "absent"  # no connection of theirs is alive
    NOT_AVAILABLE = "not_available"  # away or off, by their own choice
    ON_THE_PHONE = "on_the_phone"  # calls a user now, or within minutes
    FULL = "full"  # has as many chats as they can hold
    OTHER_SKILL = "other_skill"
    DECLINED = "declined"  # let the offer pass or was lost; asked again when nobody else is left
    BUSIER = "busier"  # could have taken it, but the chosen one has fewer chats


@dataclass(frozen=True)
class Waiting:
    """A user who waits for an advisor."""

    chat_id: UUID
    priority: int
    queued_at: datetime
    skill: str | None = None
    declined_by: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Advisor:
    """Somebody who might take a chat. `load`: chats held or on offer; `since`: idle since."""

    id: UUID
    takes_chats: bool
    present: bool
    available: bool
    load: int
    capacity: int
    skills: frozenset[str] = frozenset()
    idle_since: datetime | None = None
    on_the_phone: bool = False


@dataclass(frozen=True)
class Decision:
    """Whom a chat was offered to, if anybody, and why each of the others was passed over."""

    chat_id: UUID
    chosen: UUID | None
    passed_over: dict[UUID, PassedOver] = field(default_factory=dict)


def is_free(advisor: Advisor) -> bool:
    """Whether they could take some chat now."""
    return _unready(advisor, given=0) is None


def serves(advisor: Advisor) -> bool:
    """Whether they are there and take chats, now or after those that they have."""
    return advisor.takes_chats and advisor.present and (advisor.available or advisor.load > 0)


def in_order(waiting: Iterable[Waiting]) -> list[Waiting]:
    """Priority, then arrival; the id only so that two equal arrivals have an order at all."""
    return sorted(waiting, key=lambda each: (-each.priority, each.queued_at, each.chat_id.int))


def assign(waiting: Iterable[Waiting], advisors: Sequence[Advisor], at: datetime) -> list[Decision]:
    """One decision for each who waits, in order; an advisor chosen once counts as busier next."""
    given: dict[UUID, int] = {}
    decisions = []
    for each in in_order(waiting):
        decision = _decide(each, advisors, given, at)
        if decision.chosen is not None:
            given[decision.chosen] = given.get(decision.chosen, 0) + 1
        decisions.append(decision)
    return decisions


def _decide(
    waiting: Waiting, advisors: Sequence[Advisor], given: dict[UUID, int], at: datetime
) -> Decision:
    reasons: dict[UUID, PassedOver] = {}
    able: list[Advisor] = []
    for advisor in advisors:
        reason = _unable(waiting, advisor, given.get(advisor.id, 0), at)
        if reason is None:
            able.append(advisor)
        else:
            reasons[advisor.id] = reason
    fresh = [advisor for advisor in able if advisor.id not in waiting.declined_by]
    if fresh:
        declined = (each for each in able if each.id in waiting.declined_by)
        reasons |= {each.id: PassedOver.DECLINED for each in declined}
    candidates = fresh or able
    if not candidates:
        return Decision(waiting.chat_id, None, reasons)
    chosen = min(candidates, key=lambda each: _readiness(each, given.get(each.id, 0)))
    reasons |= {each.id: PassedOver.BUSIER for each in candidates if each is not chosen}
    return Decision(waiting.chat_id, chosen.id, reasons)


def _unable(waiting: Waiting, advisor: Advisor, given: int, at: datetime) -> PassedOver | None:
    unready = _unready(advisor, given)
    needs_skill = waiting.skill is not None and at - waiting.queued_at < SKILL_RELAXES_AFTER
    if unready is None and needs_skill and waiting.skill not in advisor.skills:
        return PassedOver.OTHER_SKILL
    return unready


def _unready(advisor: Advisor, given: int) -> PassedOver | None:
    checks = (
        (not advisor.takes_chats, PassedOver.NOT_AN_ADVISOR),
        (not advisor.present, PassedOver.ABSENT),
        (not advisor.available, PassedOver.NOT_AVAILABLE),
        (advisor.on_the_phone, PassedOver.ON_THE_PHONE),
        (advisor.load + given >= advisor.capacity, PassedOver.FULL),
    )
    return next((reason for fails, reason in checks if fails), None)


def _readiness(advisor: Advisor, given: int) -> tuple[float, float, int]:
    """The least busy first, then who has been idle longest."""
    idle = advisor.idle_since.timestamp() if advisor.idle_since else 0.0
    return ((advisor.load + given) / max(1, advisor.capacity), idle, advisor.id.int)
