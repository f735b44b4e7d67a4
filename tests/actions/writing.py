"""A form being filled on the stage: what Rasa's form and the rules do between our actions."""

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
NEEDED: dict[str, list[str]] = {
    name: form["required_slots"] for name, form in domain()["forms"].items()
}
# What the rules of data/stories have run when nothing is missing any more.
DONE = {
    "ticket_form": "action_ticket_send",
    "explanation_form": "action_offer_help",
    "invoice_form": "action_invoice_found",
    "activation_form": "action_activation_send",
    "password_form": "action_password_send",
    "training_form": "action_training_join",
}
# Where a form asks for its slot in words of its own.
OWN_QUESTIONS = {("activation_form", "account_address"), ("password_form", "account_address")}
# What the rules of data/stories answer with; all else is a question about an article.
RULES = {
    "ticket": "action_ticket",
    "mon_ticket": "action_my_ticket",
    "oui": "action_yes",
    "non": "action_no",
    "humain": "action_human",
    "salutation": "action_talk",
    "au_revoir": "action_talk",
    "probleme": "action_problem",
    "suite": "action_follow_up",
    "nlu_fallback": "action_clarify",
    "suivi_facture.suivre": "action_invoice",
    "lien_activation.renvoyer": "action_activation",
    "mot_de_passe.oublie": "action_password",
    "formation.inscription": "action_training",
    "mes_formations": "action_my_trainings",
}


class Writer:
    """Says something, and gets all that the assistant says to it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.conversation_id = uuid4()
        self.last = Reply()

    async def talk(self, subject: str | None = None, structure: str | None = None) -> UUID:
        """Their conversation is stored; `subject`: they are connected, for this structure."""
        who = identity(subject) if subject else None
        kept = who.kept() if who else None
        if kept and structure:
            kept["structures"] = [{"id": structure, "name": structure, "kind": "entreprise"}]
        async with self.stage.database.writing.begin() as session:
            session.add(
                Conversation(
                    id=self.conversation_id,
                    sender=self.stage.sender,
                    subject=who.subject if who else None,
                    identity=kept,
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
        if self.stage.loop:
            before = dict(self.stage.slots)
            assert await self.stage.run(f"validate_{self.stage.loop}", message) == []
            if self.stage.slots != before:
                return await self._next(message)
        intent = message["intent"]["name"]
        return await self._carry_on(RULES.get(intent, "action_answer"), message)

    async def _carry_on(self, action: str, message: Message) -> list[Reply]:
        """Run it, and what it has follow."""
        replies = await self.stage.run(action, message)
        following = self.stage.next_action
        if following is None:
            return replies
        assert following in NEEDED, "No rule of Rasa knows what comes after it."
        if self.stage.loop != following:
            self.stage.slots.pop("requested_slot", None)
        self.stage.loop = following
        before = {name: self.stage.slots.get(name) for name in NEEDED[following]}
        # As Rasa does: what is known already is validated, and so is the same message once more.
        await self.stage.revalidate(f"validate_{following}", message, before)
        return [*replies, *await self._next(message)]

    async def _next(self, message: Message) -> list[Reply]:
        """The next question; or, when nothing is missing, the end of the form."""
        assert self.stage.loop is not None
        needed = NEEDED[self.stage.loop]
        missing = next((n for n in needed if self.stage.slots.get(n) is None), None)
        if missing is not None:
            form = self.stage.loop
            own = f"{form}_{missing}" if (form, missing) in OWN_QUESTIONS else missing
            return await self.stage.run(f"action_ask_{own}", message)
        done = DONE[self.stage.loop]
        await self.stage.end_form()
        return await self._carry_on(done, message)


def sent(replies: list[Reply]) -> OpenTicket:
    (order,) = replies
    assert isinstance(order.directive, OpenTicket)
    return order.directive


def writer(database: Database) -> Writer:
    return Writer(Stage(database))
