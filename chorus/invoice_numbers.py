"""When two ways to write an invoice number mean the same: case, blanks and kinds of dashes do not
matter, everything else does. Pure.
"""

import unicodedata

LONGEST = 60  # characters that somebody may write for one number
MINUS = "\u2212"  # the one dash that Unicode calls a mathematical sign


def cleaned(text: str) -> str:
    """As it is sent to the portal: without blanks around or inside, with plain hyphens.

    >>> cleaned(" fa–2026‑0001 ")
    'fa-2026-0001'
    """
    plain = unicodedata.normalize("NFKC", text[: LONGEST * 2])
    kept = "".join(_plain(each) for each in plain)
    return unicodedata.normalize("NFKC", kept)[:LONGEST]


def key(text: str) -> str:
    """What is compared: equal keys are one number.

    >>> key("fa – 2026/1") == key("FA-2026/1")
    True
    """
    return cleaned(text).upper()


def _plain(character: str) -> str:
    category = unicodedata.category(character)
    if character == MINUS or category == "Pd":
        return "-"
    # Blanks, and what is not seen: controls and marks such as the soft hyphen.
    return "" if category in ("Zs", "Zl", "Zp", "Cc", "Cf") else character
