"""What the form about an invoice asks: its number, and which one when several bear it."""

import re
from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import words
from actions.base import button, entity, is_command
from actions.forms import (
    INVOICE,
    FormQuestion,
    FormReader,
    Question,
    Slots,
    invoice_number_in,
    is_asked,
)
from actions.typed import place_in, plain, same
from chorus import words as chorus_words
from chorus.identity import Structure
from chorus.invoice_numbers import cleaned
from chorus.invoices import Invoices, structures_of
from chorus.portal import Invoice, PortalUnavailable

INTENT = "suivi_facture.suivre"
NUMBER, CHOSEN = "invoice_number", "invoice_chosen"
MATCHES = "invoice_matches"  # {number, found: [id of the portal, label] of each that bears it}
UNKNOWN = "invoice_unknown"  # a number that was not found
DOWN = "down"  # chosen, when the portal does not answer

SHOWN = 6  # matches
FEW = 4  # words of a message that is a number and nothing else: « F 2024 / 18 »
LONGEST = 40  # characters of one
WORD = re.compile(r"(?<!\w)[^\W\d_]{4,}(?!\w)|'")  # stands beside a number only in a sentence


NOTHING: Slots = {NUMBER: None, CHOSEN: None, UNKNOWN: None, MATCHES: None}


async def look_up(invoices: Invoices, theirs: tuple[Structure, ...], number: str) -> Slots:
    """What the form knows once the portal was asked for a number."""
    try:
        return known_of(number, await invoices.find(theirs, number))
    except PortalUnavailable:
        return NOTHING | {NUMBER: number, CHOSEN: DOWN}


def known_of(number: str, found: Sequence[Invoice]) -> Slots:
    """The slots of the form, when these bear the number."""
    if not found:
        return NOTHING | {UNKNOWN: number}
    labels = [[each.portal_id, chorus_words.invoice_label(each)] for each in found[:SHOWN]]
    chosen = labels[0][0] if len(labels) == 1 else None
    matches = {"number": number, "found": labels}
    return NOTHING | {NUMBER: number, CHOSEN: chosen, MATCHES: matches}


class AskNumber(FormQuestion):
    form = INVOICE
    title = f"action_ask_{NUMBER}"
    slot = NUMBER

    async def question(self, tracker: Tracker) -> Question:
        how = button(words.HOW_TO_LOOK, INTENT, act="how")
        unknown = tracker.get_slot(UNKNOWN)
        if unknown:
            choices = [how, self.stop()]
            return Question(words.invoice_unknown(unknown), choices, again=False)
        return Question(words.WHICH_INVOICE, [how])


class AskWhich(FormQuestion):
    form = INVOICE
    title = f"action_ask_{CHOSEN}"
    slot = CHOSEN

    async def question(self, tracker: Tracker) -> Question:
        choices = [
            button(label, INTENT, act="chosen", invoice=portal_id)
            for portal_id, label in _matches(tracker)
        ]
        asked = words.which_of_them(str(tracker.get_slot(NUMBER)))
        return Question(asked, [*choices, self.stop(words.NONE_OF_THESE)])


class ReadInvoice(FormReader):
    """A number is taken whenever one is named: « non, c’est F-2024-18 » corrects the first."""

    form = INVOICE

    async def extract_invoice_number(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        if is_command(tracker) or not (is_asked(tracker, NUMBER) or is_asked(tracker, CHOSEN)):
            return {}
        found = invoice_number_in(tracker)
        if found is None and is_asked(tracker, NUMBER) and not _tells_other_numbers(tracker):
            found = _number_alone(tracker.latest_message["text"])
        return {NUMBER: found} if found and found != tracker.get_slot(NUMBER) else {}

    async def validate_invoice_number(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> Slots:
        if value is None or _is_looked_up(value, tracker):
            return {NUMBER: value}
        conversation = await self._sources.conversation(tracker)
        theirs = structures_of(conversation.identity if conversation else None)
        return await look_up(self._sources.invoices, theirs, value)

    async def extract_invoice_chosen(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        if not is_asked(tracker, CHOSEN):
            return {}
        named = entity(tracker, "invoice") if is_command(tracker) else None
        text = "" if is_command(tracker) else str(tracker.latest_message.get("text") or "")
        found = _named(text, _matches(tracker), named)
        return {CHOSEN: found} if found else {}

    def validate_invoice_chosen(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> Slots:
        return {CHOSEN: value}


def _matches(tracker: Tracker) -> list[list[str]]:
    found: list[list[str]] = (tracker.get_slot(MATCHES) or {}).get("found", [])
    return found


def _named(text: str, matches: list[list[str]], clicked: str | None) -> str | None:
    """The one that is meant: clicked, « la première », « celle de 2025 », « la commune ». Or None.

    >>> found = [["7", "Facture F-1, Commune de Vaux, 1er mai 2026"], ["8", "Facture F-1, 2025"]]
    >>> _named("la deuxième", found, None), _named("commune de Vaux", found, None)
    ('8', '7')
    >>> _named("celle de 2025", found, None), _named("je ne sais pas", found, None)
    ('8', None)
    """
    said = plain(text)
    for portal_id, label in matches:
        if portal_id == clicked or same(text, label):
            return portal_id
    if (place := place_in(said, len(matches))) is not None:
        return matches[place][0]
    parts = [set(map(plain, re.split(r", | (?=\d{4}$)", label)[1:])) for _, label in matches]
    hits = [place for place, each in enumerate(parts) if any(part in said for part in each)]
    return matches[hits[0]][0] if len(hits) == 1 else None


def _is_looked_up(number: str, tracker: Tracker) -> bool:
    """Rasa validates again what it knows each time the form is asked again."""
    return number == (tracker.get_slot(MATCHES) or {}).get("number")


def _tells_other_numbers(tracker: Tracker) -> bool:
    found = {each["entity"] for each in tracker.latest_message.get("entities") or []}
    return bool(found & {"date", "amount", "ticket_reference"})


def _number_alone(text: str) -> str | None:
    """A message that is a number and nothing else, however it is cut.

    >>> _number_alone("F 2024 / 18"), _number_alone("j'ai 3 factures"), _number_alone("18")
    ('F2024/18', None, '18')
    """
    few = len(text.split()) <= FEW and len(text) <= LONGEST and any(map(str.isdigit, text))
    return cleaned(text.strip(" .!?")) if few and not WORD.search(text) else None


ACTIONS = (AskNumber, AskWhich, ReadInvoice)
