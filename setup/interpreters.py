"""Finding the two Pythons: 3.10 for Rasa, 3.13 (or 3.12) for the web.

A name on the PATH proves nothing (a pyenv shim may stand for a version that is not there): each
candidate is executed, and asked what it is.
"""

import os
import shutil
from pathlib import Path
from typing import Iterator, Optional, Sequence

from setup.console import Stopped, answers

PLACES = ("/usr/bin", "/usr/local/bin", "/opt/homebrew/bin")
# Asks for the modules that a Python compiled by hand often lacks.
QUESTION = (
    "import sys, ssl, sqlite3, ctypes, lzma, bz2; "
    "print('%d.%d' % sys.version_info[:2], getattr(sys, '_base_executable', sys.executable))"
)


def find(versions: Sequence[str], uv: Optional[Path] = None) -> Path:
    """The first interpreter of one of these versions, the preferred version first.

    Asks uv to fetch one as a last resort. Raises Stopped when there is none.
    """
    for version in versions:
        found = find_one(version)
        if found:
            return found
    if uv:
        for version in versions:
            if answers([uv, "python", "install", version]) is not None:
                found = _ask(answers([uv, "python", "find", version]) or "", version)
                if found:
                    return found
    raise Stopped(
        f"Python {' or '.join(versions)} is missing: install it (for example with "
        f"`pyenv install {versions[0]}` or your system's packages), then try again."
    )


def find_one(version: str) -> Optional[Path]:
    for candidate in candidates(version):
        found = _ask(candidate, version)
        if found:
            return found
    return None


def candidates(version: str) -> Iterator[str]:
    """Where a Python of this version may be, the PATH first."""
    name = f"python{version}"
    for command in (name, "python3", "python"):
        found = shutil.which(command)
        if found:
            yield found
    home = Path.home()
    pyenv = Path(os.environ.get("PYENV_ROOT") or home / ".pyenv")
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    own = Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or data / "uv" / "python")
    for folder in (pyenv / "versions", own):
        for path in sorted(folder.glob(f"*/bin/{name}"), reverse=True):
            yield str(path)
    for place in PLACES:
        yield f"{place}/{name}"


def _ask(candidate: str, version: str) -> Optional[Path]:
    said = (answers([candidate, "-c", QUESTION]) or "").split(" ", 1)
    return Path(said[1]) if len(said) == 2 and said[0] == version else None
