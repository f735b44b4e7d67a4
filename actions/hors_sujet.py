"""What was not understood, or is none of our business: choices when one is near, else help."""

from collections.abc import Iterator
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import words
from actions.answer import GiveAnswer
from actions.base import (
    Besides,
    Candidate,
    Events,
    TopicAction,
    Understood,
    choice,
    entity,
    say,
    understood,
)
from actions.forms import INVOICE, back_to_form, corrected, invoice_number_in
from actions.mon_ticket import TellMyTicket
from livechat.offers import act
from livechat.protocol import Act, Answer, Choice, Decision

AT_MOST = 3  # choices shown
MISSES = 2  # in a row: a human is offered

# Wishes that are worth a button of their own among the choices.
WISHES = {"humain": Act.ADVISOR, "ticket": Act.TICKET}


class Clarify(TopicAction):
    """Asks which of a few things was meant; says so when it is none of them."""

    title = "action_clarify"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        if entity(tracker, "ticket_reference"):  # « TK-000042 ? » asks for nothing else
            mine = TellMyTicket(self._sources)
            return await mine.run(dispatcher, tracker, domain)
        again = await corrected(self._sources, dispatcher, tracker, domain)
        if again is not None:
            return again
        if _is_only_an_invoice(tracker):  # « F-2024-18 ? »
            return await self._sources.entries[INVOICE.entry](dispatcher, tracker, domain)
        return await self.clarify(dispatcher, tracker, understood(tracker))

    async def clarify(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, meant: Understood
    ) -> Events:
        if meant.kind == "choose":
            confused = self._confused(meant)
            if confused:
                giver = GiveAnswer(self._sources)
                return await giver.give(dispatcher, tracker, confused, meant)
            second = await self.asked_besides(meant)
            if self._propose(dispatcher, meant, second):
                return [SlotSet("pending_offer", second.offered), *back_to_form(tracker)]
        return await self.miss(dispatcher, tracker, meant)

    def _confused(self, meant: Understood) -> Candidate | None:
        """The best candidate, when the next one is a section that is answered together with it."""
        if len(meant.candidates) < 2:
            return None
        best, second = meant.candidates[:2]
        section = self._library.sections.get(best.answer_id)
        return best if section and second.answer_id in section.together else None

    def _propose(
        self, dispatcher: CollectingDispatcher, meant: Understood, second: Besides
    ) -> bool:
        """Show what it may have been. False when there is nothing to show."""
        choices = [*self._choices(meant)][:AT_MOST]
        if not choices or meant.best is None:
            return False
        asked = words.which(choices[0].label, alone=len(choices) == 1)
        text = meant.worded(second.pointed_at_below(asked))
        best = next((c for c in meant.candidates if c.answer_id == choices[0].answer), meant.best)
        section = self._library.sections.get(best.answer_id)
        answer = Answer(
            decision=Decision.CHOOSE,
            id=best.answer_id,
            article=section.article if section else article_of(best, self._library),
            title=choices[0].label,
            updated_on=section.updated_on if section else None,
            confidence=best.confidence,
        )
        say(dispatcher, text, choices=[*choices, *second.choices, act(Act.NONE)], answer=answer)
        return True

    def _choices(self, meant: Understood) -> Iterator[Choice]:
        for candidate in meant.candidates:
            if self._library.knows(candidate.answer_id):
                yield choice(candidate.answer_id, self._library.title_of(candidate.answer_id))
            elif candidate.intent in WISHES:
                yield act(WISHES[candidate.intent])

    async def miss(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, meant: Understood
    ) -> Events:
        """Count a miss: the first asks to rephrase, the second in a row offers a human."""
        misses = int(tracker.get_slot("misses") or 0) + 1
        confidence = meant.best.confidence if meant.best else 0.0
        answer = Answer(decision=Decision.ESCALATE, confidence=confidence)
        if misses < MISSES:
            second = await self.asked_besides(meant)
            text = meant.worded(second.pointed_at_below(words.REPHRASE))
            say(dispatcher, text, choices=second.choices, answer=answer)
            forgotten = [SlotSet("misses", misses), SlotSet("pending_offer", second.offered)]
            return [*forgotten, *back_to_form(tracker)]
        offer, choices = await self.offer()
        say(dispatcher, f"{words.TWICE_MISSED}\n\n{offer}", choices=choices, answer=answer)
        offered = [SlotSet("misses", 0), SlotSet("pending_offer", choices[0].id)]
        return [*offered, *back_to_form(tracker)]


def _is_only_an_invoice(tracker: Tracker) -> bool:
    """A number and nothing else, that is neither a phone's (10 digits) nor a SIRET (14)."""
    number, text = invoice_number_in(tracker), str(tracker.latest_message.get("text") or "")
    other = number is not None and number.isdigit() and len(number) in (10, 14)
    return bool(number) and not other and not tracker.active_loop and len(text.split()) <= 2


def article_of(candidate: Candidate, library: Any) -> str | None:
    """The article of a candidate that is no section: its own name, none if redirected."""
    return None if candidate.answer_id in library.redirections else candidate.intent


ACTIONS = (Clarify,)
