"""An interpreter is found by trying, not by its name."""

import sys
from pathlib import Path

import pytest

from setup import interpreters
from setup.console import Stopped
from setup.interpreters import find, find_one

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


def impostor(folder: Path, name: str, says: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{says}\n")
    path.chmod(0o755)


@pytest.fixture(autouse=True)
def nothing_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "uv"))
    monkeypatch.setattr(interpreters, "PLACES", ())
    return tmp_path


def test_a_name_that_does_not_run_is_passed_over(nothing_installed: Path) -> None:
    impostor(nothing_installed / "bin", "python3.10", "echo 'pyenv: command not found'; exit 127")
    assert find_one("3.10") is None


def test_a_name_that_stands_for_another_version_is_passed_over(nothing_installed: Path) -> None:
    impostor(nothing_installed / "bin", "python3", "echo 3.11 /usr/bin/python3.11")
    assert find_one("3.10") is None


@pytest.mark.parametrize("place", ["pyenv/versions/x", "uv/cpython"])
def test_one_off_the_path_is_found(nothing_installed: Path, place: str) -> None:
    impostor(nothing_installed / place / "bin", "python3.10", "echo 3.10 /opt/python3.10")
    assert find(["3.10"]) == Path("/opt/python3.10")


def test_the_running_one_is_recognised(nothing_installed: Path) -> None:
    impostor(nothing_installed / "bin", "python3", f'exec {sys.executable} "$@"')
    found = find_one(HERE)
    assert found is not None
    assert found.exists()


def test_the_preferred_version_comes_first(nothing_installed: Path) -> None:
    impostor(nothing_installed / "bin", "python3.12", "echo 3.12 /opt/python3.12")
    assert find(["3.13", "3.12"]) == Path("/opt/python3.12")
    impostor(nothing_installed / "bin", "python3.13", "echo 3.13 /opt/python3.13")
    assert find(["3.13", "3.12"]) == Path("/opt/python3.13")


def test_none_at_all_is_said_in_one_line() -> None:
    with pytest.raises(Stopped) as stopped:
        find(["3.13", "3.12"])
    assert "Python 3.13 or 3.12 is missing: install it" in str(stopped.value)
    assert "\n" not in str(stopped.value)
