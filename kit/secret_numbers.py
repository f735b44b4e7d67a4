"""Numbers that must not be kept, known by their own keys.

Payment cards by Luhn (13 or 15 to 19 digits: 14 is a SIRET), French social security numbers by
their key (13 + 2 digits, Corsica 2A and 2B), IBANs by mod 97 and the structure of their country.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from stdnum import iban, luhn
from stdnum.fr import nir, siret

from kit.secrecy import Finding, Kind
from kit.words import KEY_OF_A_NUMBER

CARD_LENGTHS = {13, 15, 16, 17, 18, 19}
SIRET_SHAPES = ((14,), (9, 5), (3, 3, 3, 5))
# No card begins with 0, 1 or 7, and those with a 2 have 16 digits and begin with 22 to 27. (An
# invoice number that begins with its year is thus no card, nor a mistyped social security number.)
CARD = re.compile(r"[3-689]\d+|2[2-7]\d{14}")

_SEPARATOR = r"[ \t\r\n\u00a0\u2009\u202f.\-_/\u2010-\u2015]{0,3}"
_GAP = re.compile(_SEPARATOR)
_DIGITS = re.compile(r"\d+")
_SOCIAL_SECURITY = re.compile(
    r"[1-478]"
    + rf"(?:{_SEPARATOR}\d){{4}}"
    + rf"{_SEPARATOR}(?:\d{_SEPARATOR}\d|2{_SEPARATOR}[AaBb])"
    + rf"(?:{_SEPARATOR}\d){{6}}"
    + rf"(?:{_SEPARATOR}|\s{{0,3}}(?:{KEY_OF_A_NUMBER})[\s:]{{0,3}})"
    + rf"\d{_SEPARATOR}\d(?!\d)",
    re.IGNORECASE,
)
_IBAN_START = re.compile(r"[A-Za-z]{2}(?=[0-9]{2})")
_IBAN = re.compile(rf"[A-Za-z]{{2}}[0-9]{{2}}(?:{_SEPARATOR}[A-Za-z0-9]){{11,30}}")
_NOT_ALPHANUMERIC = re.compile(r"[^A-Za-z0-9]")


@dataclass(frozen=True)
class Group:
    """Digits that stand together: text[start:end]. `joined`: only a separator stands before."""

    start: int
    end: int
    digits: str
    joined: bool


def find_numbers(text: str) -> Iterator[Finding]:
    """Every IBAN, social security number and card number of a text.

    What an IBAN took is blank for the other two. The others may overlap: the end of a card can
    happen to be a valid social security number. A card inside one is that number, and no card.
    """
    ibans = list(_ibans(text))
    rest = _blanked(text, ibans)
    people = list(_social_security_numbers(rest))
    yield from ibans
    yield from people
    yield from (card for card in _cards(rest) if not any(_within(card, each) for each in people))


def _within(inner: Finding, outer: Finding) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _blanked(text: str, findings: list[Finding]) -> str:
    kept = list(text)
    for finding in findings:
        kept[finding.start : finding.end] = "\0" * (finding.end - finding.start)
    return "".join(kept)


def _groups(text: str) -> list[Group]:
    groups: list[Group] = []
    for found in _DIGITS.finditer(text):
        joined = bool(groups) and bool(_GAP.fullmatch(text, groups[-1].end, found.start()))
        groups.append(Group(found.start(), found.end(), _ascii(found.group()), joined))
    return groups


def _ascii(digits: str) -> str:
    return "".join(str(int(digit)) for digit in digits)


def _ibans(text: str) -> Iterator[Finding]:
    for start in _IBAN_START.finditer(text):
        if found := _IBAN.match(text, start.start()):
            end = _iban_end(found)
            if end:
                yield Finding(found.start(), end, Kind.IBAN)


def _iban_end(found: re.Match[str]) -> int | None:
    """Where the IBAN ends: what follows it in the match may be words of the sentence."""
    places = [i for i in range(*found.span()) if not _NOT_ALPHANUMERIC.match(found.string[i])]
    compact = "".join(found.string[i] for i in places).upper()
    head = "".join(str(int(char, 36)) for char in compact[:4])
    remainder = 0
    for length, char in enumerate(compact[4:], start=5):
        code = int(char, 36)
        remainder = (remainder * (100 if code > 9 else 10) + code) % 97
        passes = int(f"{remainder}{head}") % 97 == 1
        if passes and iban.is_valid(compact[:length], check_country=False):
            return places[length - 1] + 1
    return None


def _social_security_numbers(text: str) -> Iterator[Finding]:
    for group in _groups(text):
        found = _SOCIAL_SECURITY.match(text, group.start)
        if found and nir.is_valid(_compact_social_security(found.group())):
            yield Finding(*found.span(), Kind.SOCIAL_SECURITY)


def _compact_social_security(found: str) -> str:
    kept = re.sub(KEY_OF_A_NUMBER, "", found, flags=re.IGNORECASE)
    return "".join(_ascii(c) if c.isdecimal() else c.upper() for c in kept if c.isalnum())


def _cards(text: str) -> Iterator[Finding]:
    groups = _groups(text)
    sirets = _sirets(groups)
    for first, group in enumerate(groups):
        last = _card_end(groups, sirets, first)
        if last is not None:
            yield Finding(group.start, groups[last].end, Kind.CARD)


def _card_end(groups: list[Group], sirets: set[int], first: int) -> int | None:
    """The last group of the longest card that begins with the group `first`."""
    digits, end = "", None
    for index in range(first, len(groups)):
        group = groups[index]
        apart = index in sirets or (index > first and not group.joined)
        digits += group.digits
        if apart or len(digits) > max(CARD_LENGTHS):
            break
        if _is_card(digits):
            end = index
    return end


def _is_card(digits: str) -> bool:
    fits = len(digits) in CARD_LENGTHS and CARD.fullmatch(digits)
    return bool(fits) and bool(luhn.is_valid(digits))


def _sirets(groups: list[Group]) -> set[int]:
    """The groups that belong to a SIRET, written in one of its usual shapes."""
    found: set[int] = set()
    for first in range(len(groups)):
        for shape in SIRET_SHAPES:
            part = groups[first : first + len(shape)]
            fits = tuple(len(group.digits) for group in part) == shape
            if fits and all(g.joined for g in part[1:]) and _is_siret(part):
                found.update(range(first, first + len(shape)))
    return found


def _is_siret(part: list[Group]) -> bool:
    return len(part) == 1 or siret.is_valid("".join(group.digits for group in part))
