"""Subjects that users ask about and that the articles do not answer: where to look instead."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from knowledge.reading import KnowledgeError, Part, PlainText, Text, Url, checked, read_yaml


class Place(Part):
    """Where to look. `url` is null when no public address is known."""

    label: PlainText
    url: Url | None


class Fact(Part):
    """One thing that is publicly known of the subject, with the page that says it."""

    text: Text
    url: Url | None


class RedirectionEntry(Part):
    title: PlainText
    text: Text
    where: tuple[Place, ...]
    source: Text
    fact: Fact | None = None


class Redirection(RedirectionEntry):
    """An entry of redirections.yml; `id` is "redirection/<subject>". `text` is a template."""

    subject: str

    @property
    def id(self) -> str:
        return f"redirection/{self.subject}"


def load_redirections(path: Path) -> Mapping[str, Redirection]:
    """All redirections by id."""
    data: Any = read_yaml(path.read_text(encoding="utf-8"), path.name)
    if not isinstance(data, dict):
        raise KnowledgeError(f"{path.name}: subjects are expected, each with its entry.")
    found = [_redirection(str(subject), entry, path.name) for subject, entry in data.items()]
    return {redirection.id: redirection for redirection in found}


def _redirection(subject: str, entry: Any, file: str) -> Redirection:
    where = f"{file}, {subject}"
    known = checked(RedirectionEntry, entry, where)
    return checked(Redirection, {"subject": subject, **known.model_dump()}, where)
