"""Help that goes further: a human, what went wrong, yes and no, « and how? »."""

from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import words
from actions.answer import GiveAnswer
from actions.base import (
    Candidate,
    Events,
    TopicAction,
    Understood,
    choice,
    entity,
    is_command,
    order,
    say,
    talked,
    understood,
)
from actions.forms import (
    EXPLANATION,
    FormReader,
    back_to_form,
    corrected,
    form_of,
    is_asked,
    leave,
)
from actions.hors_sujet import AT_MOST, Clarify
from actions.ticket import StartTicket
from knowledge.library import Section
from knowledge.search import names
from livechat.assistant import OpenRequest
from livechat.offers import act
from livechat.protocol import Act, Answer, Decision
from livechat.speech import KINDS

CLEARLY = 2.0  # a follow-up is clear when it is this many times likelier than the next one

# What a user says in the form without explaining anything: the form lets these through.
ASIDES = {"non", "au_revoir", "humain", "ticket", "mon_ticket", "remerciement"}


@dataclass(frozen=True)
class Sequel:
    """A section that may follow the last answer; `named` when the message has a word of it."""

    candidate: Candidate
    named: bool


class OfferHuman(TopicAction):
    """The user wants a person: the offer of the hour."""

    title = "action_human"
    article = "humain"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        offer, choices = await self.offer()
        meant = understood(tracker)
        second = await self.asked_besides(meant)
        text = meant.worded(second.below(offer))
        answer = _wish(self.article, meant)
        say(dispatcher, text, choices=[*choices, *second.choices], answer=answer)
        offered = [SlotSet("pending_offer", choices[0].id), SlotSet("misses", 0)]
        return [*leave(tracker, altogether=True), *offered]


class AcceptOffer(TopicAction):
    """« oui » accepts what was offered last."""

    title = "action_yes"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        pending = tracker.get_slot("pending_offer")
        if pending is None:
            say(dispatcher, words.CLICK, answer=talked("oui"))
            return back_to_form(tracker)
        if pending == Act.TICKET:
            return await StartTicket(self._sources).start(tracker)
        wanted = OpenRequest(
            kind=KINDS[Act(pending)],
            explanation=tracker.get_slot("explanation"),
            disliked_answer=tracker.get_slot("disliked_answer"),
        )
        order(dispatcher, wanted)
        return [SlotSet("pending_offer", None)]


class Refuse(TopicAction):
    """« non » leaves a form, or refuses what was offered; none of the choices is a miss."""

    title = "action_no"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        if entity(tracker, "act") == "none":
            clarify = Clarify(self._sources)
            return await clarify.miss(dispatcher, tracker, Understood("escalate", (), "fr"))
        again = await corrected(self._sources, dispatcher, tracker, domain)
        if again is not None:
            return again
        form = form_of(tracker)
        wanted = entity(tracker, "form")
        if wanted is not None and (form is None or form.name != wanted):
            say(dispatcher, words.OVER_ALREADY, answer=talked("non"))
            return back_to_form(tracker)
        text, article = (form.left, form.article) if form else (words.LISTENING, "non")
        say(dispatcher, text, answer=talked(article))
        return [SlotSet("pending_offer", None), *leave(tracker)]


class FollowUp(TopicAction):
    """« et pour la modifier ? » is about the last answer."""

    title = "action_follow_up"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        again = await corrected(self._sources, dispatcher, tracker, domain)
        if again is not None:  # « et la F-2024-18 ? »
            return again
        meant = understood(tracker)
        last = self._library.sections.get(tracker.get_slot("last_answer") or "")
        if last is None or not last.follow_ups:
            say(dispatcher, words.WHAT_ABOUT, answer=talked("suite"))
            return back_to_form(tracker)
        ranked = self._ranked(last, tracker)
        if _is_clear(ranked):
            giver = GiveAnswer(self._sources)
            return await giver.give(dispatcher, tracker, ranked[0].candidate, meant)
        choices = [
            choice(each.candidate.answer_id, self._library.title_of(each.candidate.answer_id))
            for each in ranked[:AT_MOST]
        ]
        answer = Answer(
            decision=Decision.CHOOSE,
            id=ranked[0].candidate.answer_id,
            article=last.article,
            title=choices[0].label,
            confidence=ranked[0].candidate.confidence,
        )
        say(dispatcher, words.WHICH_OF_IT, choices=[*choices, act(Act.NONE)], answer=answer)
        return back_to_form(tracker)

    def _ranked(self, last: Section, tracker: Tracker) -> list[Sequel]:
        """What may follow the last answer: what has a word of the message first, then by chance."""
        seen = tracker.latest_message.get("intent_ranking") or []
        chances = {each["name"]: each["confidence"] for each in seen}
        sequels = []
        for section_id in last.follow_ups:
            intent = section_id.replace("/", ".", 1)
            named = names(tracker.latest_message["text"], self._library.sections[section_id])
            sequels.append(Sequel(Candidate(intent, chances.get(intent, 0.0)), named))
        return sorted(sequels, key=lambda each: (not each.named, -each.candidate.confidence))


class AskWhatWentWrong(TopicAction):
    """A red thumb, or « ça ne marche pas »: about the last answer, if there was one."""

    title = "action_problem"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        disliked = entity(tracker, "answer") or tracker.get_slot("last_answer")
        if disliked is None:
            say(dispatcher, words.NO_ANSWER_YET, answer=talked("probleme"))
            return back_to_form(tracker)
        if inside := back_to_form(tracker):
            say(dispatcher, words.NOTED_DISLIKE, answer=talked("probleme"))
            return [SlotSet("disliked_answer", disliked), *inside]
        return [
            SlotSet("disliked_answer", disliked),
            SlotSet("explanation", None),
            FollowupAction(EXPLANATION.name),
        ]


class AskExplanation(TopicAction):
    """The question of the form."""

    title = "action_ask_explanation"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        disliked = tracker.get_slot("disliked_answer")
        known = bool(disliked) and self._library.knows(disliked)
        title = self._library.title_of(disliked) if known else None
        say(dispatcher, words.what_went_wrong(title), answer=talked("probleme"))
        # Rasa sets it only afterwards: without it, what is remembered of this turn has forgotten
        # the question, and would ask it again.
        return [SlotSet("requested_slot", "explanation")]


class ReadExplanation(FormReader):
    """Takes the next message as the explanation, whatever it looks like."""

    form = EXPLANATION

    async def extract_explanation(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        aside = tracker.latest_message["intent"]["name"] in ASIDES
        if is_command(tracker) or not is_asked(tracker, "explanation") or aside:
            return {}
        return {"explanation": await self.whole_text(tracker)}


class OfferAfterExplanation(TopicAction):
    """What went wrong is known: thanks, and the offer of a human."""

    title = "action_offer_help"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        offer, choices = await self.offer()
        text = f"{words.EXPLAINED}\n\n{offer}"
        say(dispatcher, text, choices=choices, answer=talked("probleme"))
        return [SlotSet("pending_offer", choices[0].id), SlotSet("misses", 0)]


def _wish(article: str, meant: Understood) -> Answer:
    return talked(article, meant.best.confidence if meant.best else 1.0)


def _is_clear(ranked: list[Sequel]) -> bool:
    """Whether the first is what was meant: the only one with its word, or far likelier."""
    first, *others = ranked
    if first.named:
        return not any(each.named for each in others)
    rival = others[0].candidate.confidence if others else 0.0
    return first.candidate.confidence > CLEARLY * rival


ACTIONS = (
    OfferHuman,
    AcceptOffer,
    Refuse,
    FollowUp,
    AskWhatWentWrong,
    AskExplanation,
    ReadExplanation,
    OfferAfterExplanation,
)
