"""What the assistant says: a section or a redirection, as the text of a chat message."""

from dataclasses import dataclass

from knowledge.articles import Section
from knowledge.context import Context
from knowledge.redirections import Redirection
from knowledge.rendering import rendered
from knowledge.words import place_line


@dataclass(frozen=True)
class Answer:
    """The parts of an answer for one reader: the answer itself, a later change, a webinar."""

    body: str
    note: str
    webinar: str

    @property
    def text(self) -> str:
        return "\n\n".join(part for part in (self.body, self.note, self.webinar) if part)


def answer_for(section: Section, context: Context) -> Answer:
    return Answer(
        body=rendered(section.body, context),
        note=rendered(section.note or "", context),
        webinar=rendered(section.webinar or "", context),
    )


def answer_text(section: Section, context: Context) -> str:
    """The chat text of a section: its answer, then its note, then its webinar."""
    return answer_for(section, context).text


def redirection_text(redirection: Redirection, context: Context) -> str:
    """The chat text of a redirection: what it is about, a known fact, then where to look."""
    parts = [rendered(redirection.text, context)]
    if redirection.fact:
        fact = rendered(redirection.fact.text, context)
        parts.append(place_line(fact, redirection.fact.url))
    places = [place_line(place.label, place.url) for place in redirection.where]
    return "\n\n".join([*parts, "\n".join(f"- {line}" for line in places)]).strip()
