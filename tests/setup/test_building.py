"""What is built already is kept; what changed is built again; what cannot be built says why."""

import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from setup import console, environments, locks, model, service
from setup.console import Stopped
from setup.environments import Environment


class Disk(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    """An environment whose interpreter runs and whose stamp fits the locks of today."""
    monkeypatch.setattr(environments, "ROOT", tmp_path)
    environment = Environment(".venv", ("3.13",), 1.0)
    environment.python.parent.mkdir(parents=True)
    environment.python.symlink_to(sys.executable)
    lines = [f"{name} {locks.digest(name)}\n" for name in ("web", "test")]
    environment.stamp.write_text("".join(lines))
    return environment


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: Disk(10**9, 10**9, 10**8))


def test_an_environment_that_fits_its_locks_is_kept(built: Environment, full_disk: None) -> None:
    assert environments.build(built, ("web", "test")) == built.python


def test_one_with_the_test_tools_serves_without_them(built: Environment, full_disk: None) -> None:
    assert environments.build(built, ("web",)) == built.python


@pytest.mark.usefixtures("full_disk")
def test_one_whose_lock_changed_is_built_again(built: Environment) -> None:
    built.stamp.write_text("web of-yesterday\n")
    with pytest.raises(Stopped, match=r"\.venv needs 1 GiB and the disk has 0\.1 left"):
        environments.build(built, ("web",))


@pytest.mark.usefixtures("full_disk")
def test_one_whose_python_is_gone_is_built_again(built: Environment) -> None:
    built.python.unlink()
    with pytest.raises(Stopped):
        environments.build(built, ("web",))


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_is_said_before_the_start(tmp_path: Path) -> None:
    with pytest.raises(Stopped, match="has 95 MiB left and 300 are wanted"):
        service.require_room(tmp_path)


def test_a_folder_that_cannot_be_written_is_said_before_the_start(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file, not a folder")
    with pytest.raises(Stopped, match="set CLAUDIA_VAR to a folder that is"):
        service.require_room(tmp_path / "var")


class TestModel:
    @pytest.fixture(autouse=True)
    def inputs(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setattr(model, "ROOT", tmp_path)
        monkeypatch.setattr(model, "MODELS", tmp_path / "models")
        for name in ("config.yml", "domain.yml", "data/nlu/a.yml", "assistant/nlu/decision.py"):
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name)
        (tmp_path / "models").mkdir()
        return tmp_path

    @pytest.mark.parametrize("name", ["config.yml", "data/nlu/a.yml", "assistant/nlu/decision.py"])
    def test_an_edited_input_makes_another_model(self, inputs: Path, name: str) -> None:
        before = model.model_path()
        (inputs / name).write_text("edited")
        assert model.model_path() != before

    def test_a_moved_example_file_makes_another_model(self, inputs: Path) -> None:
        before = model.model_path()
        (inputs / "data/nlu/a.yml").rename(inputs / "data/nlu/b.yml")
        assert model.model_path() != before

    def test_what_python_compiled_does_not(self, inputs: Path) -> None:
        before = model.model_path()
        (inputs / "assistant/nlu/__pycache__").mkdir()
        (inputs / "assistant/nlu/__pycache__/decision.pyc").write_text("compiled")
        assert model.model_path() == before

    def test_the_model_that_fits_is_kept_and_older_ones_go(self, inputs: Path) -> None:
        wanted, older = model.model_path(), inputs / "models" / "claudia-0.tar.gz"
        wanted.write_text("trained")
        older.write_text("trained long ago")
        assert model.train(Path("no python is called")) == wanted
        assert list((inputs / "models").iterdir()) == [wanted]

    def test_a_clone_that_is_not_whole_is_said(self, inputs: Path) -> None:
        (inputs / "config.yml").unlink()
        with pytest.raises(Stopped, match=r"config\.yml is missing"):
            model.train(Path("no python is called"))


class TestSteps:
    def test_a_step_shows_its_name_and_its_time(self, capsys: pytest.CaptureFixture[str]) -> None:
        console.run("Resting", [sys.executable, "-c", "print('unseen')"], hint="")
        printed = capsys.readouterr().out.splitlines()
        assert printed[0] == "▸ Resting"
        assert printed[1].startswith("  done in ")
        assert "unseen" not in "".join(printed)

    def test_a_failed_step_shows_what_was_printed(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(Stopped, match="Try again"):
            console.run("Failing", [sys.executable, "-c", "raise SystemExit('why')"], "Try again.")
        assert "    why" in capsys.readouterr().out

    def test_a_disk_that_fills_up_on_the_way_is_recognised(self) -> None:
        program = "raise SystemExit('[Errno 28] No space left on device')"
        with pytest.raises(Stopped, match="The disk is full"):
            console.run("Filling", [sys.executable, "-c", program], "Try again.")

    def test_a_missing_program_is_said(self) -> None:
        with pytest.raises(Stopped, match="does not start"):
            console.run("Calling", ["/no/such/program"], "")

    def test_a_long_step_says_that_it_goes_on(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(console, "REPORT_EVERY_S", 0.1)
        console.run("Waiting", [sys.executable, "-c", "import time; time.sleep(0.5)"], "")
        assert "  … 0 s" in capsys.readouterr().out
