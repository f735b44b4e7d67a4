"""The whole service, as `make run` starts it, for the journeys: real Rasa, real web, own folder.

Where a journey needs another day, the clock can be moved while it runs: libfaketime reads the
offset from a file. It makes all that a web process does many times slower (its threads wait for
each other at every look at the clock), so the others run without it, and take place in or out of
opening hours by exceptional hours.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from kit.settings import Settings
from setup.ports import free_loopback_port
from web.commands import parser, perform

ROOT = Path(__file__).parents[2]
WEB = (sys.executable, "-m", "web")
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
START_S = 240.0
STOP_S = 40.0
CLOCK_NOTICED_S = 1  # after so long a moved clock is known to every process


class Service:
    """`address` is where it answers."""

    def __init__(
        self, folder: Path, environment: dict[str, str] | None = None, *, clock: bool = False
    ) -> None:
        """`clock`: it can be moved."""
        self.folder = folder
        self._clock = clock
        self.port = free_loopback_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._offset = folder / "clock-offset"
        self._environment = environment or {}

    @contextmanager
    def running(self) -> Iterator["Service"]:
        self._offset.write_text("+0", encoding="utf-8")
        environment = os.environ | self.settings() | self._environment
        subprocess.run([*WEB, "migrate"], cwd=ROOT, env=environment, check=True)
        with (self.folder / "service.log").open("wb") as log:
            process = subprocess.Popen(
                [*WEB, "run", "--port", str(self.port)],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            self._process = process
            try:
                self.wait_until_ready()
                yield self
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(STOP_S)

    @contextmanager
    def second_web(self) -> Iterator[str]:
        """Another web process on the same data, beside the first. Yields its address."""
        port = free_loopback_port()
        known = Path(f"/proc/{self._child('serve')}/environ").read_bytes().split(b"\0")
        same = dict(line.decode().split("=", 1) for line in known if line.startswith(b"CLAUDIA_"))
        command = [*WEB, "serve", "--host", "127.0.0.1", "--port", str(port)]
        environment = os.environ | self.settings() | same
        with (self.folder / "second-web.log").open("wb") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
            )
            try:
                address = f"http://127.0.0.1:{port}"
                _wait_until(lambda: _is_ready(address))
                yield address
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(STOP_S)

    def settings(self) -> dict[str, str]:
        """What a process needs to work on the same data, at the same time."""
        settings = {"CLAUDIA_VAR": str(self.folder / "var"), "CLAUDIA_RATE_LIMITS": "off"}
        if not self._clock:
            return settings
        return settings | {
            "LD_PRELOAD": str(FAKETIME),
            "FAKETIME_TIMESTAMP_FILE": str(self._offset),
            "FAKETIME_CACHE_DURATION": str(CLOCK_NOTICED_S),  # reading at each call costs much
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",  # or every timer would jump too
        }

    def command(self, *words: str) -> str:
        """What the command line of this service says.

        In this process: another one imports for seconds before it does anything. And in a thread:
        Playwright's loop runs in this one.
        """
        given, settings = parser().parse_args(words), Settings(var=self.folder / "var")
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, perform(given, settings)).result()

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """The service believes that it is `moment`, and time goes on from there."""
        if not self._clock:
            raise RuntimeError("This service runs on the real clock: ask for one with clock=True.")
        seconds = round((moment - datetime.now(UTC)).total_seconds())
        self._move_clock(f"{seconds:+d}")
        try:
            yield
        finally:
            self._move_clock("+0")

    def _move_clock(self, offset: str) -> None:
        self._offset.write_text(offset, encoding="utf-8")
        time.sleep(CLOCK_NOTICED_S + 0.5)

    def kill_web(self) -> None:
        """The web dies at once, as when the power fails; whoever tends it starts it again."""
        os.kill(self._child("serve"), signal.SIGKILL)

    def kill_rasa(self) -> None:
        os.kill(self._child("assistant.lean_rasa"), signal.SIGKILL)

    def _child(self, word: str) -> int:
        task = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        for pid in task.read_text(encoding="utf-8").split():
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            if word.encode() in command:
                return int(pid)
        raise LookupError(f"No child of the service has {word!r} in its command.")

    def wait_until_ready(self) -> None:
        ready = _wait_until(lambda: _is_ready(self.address), lambda: self._process.poll() is None)
        if not ready:
            raise RuntimeError(f"The service does not start:\n{self.log()[-3000:]}")

    def log(self) -> str:
        """All that it has said."""
        return (self.folder / "service.log").read_text(encoding="utf-8", errors="replace")


def _wait_until(is_so: Callable[[], bool], as_long_as: Callable[[], bool] = lambda: True) -> bool:
    """Whether it became so, within START_S at most."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and as_long_as():
        if is_so():
            return True
        time.sleep(0.3)
    return False


def _is_ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=5) as answer:
            ready: bool = answer.status == 200
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
    return ready
