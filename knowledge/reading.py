"""Reading the content files: strictly, and with errors that name the file and the place.

Whoever edits an answer is told what is wrong in a sentence, before anything starts.
"""

from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from kit.typography import with_fixed_spaces

Text = Annotated[str, Field(min_length=1)]
# Shown as it is, without being a template.
PlainText = Annotated[Text, AfterValidator(with_fixed_spaces)]
Url = Annotated[str, Field(pattern=r"^https?://\S+$")]
Name = Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]


class KnowledgeError(ValueError):
    """A content file that cannot be used; the message says where and why."""


class Part(BaseModel):
    """Part of a content file: a key that nobody knows is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def read_yaml(text: str, where: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise KnowledgeError(f"{where}: not readable as YAML. {error}") from error


def checked[P: Part](shape: type[P], data: Any, where: str) -> P:
    """`data` in its shape, or an error that names the place inside the file."""
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        problem = error.errors()[0]
        place = ", ".join(str(step) for step in problem["loc"])
        raise KnowledgeError(f"{where}, {place or 'top'}: {problem['msg']}") from error


def short(path: Path) -> str:
    """ "articles/adresses.md": how an error names a file."""
    return f"{path.parent.name}/{path.name}"
