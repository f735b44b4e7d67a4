"""Programs that no Python package brings: the browser, the database server and the movable clock of
the tests.

Installed when we are root on a Debian system, named otherwise.
"""

import os
import shutil
from pathlib import Path
from typing import List

from setup.console import Stopped, answers, run

QUIET = {"DEBIAN_FRONTEND": "noninteractive"}


def missing() -> List[str]:
    """The Debian packages whose programs the tests would not find."""
    absent = []
    if not (shutil.which("chromium") or shutil.which("chromium-browser")):
        absent.append("chromium")
    servers = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    if not (shutil.which("initdb") or any(servers)):
        absent.append("postgresql")
    if not any(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")):
        absent.append("libfaketime")
    return absent


def require() -> None:
    """Makes them there. Raises Stopped with their names when it cannot."""
    absent = missing()
    if not absent:
        return
    if os.geteuid() != 0 or answers(["apt-get", "--version"]) is None:
        names = " and ".join(absent)
        raise Stopped(f"The tests need {names}: install them with your system's packages.")
    install(absent)


def install(packages: List[str]) -> None:
    run(
        "Reading Debian's package lists",
        ["apt-get", "update"],
        hint="apt-get cannot update.",
        env=QUIET,
    )
    run(
        f"Installing {', '.join(packages)}",
        ["apt-get", "install", "--yes", "--no-install-recommends", *packages],
        hint=f"Install {', '.join(packages)} by hand, then try again.",
        env=QUIET,
    )
