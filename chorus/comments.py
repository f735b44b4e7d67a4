"""What a recipient wrote about an invoice, without what tells of a person.

Secrets are masked as in the chat; so are addresses, phone numbers, whoever is named with a title,
and the people whom the portal names in the same history, whom nothing of ours keeps.
"""

import re
from collections.abc import Iterable

from chorus.words import MASKED_ADDRESS, MASKED_NAME, MASKED_PHONE, TITLES
from kit.masking import mask

LONGEST = 1_000  # characters that are shown of a comment
SHORT = 3  # letters: a name like « Le » is taken only where it has its capital

_ADDRESS = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,5}")
_SEPARATOR = r"[ .\-/()\u00a0\u202f]{0,2}"
_PHONE = re.compile(
    rf"(?<![\w+])(?:(?:\+|00)(?:{_SEPARATOR}\d){{9,14}}|0{_SEPARATOR}[1-9](?:{_SEPARATOR}\d){{8}})"
    r"(?!\d)"
)
_NAME = r"[A-Z\u00c0-\u00d6\u00d8-\u00de][\w'\u2019-]{0,40}"
_TITLED = re.compile(
    rf"\b(?:{TITLES})[ \u00a0\u202f]{{1,2}}{_NAME}(?:[ \u00a0\u202f]{_NAME}){{0,2}}"
)


def without_people(text: str | None, people: Iterable[str] = ()) -> str | None:
    """A comment that may be shown; None when there is none."""
    plain = " ".join((text or "").split())[:LONGEST]
    if not plain:
        return None
    plain = mask(plain).text
    plain = _ADDRESS.sub(f"[{MASKED_ADDRESS}]", plain)
    plain = _PHONE.sub(f"[{MASKED_PHONE}]", plain)
    plain = _TITLED.sub(f"[{MASKED_NAME}]", plain)
    for pattern in _patterns(people):
        plain = pattern.sub(f"[{MASKED_NAME}]", plain)
    mask_again = re.escape(f"[{MASKED_NAME}]")  # first name and name: one person
    return re.sub(rf"{mask_again}(?:[ ,]{{1,2}}{mask_again})+", f"[{MASKED_NAME}]", plain)


def _patterns(people: Iterable[str]) -> list[re.Pattern[str]]:
    """The longest names first: « Le Gall » before « Le »."""
    names = sorted({" ".join(name.split()) for name in people}, key=lambda name: (-len(name), name))
    return [_pattern(name) for name in names if len(name) > 1]


def _pattern(name: str) -> re.Pattern[str]:
    if len(name) > SHORT:
        return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
    capital = f"{re.escape(name.capitalize())}|{re.escape(name.upper())}"
    return re.compile(rf"(?<!\w)(?:{capital})(?!\w)")
