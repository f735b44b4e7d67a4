"""The files that the rules of the house look at."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
WEB_PACKAGES = ("web", "actions", "livechat", "ticketing", "chorus", "staff", "knowledge", "kit")
BUILT = {".git", ".rasa", "models", "results", "var", "vendor", "__pycache__"}


def python_files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def name_of(path: Path) -> str:
    """As it is written in a failure: relative to the root."""
    return path.relative_to(ROOT).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[str]:
    """The full names of what a module imports, wherever in it."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def tracked_files() -> list[Path]:
    """What is, or would be, committed."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True, text=True)
    except (OSError, subprocess.CalledProcessError):  # a copy without its history
        found = (path for path in ROOT.rglob("*") if not BUILT & set(path.parts))
        return [path for path in found if path.is_file() and ".venv" not in str(path)]
    names = filter(None, done.stdout.split("\0"))
    return [path for path in (ROOT / name for name in names) if path.is_file()]
