"""What of Rasa's output is kept: enough to understand a failure, nothing that a user typed."""

import json
import os
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kit import clock
from web.rasa_log import RasaLog, readable

SECRET = "mon mot de passe est tulipe"
FRAMES = [
    {"filename": "/x/rasa/core/channels/rest.py", "lineno": 163, "name": "receive"}
    | {"locals": {"text": SECRET}},
    {"filename": "/x/nlu/shape.py", "lineno": 12, "name": "area", "locals": {"text": SECRET}},
]
FAILURE = json.dumps(
    {
        "text": SECRET,
        "event": "rest.message.received.failure",
        "level": "error",
        "exception": [{"exc_type": "ValueError", "exc_value": SECRET, "frames": FRAMES}],
    }
)


def test_an_error_tells_its_kind_and_its_place() -> None:
    assert readable(FAILURE) == (
        "ERROR rest.message.received.failure "
        "ValueError at rest.py:163 in receive, shape.py:12 in area"
    )


def test_an_event_inside_a_line_of_plain_logging_is_found() -> None:
    line = f"2026-11-24 05:34:07 ERROR    rasa.core.channels.rest  - {FAILURE}"
    assert readable(line).startswith("rasa.core.channels.rest ERROR rest.message.received.failure")


@pytest.mark.parametrize(
    "line",
    [
        FAILURE,
        f"2026-11-24 05:34:07 ERROR    rasa.core.channels.rest  - {FAILURE}",
        f"2026-11-24 05:34:07 ERROR    rasa.core.tracker_store  - {'x' * 160}{SECRET}",
        f"ValueError: {SECRET}",
        f"    parse('{SECRET}')",
        SECRET,
        json.dumps(SECRET),
        json.dumps({"event": "parsed", "parse_data_text": SECRET}),
    ],
)
def test_what_a_user_typed_is_never_kept(line: str) -> None:
    assert SECRET not in readable(line)


def test_a_traceback_keeps_its_places() -> None:
    line = '  File "/x/rasa/core/processor.py", line 982, in _run_action'
    assert readable(line) == "  at processor.py:982 in _run_action"


START = "2026-11-24 05:30:55 INFO     root  - Starting Rasa server"


def test_noise_leaves_no_line(tmp_path: Path) -> None:
    with closing(RasaLog(tmp_path / "log")) as log:
        log.hear("/x/pkg_resources/__init__.py:3117: DeprecationWarning: old")
        log.hear(START)
        lines = log.path.read_text(encoding="utf-8").splitlines()
    assert [line.split("Z ")[1] for line in lines] == ["root INFO Starting Rasa server"]


def test_a_loud_day_does_not_fill_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.rasa_log.FILE_BYTES", 2_000)
    with closing(RasaLog(tmp_path)) as log:
        for _ in range(500):
            log.hear(START)
    assert len(list(tmp_path.iterdir())) == 4
    assert all(path.stat().st_size <= 2_000 for path in tmp_path.iterdir())


def test_each_day_has_a_file_and_old_ones_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = datetime.now(UTC)
    with closing(RasaLog(tmp_path)) as log:
        log.hear(START)
        monkeypatch.setattr(clock, "now", lambda: today + timedelta(days=1))
        log.hear(START)
        written = sorted(tmp_path.iterdir())
        assert len(written) == 2
        monkeypatch.setattr(clock, "now", lambda: today + timedelta(days=31))
        os.utime(written[1], ((today + timedelta(days=2)).timestamp(),) * 2)
        log.forget(30)
    assert list(tmp_path.iterdir()) == [written[1]]
