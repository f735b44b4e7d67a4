"""The source texts, where this machine has them: they are no part of the repository."""

import os
from pathlib import Path

import pytest

from kit.settings import ROOT


def shared_folder() -> Path:
    """The folder of CLAUDIA_SHARED, else `shared` beside the repository; without it, a skip."""
    folder = Path(os.environ.get("CLAUDIA_SHARED", ROOT.parent / "shared"))
    if not (folder / "seeds").is_dir():
        pytest.skip("The source texts are not here: set CLAUDIA_SHARED to their folder.")
    return folder


def seed_text() -> str:
    paths = sorted((shared_folder() / "seeds").glob("*.txt"))
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)
