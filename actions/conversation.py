"""Greetings, thanks, goodbyes, who are you, anger: short replies, written in domain.yml."""

from collections import Counter
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import words
from actions.base import Events, TopicAction, say, talked, understood, with_second
from actions.forms import back_to_form, go_on, leave

COMPLAINT, GOODBYE = "insulte_plainte", "au_revoir"


class Talk(TopicAction):
    """Says the replies of `utter_<intent>` in turn; to an angry user it offers a human as well."""

    title = "action_talk"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        meant = understood(tracker)
        assert meant.best is not None
        intent = meant.best.intent
        replies = domain["responses"][f"utter_{intent}"]
        talked_before = Counter(tracker.get_slot("talked") or {})
        said = words.named(replies[talked_before[intent] % len(replies)]["text"])
        talked_before[intent] += 1
        counted = SlotSet("talked", dict(talked_before))
        answer = talked(intent, meant.best.confidence)
        second = self.second_question(meant)
        text = meant.worded(with_second(said, second))
        if intent != COMPLAINT:
            say(dispatcher, text, choices=second, answer=answer)
            return [counted, SlotSet("pending_offer", None), *_then(tracker, intent)]
        offer, choices = await self.offer()
        say(dispatcher, f"{text}\n\n{offer}", choices=[*second, *choices], answer=answer)
        return [counted, SlotSet("pending_offer", choices[0].id), *back_to_form(tracker)]


def _then(tracker: Tracker, intent: str) -> Events:
    return leave(tracker, altogether=True) if intent == GOODBYE else go_on(tracker)


ACTIONS = (Talk,)
