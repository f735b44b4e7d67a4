"""A mail about an account, to its connection address: an activation link, or another password.

Only an address is asked for, never a password. The web counts the requests and says what became of
this one in the same words whether there is such an account or not.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import words
from actions.addresses import AddressReader, AskForAddress, checked_address
from actions.answer import GiveAnswer
from actions.base import (
    Candidate,
    Events,
    TopicAction,
    button,
    entity,
    is_command,
    order,
    understood,
    whole_text,
)
from actions.forms import (
    LAST,
    Form,
    Slots,
    begin,
    finish,
)
from actions.typed import address_in, address_meant
from chorus.account_models import AccountRequestKind
from livechat.assistant import AskAccountMail, Button

ADDRESS = "account_address"
REFUSED = "account_refused"  # addresses refused so far, and whether one was just now


class AskedForMail(TopicAction):
    """Explains it, and does it for whoever tells their address: now, next, or when asked."""

    form: ClassVar[Form]
    intent: ClassVar[str]
    kind: ClassVar[AccountRequestKind]
    label: ClassVar[str]  # of the button that begins the form

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        offered = self._sources.accounts.offered
        wanted = entity(tracker, "act") if is_command(tracker) else None
        if wanted == "how" or not offered:
            return await self._explain(dispatcher, tracker)
        if wanted == "start":
            return begin(tracker, self.form)
        text = "" if is_command(tracker) else await whole_text(self._database, tracker)
        if address := address_in(text):
            done = ask_for_mail(dispatcher, tracker, self.form, self.kind, address)
            return [*done, *await self.tell_besides(dispatcher, tracker)]
        if address_meant(text) and tracker.get_slot(LAST) == self.form.name:
            return begin(tracker, self.form, account_refused={"times": 1, "now": True})
        start = button(self.label, self.intent, act="start")
        told = await self._explain(dispatcher, tracker, start)
        return [*told, SlotSet(LAST, self.form.name)]

    async def _explain(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, *first: Button
    ) -> Events:
        meant = understood(tracker)
        seen = [each for each in meant.candidates if each.intent == self.intent]
        section = seen[0] if seen else Candidate(self.intent, 1.0)
        giver = GiveAnswer(self._sources)
        return await giver.give(dispatcher, tracker, section, meant, done=True, first=first)


class AskAddress(AskForAddress):
    slot = ADDRESS
    refusals = REFUSED
    intent: ClassVar[str]

    def ways_on(self) -> Sequence[Button]:
        return (button(words.HOW_TO_DO, self.intent, act="how"),)


class ReadAddress(AddressReader):
    async def extract_account_address(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        return await self.address(tracker, ADDRESS)

    def validate_account_address(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> Slots:
        return checked_address(value, tracker, ADDRESS, REFUSED)


class AddressKnown(TopicAction):
    """The form has its address."""

    form: ClassVar[Form]
    kind: ClassVar[AccountRequestKind]

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        address = str(tracker.get_slot(ADDRESS))
        done = ask_for_mail(dispatcher, tracker, self.form, self.kind, address)
        return [*done, *await self.tell_besides(dispatcher, tracker)]


def ask_for_mail(
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    form: Form,
    kind: AccountRequestKind,
    address: str,
) -> Events:
    """The web does it, and says so."""
    order(dispatcher, AskAccountMail(kind=kind, address=address))
    answered = SlotSet("last_answer", SECTIONS[kind])
    return [answered, SlotSet("misses", 0), *finish(tracker, form)]


# What a complaint or « et si je ne reçois rien ? » is then about.
SECTIONS = {
    AccountRequestKind.ACTIVATION: "lien_activation/renvoyer",
    AccountRequestKind.PASSWORD_RESET: "mot_de_passe/oublie",
}
