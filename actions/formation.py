"""Trainings: which are to come for this kind of user, taking a place, giving it back.

What is said here reads; the web registers and cancels, in the transaction that stores the turn.
"""

from typing import Any
from uuid import UUID

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
    order,
    say,
    talked,
    understood,
)
from actions.forms import LAST, TRAINING, begin, finish, go_on
from actions.training_questions import (
    EMAIL,
    SESSION,
    SHOWN,
    TrainingAction,
    choices_of,
    listed_at,
)
from actions.typed import address_in
from chorus import training
from chorus import words as chorus_words
from kit.mail import deliverable
from livechat.assistant import JoinTraining, LeaveTraining
from livechat.errands import MY_TRAININGS as MINE
from livechat.errands import TRAINING as INTENT
from livechat.models import Conversation

JOINED = "training_joined"  # the last one taken, and the address that was told: it may be wrong
SECTION = INTENT.replace(".", "/")


class FindTraining(TrainingAction):
    """Explains how one learns, and shows what is to come; a button takes a place."""

    title = "action_training"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        conversation = await self.conversation(tracker)
        if corrected := _other_address(tracker):
            return join(dispatcher, tracker, *corrected)
        chosen = entity(tracker, "training") if is_command(tracker) else None
        wanted = entity(tracker, "act") if is_command(tracker) else None
        if chosen or (wanted == "start" and await self.offers(conversation)):
            return self._begin(dispatcher, tracker, conversation, chosen)
        offers = await self.offers(conversation)
        meant = understood(tracker)
        seen = [each for each in meant.candidates if each.intent == INTENT]
        section = seen[0] if seen else Candidate(INTENT, 1.0)
        also = words.next_trainings(offers, listed_at()) if offers else ""
        giver = GiveAnswer(self._sources)
        first = choices_of(offers)
        return await giver.give(
            dispatcher, tracker, section, meant, done=True, also=also, first=first
        )

    def _begin(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        conversation: Conversation | None,
        chosen: str | None,
    ) -> Events:
        """The form asks what is missing: nothing, of who is connected and has chosen."""
        email = _email_of(conversation) if conversation else None
        if chosen and email:
            return join(dispatcher, tracker, chosen, email)
        return begin(tracker, TRAINING, **{SESSION: chosen, EMAIL: email, "misses": 0})


class JoinChosen(TopicAction):
    """The form knows which training, and where the confirmation goes."""

    title = "action_training_join"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        return join(
            dispatcher, tracker, str(tracker.get_slot(SESSION)), str(tracker.get_slot(EMAIL))
        )


def join(
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    chosen: str,
    email: str,
    instead_of: str | None = None,
) -> Events:
    """The web registers them, and says so. `instead_of`: the address that was wrong."""
    order(dispatcher, JoinTraining(session_id=UUID(chosen), email=email, instead_of=instead_of))
    known = [SlotSet(JOINED, {"session": chosen, "email": email}), SlotSet("misses", 0)]
    return [*known, SlotSet("last_answer", SECTION), *finish(tracker, TRAINING)]


class TellMyTrainings(TopicAction):
    """« Annuler mon inscription »: what they are registered for, each with its button."""

    title = "action_my_trainings"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        told = [SlotSet("pending_offer", None), SlotSet("misses", 0), *go_on(tracker)]
        if is_command(tracker) and (leaving := entity(tracker, "registration")):
            order(dispatcher, LeaveTraining(registration_id=UUID(leaving)))
            return told
        conversation = await self.conversation(tracker)
        async with self._database.reading() as session:
            theirs = (
                await training.registrations_of(session, conversation.subject, conversation.id)
                if conversation
                else []
            )
        choices = [
            button(
                chorus_words.leave_training(each.training),
                MINE,
                act="leave",
                registration=str(each.registration.id),
            )
            for each in theirs[:SHOWN]
        ]
        if not theirs:
            choices = [button(words.SEE_TRAININGS, INTENT, act="start")]
        meant = understood(tracker)
        text = words.my_trainings(theirs)
        answer = talked(MINE, meant.best.confidence if meant.best else 1.0, article="formation")
        say(dispatcher, meant.worded(text), choices=choices, answer=answer)
        return told


def _other_address(tracker: Tracker) -> tuple[str, str, str] | None:
    """« non, c’est b@exemple.fr »: the training that was just taken, for whom, instead of whom."""
    joined = tracker.get_slot(JOINED) if tracker.get_slot(LAST) == TRAINING.name else None
    text = "" if is_command(tracker) else str(tracker.latest_message.get("text") or "")
    address = address_in(text)
    return (joined["session"], address, joined["email"]) if joined and address else None


def _email_of(conversation: Conversation) -> str | None:
    return deliverable((conversation.identity or {}).get("email"))


ACTIONS = (FindTraining, JoinChosen, TellMyTrainings)
