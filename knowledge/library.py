"""All that the assistant knows: sections, redirections, and what the greeting proposes.

Read once, at start, and checked as a whole: an id that leads nowhere stops the start.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kit.errors import NotFound
from knowledge.answers import answer_text, redirection_text
from knowledge.articles import Article, Section, load_article
from knowledge.context import ANONYMOUS, Context
from knowledge.reading import KnowledgeError, Part, checked, read_yaml
from knowledge.redirections import Redirection, load_redirections
from knowledge.rendering import compiled

__all__ = [
    "ANONYMOUS",
    "Article",
    "Context",
    "Library",
    "Redirection",
    "Section",
    "answer_text",
    "library",
    "load_library",
    "redirection_text",
]

FOLDER = Path(__file__).parent


class Greeting(Part):
    """Ids of the sections that the greeting proposes, by who is talking."""

    anonymous: tuple[str, ...]
    entreprise: tuple[str, ...]
    entite_publique: tuple[str, ...]
    particulier: tuple[str, ...]
    gestionnaire_principal: tuple[str, ...]


@dataclass(frozen=True)
class Library:
    """Sections by "article/section", redirections by "redirection/subject", articles by file."""

    articles: Mapping[str, Article]
    sections: Mapping[str, Section]
    redirections: Mapping[str, Redirection]
    greeting: Greeting

    def welcome(self, context: Context) -> list[Section]:
        """The sections that fit the reader, the most useful first."""
        ids = self.greeting.anonymous
        if context.primary_manager:
            ids = self.greeting.gestionnaire_principal
        elif context.connected and context.kind in Greeting.model_fields:
            ids = getattr(self.greeting, context.kind)
        return [self.sections[section_id] for section_id in ids]

    def knows(self, answer_id: str) -> bool:
        return answer_id in self.sections or answer_id in self.redirections

    def title_of(self, answer_id: str) -> str:
        """The title of a section or redirection."""
        found = self.sections.get(answer_id) or self.redirections.get(answer_id)
        if found is None:
            raise NotFound("There is no such answer.")
        return found.title


@cache
def library() -> Library:
    """The content of this installation."""
    return load_library(FOLDER)


def load_library(folder: Path) -> Library:
    """The content of a folder, checked; every problem is a KnowledgeError."""
    paths = [*sorted(folder.glob("articles/*.md")), *sorted(folder.glob("general/*.md"))]
    articles = [load_article(path) for path in paths]
    greeting: Any = read_yaml((folder / "welcome.yml").read_text(encoding="utf-8"), "welcome.yml")
    found = Library(
        articles={article.file: article for article in articles},
        sections=_by_id(articles),
        redirections=load_redirections(folder / "redirections.yml"),
        greeting=checked(Greeting, greeting, "welcome.yml"),
    )
    for place, section_id in _mentions(found):
        if section_id not in found.sections:
            raise KnowledgeError(f"{place}: there is no section {section_id}.")
    for place, source in _templates(found):
        _compile(place, source)
    return found


def _by_id(articles: list[Article]) -> Mapping[str, Section]:
    sections: dict[str, Section] = {}
    for article in articles:
        for section in article.sections:
            if section.id in sections:
                raise KnowledgeError(f"{article.file}, section {section.key}: it exists already.")
            sections[section.id] = section
    return sections


def _mentions(found: Library) -> Iterator[tuple[str, str]]:
    for section in found.sections.values():
        for mentioned in (*section.follow_ups, *section.together):
            yield f"{section.file}, section {section.key}", mentioned
    for reader, ids in found.greeting:
        for mentioned in ids:
            yield f"welcome.yml, {reader}", mentioned


def _templates(found: Library) -> Iterator[tuple[str, str]]:
    for section in found.sections.values():
        for source in (section.body, section.note, section.webinar):
            yield f"{section.file}, section {section.key}", source or ""
    for redirection in found.redirections.values():
        fact = redirection.fact.text if redirection.fact else ""
        for source in (redirection.text, fact):
            yield f"redirections.yml, {redirection.subject}", source


def _compile(place: str, source: str) -> None:
    try:
        compiled(source)
    except KnowledgeError as error:
        raise KnowledgeError(f"{place}: {error}") from error
