"""Bootstrap's style sheet and script, taken out of a Python package that carries them.

Only what pages load is copied: the rest of the package is never served.
"""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from setup import ROOT
from setup.console import Stopped, run
from setup.environments import NO_NETWORK, find_uv
from setup.locks import FOLDER, digest

VENDOR = ROOT / "web" / "static" / "vendor"
STAMP = VENDOR / ".lock"
CARRIER = "flask_bootstrap/static/bootstrap5"
FILES = {  # in the package: under web/static/vendor/bootstrap
    "css/bootstrap.min.css": "css/bootstrap.min.css",
    "js/bootstrap.min.js": "js/bootstrap.min.js",
    "umd/popper.min.js": "js/popper.min.js",  # wanted by menus and tooltips only
}


def fetch(python: Path) -> None:
    """Puts the files under web/static/vendor/bootstrap, unless the locked ones are there."""
    if STAMP.exists() and STAMP.read_text() == digest("static"):
        return
    with TemporaryDirectory() as folder:
        run(
            "Fetching Bootstrap",
            [
                *(find_uv(), "pip", "install", "--no-deps", "--require-hashes"),
                *("--python", python, "--target", folder, "-r", FOLDER / "static.txt"),
            ],
            hint=NO_NETWORK,
        )
        shutil.rmtree(VENDOR, ignore_errors=True)
        for source, target in FILES.items():
            _copy(Path(folder) / CARRIER / source, VENDOR / "bootstrap" / target)
    STAMP.write_text(digest("static"))


def _copy(source: Path, target: Path) -> None:
    if not source.exists():
        raise Stopped(f"bootstrap-flask no longer carries {source.name}.")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
