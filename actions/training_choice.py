"""Which training somebody means: « celle de mars », « plutôt la deuxième », « le 12 à 14 h ». Pure.

What tells when it is (a month, a day, an hour) is looked for in all that are to come; « la
dernière » is said of those that are shown.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from actions.typed import place_in, plain
from kit import words
from kit.text_folding import fold

LONGEST = 10  # words: more of them tell something else

type When = Callable[[datetime], bool]

_MONTHS = tuple(map(fold, words.MONTHS))
_MONTH = "|".join(
    rf"{name}|{re.escape(short)}\b\.?"
    for name, short in zip(_MONTHS, words.SHORT_MONTHS, strict=True)
)
_WEEKDAY = "|".join(words.WEEKDAYS)
_DAY = r"(?P<day>\d{1,2})(?:er)?"
# In the order in which they are taken out of the text: what is left may be another of them.
_TOLD = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{_DAY}[/.-](?P<number>\d{{1,2}})(?:[/.-](?P<year>\d{{4}}|\d\d))?\b",
        r"\b(?P<hour>\d{1,2}) ?h(?:eures?)?(?P<minute>[0-5]\d)?\b",
        rf"\b(?:{_DAY}|(?P<first>premier)) (?P<month>{_MONTH})\b",
        rf"\b(?:du|le|au|{_WEEKDAY}) {_DAY}\b",
        rf"\b(?P<month>{_MONTH})\b",
        r"\b(?P<year>20\d\d)\b",
        rf"\b(?P<weekday>{_WEEKDAY})\b",
    )
)


@dataclass(frozen=True)
class Listed:
    """A training as users read of it; `start` is local."""

    title: str
    label: str
    start: datetime


def meant(text: str, listed: Sequence[Listed], shown: int, today: date) -> tuple[int, ...] | None:
    """The places of those that may be meant; none of them for one that is not there.

    None: the text chooses nothing. The first `shown` stand on the screen.
    """
    said = plain(text)
    for place, each in enumerate(listed):
        if said == plain(each.label):
            return (place,)
    if said.isdecimal():
        return _numbered(int(said), listed, shown)
    titled = [place for place, each in enumerate(listed) if plain(each.title) in said]
    for place in titled:
        said = said.replace(plain(listed[place].title), " ")
    if len(said.split()) > LONGEST:
        return tuple(titled) or None
    return _described(said, titled, listed, shown, today)


def _described(
    said: str, titled: list[int], listed: Sequence[Listed], shown: int, today: date
) -> tuple[int, ...] | None:
    told, rest = _told(said, today)
    among = titled or list(range(len(listed) if told else shown)[: len(listed)])
    found = [place for place in among if all(fits(listed[place].start) for fits in told)]
    place = place_in(rest, len(found))
    if place is not None:
        return (found[place],)
    return tuple(found) if told or titled else None


def _numbered(number: int, listed: Sequence[Listed], shown: int) -> tuple[int, ...]:
    """« 12 » alone: the day, or the place in the list."""
    places = {number - 1} if 0 < number <= min(shown, len(listed)) else set()
    days = {place for place, each in enumerate(listed) if each.start.day == number}
    return tuple(sorted(places | days))


def _told(said: str, today: date) -> tuple[list[When], str]:
    """What the text tells of the time, and the rest of it."""
    told: list[When] = []
    for phrase, between in _spans(today):
        if phrase in said:
            said = said.replace(phrase, " ")
            told.append(between)
    for pattern in _TOLD:
        if found := pattern.search(said):
            said = f"{said[: found.start()]} {said[found.end() :]}"
            told += _fitting(found.groupdict())
    return told, said


def _fitting(told: dict[str, str | None]) -> Iterator[When]:
    known = {name: value for name, value in told.items() if value}
    if "first" in known:
        yield lambda start: start.day == 1
    if month := known.get("month"):
        yield lambda start: _is_month(month, start.month)
    if weekday := known.get("weekday"):
        yield lambda start: words.WEEKDAYS[start.weekday()] == weekday
    if year := known.get("year"):
        yield lambda start: f"{start.year}".endswith(year)
    for name, attribute in _NUMBERS.items():
        if name in known:
            yield _is(attribute, int(known[name]))


_NUMBERS = {"day": "day", "number": "month", "hour": "hour", "minute": "minute"}


def _is(attribute: str, number: int) -> When:
    return lambda start: getattr(start, attribute) == number


def _is_month(said: str, month: int) -> bool:
    return said.strip(".") in (_MONTHS[month - 1], words.SHORT_MONTHS[month - 1])


def _spans(today: date) -> Iterator[tuple[str, When]]:
    """Times that are told from today, longer phrases before those that they hold."""
    month = today.replace(day=1)
    next_month = (month + timedelta(days=31)).replace(day=1)
    after = (next_month + timedelta(days=31)).replace(day=1)
    monday = today - timedelta(days=today.weekday())
    spans = {
        "this_month": (month, next_month),
        "next_month": (next_month, after),
        "this_week": (monday, monday + timedelta(days=7)),
        "next_week": (monday + timedelta(days=7), monday + timedelta(days=14)),
        "in_two_days": (today + timedelta(days=2), today + timedelta(days=3)),
        "tomorrow": (today + timedelta(days=1), today + timedelta(days=2)),
        "today": (today, today + timedelta(days=1)),
    }
    for name, phrases in words.FROM_TODAY.items():
        for phrase in phrases:
            yield phrase, _between(*spans[name])


def _between(first: date, end: date) -> When:
    return lambda start: first <= start.date() < end
