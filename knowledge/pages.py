"""What the help pages show: an article with its sections, and what a search found.

Readers of a page are not known. A page shows what everybody is told, then what certain readers
are told otherwise.
"""

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from kit.errors import NotFound
from knowledge.answers import Answer, answer_for, redirection_text
from knowledge.articles import Article, Section
from knowledge.context import ANONYMOUS
from knowledge.library import library
from knowledge.markdown import html_of
from knowledge.words import READERS, date_words


@dataclass(frozen=True)
class Variant:
    """The same answer for certain readers: "Si vous êtes une entreprise"."""

    reader: str
    html: Markup


@dataclass(frozen=True)
class SectionView:
    key: str
    question: str
    html: Markup
    note: Markup
    variants: tuple[Variant, ...]


@dataclass(frozen=True)
class ArticleView:
    file: str
    title: str
    date: str
    source: str
    source_urls: tuple[str, ...]
    sections: tuple[SectionView, ...]
    webinar: Markup
    webinar_variants: tuple[Variant, ...]


@dataclass(frozen=True)
class Result:
    """Something that search found. `url` leads to a section; a redirection has its text instead."""

    title: str
    url: str
    below: str
    html: Markup


def section_url(section: Section) -> str:
    return f"/aide/{section.file}#{section.key}"


def article_view(file: str) -> ArticleView:
    """The help page of an article; NotFound when there is none."""
    article = library().articles.get(file)
    if article is None:
        raise NotFound("There is no such article.")
    first = article.sections[0]
    return ArticleView(
        file=article.file,
        title=article.title,
        date=date_words(article.updated_on),
        source=article.source,
        source_urls=article.source_urls,
        sections=tuple(_section_view(section) for section in article.sections),
        webinar=html_of(answer_for(first, ANONYMOUS).webinar),
        webinar_variants=_variants(first, lambda answer: answer.webinar),
    )


def result(answer_id: str) -> Result:
    """How a found answer is listed."""
    section = library().sections.get(answer_id)
    if section is None:
        redirection = library().redirections[answer_id]
        return Result(redirection.title, "", "", html_of(redirection_text(redirection, ANONYMOUS)))
    below = library().articles[section.file].title
    return Result(section.question, section_url(section), below, Markup())


def articles_by_title() -> list[Article]:
    return sorted(library().articles.values(), key=lambda article: article.title)


def _section_view(section: Section) -> SectionView:
    answer = answer_for(section, ANONYMOUS)
    return SectionView(
        key=section.key,
        question=section.question,
        html=html_of(answer.body),
        note=html_of(answer.note),
        variants=_variants(section, lambda answer: answer.body),
    )


def _variants(section: Section, part: Callable[[Answer], str]) -> tuple[Variant, ...]:
    """What readers are told that differs from what was shown before, each text once."""
    everybody = part(answer_for(section, ANONYMOUS))
    shown = {everybody}
    variants: list[Variant] = []
    for reader, context in READERS.items():
        text = part(answer_for(section, context))
        if text not in shown:
            shown.add(text)
            variants.append(Variant(reader, html_of(_what_differs(text, everybody))))
    return tuple(variants)


def _what_differs(text: str, everybody: str) -> str:
    """The paragraphs and lists that everybody's text does not have; all when it only lacks some."""
    known = set(everybody.split("\n\n"))
    blocks = [block for block in text.split("\n\n") if block not in known]
    return "\n\n".join(blocks) or text
