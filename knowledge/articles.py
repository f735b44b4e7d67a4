"""The help articles: one Markdown file each, one section an answer.

A file begins with what is known of the article (title, date, source) and of each section, then has
one `## key` a section. Sections are known everywhere as "article/section".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from knowledge.reading import (
    KnowledgeError,
    Name,
    Part,
    PlainText,
    Text,
    Url,
    checked,
    read_yaml,
    short,
)

Act = Literal["advisor", "ticket"]

_FILE = re.compile(r"---\n(?P<head>.*?\n)---\n(?P<body>.*)", re.DOTALL)
_SECTION = re.compile(r"^## (?P<key>\S+)[ \t]*$", re.MULTILINE)


class SectionHead(Part):
    title: Annotated[PlainText, Field(max_length=60)]
    question: PlainText
    follow_ups: tuple[str, ...]
    together: tuple[str, ...]
    acts: tuple[Act, ...]
    note: Text | None


class ArticleHead(Part):
    article: Name
    title: PlainText
    updated_on: date | None
    source: PlainText
    source_urls: tuple[Url, ...]
    webinar: Text | None
    sections: dict[Name, SectionHead]


@dataclass(frozen=True)
class Section:
    """One answer. `body`, `note` and `webinar` are Jinja templates over a small Markdown.

    `follow_ups` and `together` hold full ids ("article/section"); `acts` what is offered below the
    answer; `file` is the name of the help page that shows it.
    """

    id: str
    article: str
    key: str
    file: str
    title: str
    question: str
    updated_on: date | None
    follow_ups: tuple[str, ...]
    together: tuple[str, ...]
    acts: tuple[Act, ...]
    note: str | None
    body: str
    webinar: str | None


@dataclass(frozen=True)
class Article:
    """One file, one help page. Two files may share an `article` (the subject that is announced)."""

    file: str
    article: str
    title: str
    updated_on: date | None
    source: str
    source_urls: tuple[str, ...]
    webinar: str | None
    sections: tuple[Section, ...]


def load_article(path: Path) -> Article:
    """The article of a file; every problem is a KnowledgeError that names the section."""
    where = short(path)
    parts = _FILE.fullmatch(path.read_text(encoding="utf-8"))
    if parts is None:
        raise KnowledgeError(f"{where}: the file begins with a head between two lines of ---.")
    data: Any = read_yaml(parts["head"], where)
    head = checked(ArticleHead, data, where)
    bodies = _bodies(parts["body"], where)
    _compare(set(head.sections), set(bodies), where)
    sections = tuple(
        _section(path.stem, head, key, part, bodies[key]) for key, part in head.sections.items()
    )
    return Article(
        file=path.stem,
        article=head.article,
        title=head.title,
        updated_on=head.updated_on,
        source=head.source,
        source_urls=head.source_urls,
        webinar=head.webinar,
        sections=sections,
    )


def _section(file: str, head: ArticleHead, key: str, part: SectionHead, body: str) -> Section:
    return Section(
        id=f"{head.article}/{key}",
        article=head.article,
        key=key,
        file=file,
        title=part.title,
        question=part.question,
        updated_on=head.updated_on,
        follow_ups=_full_ids(head.article, part.follow_ups),
        together=_full_ids(head.article, part.together),
        acts=part.acts,
        note=part.note,
        body=body,
        webinar=head.webinar,
    )


def _full_ids(article: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name if "/" in name else f"{article}/{name}" for name in names)


def _bodies(text: str, where: str) -> Mapping[str, str]:
    before, *pieces = _SECTION.split(text)
    if before.strip():
        raise KnowledgeError(f"{where}: text stands before the first section.")
    bodies: dict[str, str] = {}
    for key, body in zip(pieces[::2], pieces[1::2], strict=True):
        if key in bodies:
            raise KnowledgeError(f"{where}, section {key}: it stands there twice.")
        if not body.strip():
            raise KnowledgeError(f"{where}, section {key}: it is empty.")
        bodies[key] = body.strip()
    return bodies


def _compare(announced: set[str], written: set[str], where: str) -> None:
    for key in sorted(announced - written):
        raise KnowledgeError(f"{where}, section {key}: it is in the head but has no text.")
    for key in sorted(written - announced):
        raise KnowledgeError(f"{where}, section {key}: it has a text but is not in the head.")
