"""A newcomer types `make run`, reads an address, and stops everything with Ctrl-C."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from setup.ports import free_loopback_port

ROOT = Path(__file__).parents[2]
START_S, STOP_S = 240.0, 40.0


@contextmanager
def make_run(var: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """`make run` as a terminal would start it: the head of a process group of its own."""
    process = subprocess.Popen(
        ["make", "run", f"PORT={port}"],
        cwd=ROOT,
        env=os.environ | {"CLAUDIA_VAR": str(var)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        process_group=0,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=STOP_S)


def await_line(process: subprocess.Popen[str], part: str) -> str:
    """Reads on until a line holds `part`. That line."""
    assert process.stdout is not None
    read = []
    for line in process.stdout:
        read.append(line)
        if part in line:
            return line
    raise AssertionError("".join(read))


def processes(var: Path) -> dict[int, str]:
    """Everything that runs with this `var`, and its command."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes()
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if f"CLAUDIA_VAR={var}".encode() in environment.split(b"\0") and command:
            found[int(folder.name)] = command
    return found


def is_there(var: Path, words: str) -> bool:
    return any(words in command for command in processes(var).values())


def the_process(var: Path, words: str) -> int:
    """The one whose command holds these words."""
    [found] = [pid for pid, command in processes(var).items() if words in command]
    return found


def wait_until(true: Callable[[], bool], within_s: float) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def is_healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            healthy: bool = json.load(answer) == {"status": "ok"}
    except OSError:
        return False
    return healthy


def test_one_command_starts_everything_brings_rasa_back_and_ctrl_c_stops_it(
    tmp_path: Path,
) -> None:
    port = free_loopback_port()
    with make_run(tmp_path, port) as process:
        assert f"http://127.0.0.1:{port} " in await_line(process, "✓")
        assert is_healthy(port)
        rasa = the_process(tmp_path, "rasa run")
        assert "tensorflow" not in Path(f"/proc/{rasa}/maps").read_text(encoding="utf-8")
        os.kill(rasa, signal.SIGKILL)
        assert "Rasa ended" in await_line(process, "ended")
        wait_until(lambda: not is_healthy(port), 30)
        wait_until(lambda: is_healthy(port), START_S)
        os.killpg(process.pid, signal.SIGINT)  # what Ctrl-C does
        process.wait(STOP_S)
    wait_until(lambda: processes(tmp_path) == {}, STOP_S)


def test_both_go_with_the_supervisor(tmp_path: Path) -> None:
    """Already while they start: nothing of it waits for the first answer."""
    with make_run(tmp_path, free_loopback_port()):
        for child in ("rasa run", "web serve"):
            wait_until(partial(is_there, tmp_path, child), START_S)
        os.kill(the_process(tmp_path, "web run"), signal.SIGKILL)
        wait_until(lambda: processes(tmp_path) == {}, STOP_S)


def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with make_run(tmp_path, port) as process:
            line = await_line(process, "✗")
            assert process.wait(STOP_S) != 0
    assert f"stop what uses it, or try PORT={port + 1}" in line
