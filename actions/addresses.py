"""An address that a form asks for; what is none is refused kindly, each time in other words."""

from collections.abc import Sequence
from typing import Any, ClassVar

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions import words
from actions.base import Events, is_command
from actions.forms import REQUESTED, FormQuestion, FormReader, Question, Slots, is_asked
from actions.typed import address_in, address_meant
from livechat.assistant import Button


class AskForAddress(FormQuestion):
    """Whoever is asked again, or was refused, may stop as well."""

    text: ClassVar[str]
    text_again: ClassVar[str] = words.BAD_ADDRESS_AGAIN  # when one was refused for the second time
    refusals: ClassVar[str]  # the slot that counts the refused ones

    async def question(self, tracker: Tracker) -> Question:
        refused = tracker.get_slot(self.refusals) or {}
        ways = self.ways_on()
        if refused.get("now"):
            text = words.BAD_EMAIL if refused["times"] == 1 else self.text_again
            return Question(text, (*ways, self.stop()), again=False)
        asked_before = tracker.get_slot(REQUESTED) == self.slot
        return Question(self.text, (*ways, self.stop()) if asked_before else ways)

    def ways_on(self) -> Sequence[Button]:
        """What else the user can do than answer."""
        return ()

    def then(self, tracker: Tracker) -> Events:
        refused = tracker.get_slot(self.refusals)
        return [SlotSet(self.refusals, refused | {"now": False})] if refused else []


class AddressReader(FormReader):
    """Takes what was meant as an address."""

    async def address(self, tracker: Tracker, slot: str) -> Slots:
        """The one that was asked for; `{"refused": True}` for what is none."""
        if not is_asked(tracker, slot) or is_command(tracker):
            return {}
        text = await self.whole_text(tracker)
        found = address_in(text)
        if found is None and not address_meant(text):
            return {}
        return {slot: found or {"refused": True}}


def checked_address(value: Any, tracker: Tracker, slot: str, refusals: str) -> Slots:
    """What `AddressReader` found; refusals are counted, so that their words change."""
    if isinstance(value, dict):
        times = (tracker.get_slot(refusals) or {}).get("times", 0) + 1
        return {slot: None, refusals: {"times": times, "now": True}}
    return {slot: value, refusals: None}
