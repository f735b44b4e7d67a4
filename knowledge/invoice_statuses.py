"""The statuses of an invoice: what each means for its sender, and what to do.

Every code that the portal may give is answered: with its meaning, as a technical one that no public
page explains, or, when it is new, by saying so. Nothing is guessed.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from kit.text_folding import fold
from knowledge.reading import KnowledgeError, Part, PlainText, Url, checked, read_yaml

FILE = Path(__file__).parent / "invoice_statuses.yml"
LONGEST_CODE = 60  # characters of an unknown code that are shown

Code = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
WORD = re.compile(r"\w+")
_NOT_IN_A_CODE = re.compile(r"[^A-Za-z0-9_ -]")


class Turn(StrEnum):
    """Who has to act."""

    SENDER = "sender"
    RECIPIENT = "recipient"
    NOBODY = "nobody"


class StatusEntry(Part):
    label: PlainText
    meaning: PlainText
    next_step: PlainText
    turn: Turn
    optional: bool
    updated_on: date | None
    sources: Annotated[tuple[Url, ...], Field(min_length=1)]


class TechnicalEntries(Part):
    meaning: PlainText
    next_step: PlainText
    labels: dict[Code, PlainText]


class UnknownEntry(Part):
    label: Annotated[PlainText, Field(pattern=r"\{code\}")]
    meaning: PlainText
    next_step: PlainText


class StatusFile(Part):
    note: PlainText
    optional_note: PlainText
    statuses: dict[Code, StatusEntry]
    technical: TechnicalEntries
    unknown: UnknownEntry


@dataclass(frozen=True)
class Status:
    """One status, explained. `optional_note` is None for those that always come."""

    code: str
    label: str
    meaning: str
    next_step: str
    understood: Literal["explained", "technical", "unknown"]
    turn: Turn | None = None  # None: nobody knows
    optional_note: str | None = None
    updated_on: date | None = None
    sources: tuple[str, ...] = ()
    note: str | None = None


class InvoiceStatuses:
    def __init__(self, content: StatusFile) -> None:
        self._content = content

    @property
    def codes(self) -> frozenset[str]:
        """All that are known, explained or technical."""
        return frozenset([*self._content.statuses, *self._content.technical.labels])

    def explain(self, code: str) -> Status:
        """Any code, known or not."""
        if entry := self._content.statuses.get(code):
            return self._explained(code, entry)
        technical = self._content.technical
        if label := technical.labels.get(code):
            return Status(code, label, technical.meaning, technical.next_step, "technical")
        unknown = self._content.unknown
        shown = _NOT_IN_A_CODE.sub("", code)[:LONGEST_CODE] or "?"
        label = unknown.label.replace("{code}", shown)
        return Status(code, label, unknown.meaning, unknown.next_step, "unknown")

    def named_in(self, text: str) -> Status | None:
        """The explained status whose label a text holds, the longest that fits."""
        said = f" {' '.join(re.findall(WORD, fold(text)))} "
        labels = {
            code: " ".join(re.findall(WORD, fold(entry.label)))
            for code, entry in self._content.statuses.items()
        }
        found = [code for code, label in labels.items() if f" {label} " in said]
        longest = max(found, key=lambda code: len(labels[code]), default=None)
        return self.explain(longest) if longest else None

    def _explained(self, code: str, entry: StatusEntry) -> Status:
        return Status(
            code=code,
            label=entry.label,
            meaning=entry.meaning,
            next_step=entry.next_step,
            understood="explained",
            turn=entry.turn,
            optional_note=self._content.optional_note if entry.optional else None,
            updated_on=entry.updated_on,
            sources=entry.sources,
            note=self._content.note,
        )


@cache
def invoice_statuses() -> InvoiceStatuses:
    """The statuses of this installation."""
    return load_statuses(FILE)


def load_statuses(path: Path) -> InvoiceStatuses:
    """Raises KnowledgeError."""
    data = read_yaml(path.read_text(encoding="utf-8"), path.name)
    content = checked(StatusFile, data, path.name)
    if twice := content.statuses.keys() & content.technical.labels.keys():
        raise KnowledgeError(f"{path.name}: {min(twice)} is explained and technical.")
    return InvoiceStatuses(content)
