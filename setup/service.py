"""Starting the service from whatever state the clone is in: what is built already is kept."""

import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

from setup import ROOT, environments, model, static_files
from setup.console import Stopped, run
from setup.ports import require_free

LEAST_FREE_MIB = 300  # for databases and logs to grow in


def start(host: str, port: int) -> NoReturn:
    """Builds what is missing, then becomes the supervisor (web/run.py)."""
    require_free(host, port)
    require_room(var_folder())
    python = prepare()
    migrate(python)
    words = [str(python), "-m", "web", "run", "--host", host, "--port", str(port)]
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execv(words[0], words)


def prepare(tests: bool = False) -> Path:
    """Both environments, static files and model. The Python of the web side."""
    bot = environments.bot()
    web = environments.web(tests)
    static_files.fetch(web)
    model.train(bot)
    return web


def migrate(python: Path) -> None:
    run(
        "Updating the database's tables",
        [python, "-m", "web", "migrate"],
        hint="The database cannot be used: see the lines above.",
    )


def var_folder() -> Path:
    return Path(os.environ.get("CLAUDIA_VAR") or ROOT / "var")


def require_room(var: Path) -> None:
    """Raises Stopped when databases and logs could not be written to `var`."""
    try:
        var.mkdir(parents=True, exist_ok=True)
        trial = var / ".writable"
        trial.write_text("yes")
        trial.unlink()
    except OSError as error:
        raise Stopped(
            f"{var} cannot be written ({error.strerror}): make it writable, or set CLAUDIA_VAR to "
            "a folder that is."
        ) from None
    free = shutil.disk_usage(var).free // 2**20
    if free < LEAST_FREE_MIB:
        raise Stopped(
            f"The disk of {var} has {free} MiB left and {LEAST_FREE_MIB} are wanted: free some "
            "space, or set CLAUDIA_VAR to a folder on another disk."
        )
