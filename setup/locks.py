"""The locks: which version of which package, down to the hash of each file.

No lock records where its files came from: the same lock serves behind any mirror.
"""

import hashlib
from pathlib import Path
from typing import Tuple

from setup import ROOT
from setup.console import run

FOLDER = ROOT / "requirements"

# Name, lowest Python, further options. The order counts: test.in takes the versions of web.txt.
LOCKS: Tuple[Tuple[str, str, Tuple[str, ...]], ...] = (
    ("web", "3.12", ()),
    ("test", "3.12", ()),
    ("rasa", "3.10", ("--override", "requirements/rasa.overrides")),
    ("static", "3.12", ("--no-deps",)),
    ("tools", "3.8", ()),
)


def digest(name: str) -> str:
    """Changes when, and only when, the lock does."""
    return hashlib.sha256((FOLDER / f"{name}.txt").read_bytes()).hexdigest()


def lock_all(uv: Path) -> None:
    """Resolves every requirements/*.in anew, keeping versions that still fit."""
    for name, python, options in LOCKS:
        run(
            f"Locking requirements/{name}.in",
            [
                *(uv, "pip", "compile", "--universal", "--python-version", python),
                *("--generate-hashes", "--custom-compile-command", "make lock"),
                *("--no-emit-index-url", "--no-emit-find-links", "--quiet", *options),
                *(f"requirements/{name}.in", "--output-file", f"requirements/{name}.txt"),
            ],
            hint=f"requirements/{name}.in does not resolve: see the lines above.",
        )
