"""Search over the answers, the way people write: accents, capitals and plurals do not matter.

Pure and in memory: the content is small. A word in the title weighs more than one in the text, a
rare word more than a common one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from math import log

from kit.search_text import normalise, stem, words
from knowledge.answers import answer_text, redirection_text
from knowledge.context import ANONYMOUS
from knowledge.library import Library, Section, library
from knowledge.words import STOP_WORDS

TITLE, QUESTION, ARTICLE, BODY = 6.0, 4.0, 2.0, 1.0
PREFIX_LENGTH = 4  # from here on the beginning of a word finds it: « notif »
PREFIX_WORTH = 0.5
REDIRECTED_WORTH = 0.6  # an answer comes before « it is not in my base »


@dataclass(frozen=True)
class Document:
    """An answer as search sees it: the weight of each stem in it, and what it is worth."""

    id: str
    weights: Mapping[str, float]
    worth: float


@dataclass(frozen=True)
class Index:
    documents: tuple[Document, ...]
    rarity: Mapping[str, float]


@cache
def index() -> Index:
    """The index of this installation."""
    return build_index(library())


def build_index(content: Library) -> Index:
    titles = {article.file: article.title for article in content.articles.values()}
    documents = [
        _document(
            section.id,
            {
                TITLE: section.title,
                QUESTION: section.question,
                ARTICLE: titles[section.file],
                BODY: answer_text(section, ANONYMOUS),
            },
        )
        for section in content.sections.values()
    ]
    documents += [
        _document(r.id, {TITLE: r.title, BODY: redirection_text(r, ANONYMOUS)}, REDIRECTED_WORTH)
        for r in content.redirections.values()
    ]
    found_in = Counter(found for document in documents for found in document.weights)
    rarity = {found: log(1 + len(documents) / count) for found, count in found_in.items()}
    return Index(tuple(documents), rarity)


def search(query: str, within: Index | None = None, limit: int = 20) -> list[str]:
    """Ids of the answers that hold the words of `query`, best first.

    The answers that hold the most of the asked words come first; those that hold less than half
    of them are left out.
    """
    asked, known = query_stems(query), within or index()
    matches = {document.id: _match(document, asked, known) for document in known.documents}
    enough = [i for i, (held, _) in matches.items() if held and held * 2 >= len(asked)]
    return sorted(enough, key=lambda answer_id: matches[answer_id], reverse=True)[:limit]


def names(query: str, section: Section) -> bool:
    """Whether a telling word of the query stands in the title or the question of the section."""
    return not _stems_of(section).isdisjoint(query_stems(query))


def _stems_of(section: Section) -> set[str]:
    return set(normalise(f"{section.title} {section.question}").split())


def query_stems(query: str) -> tuple[str, ...]:
    """The stems that matter in a query; all of them when none does."""
    every = tuple(dict.fromkeys(words(query)))
    telling = tuple(word for word in every if word not in STOP_WORDS and len(word) > 1)
    return tuple(dict.fromkeys(stem(word) for word in telling or every))


def _document(answer_id: str, fields: Mapping[float, str], worth: float = 1.0) -> Document:
    weights: dict[str, float] = {}
    for weight, text in fields.items():
        stems = set(normalise(text).split())
        for found in stems:  # a word of a short title tells more than one of a long text
            weights[found] = weights.get(found, 0) + weight / (1 + log(len(stems)))
    return Document(answer_id, weights, worth)


def _match(document: Document, asked: Iterable[str], within: Index) -> tuple[int, float]:
    """How many of the asked stems the document holds, and its score."""
    scores = [_score(document, one, within) for one in asked]
    return sum(score > 0 for score in scores), document.worth * sum(scores)


def _score(document: Document, asked: str, within: Index) -> float:
    if asked in document.weights:
        return document.weights[asked] * within.rarity[asked]
    if len(asked) < PREFIX_LENGTH:
        return 0.0
    begun = [found for found in document.weights if found.startswith(asked)]
    return max((PREFIX_WORTH * document.weights[f] * within.rarity[f] for f in begun), default=0.0)
