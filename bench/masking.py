"""Whether masking takes time in proportion to the length of a text made to be slow.

    .venv/bin/python -m bench.masking

Prints, a hostile piece, how many times longer 8,000 characters take than 2,000. In proportion is 4,
a square would be 16. Goal: under 6.
"""

from time import process_time

from kit.masking import mask
from tests.kit.test_masking import HOSTILE

SHORT, LONG = 2_000, 8_000
TRIES = 20
GOAL = 6.0


def main() -> None:
    ratios = {piece: seconds(piece, LONG) / seconds(piece, SHORT) for piece in HOSTILE}
    for piece, ratio in sorted(ratios.items(), key=lambda each: -each[1]):
        print(f"{ratio:6.1f}  {piece!r}")
    print(f"worst {max(ratios.values()):.1f}  [goal {GOAL:g}]")


def seconds(piece: str, length: int) -> float:
    """The best of several tries."""
    text = (piece * length)[:length]
    times = []
    for _ in range(TRIES):
        start = process_time()
        mask(text)
        times.append(process_time() - start)
    return min(times)


if __name__ == "__main__":
    main()
