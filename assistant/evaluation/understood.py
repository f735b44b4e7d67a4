"""Asks the trained model: its own words for each question, and how long it took."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.nlu.decider import DECISION, OURS
from assistant.nlu.decision import CHOICES, Candidate, Kind
from assistant.nlu.intents import Family, article_of, family_of, section_of

Parse = Callable[[str], dict[str, Any]]


@dataclass(frozen=True)
class Understood:
    kind: Kind
    ranking: tuple[Candidate, ...]  # best first, without what is out of scope
    ours: float  # chance that it is about something we can answer
    milliseconds: float = 0.0  # of the parse, where it was measured

    @property
    def candidates(self) -> tuple[str, ...]:
        return tuple(each.intent for each in self.ranking)

    @property
    def article(self) -> str | None:
        """The contract's `answer.article`: null when redirected or handed over."""
        if self.kind in (Kind.REDIRECT, Kind.ESCALATE) or not self.candidates:
            return None
        away = family_of(self.candidates[0]) is Family.REDIRECT
        return None if away else article_of(self.candidates[0])

    @property
    def section(self) -> str | None:
        return section_of(self.candidates[0]) if self.article else None

    @property
    def offered(self) -> tuple[str, ...]:
        """The articles that the user gets to see: the answer's, or those of the choices."""
        if self.kind is Kind.CHOOSE:
            return tuple(article_of(intent) for intent in self.candidates[:CHOICES])
        return (self.article,) if self.article else ()

    @property
    def refused(self) -> bool:
        return self.kind in (Kind.REDIRECT, Kind.ESCALATE)


def newest_model(folder: Path) -> Path:
    """Raises FileNotFoundError when nothing was trained yet."""
    models = sorted(folder.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not models:
        raise FileNotFoundError(f"No model in {folder}: train one first (make train).")
    return models[-1]


def open_model(path: Path) -> Parse:
    """A function that parses a text with the model, warm."""
    from rasa.core.agent import Agent  # ten seconds: only who asks pays
    from rasa.core.channels.channel import UserMessage
    from rasa.utils.common import configure_logging_and_warnings
    from rasa.utils.log_utils import configure_structlog

    configure_logging_and_warnings(logging.WARNING)  # else it tells each text that it reads
    configure_structlog(logging.WARNING)

    processor = Agent.load(str(path)).processor
    if processor is None:
        raise FileNotFoundError(f"{path} holds no model that can parse.")
    loop = asyncio.new_event_loop()

    def parse(text: str) -> dict[str, Any]:
        message = UserMessage(text)
        return loop.run_until_complete(
            processor.parse_message(message, only_output_properties=False)
        )

    parse("bonjour, une question")  # the first takes ten times longer
    return parse


def understand(parse: Parse, texts: Iterable[str]) -> list[Understood]:
    return [_one(parse, text) for text in texts]


def kind_without_thresholds(intent: str) -> Kind:
    """What an approach does that takes its best intent at its word."""
    kinds = {Family.OUTSIDE: Kind.ESCALATE, Family.REDIRECT: Kind.REDIRECT}
    return kinds.get(family_of(intent), Kind.ANSWER)


def _one(parse: Parse, text: str) -> Understood:
    began = time.perf_counter()
    parsed = parse(text)
    took = (time.perf_counter() - began) * 1000
    decision = parsed[DECISION]
    return Understood(
        kind=Kind(decision["kind"]),
        ranking=tuple(Candidate(**each) for each in decision["candidates"]),
        ours=parsed.get(OURS) or 0.0,
        milliseconds=took,
    )
