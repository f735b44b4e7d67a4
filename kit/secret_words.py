"""Passwords that users type after « mot de passe : ».

Only a word that looks like a secret is taken: « mot de passe : comment le changer ? » is a
question and stays whole. French words that are no password stand in `words.py`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kit.secrecy import Finding, Kind
from kit.text_folding import fold
from kit.words import (
    AFTER_A_PASSWORD,
    IS,
    MASKS,
    NOT_A_PASSWORD,
    NOT_A_PASSWORD_ENDINGS,
    PASSWORD_LABELS,
    UNITS,
)

_BLANK = r"[ \t\u00a0\u202f]"
_LABEL = re.compile(rf"(?<![\w\[])(?:{PASSWORD_LABELS})(?!\w)", re.IGNORECASE)
_SIGN = r"(?::|=>?|->|→)"
# Up to five words may stand between the label and its sign: « mot de passe de mon compte : ».
_FOLLOWED = re.compile(
    rf"(?P<between>(?:{_BLANK}{{1,3}}[\w'’()\-]{{1,20}}){{0,5}}?)"
    rf"(?:(?P<sign>{_BLANK}{{0,3}}{_SIGN}\s{{0,5}})|(?P<is>{_BLANK}{{1,3}}(?:{IS}){_BLANK}{{1,3}}))"
    rf"(?P<sign_again>{_SIGN}\s{{0,5}})?",
    re.IGNORECASE,
)
_BLANKS = re.compile(rf"{_BLANK}{{1,3}}")
_VALUE = re.compile(r"\"[^\"\n]{1,80}\"|«[^»\n]{1,80}»|“[^”\n]{1,80}”|\S{1,200}")
_PLACEHOLDER = re.compile("|".join(re.escape(f"[{words}]") for words in MASKS.values()))
_EDGES = " \u00a0\u202f.,;:!?…()[]«»\"'“”"
_ELISION = re.compile(r"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)['’]\w", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?://|www\.)|[\w.+-]+@[\w-]+\.[\w.-]+$", re.IGNORECASE)
_DATE_OR_TIME = re.compile(r"\d{1,2}[/.\-]\d{1,2}(?:[/.\-]\d{2,4})?$|\d+h", re.IGNORECASE)
_SPECIAL = re.compile(r"[\d@#$€£%&*+=_!?<>{}|~^\\§µ]")
_LOOKAHEAD = 80  # characters after a word that say whether it stands alone


@dataclass(frozen=True)
class Candidate:
    """A word after a label. `certain` when the sign says that a password follows."""

    core: str
    stands_alone: bool
    before_unit: bool
    certain: bool


def find_passwords(text: str) -> Iterator[Finding]:
    """Every password that a label announces."""
    for label in _LABEL.finditer(text):
        if found := _after_a_sign(text, label.end()) or _glaring(text, label.end()):
            yield Finding(*found.span(), Kind.PASSWORD)


def _after_a_sign(text: str, at: int) -> re.Match[str] | None:
    """The password after « : » or « est »."""
    followed = _FOLLOWED.match(text, at)
    value = followed and _VALUE.match(text, followed.end())
    if followed and value and _is_password(value, certain=not followed["between"]):
        return value
    return None


def _glaring(text: str, at: int) -> re.Match[str] | None:
    """Letters and digits together, long enough: a password even without any sign before it."""
    blank = _BLANKS.match(text, at)
    value = blank and _VALUE.match(text, blank.end())
    core = value.group().strip(_EDGES) if value else ""
    mixed = any(c.isdigit() for c in core) and any(c.isalpha() for c in core)
    is_glaring = mixed and len(core) >= 6 and not _ADDRESS.match(core)
    return value if is_glaring and not _DATE_OR_TIME.match(core) else None


def _is_password(value: re.Match[str], certain: bool) -> bool:
    if _PLACEHOLDER.match(value.string, value.start()):
        return False
    words = value.group().strip(_EDGES).split()
    if len(words) > 1:  # quoted: a sentence, unless one of its words gives itself away
        return any(_looks_secret(word) for word in words)
    return bool(words) and _is_secret(_candidate(value, words[0], certain))


def _candidate(value: re.Match[str], core: str, certain: bool) -> Candidate:
    rest = value.string[value.end() : value.end() + _LOOKAHEAD].lstrip(" \t\u00a0\u202f")
    line = rest.split("\n", 1)[0]
    following = fold(line.split(" ", 1)[0].strip(_EDGES))
    ended = value.group()[-1] in ",.;)»" or not line or following in AFTER_A_PASSWORD
    asks = "?" in re.split(r"[.!,;]", line, maxsplit=1)[0]
    return Candidate(core, ended and not asks, following in UNITS, certain)


def _is_secret(word: Candidate) -> bool:
    if _is_ordinary(word.core) or set(word.core) <= set("*•xX.-_#"):
        return False
    if word.core.isdigit():
        return len(word.core) > 2 and not word.before_unit
    if _ADDRESS.match(word.core) or _DATE_OR_TIME.match(word.core):
        return word.certain and word.stands_alone and not word.core.startswith("http")
    if _looks_secret(word.core):
        return True
    return word.certain and word.stands_alone and len(word.core) > 2


def _looks_secret(core: str) -> bool:
    return bool(_SPECIAL.search(core))


def _is_ordinary(core: str) -> bool:
    if _looks_secret(core):
        return False
    parts = [part for part in re.split(r"[/().,…:]", core) if part]
    return all(_is_ordinary_word(part) for part in parts)


def _is_ordinary_word(word: str) -> bool:
    folded = fold(word)
    endings = word.casefold().endswith(NOT_A_PASSWORD_ENDINGS)
    return folded in NOT_A_PASSWORD or endings or bool(_ELISION.match(word))
