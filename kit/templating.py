"""Pages. Jinja is set up to fail loudly: an undefined variable is an error, not an empty string."""

from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kit.organisation import organisation

# Each package brings its own templates/ folder, with its name inside: "knowledge/article.html".
FOLDERS = sorted(Path(__file__).parents[1].glob("[a-z]*/templates"))


def templates() -> Jinja2Templates:
    """The pages of every package. Each one also gets `organisation`: names, links, hours."""
    environment = Environment(
        loader=FileSystemLoader(FOLDERS),
        autoescape=_escapes,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return Jinja2Templates(env=environment, context_processors=[_organisation])


def _escapes(name: str | None) -> bool:
    """Everything but plain text, which only mails have."""
    return not (name or "").endswith(".txt")


def _organisation(_: Request) -> dict[str, Any]:
    return {"organisation": organisation()}


pages = templates()
