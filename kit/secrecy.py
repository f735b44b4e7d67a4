"""The kinds of secrets that are masked, and where one stands in a text."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    CARD = "card"
    IBAN = "iban"
    PASSWORD = "password"
    SOCIAL_SECURITY = "social_security"


@dataclass(frozen=True)
class Finding:
    """A secret is text[start:end]."""

    start: int
    end: int
    kind: Kind
