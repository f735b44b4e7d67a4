"""A training as somebody typed it into a form, and what may be wrong with it.

Days and hours are those of the organisation's clock. An hour that does not exist, on the night when
the clock goes forward, is refused; of one that comes twice the first is meant.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlsplit

from chorus.training_models import TrainingSession
from chorus.training_rules import Audience, TrainingKind
from kit.errors import Invalid
from kit.organisation import organisation

LONGEST_TITLE, LONGEST_URL, LONGEST_DESCRIPTION = 120, 500, 1_000
MOST_PLACES = 10_000
LONGEST = timedelta(hours=8)
FARTHEST = timedelta(days=2 * 366)


class TrainingMistake(Invalid):
    """A field that cannot be taken as it is. `code`: one of chorus.words.TRAINING_MISTAKES."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"This {field} cannot be taken.", code=code)
        self.field = field


@dataclass(frozen=True)
class TrainingPlan:
    """A training as it is stored. Instants in UTC; `places` None: without end of them."""

    title: str
    theme: str
    kind: TrainingKind
    audience: list[str]
    start: datetime
    end: datetime
    places: int | None
    join_url: str
    description: str


@dataclass(frozen=True)
class TrainingDraft:
    """The fields of the form, as they were typed."""

    title: str = ""
    theme: str = ""
    kind: str = TrainingKind.WEBINAR.value
    audience: tuple[str, ...] = field(default=())
    day: str = ""  # YYYY-MM-DD
    start: str = ""  # HH:MM
    end: str = ""
    places: str = ""
    join_url: str = ""
    description: str = ""

    def checked(self) -> TrainingPlan:
        """Raises TrainingMistake for the first field that is wrong, from the top of the form."""
        title = _line("title", self.title, LONGEST_TITLE)
        theme, kind = _theme(self.theme), _kind(self.kind)
        audience, day = _audience(self.audience), _day(self.day)
        start, end = _instant("start", day, self.start), _instant("end", day, self.end)
        if not timedelta(0) < end - start <= LONGEST:
            raise TrainingMistake("end", "end_invalid")
        places, join_url = _places(self.places), _url(self.join_url)
        description = _text(self.description)
        return TrainingPlan(title, theme, kind, audience, start, end, places, join_url, description)


def draft_of(training: TrainingSession) -> TrainingDraft:
    """The form filled in with what is stored."""
    zone = organisation().timezone
    start, end = training.start.astimezone(zone), training.end.astimezone(zone)
    return TrainingDraft(
        title=training.title,
        theme=training.theme,
        kind=training.kind.value,
        audience=tuple(training.audience),
        day=start.date().isoformat(),
        start=f"{start:%H:%M}",
        end=f"{end:%H:%M}",
        places="" if training.places is None else str(training.places),
        join_url=training.join_url,
        description=training.description,
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise TrainingMistake("day", "day_invalid") from None


def _instant(name: str, day: date, text: str) -> datetime:
    zone = organisation().timezone
    try:
        hour = time.fromisoformat(text.strip())
        local = datetime.combine(day, hour.replace(tzinfo=None), zone)
        instant = local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise TrainingMistake(name, "hour_invalid") from None
    if instant.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise TrainingMistake(name, "hour_missing_that_day")
    return instant


def _line(name: str, text: str, longest: int) -> str:
    line = " ".join(text.split())
    if not 1 <= len(line) <= longest or not line.isprintable():
        raise TrainingMistake(name, f"{name}_invalid")
    return line


def _theme(text: str) -> str:
    if text not in {theme.id for theme in organisation().training.themes}:
        raise TrainingMistake("theme", "theme_invalid")
    return text


def _kind(text: str) -> TrainingKind:
    if text not in set(TrainingKind):
        raise TrainingMistake("kind", "kind_invalid")
    return TrainingKind(text)


def _audience(typed: tuple[str, ...]) -> list[str]:
    if not set(typed) <= set(Audience):
        raise TrainingMistake("audience", "audience_invalid")
    return [each.value for each in Audience if each in typed]


def _places(text: str) -> int | None:
    digits = text.strip()
    if not digits:
        return None
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 5):
        raise TrainingMistake("places", "places_invalid")
    if not 1 <= int(digits) <= MOST_PLACES:
        raise TrainingMistake("places", "places_invalid")
    return int(digits)


def _url(text: str) -> str:
    """Empty as long as it is not known."""
    url = text.strip()
    try:
        parts = urlsplit(url)
    except ValueError:
        raise TrainingMistake("join_url", "url_invalid") from None
    well = parts.scheme == "https" and parts.hostname and url.isprintable() and " " not in url
    if url and not (well and len(url) <= LONGEST_URL):
        raise TrainingMistake("join_url", "url_invalid")
    return url


def _text(text: str) -> str:
    """Lines of it may break; it is shown as one paragraph."""
    words = " ".join(text.split())
    if len(words) > LONGEST_DESCRIPTION or not words.isprintable():
        raise TrainingMistake("description", "description_invalid")
    return words


def fields_of(plan: TrainingPlan) -> Mapping[str, object]:
    return dict(vars(plan))
