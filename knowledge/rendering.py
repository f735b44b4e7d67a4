"""From a template of the content files to the text of an answer.

Templates are content: they run in a sandbox, and a variable that nobody gives is an error.
"""

import re
from functools import lru_cache

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from kit.organisation import Organisation, organisation
from kit.typography import with_fixed_spaces
from knowledge.context import Context
from knowledge.reading import KnowledgeError

_environment = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
)


def rendered(source: str, context: Context, whose: Organisation | None = None) -> str:
    """The text of a template for one reader, white space tidied."""
    text = compiled(source).render(
        connected=context.connected,
        primary_manager=context.primary_manager,
        role=context.role,
        kind=context.kind,
        follows=context.follows,
        sends=context.sends,
        organisation=whose or organisation(),
    )
    return with_fixed_spaces(tidied(text))


@lru_cache(maxsize=1_000)
def compiled(source: str) -> Template:
    try:
        return _environment.from_string(source)
    except TemplateError as error:
        raise KnowledgeError(f"A template cannot be read: {error}") from error


def tidied(text: str) -> str:
    """No blank at the end of a line, never two empty lines."""
    lines = "\n".join(line.rstrip(" \t") for line in text.strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines)
