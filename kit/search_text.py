"""Text made ready for search: accents, capitals and plurals no longer matter.

One normalised string for both databases and both sides: what is stored is normalised as what is
asked, so that SQLite and PostgreSQL find the same (FTS5 has no French stemmer).
"""

import re
from functools import lru_cache
from threading import Lock

import snowballstemmer

from kit.text_folding import fold
from kit.words import IRREGULAR_PLURALS

_WORD = re.compile(r"[a-z0-9]+")
_stemmer = snowballstemmer.stemmer("french")
_stemmer_lock = Lock()  # a stemmer keeps the word it works on


def words(text: str) -> list[str]:
    """The folded words of a text, as written: « L'adresse » → ["l", "adresse"]."""
    return _WORD.findall(fold(text))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The stem of a folded word: "factures" and "facture" have the same."""
    with _stemmer_lock:
        return str(_stemmer.stemWord(IRREGULAR_PLURALS.get(word, word)))


def normalise(text: str) -> str:
    """Stems joined by blanks: what is stored and what is asked are compared in this form."""
    return " ".join(stem(word) for word in words(text))
