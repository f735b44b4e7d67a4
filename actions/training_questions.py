"""What the form about a training asks: which one, and where the confirmation goes."""

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import words
from actions.addresses import AddressReader, AskForAddress, checked_address
from actions.base import Events, TopicAction, button, entity, is_command
from actions.forms import REQUESTED, TRAINING, FormQuestion, Question, Slots, is_asked
from actions.training_choice import Listed, meant
from actions.typed import address_meant
from chorus import training
from chorus import words as chorus_words
from chorus.training import Offer
from kit.clock import now
from kit.organisation import organisation
from kit.site import site_url
from livechat.assistant import Button
from livechat.errands import TRAINING as INTENT
from livechat.models import Conversation

SESSION, EMAIL = "training_session", "training_email"
REFUSED = "training_refused"
UNCLEAR = "training_unclear"  # ids of those that may have been meant; empty: one that is not there
SHOWN = 5  # trainings
KNOWN = 50  # to come, that can be named by their day or month
LISTED = "/formations"


class TrainingAction(TopicAction):
    async def offers(self, conversation: Conversation | None, limit: int = SHOWN) -> list[Offer]:
        """What is to come for this kind of user and has a place left."""
        context = self._sources.context(conversation.identity if conversation else None)
        async with self._database.reading() as session:
            found = await training.upcoming(session, context.kind, limit=KNOWN)
        return [each for each in found if not each.is_full][:limit]


class AskTraining(TrainingAction, FormQuestion):
    form = TRAINING
    title = f"action_ask_{SESSION}"
    slot = SESSION

    async def question(self, tracker: Tracker) -> Question:
        offers = await self.offers(await self.conversation(tracker), KNOWN)
        stop, shown = self.stop(words.NONE_OF_THEM), offers[:SHOWN]
        unclear = tracker.get_slot(UNCLEAR)
        missed = unclear is not None
        likely = [each for each in offers if str(each.training.id) in (unclear or ())][:SHOWN]
        if likely:
            text = words.which_of_these(likely)
        else:
            text = words.which_training(shown, listed_at(), missed=missed)
        return Question(text, [*choices_of(likely or shown), stop], again=not missed)

    def then(self, tracker: Tracker) -> Events:
        return [SlotSet(UNCLEAR, None)]


class AskTrainingEmail(AskForAddress):
    form = TRAINING
    title = f"action_ask_{EMAIL}"
    slot = EMAIL
    refusals = REFUSED
    text = words.WHICH_TRAINING_EMAIL


class ReadTraining(AddressReader):
    """Another training may be named while the address is asked for: the last one counts."""

    form = TRAINING

    async def extract_training_session(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        if not tracker.get_slot(REQUESTED):
            return {}
        if is_command(tracker):
            chosen = entity(tracker, "training")
            return {SESSION: chosen} if chosen else {}
        text = str(tracker.latest_message["text"])
        if "@" in text or (address_meant(text) and not is_asked(tracker, SESSION)):
            return {}  # its digits are no day
        conversation = await self._sources.conversation(tracker)
        offers = await AskTraining(self._sources).offers(conversation, KNOWN)
        found = _meant(text, offers)
        if found is None or found == [tracker.get_slot(SESSION)]:
            return {}
        return {SESSION: found[0] if len(found) == 1 else {"among": found}}

    def validate_training_session(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> Slots:
        if isinstance(value, dict):
            return {SESSION: None, UNCLEAR: value["among"]}
        return {SESSION: value}

    async def extract_training_email(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        return await self.address(tracker, EMAIL)

    def validate_training_email(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> Slots:
        return checked_address(value, tracker, EMAIL, REFUSED)


def _meant(text: str, offers: Sequence[Offer]) -> list[str] | None:
    """The ids of the trainings that may be meant; None: the text chooses nothing."""
    zone = organisation().timezone
    listed = [
        Listed(
            each.training.title,
            chorus_words.training_label(each.training),
            each.training.start.astimezone(zone),
        )
        for each in offers
    ]
    places = meant(text, listed, SHOWN, now().astimezone(zone).date())
    return None if places is None else [str(offers[place].training.id) for place in places]


def choices_of(offers: Sequence[Offer]) -> list[Button]:
    return [
        button(
            chorus_words.training_label(each.training),
            INTENT,
            act="chosen",
            training=str(each.training.id),
        )
        for each in offers
    ]


def listed_at() -> str:
    return f"{site_url()}{LISTED}"


ACTIONS = (AskTraining, AskTrainingEmail, ReadTraining)
