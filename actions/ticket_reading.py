"""What the user says while a ticket is being written: taken for what was asked, or left alone.

What is not taken makes the form step back (actions/forms.py), so that the ordinary rules answer it.
"""

import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import words
from actions.addresses import AddressReader, checked_address
from actions.base import entity, is_command, understood
from actions.forms import TICKET, Slots, is_asked
from actions.ticket_questions import (
    ABOUT,
    CATEGORY,
    CHANGING,
    CONFIRM,
    CONTEXT,
    DESCRIPTION,
    DOUBT,
    EMAIL,
    REFUSED,
    label_of,
)
from actions.typed import address_in, plain, same
from kit.text_folding import fold
from ticketing import guessing

# Said in a few words these are no description: the rules see to them.
ASIDES = {
    "non",
    "oui",
    "humain",
    "ticket",
    "mon_ticket",
    "remerciement",
    "au_revoir",
    "salutation",
    "identite",
    "insulte_plainte",
}
FEW = 8  # words; more of them tell something
SUBJECT = 4  # words: « mon mot de passe »
WORD = re.compile(r"[^\W\d_]{3,}")
CLEARLY = {"answer", "redirect"}


class ReadTicket(AddressReader):
    """Fills the slots of the form, one message at a time."""

    form = TICKET

    # The description ---------------------------------------------------------------------

    async def extract_ticket_description(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        if not is_asked(tracker, DESCRIPTION):
            return {}
        doubt = tracker.get_slot(DOUBT)
        if is_command(tracker):
            chosen = entity(tracker, "act") == "as_description" and doubt
            return {DESCRIPTION: doubt["text"]} if chosen else {}
        text = (await self.whole_text(tracker)).strip()
        if doubt and same(text, words.AS_DESCRIPTION):
            return {DESCRIPTION: doubt["text"]}
        if _is_aside(tracker, text) or not WORD.search(text):
            return {}
        return {DESCRIPTION: {"doubt": text} if looks_like_a_question(text) else text}

    def validate_ticket_description(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> Slots:
        meant = understood(tracker)
        if isinstance(value, dict):
            doubt = {
                "text": value["doubt"],
                "kind": meant.kind,
                "candidates": [[each.intent, each.confidence] for each in meant.candidates],
                "language": meant.language,
            }
            return {DESCRIPTION: None, DOUBT: doubt}
        told = is_asked(tracker, DESCRIPTION) or not tracker.get_slot(ABOUT)
        if value is None or tracker.get_slot(CATEGORY) or not told:
            return {DESCRIPTION: value, DOUBT: None}
        return {DESCRIPTION: value, DOUBT: None, **_guessed(tracker)}

    # The category ------------------------------------------------------------------------

    async def extract_ticket_category(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        if not is_asked(tracker, CATEGORY):
            return {}
        if is_command(tracker):
            return {CATEGORY: entity(tracker, "category")} if _clicked(tracker, "category") else {}
        text = tracker.latest_message["text"]
        labels = {pair: label_of(pair) for pair in guessing.pairs()}
        meant = (pair for pair, label in labels.items() if _names(text, label))
        found = next(meant, None) or _category_in_a_word(tracker)
        return {CATEGORY: found} if found else {}

    def validate_ticket_category(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> Slots:
        return {CATEGORY: value if value in guessing.pairs() else None}

    # The address -------------------------------------------------------------------------

    async def extract_ticket_email(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        return await self.address(tracker, EMAIL)

    def validate_ticket_email(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> Slots:
        return checked_address(value, tracker, EMAIL, REFUSED)

    # The summary -------------------------------------------------------------------------

    async def extract_ticket_confirm(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        if not is_asked(tracker, CONFIRM):
            return {}
        if is_command(tracker):
            chosen = entity(tracker, "act")
            return {CONFIRM: {"act": chosen}} if chosen in CHANGES or chosen in DECISIONS else {}
        text = await self.whole_text(tracker)
        said = _decided(tracker, text)
        return {CONFIRM: said} if said else {}

    def validate_ticket_confirm(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> Slots:
        """« send », or the reference that is completed instead, ends the form."""
        if not isinstance(value, dict):
            return {CONFIRM: value}
        chosen = value["act"]
        if chosen == "send":
            return {CONFIRM: "send"}
        if chosen == "complete":
            return {CONFIRM: entity(tracker, "ticket_reference")}
        changed = {EMAIL: value["email"]} if chosen == "email" else CHANGES.get(chosen, {})
        return {CONFIRM: None, CHANGING: chosen == "change" or None, **changed}


DECISIONS = {"send", "complete"}
# What each button of the summary empties, so that the form asks it again.
CHANGES: dict[str, Slots] = {
    "change": {},
    "back": {},
    "change_description": {DESCRIPTION: None},
    "change_category": {CATEGORY: None},
    "change_email": {EMAIL: None, REFUSED: None},
    "anew": {
        CONTEXT: None,
        DESCRIPTION: None,
        CATEGORY: None,
        "explanation": None,
        "disliked_answer": None,
    },
}


def _clicked(tracker: Tracker, what: str) -> bool:
    return is_command(tracker) and entity(tracker, "act") == what


def _is_aside(tracker: Tracker, text: str) -> bool:
    intent = tracker.latest_message["intent"]["name"]
    return intent in ASIDES and len(text.split()) <= FEW


def looks_like_a_question(text: str) -> bool:
    """
    >>> looks_like_a_question("Comment faire"), looks_like_a_question("Le bouton est gris")
    (True, False)
    """
    return text.rstrip().endswith("?") or bool(re.match(rf"\s*({words.QUESTIONS})\b", fold(text)))


def _guessed(tracker: Tracker) -> Slots:
    """What it is about: by itself when that is clear, else by the answers given before."""
    doubt = tracker.get_slot(DOUBT)
    meant = understood(tracker)
    kind, seen = meant.kind, [each.answer_id for each in meant.candidates]
    if doubt:
        kind = doubt["kind"]
        seen = [intent.replace(".", "/", 1) for intent, _ in doubt["candidates"]]
    before = [tracker.get_slot("disliked_answer"), tracker.get_slot("last_answer")]
    clear = guessing.clear([*(seen[:1] if kind in CLEARLY else []), *before])
    about = [each for each in (*seen, *before) if each]
    return {ABOUT: about, **({CATEGORY: clear} if clear else {})}


def _decided(tracker: Tracker, text: str) -> Slots | None:
    """What was typed at the summary, when it means one of its buttons or another address."""
    said = plain(text)
    if address := address_in(text):
        return {"act": "email", "email": address}
    if tracker.get_slot(CHANGING):
        told = {word for word in re.split(r"[^\w-]+", said) if word}
        found = (what for what, names in words.SAYS_WHAT.items() if told & names)
        what = next(found, None)
        return {"act": f"change_{what}"} if what else None
    if said in words.SAYS_CHANGE:
        return {"act": "change"}
    agreed = tracker.latest_message["intent"]["name"] == "oui" and len(text.split()) <= FEW
    return {"act": "send"} if agreed or said in words.SAYS_SEND else None


def _category_in_a_word(tracker: Tracker) -> str | None:
    """« paiement »: what the category is asked for is not asked back as a question of its own."""
    text = tracker.latest_message["text"]
    meant = understood(tracker)
    if len(text.split()) > SUBJECT or looks_like_a_question(text):
        return None
    if meant.kind == "escalate" or meant.best is None:
        return None
    return guessing.clear([meant.best.answer_id])


def _names(text: str, label: str) -> bool:
    """Whether it is the label of a category, or the part of it that tells it from others."""
    return plain(text) in {plain(label), plain(label.rpartition(" – ")[2])}


ACTIONS = (ReadTicket,)
