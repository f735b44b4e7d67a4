"""What Rasa says, as lines that an operator can read, in files that do not grow for ever.

Rasa prints each event as JSON, and with an error the local variables of every function: they may
hold what a user typed. Only named fields are kept, and of an error its kind and where it happened,
never its message.
"""

import json
import re
from collections import deque
from datetime import timedelta
from logging import makeLogRecord
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from kit import clock

FILE_BYTES, OLD_FILES = 5_000_000, 3  # a day
LAST_LINES = 20
FRAMES = 6  # of a traceback, the innermost
PLAIN_CHARACTERS = 160  # of a plain message: what comes later may quote data (SQL and its values)
# What events are told by; the rest may hold texts.
KEPT = ("filename", "port", "model", "action_name", "intent", "status", "component")
# Lines of Python's own logging, and the lines of a traceback that hold no text of a user.
PLAIN = re.compile(r"^[\d-]{10} [\d:]{8} (?P<level>[A-Z]+) +(?P<logger>\S+) +- (?P<message>.*)")
PLACE = re.compile(r'^ +File "(?P<file>[^"]+)", line (?P<line>\d+), in (?P<name>\S+)')
KIND = re.compile(r"^(?P<kind>[A-Za-z_.]+(Error|Exception|Interrupt|Exit|Timeout))(:|$)")


class RasaLog:
    """A file a day in `folder`, and a few when a day is loud. `last_raw` keeps what Rasa printed
    last, word for word and in memory only: it tells why a start failed, when no user has said
    anything yet."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.last_raw: deque[str] = deque(maxlen=LAST_LINES)
        self._file: RotatingFileHandler | None = None

    @property
    def path(self) -> Path:
        """Today's file."""
        return self.folder / f"rasa-{clock.now():%Y-%m-%d}.log"

    def hear(self, line: str) -> None:
        """Takes one line that Rasa printed."""
        self.last_raw.append(line)
        if text := readable(line):
            moment = f"{clock.now():%Y-%m-%dT%H:%M:%SZ}"
            self._today().emit(makeLogRecord({"msg": f"{moment} {text}"}))

    def forget(self, days: int) -> None:
        """Removes the files that were last written more than so many days ago."""
        oldest = (clock.now() - timedelta(days=days)).timestamp()
        for path in self.folder.glob("rasa-*.log*"):
            if path.stat().st_mtime < oldest:
                path.unlink()

    def close(self) -> None:
        if self._file:
            self._file.close()

    def _today(self) -> RotatingFileHandler:
        if self._file is None or self._file.baseFilename != str(self.path):
            self.close()
            self._file = RotatingFileHandler(
                self.path, maxBytes=FILE_BYTES, backupCount=OLD_FILES, encoding="utf-8"
            )
        return self._file


def readable(line: str) -> str:
    """One line of ours for one of Rasa's; empty when there is nothing to keep.

    >>> readable('{"event": "model.loaded", "level": "info", "text": "bonjour"}')
    'INFO model.loaded'
    """
    if said := PLAIN.match(line):
        event = _event(said["message"]) or f"{said['level']} {said['message'][:PLAIN_CHARACTERS]}"
        return f"{said['logger']} {event}"
    if place := PLACE.match(line):
        return f"  at {Path(place['file']).name}:{place['line']} in {place['name']}"
    if kind := KIND.match(line):
        return f"  {kind['kind']}"
    return _event(line)


def _event(message: str) -> str:
    try:
        told = json.loads(message)
    except ValueError:
        return ""
    if not isinstance(told, dict):
        return ""
    level = str(told.get("level", "info")).upper()
    fields = (f"{name}={told[name]}" for name in KEPT if name in told)
    return " ".join(part for part in (level, str(told.get("event")), *fields, _error(told)) if part)


def _error(told: dict[str, Any]) -> str:
    """`ValueError at shape.py:12 in area, …`, the innermost frame last."""
    chain = told.get("exception")
    if not isinstance(chain, list) or not chain:
        return ""
    frames = chain[0].get("frames", [])[-FRAMES:]
    places = [f"{Path(f['filename']).name}:{f['lineno']} in {f['name']}" for f in frames]
    return f"{chain[0].get('exc_type')} at " + ", ".join(places)
