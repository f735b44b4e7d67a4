"""What the list of triage shows: one value that addresses, saved queues and counts share.

Pure: no database, no clock. A filter says "mine" or "late", never whose or since when, so that a
saved one means the same to the next member and on the next day.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from ticketing.lifecycle import OPEN, Status
from ticketing.models import Priority, Route

LONGEST_TEXT = 200
LONGEST_NAME = 40  # of a category or a tag
LONGEST_QUERY = 2_000
YEARS = range(1900, 3000)  # of days: at the ends of what Python counts there is no other time zone
ME, NOBODY = "moi", "personne"  # instead of the id of a colleague


class Sort(StrEnum):
    DUE = "due"  # what is due first; what waits for somebody else comes last
    CHANGED = "changed"  # the latest change first
    NUMBER = "number"  # the newest first
    PRIORITY = "priority"  # the most urgent first, then what is due first


class Due(StrEnum):
    LATE = "late"
    TODAY = "today"  # later today


@dataclass(frozen=True)
class Filters:
    """All that is set must hold. Nothing set: every ticket but drafts."""

    text: str = ""
    statuses: frozenset[Status] = frozenset()
    route: Route | None = None
    category: str = ""  # an id, or "category/subcategory"
    assignee: str = ""  # ME, NOBODY or the id of a member
    priority: Priority | None = None
    tag: str = ""
    due: Due | None = None
    callback: bool = False  # wants to be called back, and has no appointment yet
    recently_closed: bool = False
    since: date | None = None  # days on which it was submitted, in the organisation's time
    until: date | None = None
    sort: Sort = Sort.DUE

    def is_same_queue(self, other: "Filters") -> bool:
        """Whatever is searched for in it, and however it is sorted."""
        return _plain(self) == _plain(other)

    @property
    def narrows(self) -> bool:
        return not self.is_same_queue(Filters())

    def to_dict(self) -> dict[str, list[str]]:
        """By the names of an address; what is not set is left out."""
        return {name: found for name, (key, _) in _CODEC.items() if (found := _words(self, key))}

    def to_query(self) -> str:
        """The part of an address after the `?`. It always names the order, so it is never empty."""
        pairs = self.to_dict() | {"tri": [str(self.sort)]}
        return urlencode(pairs, doseq=True)


def pairs_in(query: str) -> list[tuple[str, str]]:
    """Of an address, or of a field that holds one."""
    return parse_qsl(query.rpartition("?")[2][:LONGEST_QUERY])


def from_pairs(pairs: Iterable[tuple[str, str]]) -> Filters:
    """What an address says. What it says wrongly is as if it were not said."""
    found: dict[str, Any] = {}
    for name, word in pairs:
        if name not in _CODEC or not word:
            continue
        key, parsed = _CODEC[name]
        try:
            value = parsed(word)
        except ValueError:
            continue
        found[key] = found.get(key, frozenset()) | {value} if key == "statuses" else value
    return Filters(**found)


def from_dict(known: Mapping[str, Any]) -> Filters:
    return from_pairs((name, str(word)) for name, found in known.items() for word in found)


def says_something(names: Iterable[str]) -> bool:
    """Whether an address with these names asks for a filter at all."""
    return any(name in _CODEC for name in names)


def _plain(filters: Filters) -> Filters:
    return replace(filters, text="", sort=Sort.DUE)


def _words(filters: Filters, key: str) -> list[str]:
    value = getattr(filters, key)
    if value == _DEFAULTS[key]:
        return []
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, date):
        return [value.isoformat()]
    return ["1"] if value is True else [str(int(value) if key == "priority" else value)]


def _text(word: str) -> str:
    return " ".join(word.replace("\0", "").split())[:LONGEST_TEXT]


def _status(word: str) -> Status:
    status = Status(word)
    if status is Status.DRAFT:
        raise ValueError("A draft is its sender's alone.")
    return status


def _day(word: str) -> date:
    day = date.fromisoformat(word)
    if day.year not in YEARS:
        raise ValueError("No ticket is from then.")
    return day


def _assignee(word: str) -> str:
    return word if word in (ME, NOBODY) else str(UUID(word))


def _name(word: str) -> str:
    if len(word) > 2 * LONGEST_NAME or "\0" in word:
        raise ValueError("No category and no tag is that long.")
    return word


def _tag(word: str) -> str:
    return _name(" ".join(word.casefold().split()))


# Name in an address: the attribute, and what reads it (ValueError: it is not one).
_CODEC: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "q": ("text", _text),
    "etat": ("statuses", _status),
    "destinataire": ("route", Route),
    "categorie": ("category", _name),
    "suivi": ("assignee", _assignee),
    "priorite": ("priority", lambda word: Priority(int(word))),
    "etiquette": ("tag", _tag),
    "echeance": ("due", Due),
    "rappel": ("callback", lambda word: word == "1"),
    "fermes": ("recently_closed", lambda word: word == "1"),
    "du": ("since", _day),
    "au": ("until", _day),
    "tri": ("sort", Sort),
}
_DEFAULTS = {each.name: each.default for each in fields(Filters)}

# The ordinary queues, in the order of the page. The first is where triage begins.
QUEUES: Mapping[str, Filters] = {
    "to_take": Filters(
        statuses=frozenset({Status.SUBMITTED, Status.SENT_BACK}), route=Route.SUPPORT
    ),
    "mine": Filters(assignee=ME, statuses=OPEN),
    "late": Filters(due=Due.LATE),
    "today": Filters(due=Due.TODAY),
    "waiting": Filters(statuses=frozenset({Status.DETAILS_ASKED})),
    "answered": Filters(statuses=frozenset({Status.ANSWERED})),
    "metier": Filters(route=Route.METIER, statuses=OPEN),
    "callbacks": Filters(callback=True),
    "closed": Filters(recently_closed=True, sort=Sort.CHANGED),
    "all": Filters(),
}
FIRST = "to_take"
