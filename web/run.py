"""The whole service in one process tree: Rasa on loopback, the web in front of it.

Whoever dies is started again; whoever stops the service stops both, the web first, so that nobody
who is being answered is cut off. The address is printed once the assistant can really answer.
"""

import asyncio
import signal
import sys
from collections.abc import Awaitable
from pathlib import Path
from time import monotonic

from kit.settings import ROOT, Settings
from setup.console import Stopped, fail
from setup.model import MODELS, RASA_ENVIRONMENT
from setup.ports import as_visitor, free_loopback_port, require_free
from web.child import Child
from web.probe import visit
from web.rasa_log import RasaLog

LONGEST_START_S = 300.0
FAILED_STARTS = 3  # before the first answer: then it will not get better by itself
DRAIN_S = 20.0  # the web ends its turns and says goodbye to its sockets
RASA_GRACE_S = 5.0
SAY_EVERY_S = 5.0
TIDY_EVERY_S = 3600.0


def main(host: str, port: int) -> int:
    """Runs until a signal says stop. The exit code: 0 when it was asked to stop."""
    try:
        settings = Settings()
        require_free(host, port)
        return asyncio.run(Supervisor(settings, host, port).run())
    except Stopped as reason:
        fail(str(reason))
    except OSError as error:
        fail(f"{error.filename or 'A file'} cannot be used: {error.strerror}.")


class Supervisor:
    def __init__(self, settings: Settings, host: str, port: int) -> None:
        self.address = as_visitor(host, port)
        self.log_days = settings.retention_logs_days
        self.log = RasaLog(settings.var.resolve() / "log")
        rasa_port = free_loopback_port()
        environment = {
            "CLAUDIA_LOCAL_URL": self.address,
            "CLAUDIA_VAR": str(settings.var.resolve()),
            "CLAUDIA_ACTION_SECRET": settings.action_key,
            "CLAUDIA_ACTION_URL": f"{self.address}/actions/webhook",
            "CLAUDIA_RASA_URL": f"http://127.0.0.1:{rasa_port}",
        }
        self.rasa = Child(
            "Rasa",
            rasa_command(newest_model(), rasa_port),
            environment | RASA_ENVIRONMENT,
            environment["CLAUDIA_RASA_URL"] + "/",
            RASA_GRACE_S,
            self.log.hear,
        )
        self.web = Child(
            "The web",
            [sys.executable, "-m", "web", "serve", "--host", host, "--port", str(port)],
            environment,
            self.address + "/healthz",
            DRAIN_S,
        )

    async def run(self) -> int:
        stopped = stop_signal()
        work = (self.rasa.keep(), self.web.keep(), self._forget_old_logs())
        kept = [asyncio.create_task(each) for each in work]
        try:
            await first(stopped.wait(), self._come_up(), *kept)
            await first(stopped.wait(), *kept)
        finally:
            stopped.clear()
            await first(stopped.wait(), self._come_down(kept))
            for child in (self.web, self.rasa):
                await child.kill()
            self.log.close()
        return 0

    async def _come_up(self) -> None:
        """Until the assistant can answer. Raises Stopped when it will not."""
        started = monotonic()
        said = started
        while (found := await visit(self.address + "/healthz", SAY_EVERY_S)).status != 200:
            if monotonic() - said > SAY_EVERY_S:
                said = monotonic()
                print(f"  … {said - started:.0f} s", flush=True)
            self._give_up(monotonic() - started, found.body)
            await asyncio.sleep(0.2)
        print(f"✓ ClaudIA answers on {self.address} (Ctrl-C stops it).", flush=True)

    def _give_up(self, elapsed_s: float, reason: str) -> None:
        if self.rasa.failed_starts >= FAILED_STARTS:
            print("\n".join(self.log.last_raw), flush=True)
            raise Stopped(f"Rasa does not start: {self.log.path} says why.")
        if self.web.failed_starts >= FAILED_STARTS:
            raise Stopped("The web does not start: the lines above say why.")
        if elapsed_s > LONGEST_START_S:
            raise Stopped(f"Not ready after {elapsed_s:.0f} s: {reason or self.log.path}.")

    async def _forget_old_logs(self) -> None:
        while True:
            self.log.forget(self.log_days)
            await asyncio.sleep(TIDY_EVERY_S)

    async def _come_down(self, kept: list[asyncio.Task[None]]) -> None:
        print("Stopping…", flush=True)
        for task in kept:
            task.cancel()
        await asyncio.gather(*kept, return_exceptions=True)
        await self.web.stop()
        await self.rasa.stop()


def rasa_command(model: Path, port: int) -> list[str]:
    """Loopback and the `rest` channel only: nothing of Rasa's asks who is calling."""
    python = ROOT / ".venv-rasa" / "bin" / "python"
    files = ["--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
    return [
        str(python), "-m", "assistant.lean_rasa", "run", "--model", str(model), *files,
        "--port", str(port), "--interface", "127.0.0.1",
    ]  # fmt: skip


def newest_model() -> Path:
    found = sorted(MODELS.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not found:
        raise Stopped("There is no model yet: `make train` makes one.")
    return found[-1]


def stop_signal() -> asyncio.Event:
    asked = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number is signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
            continue  # nohup
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    return asked


async def first(*waited: Awaitable[object]) -> None:
    """Waits for the first of them to end; its error is ours."""
    tasks = [asyncio.ensure_future(one) for one in waited]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task, one in zip(tasks, waited, strict=True):
            if task is not one:  # tasks that were given to us go on
                task.cancel()
