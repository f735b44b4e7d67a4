"""Whose assistant this is: names, hours, links and contacts, read from organisation.yml.

Another organisation takes the assistant over by editing that file. It is read strictly: a key that
nobody knows, or a missing one, stops the start with a sentence that names it.
"""

from datetime import time
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from kit.settings import Settings

Text = Annotated[str, Field(min_length=1)]
Url = Annotated[str, Field(pattern=r"^https?://[^\s]+$")]


def _zone(name: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("this is not an IANA time zone") from error


Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class OpenSpan(Part):
    """Open from the first instant of `from` to the last before `to`, on the wall clock."""

    opens: time = Field(alias="from")
    closes: time = Field(alias="to")


class Week(Part):
    monday: tuple[OpenSpan, ...]
    tuesday: tuple[OpenSpan, ...]
    wednesday: tuple[OpenSpan, ...]
    thursday: tuple[OpenSpan, ...]
    friday: tuple[OpenSpan, ...]
    saturday: tuple[OpenSpan, ...]
    sunday: tuple[OpenSpan, ...]

    @property
    def days(self) -> tuple[tuple[OpenSpan, ...], ...]:
        """Monday first."""
        workdays = (self.monday, self.tuesday, self.wednesday, self.thursday, self.friday)
        return (*workdays, self.saturday, self.sunday)


class AppointmentRules(Part):
    """When somebody can be called back: how long, at what notice, how far ahead."""

    minutes: int = Field(ge=5, le=120)
    notice_minutes: int = Field(ge=0, le=7 * 24 * 60)
    days_ahead: int = Field(ge=1, le=60)


class TrainingTheme(Part):
    id: Annotated[str, Field(min_length=1, max_length=40)]
    label: Text
    summary: Text  # a sentence
    audience: tuple[Literal["entreprise", "entite_publique", "particulier"], ...]  # (): everybody


class TrainingRules(Part):
    themes: Annotated[tuple[TrainingTheme, ...], Field(min_length=1)]


class Links(Part):
    portal: Url
    community: Url


class Contact(Part):
    name: Text
    email: str | None
    postal_address: str | None


class Contacts(Part):
    privacy: Contact
    accessibility: Contact


class Subcategory(Part):
    id: Text
    label: Text
    route: Literal["support", "metier"]
    # In minutes of open time; None: the target of the whole list.
    first_answer_minutes: Annotated[int, Field(ge=1)] | None = None
    solution_minutes: Annotated[int, Field(ge=1)] | None = None


class TicketRules(Part):
    """Delays of tickets. Targets in minutes of open time, the rest in days of 24 hours."""

    first_answer_minutes: int = Field(ge=1)
    solution_minutes: int = Field(ge=1)
    warn_after_days: int = Field(ge=1)  # without a word of the sender who was asked
    close_after_days: int = Field(ge=2)


class TicketCategory(Part):
    id: Text
    label: Text
    subcategories: tuple[Subcategory, ...]


class Organisation(Part):
    name: Text
    assistant: Text
    portal: Text
    contact_path: Text
    community: Text
    operator: Text
    country: Text
    timezone: Zone
    timezone_label: Text
    hours: Week
    hours_text: Text
    appointments: AppointmentRules
    holidays: Text
    links: Links
    contacts: Contacts
    training: TrainingRules
    tickets: TicketRules
    ticket_categories: tuple[TicketCategory, ...]


class OrganisationError(ValueError):
    """organisation.yml cannot be used; the message says where and why."""


@cache
def organisation(path: Path | None = None) -> Organisation:
    """The organisation of `path`, by default of the setting CLAUDIA_ORGANISATION_FILE."""
    source = path or Settings().organisation_file
    try:
        data: Any = yaml.safe_load(source.read_text(encoding="utf-8"))
        return Organisation.model_validate(data)
    except (OSError, yaml.YAMLError) as error:
        raise OrganisationError(f"{source.name} cannot be read: {error}") from error
    except ValidationError as error:
        raise OrganisationError(f"{source.name}: {_first_problem(error)}") from error


def _first_problem(error: ValidationError) -> str:
    problem = error.errors()[0]
    return f"{'.'.join(str(step) for step in problem['loc'])}: {problem['msg']}"
