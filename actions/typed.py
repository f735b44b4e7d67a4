"""What somebody typed: an address in it, and whether it says the same as a label of ours."""

import re

from actions import words
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
