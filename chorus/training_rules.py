"""Which trainings are for whom, and whether somebody can still register. Pure rules.

Registering ends when the training begins. A training without a number of places has no end of them;
one without an audience is for everybody.
"""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum


class TrainingKind(StrEnum):
    WEBINAR = "webinar"
    VIRTUAL_CLASS = "virtual_class"  # in a small group


class TrainingState(StrEnum):
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class Audience(StrEnum):
    """The kinds of structures that the host site knows (chorus/identity.py)."""

    COMPANY = "entreprise"
    PUBLIC_ENTITY = "entite_publique"
    PRIVATE_PERSON = "particulier"


class Closed(StrEnum):
    """Why nobody can register. The words are codes of refusals."""

    CANCELLED = "training_cancelled"
    OVER = "training_over"  # it has begun, or is past
    FULL = "training_full"


def is_for(audience: Collection[str], kind: str | None) -> bool:
    """Whether it concerns this kind of user; of whom nothing is known, it may.

    >>> is_for(["entreprise"], "particulier"), is_for([], "particulier")
    (False, True)
    >>> is_for(["entreprise"], None)
    True
    """
    return not audience or kind is None or kind in audience


def places_left(places: int | None, taken: int) -> int | None:
    """None: as many as want to come. Never below zero.

    >>> places_left(10, 4), places_left(10, 12), places_left(None, 4)
    (6, 0, None)
    """
    return None if places is None else max(0, places - taken)


def why_closed(
    state: TrainingState, start: datetime, left: int | None, at: datetime
) -> Closed | None:
    """None: one more can register at `at`."""
    if state is TrainingState.CANCELLED:
        return Closed.CANCELLED
    if start <= at:
        return Closed.OVER
    return Closed.FULL if left == 0 else None
