"""The same questions as hurried thumbs would send them: does spelling decide anything?"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from assistant.nlu.normalisation import fold

WORDS_A_TYPO = 8  # one word in so many is mistyped
SHORTEST = 4  # letters of a word that may be mistyped


def without_accents(text: str) -> str:
    """As `fold`, but capitals stay."""
    return "".join(
        folded.upper() if letter.isupper() else folded
        for letter, folded in ((letter, fold(letter)) for letter in text)
    )


def capitals(text: str) -> str:
    return text.upper()


def mistyped(text: str) -> str:
    """Two letters swapped, one lost or one doubled in one word of eight; the same every time."""
    draw = random.Random(text)
    words = [match.span() for match in re.finditer(rf"[^\W\d_]{{{SHORTEST},}}", text)]
    count = -(-len(text.split()) // WORDS_A_TYPO)
    for start, end in sorted(draw.sample(words, min(count, len(words))), reverse=True):
        at = draw.randrange(start + 1, end - 1)
        text = text[:at] + draw.choice(WAYS)(text[at : at + 2]) + text[at + 2 :]
    return text


WAYS: tuple[Callable[[str], str], ...] = (
    lambda two: two[::-1],
    lambda two: two[1:],
    lambda two: two[0] + two,
)

# Name, change, and the most points of article accuracy that it may cost.
NOISES: tuple[tuple[str, Callable[[str], str], float], ...] = (
    ("without accents", without_accents, 1.0),
    ("in capitals", capitals, 0.5),
    ("one typo in 8 words", mistyped, 3.0),
)
