"""The values in the answers of PISTE, read leniently: dates in several forms, numbers as texts.

What cannot be read is None, so that a strange date never hides an invoice; only what is `Needed`
fails.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, TypeAdapter, ValidationError

from kit.organisation import organisation

DAY_FIRST = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y")

_instants = TypeAdapter(datetime)
_amounts = TypeAdapter(Decimal)


def instant_of(value: object) -> datetime | None:
    """The instant that a text tells; one without a zone is local to the organisation."""
    if not isinstance(value, str):
        return None
    found = _day_first(value.strip()) or _iso(value.strip())
    if found is None or found.tzinfo is not None:
        return found
    return found.replace(tzinfo=organisation().timezone)


def _iso(text: str) -> datetime | None:
    try:
        return _instants.validate_python(text)
    except ValidationError:
        return None


def _day_first(text: str) -> datetime | None:
    for form in DAY_FIRST:
        try:
            return datetime.strptime(text, form).replace(tzinfo=organisation().timezone)
        except ValueError:
            continue
    return None


def day_of(value: object) -> date | None:
    found = instant_of(value)
    return found.astimezone(organisation().timezone).date() if found else None


def _amount_of(value: object) -> Decimal | None:
    try:
        return _amounts.validate_python(value)
    except ValidationError:
        return None


def _text_of(value: object) -> str | None:
    """Identifiers come as numbers or as texts; an empty text says nothing."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value).strip() or None


def _needed(value: object) -> str:
    found = _text_of(value)
    if found is None:
        raise ValueError("needed")  # without the value: it may be anything
    return found


def _some(value: object) -> object:
    """A list; nothing is an empty one, and one thing alone may stand without its brackets."""
    if value is None:
        return []
    return [value] if isinstance(value, Mapping) else value


def _or_empty(value: object) -> object:
    return {} if value is None else value


Instant = Annotated[datetime | None, BeforeValidator(instant_of)]
Day = Annotated[date | None, BeforeValidator(day_of)]
Amount = Annotated[Decimal | None, BeforeValidator(_amount_of)]
Said = Annotated[str | None, BeforeValidator(_text_of)]
Needed = Annotated[str, BeforeValidator(_needed)]

SOME = BeforeValidator(_some)
OR_EMPTY = BeforeValidator(_or_empty)
