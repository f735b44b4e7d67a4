"""The command line behind the Makefile: `python3 -m setup COMMAND`."""

import argparse
import sys
from typing import Callable, Dict

from setup import checks, environments, locks, model, service
from setup.console import Stopped, fail


def install() -> None:
    """Both environments with their test tools, static files and model."""
    service.prepare(tests=True)


def train() -> None:
    model.train(environments.bot(), again=True)


def evaluate(*options: str) -> None:
    python = environments.bot()
    model.train(python)
    checks.check([python, "-m", "assistant.evaluation", *options], model.RASA_ENVIRONMENT)


def evaluate_on(train: str = "", test: str = "", *more: str) -> None:
    if not train or not test:
        raise Stopped(
            "Which files? make evaluate-on TRAIN=train.csv TEST=test.csv [OOS=oos.csv] [SHARE=0.18]"
        )
    python = environments.bot()
    module = "assistant.evaluation.on_data"
    checks.check([python, "-m", module, train, test, *more], model.RASA_ENVIRONMENT)


def lock() -> None:
    locks.lock_all(environments.find_uv())


COMMANDS: Dict[str, Callable[..., None]] = {
    "install": install,
    "train": train,
    "lock": lock,
    "test": checks.test,
    "evaluate": evaluate,
    "evaluate-on": evaluate_on,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="make")
    parser.add_argument("command", choices=["run", *COMMANDS, *checks.STAGES])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    asked, options = parser.parse_known_args()
    if options and not asked.command.startswith("evaluate"):
        parser.error(f"unknown: {' '.join(options)}")
    try:
        if asked.command == "run":
            service.start(asked.host, asked.port)
        elif asked.command in COMMANDS:
            COMMANDS[asked.command](*options)
        else:
            checks.stage(asked.command)
    except Stopped as reason:
        fail(str(reason))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
