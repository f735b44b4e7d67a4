"""What somebody typed: an address in it, and whether it says the same as a label of ours."""

import re
from functools import cache

from actions import words
from kit import words as kit_words
from kit.errors import Invalid
from kit.mail import address_of
from kit.text_folding import fold

ADDRESS = re.compile(r"[^\s<>(),;:\"«»]+@[^\s<>(),;:\"«»]*")


def address_in(text: str) -> str | None:
    """The first address in a text that a mail could be sent to."""
    for found in ADDRESS.findall(text):
        try:
            return address_of(found.strip(".'’!?"))
        except Invalid:
            continue
    return None


def address_meant(text: str) -> bool:
    """Whether it was meant as one: an at sign, or a word alone with a dot in it."""
    alone = len(text.split()) == 1 and "." in text.strip(". ")
    return alone or "@" in text or words.AT_SIGN in fold(text)


def plain(text: str) -> str:
    """As labels and short replies are compared: small letters, no accents, no full stop."""
    return fold(text).strip(" .!").replace("’", "'")


def same(text: str, label: str) -> bool:
    return plain(text) == plain(label)


def place_in(said: str, length: int) -> int | None:
    """Which one of a list is named by its place in it, in a text that is `plain`. From 0.

    >>> place_in("plutot la deuxieme", 3), place_in("la derniere", 3), place_in("la 2", 3)
    (1, 2, 1)
    >>> place_in("la troisieme", 2), place_in("c'est la premiere fois", 2)
    (None, None)
    """
    if length and _ordinal(kit_words.LAST_BUT_ONE).search(said):
        return length - 2 if length > 1 else None
    if length and _ordinal(kit_words.LAST).search(said):
        return length - 1
    places = (place for place, each in enumerate(kit_words.ORDINALS) if _ordinal(each).search(said))
    place = next(places, None)
    if place is None and (found := PLACE.search(said)):
        place = int(found[1]) - 1
    return place if place is not None and 0 <= place < length else None


PLACE = re.compile(rf"(?:^|\b)(?:{kit_words.BEFORE_A_PLACE}) ?(\d)$")


@cache
def _ordinal(pattern: str) -> re.Pattern[str]:
    before, not_after = kit_words.BEFORE_AN_ORDINAL, kit_words.NO_ORDINAL
    return re.compile(rf"(?:^|\b(?:{before}))(?:{pattern})\b(?! (?:{not_after})\b)")
