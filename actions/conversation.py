"""Greetings, thanks, goodbyes, who are you, anger: short replies, written in domain.yml."""

from collections import Counter
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import words
from actions.base import Besides, Events, TopicAction, Understood, say, talked, understood
from actions.forms import back_to_form, go_on, leave
from livechat.protocol import Answer

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
        second = await self.asked_besides(meant)
        if intent == COMPLAINT:
            offered = await self._offer(dispatcher, meant, said, second)
            return [counted, *offered, *back_to_form(tracker)]
        text = meant.worded(second.below(said))
        say(dispatcher, text, choices=second.choices, answer=_talk(meant))
        return [counted, SlotSet("pending_offer", second.offered), *_then(tracker, intent)]

    async def _offer(
        self, dispatcher: CollectingDispatcher, meant: Understood, said: str, second: Besides
    ) -> Events:
        """A person or a ticket for who is angry, once, also where they want one themselves."""
        if second.offered:
            second = Besides()
        offer, choices = await self.offer()
        text = f"{meant.worded(second.below(said))}\n\n{offer}"
        say(dispatcher, text, choices=[*second.choices, *choices], answer=_talk(meant))
        return [SlotSet("pending_offer", choices[0].id)]


def _talk(meant: Understood) -> Answer:
    assert meant.best is not None
    return talked(meant.best.intent, meant.best.confidence)


def _then(tracker: Tracker, intent: str) -> Events:
    return leave(tracker, altogether=True) if intent == GOODBYE else go_on(tracker)


ACTIONS = (Talk,)
