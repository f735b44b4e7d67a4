"""The keys of an installation: made once, kept to their owner, never lost."""

import json
import stat
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from kit.secrets import FILE, Secrets, load


def test_keys_are_made_once(tmp_path: Path) -> None:
    assert load(tmp_path) == load(tmp_path)


def test_keys_differ_between_installations(tmp_path: Path) -> None:
    one, other = load(tmp_path / "one"), load(tmp_path / "other")
    assert one.token_key != other.token_key
    assert one.token_key != one.action_secret


def test_only_the_owner_may_read_them(tmp_path: Path) -> None:
    load(tmp_path)
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_printing_them_shows_nothing(tmp_path: Path) -> None:
    secrets = load(tmp_path)
    assert secrets.token_key not in repr(secrets)
    assert secrets.action_secret not in str(secrets)


def test_processes_that_start_together_agree(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        found: list[Secrets] = list(pool.map(load, [tmp_path] * 16))
    assert len(set(found)) == 1


def test_a_key_that_a_new_version_adds_leaves_the_others(tmp_path: Path) -> None:
    kept = load(tmp_path)
    path = tmp_path / FILE
    path.write_text(json.dumps({"token_key": kept.token_key, "of_a_later_version": "kept"}))
    assert load(tmp_path).token_key == kept.token_key
    assert json.loads(path.read_text())["of_a_later_version"] == "kept"


def test_a_damaged_file_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("{")
    with pytest.raises(ValueError):
        load(tmp_path)
    assert (tmp_path / FILE).read_text() == "{"
