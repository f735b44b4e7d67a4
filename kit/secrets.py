"""The keys that this installation made for itself: nobody has to invent, copy or send one.

They are made once, at the first start, into a file that only its owner may read. Two processes that
start together agree on the same keys: whoever comes second reads what the first one wrote.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path

FILE = "secrets.json"
BYTES = 32  # of randomness in a key: as many as the SHA-256 that signs with it


@dataclass(frozen=True)
class Secrets:
    """The keys, as URL-safe text. None of them shows when the object is printed."""

    token_key: str = field(repr=False)  # signs the tokens of conversations
    action_secret: str = field(repr=False)  # what Rasa shows to have an action run
    demo_key: str = field(repr=False)  # vouches for the people of the demo host site
    mail_key: str = field(repr=False)  # signs the Message-ID of our mails
    proof_key: str = field(repr=False)  # signs the challenges of public forms


def load(var: Path) -> Secrets:
    """The keys kept in the folder `var`, made now where they are missing.

    Raises OSError when the folder cannot be written, ValueError when the file is damaged: a damaged
    file is never replaced, since every token signed with its keys would be void.
    """
    var.mkdir(parents=True, exist_ok=True)
    path = var / FILE
    with _alone(var):
        kept = _read(path)
        missing = [name for name in _names() if name not in kept]
        if missing:
            kept |= {name: secrets.token_urlsafe(BYTES) for name in missing}
            _write(path, kept)
    return Secrets(**{name: kept[name] for name in _names()})


def _names() -> list[str]:
    return [key.name for key in fields(Secrets)]


@contextmanager
def _alone(var: Path) -> Iterator[None]:
    """One process at a time; the lock ends with the process, however it ends."""
    descriptor = os.open(var, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _read(path: Path) -> dict[str, str]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    kept = json.loads(text)
    if not isinstance(kept, dict):
        raise ValueError(f"{path} is not a table of keys")
    return kept


def _write(path: Path, kept: dict[str, str]) -> None:
    """The whole file or nothing: written beside, then renamed over."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(kept, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
