"""Cuts a text into the pieces of a vocabulary: of all ways to do so, the likeliest.

Kudo, « Subword Regularization » (2018), https://arxiv.org/abs/1804.10959, section 3.2; as
SentencePiece does it. A mark stands for the space before a word.
"""

from __future__ import annotations

import unicodedata
from array import array
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import marisa_trie
import numpy as np

from assistant.nlu.e5.weights import Weights

SPACE = "\u2581"
UNKNOWN_COSTS = 10.0  # beyond the unlikeliest piece
LONGEST = 16  # letters of a piece
TRIE, NUMBERS = "pieces.marisa", "pieces.npz"


@dataclass(frozen=True)
class Tokens:
    trie: marisa_trie.Trie  # the pieces, each with its place
    numbers: np.ndarray  # by place: what the network calls the piece, int32
    scores: np.ndarray  # by place: its log probability, float32
    begin: int
    end: int
    unknown: int

    @classmethod
    def of(cls, weights: Weights) -> Tokens:
        """Without the marks that are no text, such as the one that begins a sentence.

        Raises ValueError for a piece longer than LONGEST.
        """
        marks = {name: int(weights.head[name]) for name in ("begin", "end", "padding", "unknown")}
        pieces = weights.pieces()
        number = {piece: at for at, piece in enumerate(pieces)}
        for mark in marks.values():
            del number[pieces[mark]]
        if max(map(len, number)) > LONGEST:
            raise ValueError(f"A piece of the vocabulary is longer than {LONGEST} letters.")
        trie = marisa_trie.Trie(number)
        numbers = np.empty(len(trie), dtype=np.int32)
        for piece, place in trie.items():
            numbers[place] = number[piece]
        found = weights.scores[numbers]
        return cls(trie, numbers, found, marks["begin"], marks["end"], marks["unknown"])

    @cached_property
    def _costs(self) -> array[float]:
        """Its single values are read three times as fast."""
        return array("f", self.scores.tobytes())

    @cached_property
    def _unknown_score(self) -> float:
        return float(self.scores.min()) - UNKNOWN_COSTS

    def numbers_of(self, text: str) -> list[int]:
        """The pieces of a text by their numbers, from `begin` to `end`."""
        whole = text.encode("utf-8", "replace").decode()  # half a pair of surrogates is no letter
        plain = " ".join(unicodedata.normalize("NFKC", whole).split())
        return [self.begin, *self._cut(SPACE + plain.replace(" ", SPACE)), self.end]

    def _cut(self, text: str) -> list[int]:
        """The best way to a place is the best way to an earlier one, and one piece."""
        best = [0.0] + [-np.inf] * len(text)
        last = [(0, self.unknown)] * (len(text) + 1)  # where its last piece begins, and which it is
        for start in range(len(text)):
            ways = [(start + 1, self._unknown_score, self.unknown)]
            for piece, place in self.trie.iter_prefixes_with_ids(text[start : start + LONGEST]):
                ways.append((start + len(piece), self._costs[place], int(self.numbers[place])))
            for end, score, number in ways:
                if best[start] + score > best[end]:
                    best[end], last[end] = best[start] + score, (start, number)
        found = []
        place = len(text)
        while place:
            place, number = last[place]
            found.append(number)
        return found[::-1]

    def save(self, folder: Path) -> None:
        self.trie.save(str(folder / TRIE))
        marks = np.array([self.begin, self.end, self.unknown])
        np.savez(folder / NUMBERS, numbers=self.numbers, scores=self.scores, marks=marks)

    @classmethod
    def open(cls, folder: Path) -> Tokens:
        trie = marisa_trie.Trie()
        trie.load(str(folder / TRIE))
        with np.load(folder / NUMBERS, allow_pickle=False) as stored:
            begin, end, unknown = (int(mark) for mark in stored["marks"])
            return cls(trie, stored["numbers"], stored["scores"], begin, end, unknown)
