"""A ticket being written on the stage: what Rasa's form and the rules do between our actions."""

from typing import Any
from uuid import UUID, uuid4

from kit.database import Database
from livechat.assistant import Button, OpenTicket, Reply
from livechat.models import Conversation, LogEntry, Turn
from tests.actions.stage import Message, Stage, clicked, domain
from tests.livechat.fakes import identity
from ticketing.models import Ticket
from ticketing.opening import NewTicket, submit

FORM = "ticket_form"
NEEDED: list[str] = domain()["forms"][FORM]["required_slots"]
# What the rules of data/stories answer with; all else is a question about an article.
RULES = {
    "ticket": "action_ticket",
    "mon_ticket": "action_my_ticket",
    "oui": "action_yes",
    "salutation": "action_talk",
    "probleme": "action_problem",
    "nlu_fallback": "action_clarify",
}
LEAVES = {"non": "action_ticket_left", "humain": "action_human"}


class Writer:
    """Says something, and gets all that the assistant says to it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.conversation_id = uuid4()
        self.last = Reply()

    async def talk(self, subject: str | None = None) -> UUID:
        """Their conversation is stored; `subject`: they are connected."""
        who = identity(subject) if subject else None
        async with self.stage.database.writing.begin() as session:
            session.add(
                Conversation(
                    id=self.conversation_id,
                    sender=self.stage.sender,
                    subject=who.subject if who else None,
                    identity=who.kept() if who else None,
                )
            )
        return self.conversation_id

    async def said(self, seq: int, author: str, text: str, answer: str | None = None) -> None:
        """A message of the log."""
        told = {"id": answer} if answer else None
        payload: dict[str, Any] = {"author": author, "text": text, "answer": told, "choices": []}
        async with self.stage.database.writing.begin() as session:
            at = (await session.get_one(Conversation, self.conversation_id)).created_at
            session.add(
                LogEntry(
                    conversation_id=self.conversation_id,
                    seq=seq,
                    type="message",
                    at=at,
                    payload=payload,
                )
            )

    async def due(self, text: str) -> None:
        """The turn that is in flight."""
        ask = {"kind": "text", "text": text}
        async with self.stage.database.writing.begin() as session:
            session.add(Turn(conversation_id=self.conversation_id, seq=9, ask=ask))

    async def has_ticket(self, **given: Any) -> Ticket:
        known: dict[str, Any] = {
            "title": "Le bouton modifier reste grisé",
            "description": "Le bouton modifier reste grisé.",
            "conversation_id": self.conversation_id,
        }
        async with self.stage.database.writing.begin() as session:
            return await submit(session, NewTicket(**known | given))

    async def say(self, message: Message) -> list[Reply]:
        replies = await self._hear(message)
        self.last = replies[-1] if replies else Reply()
        return replies

    async def click(self, label: str) -> list[Reply]:
        """A button of the last reply."""
        button = next(each for each in self.last.choices if each.label == label)
        assert isinstance(button, Button)
        return await self.say(clicked(button.command.intent, **button.command.entities))

    def labels(self) -> list[str]:
        return [each.label for each in self.last.choices]

    async def _hear(self, message: Message) -> list[Reply]:
        if self.stage.loop == FORM:
            before = dict(self.stage.slots)
            assert await self.stage.run(f"validate_{FORM}", message) == []
            if self.stage.slots != before:
                return await self._next(message)
        return await self._by_rule(message)

    async def _by_rule(self, message: Message) -> list[Reply]:
        intent = message["intent"]["name"]
        action = RULES.get(intent, "action_answer")
        if self.stage.loop == FORM and intent in LEAVES:
            self._leave()
            action = LEAVES[intent]
        replies = await self.stage.run(action, message)
        if self.stage.next_action != FORM:
            return replies
        if self.stage.loop != FORM:
            self.stage.slots.pop("requested_slot", None)
        self.stage.loop = FORM
        before = {name: self.stage.slots.get(name) for name in NEEDED}
        # As Rasa does: what is known already is validated, and so is the same message once more.
        await self.stage.revalidate(f"validate_{FORM}", message, before)
        return [*replies, *await self._next(message)]

    async def _next(self, message: Message) -> list[Reply]:
        """The next question; or, when nothing is missing, the end of the form."""
        missing = next((n for n in NEEDED if self.stage.slots.get(n) is None), None)
        if missing is not None:
            return await self.stage.run(f"action_ask_{missing}", message)
        self._leave()
        return await self.stage.run("action_ticket_send", message)

    def _leave(self) -> None:
        self.stage.loop = None
        self.stage.slots.pop("requested_slot", None)


def sent(replies: list[Reply]) -> OpenTicket:
    (order,) = replies
    assert isinstance(order.directive, OpenTicket)
    return order.directive


def writer(database: Database) -> Writer:
    return Writer(Stage(database))
