"""What every action of the assistant stands on: what it may read, and how it says something.

Actions read and answer. What must be written comes back as a directive that the exchange carries
out.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import bindparam, select

from actions import words
from chorus.accounts import Accounts
from chorus.invoices import Invoices
from kit.database import Database
from knowledge.library import Context, Library, Section
from livechat.assistant import AskCommand, Button, Directive, Reply
from livechat.models import Conversation, Turn, TurnState
from livechat.offers import act, offer_of_help
from livechat.protocol import Act, Answer, Choice, Decision

# Intents without a section that the contract knows as articles.
ARTICLES = {
    "humain",
    "ticket",
    "salutation",
    "remerciement",
    "au_revoir",
    "identite",
    "insulte_plainte",
}

type Events = list[dict[str, Any]]
type Run = Callable[[CollectingDispatcher, Tracker, dict[str, Any]], Awaitable[Events]]


@dataclass(frozen=True)
class Candidate:
    """One thing that the user may have meant."""

    intent: str
    confidence: float

    @property
    def answer_id(self) -> str:
        """`adresses.contact` is answered by the section `adresses/contact`."""
        return self.intent.replace(".", "/", 1)


@dataclass(frozen=True)
class Understood:
    """What the pipeline made of the user's last message."""

    kind: str  # answer, choose, redirect or escalate
    candidates: tuple[Candidate, ...]  # best first
    language: str
    also: Candidate | None = None  # a second question in the same message

    @property
    def best(self) -> Candidate | None:
        return self.candidates[0] if self.candidates else None

    def worded(self, text: str) -> str:
        """As this person is to read it: who did not write in French learns that we answer in it."""
        return text if self.language == "fr" else words.in_french(text)


def understood(tracker: Tracker) -> Understood:
    """The decision of the pipeline; a click on a button is certain."""
    message = tracker.latest_message
    decision = message.get("decision")
    if is_command(tracker) or not decision:
        clicked = Candidate(message["intent"]["name"], 1.0)
        return Understood("answer", (clicked,), "fr")
    candidates = tuple(Candidate(c["intent"], c["confidence"]) for c in decision["candidates"])
    also = Candidate(decision["also"], 1.0) if decision.get("also") else None
    return Understood(decision["kind"], candidates, decision.get("language", "fr"), also)


def is_command(tracker: Tracker) -> bool:
    """Whether one of our buttons sent this: the door lets no slash of a user through."""
    return str(tracker.latest_message.get("text") or "").startswith("/")


def entity(tracker: Tracker, name: str) -> str | None:
    """What a button sent along with its command."""
    return next(tracker.get_latest_entity_values(name), None)


_KNOWN_AS = select(Conversation).where(Conversation.sender == bindparam("sender"))


@dataclass(frozen=True)
class Besides:
    """What is said of a second question or wish of a message, with its buttons."""

    text: str = ""
    choices: tuple[Choice, ...] = ()
    offered: str | None = None  # the act that « oui » accepts

    def below(self, text: str) -> str:
        return f"{text}\n\n{self.text}" if self.text else text

    def pointed_at_below(self, text: str) -> str:
        """The same below a question: what is asked besides asks nothing of its own."""
        if not self.choices:
            return text
        return f"{text}\n\n{words.second_question(self.choices[0].label)}"


@dataclass(frozen=True)
class Sources:
    """All that actions may read."""

    database: Database
    library: Library
    invoices: Invoices
    accounts: Accounts
    # The actions that begin a form, by their names: the executor puts them in (actions/door.py).
    entries: dict[str, Run] = field(default_factory=dict)

    async def conversation(self, tracker: Tracker) -> Conversation | None:
        async with self.database.glancing() as session:
            return await session.scalar(_KNOWN_AS, {"sender": tracker.sender_id})

    def context(self, identity: dict[str, Any] | None) -> Context:
        """Of the answers: the first structure says which kind of user this is."""
        structures = (identity or {}).get("structures") or [{}]
        return Context(
            connected=identity is not None,
            role=identity["role"] if identity else None,
            kind=structures[0].get("kind"),
            follows=self.invoices.connected and (identity is None or structures != [{}]),
            sends=self.accounts.offered,
        )


class TopicAction(Action):  # type: ignore[misc]  # rasa-sdk is not typed
    """An action of ours. `title` is its name in domain.yml."""

    title: ClassVar[str]

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._database = sources.database
        self._library = sources.library

    def name(self) -> str:
        return self.title

    async def context(self, tracker: Tracker) -> Context:
        """Who is talking, and what the assistant can do for them."""
        conversation = await self.conversation(tracker)
        return self._sources.context(conversation.identity if conversation else None)

    async def conversation(self, tracker: Tracker) -> Conversation | None:
        return await self._sources.conversation(tracker)

    async def asked_besides(self, meant: Understood, shown: Sequence[Section] = ()) -> Besides:
        """What the same message asks as well, unless it is among what is `shown` already."""
        also = meant.also
        if also is None:
            return Besides()
        if also.intent == "humain":
            text, possible = await self.offer()
            acts = tuple(each for each in possible if each.id != Act.CONTINUE)
            return Besides(text, acts, offered=acts[0].id)
        if also.intent == "ticket":
            return Besides(words.TICKET, (act(Act.TICKET),), offered=Act.TICKET.value)
        found = self._library.sections.get(also.answer_id)
        if found is None or found in shown:
            return Besides()
        return Besides(words.second_question(found.title), (choice(found.id, found.title),))

    async def tell_besides(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Below what was done about the first question, where there is a second one."""
        second = await self.asked_besides(understood(tracker))
        if not second.text:
            return []
        say(dispatcher, second.text, choices=second.choices)
        return [SlotSet("pending_offer", second.offered)]

    async def offer(self) -> tuple[str, list[Choice]]:
        async with self._database.glancing() as session:
            return await offer_of_help(session)


async def whole_text(database: Database, tracker: Tracker) -> str:
    """What the user wrote, all of it: the assistant is shown an excerpt of a long message."""
    query = (
        select(Turn.ask)
        .join(Conversation, Conversation.id == Turn.conversation_id)
        .where(Conversation.sender == tracker.sender_id, Turn.state == TurnState.DUE)
        .order_by(Turn.seq)
        .limit(1)
    )
    async with database.glancing() as session:
        ask = await session.scalar(query)
    return str((ask or {}).get("text") or tracker.latest_message.get("text") or "")


def say(
    dispatcher: CollectingDispatcher,
    text: str,
    *,
    answer: Answer | None = None,
    choices: Sequence[Choice | Button] = (),
    votable: bool = False,
    directive: Directive | None = None,
) -> None:
    """One message for the user. An act that is offered twice has one button."""
    named = {each.id: each for each in reversed(choices) if each.id}
    once = [each for each in choices if not each.id or named[each.id] is each]
    reply = Reply(text=text, choices=once, answer=answer, votable=votable, directive=directive)
    dispatcher.utter_message(json_message={"say": reply.model_dump(mode="json")})


def order(dispatcher: CollectingDispatcher, directive: Directive) -> None:
    """Something the exchange is to do, without a word of ours."""
    dispatcher.utter_message(
        json_message={"say": Reply(directive=directive).model_dump(mode="json")}
    )


def talked(intent: str, confidence: float = 1.0, article: str | None = None) -> Answer:
    """What was said without an answer of the base; only some of it is an article for outsiders."""
    if article is None and intent in ARTICLES:
        article = intent
    return Answer(decision=Decision.TALK, id=intent, article=article, confidence=confidence)


def choice(section_id: str, title: str) -> Choice:
    return Choice(id="", label=title, answer=section_id)


def button(label: str, intent: str, **entities: str) -> Button:
    """A choice that comes back as this command."""
    return Button(id="", label=label, command=AskCommand(intent=intent, entities=entities))
