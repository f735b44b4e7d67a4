"""« Où en est ma facture ? »: asked of the portal, for who may know it.

Only the user's own structures are looked through; the number of somebody else is answered as one
that does not exist. Who is not connected reads how to look it up, and what a login would change.
"""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import words
from actions.answer import GiveAnswer
from actions.base import (
    Candidate,
    Events,
    TopicAction,
    button,
    entity,
    is_command,
    say,
    understood,
)
from actions.forms import INVOICE, begin, finish, invoice_number_in
from actions.invoice_questions import CHOSEN, DOWN, INTENT, NUMBER, known_of
from actions.ticket import StartTicket
from chorus import words as chorus_words
from chorus.identity import Structure
from chorus.invoices import structures_of
from chorus.portal import Following, PortalUnavailable
from kit.clock import now
from knowledge.invoice_statuses import invoice_statuses
from livechat.assistant import Button
from livechat.offers import act
from livechat.protocol import Act, Answer, Choice, Decision
from ticketing import guessing

SECTION = "suivi_facture/suivre"
DETAIL, COMMENT, CONTACT = "detail", "comment", "contact"

# What a ticket to the recipient is about, by the status; else that it takes long.
ABOUT = {
    "SUSPENDUE": "redirection/facture_suspendue",
    "REJETEE": "redirection/facture_rejetee",
    "A_RECYCLER": "redirection/facture_a_recycler",
}
LATE = "redirection/delai_paiement"


class InvoiceAction(TopicAction):
    """Says something of an invoice, with what can be done about it."""

    async def structures(self, tracker: Tracker) -> tuple[Structure, ...]:
        """Of the connected user, as the host site vouched for them."""
        conversation = await self.conversation(tracker)
        return structures_of(conversation.identity if conversation else None)

    def tell(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, found: Following | None
    ) -> Events:
        """Where an invoice stands, and what to do about it. None: it is not theirs any more."""
        if found is None:
            say(dispatcher, words.INVOICE_GONE, answer=self.about(Decision.ESCALATE))
            return finish(tracker, INVOICE)
        self.tell_of(dispatcher, chorus_words.invoice_state(found, now()), found)
        known = [SlotSet("last_answer", SECTION), SlotSet("misses", 0)]
        return [*known, *finish(tracker, INVOICE)]

    def tell_of(
        self, dispatcher: CollectingDispatcher, text: str, found: Following, told: str = ""
    ) -> None:
        """`told`: the option that is told now, and is not offered again."""
        if self._sources.invoices.is_demo:
            text = f"{text}\n\n{words.DEMO_DATA}"
        choices = [each for each in _options(found) if each.command.entities["act"] != told]
        say(
            dispatcher,
            text,
            choices=choices,
            answer=self.about(Decision.ANSWER),
            votable=not told,
        )

    def fail(self, dispatcher: CollectingDispatcher, tracker: Tracker, again: Button) -> Events:
        """The portal does not answer: nothing is lost, and there are other ways."""
        choices: list[Choice] = [
            again,
            button(words.HOW_TO_LOOK, INTENT, act="how"),
            act(Act.TICKET),
        ]
        say(
            dispatcher,
            words.PORTAL_DOWN,
            choices=choices,
            answer=self.about(Decision.ESCALATE),
        )
        return finish(tracker, INVOICE)

    def about(self, decision: Decision) -> Answer:
        section = self._library.sections[SECTION]
        return Answer(
            decision=decision,
            id=section.id,
            article=section.article,
            title=section.title,
            updated_on=section.updated_on,
            confidence=1.0,
        )


class FollowInvoice(InvoiceAction):
    """Begins with what is said already; the buttons under an invoice come back here too."""

    title = "action_invoice"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        wanted = entity(tracker, "act") if is_command(tracker) else None
        theirs = await self.structures(tracker)
        if wanted == "how" or not theirs or not self._sources.invoices.connected:
            return await self._explain(dispatcher, tracker)
        portal_id = entity(tracker, "invoice") if is_command(tracker) else None
        if portal_id:
            return await self._more(dispatcher, tracker, theirs, wanted or "", portal_id)
        number = invoice_number_in(tracker)
        if number is None and _status_named(tracker):
            return await self._explain(dispatcher, tracker)
        if number is None:
            return [SlotSet("misses", 0), *begin(tracker, INVOICE)]
        return await self._look(dispatcher, tracker, theirs, number)

    async def _look(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        theirs: tuple[Structure, ...],
        number: str,
    ) -> Events:
        """Tell at once where it stands; what is missing for that is asked by the form."""
        try:
            looked = await self._sources.invoices.look(theirs, number)
        except PortalUnavailable:
            return self.fail(dispatcher, tracker, _again(number))
        if len(looked.found) == 1:
            told = self.tell(dispatcher, tracker, looked.following)
            return [*told, *await self.tell_besides(dispatcher, tracker)]
        return begin(tracker, INVOICE, **known_of(number, looked.found))

    async def _more(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        theirs: tuple[Structure, ...],
        wanted: str,
        portal_id: str,
    ) -> Events:
        """A button that names one: where it stands, its detail, a comment, a way to write."""
        invoices = self._sources.invoices
        try:
            found = await invoices.follow(theirs, portal_id)
            detail = await invoices.detail(theirs, portal_id) if wanted == DETAIL else None
        except PortalUnavailable:
            again = button(words.TRY_AGAIN, INTENT, act=wanted or "chosen", invoice=portal_id)
            return self.fail(dispatcher, tracker, again)
        if found is None or wanted not in {DETAIL, COMMENT, CONTACT}:
            return self.tell(dispatcher, tracker, found)
        if wanted == CONTACT:
            context = chorus_words.about_invoice(found)
            category = guessing.clear([ABOUT.get(found.status, LATE)])
            return await StartTicket(self._sources).start_about(tracker, context, category)
        comment = chorus_words.invoice_comment(found)
        text = chorus_words.invoice_detail(detail) if detail else comment
        self.tell_of(dispatcher, text, found, told=wanted)
        return finish(tracker, INVOICE)

    async def _explain(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """How users look it up themselves."""
        meant = understood(tracker)
        seen = [each for each in meant.candidates if each.intent == INTENT]
        section = seen[0] if seen else Candidate(INTENT, 1.0)
        also = _status_named(tracker)
        return await GiveAnswer(self._sources).give(
            dispatcher, tracker, section, meant, done=True, also=also
        )


class TellInvoice(InvoiceAction):
    """The form has found it."""

    title = "action_invoice_found"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        number, chosen = str(tracker.get_slot(NUMBER)), str(tracker.get_slot(CHOSEN))
        if chosen == DOWN:
            return self.fail(dispatcher, tracker, _again(number))
        theirs = await self.structures(tracker)
        try:
            found = await self._sources.invoices.follow(theirs, chosen)
        except PortalUnavailable:
            return self.fail(dispatcher, tracker, _again(number))
        told = self.tell(dispatcher, tracker, found)
        return [*told, *await self.tell_besides(dispatcher, tracker)]


def _again(number: str) -> Button:
    return button(words.TRY_AGAIN, INTENT, act="retry", invoice_number=number)


def _status_named(tracker: Tracker) -> str:
    """« C’est quoi, service fait ? »: what it means, when a status is named."""
    if is_command(tracker):
        return ""
    status = invoice_statuses().named_in(str(tracker.latest_message.get("text") or ""))
    return chorus_words.explained(status) if status else ""


def _options(found: Following) -> list[Button]:
    """The three things that the real service offers under an invoice."""
    portal_id = found.invoice.portal_id
    options = {
        CONTACT: words.WRITE_TO_RECIPIENT,
        DETAIL: words.SEE_DETAIL,
        COMMENT: words.SEE_COMMENT,
    }
    return [button(label, INTENT, act=which, invoice=portal_id) for which, label in options.items()]


ACTIONS = (FollowInvoice, TellInvoice)
