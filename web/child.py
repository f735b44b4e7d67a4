"""A process that must be there: started, listened to, started again when it dies or hangs.

It has a process group of its own, so that Ctrl-C reaches only us and we end it and its children,
nothing else; and on Linux it ends when we do, even if we are killed.
"""

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic

from web.probe import Probe, visit

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0  # before a new start; doubled each time
STEADY_S = 60.0  # after so long, a death is no longer a failed start
PROBE_EVERY_S = 10.0
PROBES_MISSED = 3  # in a row, and it counts as hung
LONGEST_LINE = 2**20
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """`address` is what a probe visits: any HTTP answer shows life. `hear` takes each line that the
    child prints; without it the lines go to the terminal."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    address: str
    grace_s: float
    hear: Callable[[str], None] | None = None
    failed_starts: int = 0
    process: asyncio.subprocess.Process | None = field(default=None, init=False)

    async def keep(self) -> None:
        """Runs it for ever. Cancel it to end that; `stop` then ends the process."""
        while True:
            started = monotonic()
            self.process = await self._start()
            await self._live(self.process)
            self._end_group(signal.SIGKILL)  # what it may have left behind
            steady = monotonic() - started > STEADY_S
            self.failed_starts = 1 if steady else self.failed_starts + 1
            pause = min(FIRST_PAUSE_S * 2 ** (self.failed_starts - 1), LONGEST_PAUSE_S)
            print(f"{self.name} ended, it starts again in {pause:g} s.", flush=True)
            await asyncio.sleep(pause)

    async def stop(self) -> None:
        """Asks it to end, and ends it when `grace_s` are over."""
        if self.process is None or self.process.returncode is not None:
            return
        self._end_group(signal.SIGTERM)
        with suppress(TimeoutError):
            await asyncio.wait_for(self.process.wait(), self.grace_s)
        await self.kill()

    async def kill(self) -> None:
        """Ends it now, with what it started."""
        if self.process is not None:
            self._end_group(signal.SIGKILL)
            await self.process.wait()

    async def _start(self) -> asyncio.subprocess.Process:
        heard = None if self.hear is None else asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec(
            *self.command,
            env={**os.environ, **self.environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=heard,
            stderr=None if self.hear is None else asyncio.subprocess.STDOUT,
            limit=LONGEST_LINE,
            process_group=0,
            preexec_fn=end_with_parent(os.getpid()),
        )

    async def _live(self, process: asyncio.subprocess.Process) -> None:
        watch = asyncio.create_task(self._watch())
        try:
            await self._listen(process)
            await process.wait()
        finally:
            watch.cancel()

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        if process.stdout is None or self.hear is None:
            return
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError:  # longer than LONGEST_LINE: the reader has dropped it
                continue
            if not line:
                return
            self.hear(line.decode(errors="replace").rstrip("\n"))

    async def _watch(self) -> None:
        """Ends it when it answered once and then falls silent."""
        missed, answered = 0, False
        while missed < PROBES_MISSED:
            await asyncio.sleep(PROBE_EVERY_S)
            alive = (await visit(self.address, PROBE_EVERY_S)) is not Probe.SILENT
            answered = answered or alive
            missed = 0 if alive or not answered else missed + 1
        print(f"{self.name} no longer answers.", flush=True)
        self._end_group(signal.SIGKILL)

    def _end_group(self, how: signal.Signals) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, how)


def end_with_parent(parent: int) -> Callable[[], None] | None:
    """What a child does before it becomes its program: asks Linux to end it with its parent."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return ask
