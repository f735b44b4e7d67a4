"""Tells whether a question is English: then the French answer says so in one English line.

Function words decide, for they carry no subject. Short or mixed texts count as French: an English
line under a French question disturbs more than a missing one.
"""

from __future__ import annotations

import re
from typing import Literal

from assistant.nlu.words import ENGLISH_FUNCTION_WORDS, FRENCH_FUNCTION_WORDS

Language = Literal["fr", "en"]

WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
ELISION = re.compile(r"(?:c|d|j|l|m|n|qu|s|t)'")


def language_of(text: str) -> Language:
    """English needs two function words of its own, and three times as many as French ones."""
    words = WORD.findall(text.lower().replace("’", "'"))
    english = sum(word in ENGLISH_FUNCTION_WORDS for word in words)
    french = sum(word in FRENCH_FUNCTION_WORDS or bool(ELISION.match(word)) for word in words)
    return "en" if english >= 2 and english >= 3 * french else "fr"
