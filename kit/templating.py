"""Pages. Jinja is set up to fail loudly: an undefined variable is an error, not an empty string."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from kit.organisation import organisation
from kit.typography import with_fixed_spaces

# Each package brings its own templates/ folder, with its name inside: "knowledge/article.html".
FOLDERS = sorted(Path(__file__).parents[1].glob("[a-z]*/templates"))
WRITTEN = {"data", "string"}  # tokens of a template that hold words


class FixedSpaces(Extension):
    """The spaces of French typography, in all that the authors of a template write."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        for token in stream:
            fixed = with_fixed_spaces(token.value) if token.type in WRITTEN else token.value
            yield Token(token.lineno, token.type, fixed)


def templates() -> Jinja2Templates:
    """The pages of every package. Each one also gets `organisation`: names, links, hours."""
    environment = Environment(
        loader=FileSystemLoader(FOLDERS),
        autoescape=_escapes,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=[FixedSpaces],
    )
    return Jinja2Templates(env=environment, context_processors=[_organisation])


def _escapes(name: str | None) -> bool:
    """Everything but plain text, which only mails have."""
    return not (name or "").endswith(".txt")


def _organisation(_: Request) -> dict[str, Any]:
    return {"organisation": organisation()}


pages = templates()
