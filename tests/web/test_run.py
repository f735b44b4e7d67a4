"""What `make run` finds of earlier versions."""

from pathlib import Path

from web.run import remove_old_record


def test_what_an_earlier_rasa_wrote_of_people_is_removed_and_nothing_else(tmp_path: Path) -> None:
    for name in ("rasa.db", "rasa.db-wal", "rasa.db-shm", "claudia.db"):
        (tmp_path / name).write_text("bonjour", encoding="utf-8")
    remove_old_record(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["claudia.db"]
    remove_old_record(tmp_path / "not there yet")
