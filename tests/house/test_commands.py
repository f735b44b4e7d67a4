"""What README tells people to type is what is tested, and `make help` knows it."""

import re
import subprocess

from tests.house.tree import ROOT

BLOCK = re.compile(r"^```(?:sh|bash|console)?\n(.*?)^```", re.MULTILINE | re.DOTALL)
TARGET = re.compile(r"^([a-z-]+):.*?## (.+)$", re.MULTILINE)
PROVEN = {"run", "test"}  # by the journeys, and by CI


def targets() -> set[str]:
    return {name for name, _ in TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8"))}


def make_commands(document: str) -> set[str]:
    blocks = BLOCK.findall((ROOT / document).read_text(encoding="utf-8"))
    lines = [line.removeprefix("$ ").split() for block in blocks for line in block.splitlines()]
    return {words[1] for words in lines if len(words) > 1 and words[0] == "make"}


def test_readme_opens_with_the_two_commands() -> None:
    assert make_commands("README.md") >= PROVEN


def test_commands_in_the_documents_exist() -> None:
    documents = ["README.md", "CONTRIBUTING.md", "docs/operations.md"]
    assert set().union(*map(make_commands, documents)) <= targets()


def test_ci_runs_make_test_and_nothing_less() -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert lines[-1] == "exec make test"


def test_help_lists_every_command() -> None:
    printed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    listed = {line.split()[1] for line in printed.stdout.splitlines() if line.startswith("  make ")}
    assert listed == targets()
    declared = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert declared is not None
    assert set(declared[1].split()) == targets()
