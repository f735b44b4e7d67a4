"""Every intent has an answer and every answer an intent; no example is in two intents."""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from knowledge.library import library
from tests.house.tree import ROOT

ENTITY = re.compile(r"\[([^]]*)\](?:\([^)]*\)|\{[^}]*\})")
FALLBACK = "nlu_fallback"  # made by the pipeline, never an example


def load(path: Path) -> dict[str, Any]:
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def intents() -> set[str]:
    return {name if isinstance(name, str) else next(iter(name)) for name in DOMAIN["intents"]}


def examples() -> Iterator[tuple[str, str]]:
    """Each intent with each of its examples, without the marks of entities."""
    for path in sorted((ROOT / "data" / "nlu").rglob("*.yml")):
        for block in load(path).get("nlu", []):
            if "intent" in block:
                for line in block["examples"].splitlines():
                    yield block["intent"], ENTITY.sub(r"\1", line.removeprefix("-")).strip()


def intents_in_rules() -> set[str]:
    text = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "data" / "stories").rglob("*.yml")
    )
    return set(re.findall(r"intent: ([\w.]+)", text))


DOMAIN = load(ROOT / "domain.yml")


def test_every_answer_has_an_intent() -> None:
    ids = {*library().sections, *library().redirections}
    assert {each.replace("/", ".") for each in ids} <= intents()


def test_every_intent_about_an_article_has_an_answer() -> None:
    ids = {*library().sections, *library().redirections}
    about_articles = {name for name in intents() if "." in name}
    assert about_articles <= {each.replace("/", ".") for each in ids}


def test_something_happens_after_every_intent() -> None:
    assert intents() - intents_in_rules() - {FALLBACK} == set()


def test_every_intent_has_examples() -> None:
    assert intents() - {FALLBACK} == {intent for intent, _ in examples()}


def test_no_example_is_in_two_intents() -> None:
    meant: dict[str, set[str]] = defaultdict(set)
    for intent, example in examples():
        meant[" ".join(re.findall(r"\w+", example.casefold()))].add(intent)
    assert {example: found for example, found in meant.items() if len(found) > 1} == {}
