"""The two environments, one on each side of the wall, built from hash-locked requirements.

An environment is built again only when its lock changed: a stamp inside it says what it holds.
"""

import fcntl
import os
import shutil
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Tuple

from setup import ROOT
from setup.console import Stopped, answers, run
from setup.interpreters import find
from setup.locks import FOLDER, digest

GIB = 2**30
NO_NETWORK = "The packages could not be fetched: check the network and pip's settings."


@dataclass(frozen=True)
class Environment:
    folder: str
    pythons: Tuple[str, ...]  # the preferred version first
    space_gib: float  # what it takes on the disk, and some more to build it

    @property
    def python(self) -> Path:
        return ROOT / self.folder / "bin" / "python"

    @property
    def stamp(self) -> Path:
        return ROOT / self.folder / ".locks"


WEB = Environment(".venv", ("3.13", "3.12"), 1.0)
BOT = Environment(".venv-rasa", ("3.10",), 4.0)
TOOLS = ROOT / ".venv-tools"


def web(tests: bool = False) -> Path:
    """The Python of the web side, with its test tools if asked for."""
    locks = ("web", "test") if tests else ("web",)
    return build(WEB, locks)


def bot() -> Path:
    """The Python of the bot side; its lock holds its test tools too."""
    return build(BOT, ("rasa",))


def build(environment: Environment, locks: Tuple[str, ...]) -> Path:
    """Makes `environment` hold the last of `locks`, which contains the ones before it."""
    with _alone():
        if _holds(environment, locks):
            return environment.python
        _check_space(environment)
        uv = find_uv()
        if answers([environment.python, "-c", "import sys"]) is None:
            _create(environment, uv)
        _forget(environment)
        run(
            f"Installing requirements/{locks[-1]}.txt into {environment.folder}",
            [
                *(uv, "pip", "sync", "--require-hashes", "--python", environment.python),
                FOLDER / f"{locks[-1]}.txt",
            ],
            hint=NO_NETWORK,
        )
        environment.stamp.write_text("".join(f"{name} {digest(name)}\n" for name in locks))
        return environment.python


def find_uv() -> Path:
    """uv from the PATH, else a locked one in a small environment of its own."""
    for candidate in (shutil.which("uv"), TOOLS / "bin" / "uv"):
        if candidate and answers([candidate, "--version"]):
            return Path(candidate)
    if answers([TOOLS / "bin" / "python", "-m", "pip", "--version"]) is None:
        shutil.rmtree(TOOLS, ignore_errors=True)
        run(
            "Creating .venv-tools",
            [sys.executable, "-m", "venv", TOOLS],
            hint=f"{sys.executable} lacks venv: install python3-venv, or uv, then try again.",
        )
    run(
        "Installing uv into .venv-tools",
        [
            *(TOOLS / "bin" / "python", "-m", "pip", "install", "--quiet", "--require-hashes"),
            *("-r", FOLDER / "tools.txt"),
        ],
        hint=NO_NETWORK,
    )
    return TOOLS / "bin" / "uv"


def _create(environment: Environment, uv: Path) -> None:
    python = find(environment.pythons, uv)
    shutil.rmtree(ROOT / environment.folder, ignore_errors=True)
    run(
        f"Creating {environment.folder} with {python}",
        [uv, "venv", "--quiet", "--python", python, ROOT / environment.folder],
        hint=f"{environment.folder} cannot be created: see the lines above.",
    )


def _forget(environment: Environment) -> None:
    """An installation that is cut short must not look finished."""
    if environment.stamp.exists():
        environment.stamp.unlink()


def _holds(environment: Environment, locks: Tuple[str, ...]) -> bool:
    try:
        held = environment.stamp.read_text().splitlines()
    except OSError:
        return False
    wanted = [f"{name} {digest(name)}" for name in locks]
    works = answers([environment.python, "-c", "import sys"]) is not None
    return all(line in held for line in wanted) and works


def _check_space(environment: Environment) -> None:
    free = shutil.disk_usage(ROOT).free / GIB
    if free < environment.space_gib:
        raise Stopped(
            f"{environment.folder} needs {environment.space_gib:.0f} GiB and the disk has "
            f"{free:.1f} left: free some space, then try again."
        )


@contextmanager
def _alone() -> Iterator[None]:
    """Two `make` at once build one after the other."""
    descriptor = os.open(FOLDER, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
