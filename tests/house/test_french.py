"""French stands where somebody who does not program can change it: in knowledge/, YAML, templates,
and one words.py a package. Code speaks English.
"""

import ast
import re
from pathlib import Path

import pytest

from tests.house.tree import WEB_PACKAGES, name_of, parsed, python_files

ACCENTED = "àâäçéèêëîïôöùûüÿœæ"
# A word with an accent; a letter or a quotation mark alone is a matter of typography.
FRENCH = re.compile(rf"[a-z]+[{ACCENTED}]|[{ACCENTED}][a-z]+|« ?\w", re.IGNORECASE)
FILES = [
    path
    for path in python_files(*WEB_PACKAGES, "assistant", "setup", "migrations")
    if path.name != "words.py"
]


def texts(path: Path) -> list[str]:
    """The string literals that are not documentation."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = list(ast.walk(parsed(path)))
    bodies = [node.body for node in nodes if isinstance(node, documented) and node.body]
    docs = {id(body[0].value) for body in bodies if isinstance(body[0], ast.Expr)}
    literals = [node for node in nodes if isinstance(node, ast.Constant) and id(node) not in docs]
    return [node.value for node in literals if isinstance(node.value, str)]


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_french_in_code(path: Path) -> None:
    assert [text for text in texts(path) if FRENCH.search(text)] == []
