"""The four families of intents, told by their names alone.

`article.section` answers from the base, `redirection.subject` names a subject outside it, a name
without a dot is talk, and `hors_sujet` is everything else.
"""

from __future__ import annotations

from enum import Enum

OUT_OF_SCOPE = "hors_sujet"
REDIRECTION = "redirection"


WISHES = ("humain", "ticket")  # talk that asks for something to be done
REFUSAL = "non"


class Family(Enum):
    ANSWER = "answer"
    REDIRECT = "redirect"
    TALK = "talk"
    OUTSIDE = "outside"


def article_of(intent: str) -> str:
    """`adresses` of `adresses.modifier_connexion`; talk intents are their own article."""
    return intent.partition(".")[0]


def section_of(intent: str) -> str | None:
    return intent.partition(".")[2] or None


def family_of(intent: str) -> Family:
    if intent == OUT_OF_SCOPE:
        return Family.OUTSIDE
    if article_of(intent) == REDIRECTION:
        return Family.REDIRECT
    return Family.ANSWER if "." in intent else Family.TALK


def may_be_chosen(intent: str) -> bool:
    """It can be a button among others: an answer, a subject to look up elsewhere, a wish."""
    return family_of(intent) in (Family.ANSWER, Family.REDIRECT) or intent in WISHES


def is_ours(intent: str) -> bool:
    """We have something to say about it: an answer or a reply."""
    return family_of(intent) in (Family.ANSWER, Family.TALK)
