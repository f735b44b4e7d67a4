"""A process that must be there comes back when it dies, and goes when we go."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from setup.ports import free_loopback_port
from web import child
from web.child import Child

SLEEPER = "import time; print('up', flush=True); time.sleep(60)"
NOBODY = "http://127.0.0.1:9/"
# Answers for a second, then holds its port and says nothing more.
DUMB = """
import socket, time
with socket.create_server(("127.0.0.1", {port})) as server:
    print("up", flush=True)
    until = time.monotonic() + 1
    while time.monotonic() < until:
        visitor, _ = server.accept()
        visitor.recv(4096)
        visitor.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n")
        visitor.close()
    time.sleep(60)
"""


@asynccontextmanager
async def kept(
    program: str, grace_s: float = 5.0, address: str = NOBODY
) -> AsyncIterator[tuple[Child, list[str]]]:
    heard: list[str] = []
    one = Child("One", [sys.executable, "-c", program], {}, address, grace_s, heard.append)
    task = asyncio.create_task(one.keep())
    try:
        yield one, heard
    finally:
        task.cancel()
        await one.stop()


async def until(true: Callable[[], bool], within_s: float = 15.0) -> None:
    async with asyncio.timeout(within_s):
        while not true():
            await asyncio.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def test_it_comes_back_after_a_kill() -> None:
    async with kept(SLEEPER) as (one, heard):
        await until(lambda: heard == ["up"])
        assert one.process is not None
        os.kill(one.process.pid, signal.SIGKILL)
        await until(lambda: heard == ["up", "up"])


async def test_each_failed_start_makes_the_pause_longer(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with kept("raise SystemExit(1)") as (one, _):
        await until(lambda: one.failed_starts == 3)
    said = capsys.readouterr().out.splitlines()
    assert [line.split(" in ")[1] for line in said] == ["0.5 s.", "1 s.", "2 s."]


async def test_what_it_started_goes_with_it() -> None:
    program = (
        "import subprocess, sys, time;"
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid,"
        " flush=True); time.sleep(60)"
    )
    async with kept(program) as (_, heard):
        await until(lambda: bool(heard))
    await until(lambda: not is_alive(int(heard[0])))


async def test_one_that_will_not_end_is_ended() -> None:
    program = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + SLEEPER
    async with kept(program, grace_s=0.2) as (one, heard):
        await until(lambda: bool(heard))
    assert one.process is not None
    assert one.process.returncode == -signal.SIGKILL


async def test_one_that_falls_silent_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "PROBE_EVERY_S", 0.2)
    port = free_loopback_port()
    async with kept(DUMB.format(port=port), address=f"http://127.0.0.1:{port}/") as (_, heard):
        await until(lambda: heard.count("up") == 2)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_it_ends_when_we_are_killed() -> None:
    parent = (
        "import asyncio, sys\n"
        "from web.child import Child\n"
        f"one = Child('One', [sys.executable, '-c', {SLEEPER!r}], {{}}, {NOBODY!r}, 5.0,\n"
        "            lambda _: print(one.process.pid, flush=True))\n"
        "asyncio.run(one.keep())\n"
    )
    process = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process, process.stdout:
        pid = int(process.stdout.readline())
        process.kill()
    deadline = time.monotonic() + 10
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_alive(pid)
