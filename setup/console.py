"""What the person at the terminal sees: each step with the time it takes, and one line when it
cannot go on. A failure that can be foreseen never shows a traceback.
"""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Dict, Iterator, List, NoReturn, Optional, Sequence, Union

from setup import ROOT

REPORT_EVERY_S = 10  # between two lines about a step that goes on, where no terminal is attached
SHOWN_LINES = 20  # of the output of a step that failed
FULL_DISK = "No space left on device"

Command = Sequence[Union[str, Path]]


class Stopped(Exception):
    """It cannot go on; the message says why and what to do, in one line."""


def say(line: str) -> None:
    print(line, flush=True)


def fail(line: str) -> NoReturn:
    print(f"✗ {line}", file=sys.stderr, flush=True)
    sys.exit(1)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Names what happens before it happens, and how long it took."""
    say(f"▸ {title}")
    started = time.monotonic()
    yield
    say(f"  done in {time.monotonic() - started:.1f} s")


def run(title: str, command: Command, hint: str, env: Optional[Dict[str, str]] = None) -> None:
    """One long command, its output kept away unless it fails. `hint` says what to do then."""
    with step(title), TemporaryFile() as output:
        process = _start(command, output, env)
        _watch(process)
        if process.returncode:
            tail = _tail(output)
            say("\n".join(f"    {line}" for line in tail))
            if any(FULL_DISK in line for line in tail):
                hint = "The disk is full: free some space, then try again."
            raise Stopped(hint)


def show(command: Command, env: Optional[Dict[str, str]] = None) -> int:
    """One command whose output is what the person wants to see. Its exit code."""
    return subprocess.call([str(part) for part in command], cwd=ROOT, env=_environment(env))


def answers(command: Command) -> Optional[str]:
    """What a short command prints, or None when it cannot run."""
    words = [str(part) for part in command]
    try:
        printed = subprocess.check_output(words, stderr=subprocess.DEVNULL, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return None
    return printed.decode(errors="replace").strip()


def _start(
    command: Command, output: IO[bytes], env: Optional[Dict[str, str]]
) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(
            [str(part) for part in command],
            cwd=ROOT,
            env=_environment(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    except OSError as error:
        raise Stopped(f"{command[0]} does not start: {error.strerror}.") from None


def _environment(more: Optional[Dict[str, str]]) -> Dict[str, str]:
    return {**os.environ, **(more or {})}


def _watch(process: "subprocess.Popen[bytes]") -> None:
    """Waits, and shows every now and then that something still happens."""
    started = time.monotonic()
    terminal = sys.stdout.isatty()
    try:
        while True:
            try:
                process.wait(1 if terminal else REPORT_EVERY_S)
                break
            except subprocess.TimeoutExpired:
                elapsed = f"  … {time.monotonic() - started:.0f} s"
                print(elapsed, end="\r" if terminal else "\n", flush=True)
    except BaseException:
        process.kill()
        process.wait()
        raise


def _tail(output: IO[bytes]) -> List[str]:
    output.seek(0)
    return output.read().decode(errors="replace").splitlines()[-SHOWN_LINES:]
