"""Everything that CI checks, the quick things first; it stops at the first stage that fails."""

import time
from pathlib import Path
from typing import Callable, Dict, List, Optional, Union

from setup import debian, environments, model, service
from setup.console import Command, Stopped, run, say, show


def lint() -> None:
    ruff = environments.web(tests=True).parent / "ruff"
    check([ruff, "check", "."])
    check([ruff, "format", "--check", "."])


def types() -> None:
    check([environments.web(tests=True), "-m", "mypy"])


def house() -> None:
    python = environments.web(tests=True)
    check([python.parent / "lint-imports", "--no-cache"])
    pytest("tests/house")


def unit() -> None:
    debian.require()
    pytest("tests", "--ignore=tests/house", "--ignore=tests/journeys", "-n", "auto")


def bot() -> None:
    python = environments.bot()
    env = {**model.RASA_ENVIRONMENT, **model.NO_SERVER}
    rasa: List[Union[str, Path]] = [python, "-m", "rasa"]
    hint = "The bot's files contradict each other: see the lines above."
    validate: List[Union[str, Path]] = [*rasa, "data", "validate", "--fail-on-warnings"]
    run("Validating the bot's files", validate, hint, env)
    trained = model.train(python)
    say("▸ Stories")
    stories = ("test", "core", "--stories", "tests/stories", "--fail-on-prediction-errors")
    check([*rasa, *stories, "--model", str(trained), "--out", ".rasa/results"], env)
    say("▸ Tests of the components")
    check([python, "-m", "pytest", "tests/assistant"], env)


def journeys() -> None:
    debian.require()
    service.prepare(tests=True)
    pytest("tests/journeys")


STAGES: Dict[str, Callable[[], None]] = {
    "lint": lint,
    "types": types,
    "house": house,
    "unit": unit,
    "bot": bot,
    "journeys": journeys,
}


def test() -> None:
    """All stages, in order."""
    began = time.monotonic()
    debian.require()  # now rather than after ten minutes
    for name in STAGES:
        stage(name)
    say(f"✓ {', '.join(STAGES)}: all passed in {time.monotonic() - began:.0f} s")


def stage(name: str) -> None:
    say(f"═══ {name} ({list(STAGES).index(name) + 1} of {len(STAGES)})")
    began = time.monotonic()
    try:
        STAGES[name]()
    except Stopped as reason:
        raise Stopped(f"{name}: {reason}") from None
    say(f"═══ {name} passed in {time.monotonic() - began:.0f} s")


def check(command: Command, env: Optional[Dict[str, str]] = None) -> None:
    """A command that shows what it finds. Raises Stopped when it fails."""
    code = show(command, env)
    words = " ".join([Path(command[0]).name, *map(str, command[1:4])])
    if code < 0:
        raise Stopped(f"`{words}` was ended from outside, by signal {-code}.")
    if code:
        raise Stopped(f"`{words}` failed, the lines above say where.")


def pytest(*arguments: str) -> None:
    check([environments.web(tests=True), "-m", "pytest", "--durations=5", *arguments])
