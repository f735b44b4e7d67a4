"""A ticket written in the conversation: only what is missing is asked, then all of it is shown.

It can be left and taken up again, since what was said stays in its slots; a change of subject in
the middle is answered by the ordinary rules, after which the form asks again.
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
    Understood,
    entity,
    is_command,
    order,
    say,
    talked,
    understood,
)
from actions.forms import TICKET, back_to_form, begin, ended, form_of, leave
from actions.hors_sujet import Clarify
from actions.ticket_questions import (
    ABOUT,
    ASIDE,
    CATEGORY,
    CHANGING,
    CONFIRM,
    CONTEXT,
    DESCRIPTION,
    DOUBT,
    EMAIL,
    REFUSED,
)
from livechat import tickets
from livechat.assistant import OpenTicket
from livechat.offers import act
from livechat.protocol import Act

OF_THE_FORM = (CONTEXT, DESCRIPTION, CATEGORY, EMAIL, CONFIRM, DOUBT, ABOUT, CHANGING, REFUSED)
COMPLAINT = ("explanation", "disliked_answer")


class StartTicket(TopicAction):
    """The user wants to write to the support: offered in words, begun by a button."""

    title = "action_ticket"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        inside = form_of(tracker) is TICKET
        wanted = entity(tracker, "act") if is_command(tracker) else None
        if inside and wanted == "as_question":
            return await self._answer_first(dispatcher, tracker)
        if inside:
            return back_to_form(tracker)
        if wanted == "open" or tracker.get_slot(DESCRIPTION):
            return await self.start(tracker)
        if wanted is not None:
            say(dispatcher, words.TOO_LATE, answer=talked("ticket"))
            return []
        return await self._offer(dispatcher, tracker)

    async def _offer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        meant = understood(tracker)
        second = await self.asked_besides(meant)
        text = meant.worded(second.below(words.TICKET))
        answer = talked("ticket", meant.best.confidence if meant.best else 1.0)
        choices = [act(Act.TICKET), act(Act.CONTINUE), *second.choices]
        say(dispatcher, text, choices=choices, answer=answer)
        offered = [SlotSet("pending_offer", Act.TICKET.value), SlotSet("misses", 0)]
        return [*leave(tracker, altogether=True), *offered]

    async def start(self, tracker: Tracker) -> Events:
        """Begin the form with all that is known already; or go on where it was left."""
        known: dict[str, Any] = {}
        if not tracker.get_slot(DESCRIPTION):
            known[DESCRIPTION] = await self._said_before(tracker)
        if not tracker.get_slot(EMAIL):
            conversation = await self.conversation(tracker)
            known[EMAIL] = tickets.known_email(conversation) if conversation else None
        known |= {CONFIRM: None, CHANGING: None, REFUSED: None, "misses": 0}
        return begin(tracker, TICKET, **known)

    async def start_about(
        self, tracker: Tracker, context: str, category: str | None, *, never_to: str | None = None
    ) -> Events:
        """Begin about something that is known already, and stands above the description.

        One that was begun before is put aside until this one is sent. `never_to`: the answer is
        not to go there.
        """
        conversation = await self.conversation(tracker)
        known = tickets.known_email(conversation) if conversation else None
        addresses = (each for each in (known, tracker.get_slot(EMAIL)) if each)
        dead = (never_to or "").lower()
        address = next((each for each in addresses if each.lower() != dead), None)
        kept = {name: tracker.get_slot(name) for name in (*OF_THE_FORM, *COMPLAINT)}
        aside = list(tracker.get_slot(ASIDE) or [])
        aside += [{name: each for name, each in kept.items() if each}] if kept[DESCRIPTION] else []
        fresh = dict.fromkeys(kept) | {CONTEXT: context, CATEGORY: category, EMAIL: address}
        return begin(tracker, TICKET, **fresh, **{ASIDE: aside or None, "misses": 0})

    async def _said_before(self, tracker: Tracker) -> str | None:
        """What went wrong with an answer, and what was asked: proposed as the description."""
        disliked, conversation = tracker.get_slot("disliked_answer"), None
        if disliked:
            conversation = await self.conversation(tracker)
        if conversation is None:
            return words.asked_before(tracker.get_slot("explanation"), None)
        async with self._database.reading() as session:
            question = await tickets.question_before(session, conversation.id, disliked)
        return words.asked_before(tracker.get_slot("explanation"), question)

    async def _answer_first(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """What looked like a description was a question: it is answered as it was understood."""
        doubt = tracker.get_slot(DOUBT)
        if not doubt:
            return back_to_form(tracker)
        candidates = tuple(Candidate(*each) for each in doubt["candidates"])
        meant = Understood(doubt["kind"], candidates, doubt["language"])
        return [*await self._respond(dispatcher, tracker, meant), SlotSet(DOUBT, None)]

    async def _respond(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, meant: Understood
    ) -> Events:
        best = meant.best
        if meant.kind in {"answer", "redirect"} and best and self._library.knows(best.answer_id):
            giver = GiveAnswer(self._sources)
            return await giver.give(dispatcher, tracker, best, meant)
        return await Clarify(self._sources).clarify(dispatcher, tracker, meant)


class SendTicket(TopicAction):
    """Confirmed: the web opens it, or completes the one that the user chose instead."""

    title = "action_ticket_send"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        said = str(tracker.get_slot(DESCRIPTION))
        description = tickets.described(tracker.get_slot(CONTEXT), said)
        category, _, subcategory = str(tracker.get_slot(CATEGORY) or "").partition("/")
        confirmed = tracker.get_slot(CONFIRM)
        wanted = OpenTicket(
            title=tickets.title_of(said),
            description=description,
            category=category or None,
            subcategory=subcategory or None,
            email=tracker.get_slot(EMAIL),
            explanation=tracker.get_slot("explanation"),
            disliked_answer=tracker.get_slot("disliked_answer"),
            completes=None if confirmed == "send" else confirmed,
        )
        order(dispatcher, wanted)
        emptied = (*OF_THE_FORM, *COMPLAINT, "pending_offer")
        *others, last = tracker.get_slot(ASIDE) or [{}]
        slots = dict.fromkeys(emptied) | last | {ASIDE: others or None, "misses": 0}
        return [*(SlotSet(*each) for each in slots.items()), *ended(tracker)]


ACTIONS = (StartTicket, SendTicket)
