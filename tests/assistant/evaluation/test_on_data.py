"""Anybody's CSV can be learnt and asked."""

from pathlib import Path

import numpy as np
import pytest

from assistant.evaluation.on_data import evaluate, expecting, main, read, told
from assistant.nlu.calibration import FOREIGN_SHARE, Calibration, Columns
from assistant.nlu.embedder import open_embedder
from assistant.nlu.intents import OUT_OF_SCOPE

TRAIN = [
    (way.format(said), label)
    for label, said in {
        "card.lost": "I lost my card",
        "balance": "how much money is on my account",
        "oos": "what is the weather like",
    }.items()
    for way in ("{}", "{} please", "hello, {}", "{}?", "well, {}", "so {}")
]
ASKED = [("my card is lost", "card.lost"), ("the money on my account", "balance")]
FOREIGN = [("is the weather nice", "oos")]


def test_what_is_learnt_is_recognised_and_the_rest_is_out_of_scope() -> None:
    found = evaluate(TRAIN, ASKED + FOREIGN, open_embedder())
    assert (found.accuracy, found.recall) == (1.0, 1.0)
    assert (found.questions, found.classes) == (3, 3)


def test_without_examples_of_it_nothing_is_out_of_scope() -> None:
    ours = [pair for pair in TRAIN if pair[1] != "oos"]
    found = evaluate(ours, ASKED, open_embedder())
    assert (found.accuracy, found.recall, found.classes) == (1.0, None, 2)
    assert "out of scope" not in told(found)


@pytest.mark.parametrize("each", [1, 2, 4])
def test_few_examples_are_enough_to_answer(each: int) -> None:
    few = [pair for at, pair in enumerate(TRAIN) if pair[1] != "oos" and at % 6 < each]
    assert len(few) == 2 * each
    assert evaluate(few, ASKED, open_embedder()).accuracy == 1.0


def test_names_of_our_own_intents_mean_nothing_here() -> None:
    renamed = [
        (text, {"balance": "redirection", "oos": "hors_sujet"}.get(own, own)) for text, own in TRAIN
    ]
    asked = [("the money on my account", "redirection"), ("is the weather nice", "hors_sujet")]
    found = evaluate(renamed, asked, open_embedder())
    assert (found.accuracy, found.recall) == (1.0, None)


def test_who_expects_less_that_is_foreign_refuses_less() -> None:
    evidence = np.array([[[1.0, 0.5], [0.6, 0.4]]])
    columns = Columns.of(["a", OUT_OF_SCOPE])
    learnt = Calibration((1.0, 1.0), slopes=(1.0, 0.0, 0.0, 0.0), offset=-1.0)
    assert expecting(learnt, FOREIGN_SHARE) == learnt
    before, after = (
        expecting(learnt, share).confidences(evidence, columns)[0] for share in (1 / 3, 1 / 6)
    )
    # five of ours to one that is foreign, instead of two to one
    assert after[0] / after[1] == pytest.approx(before[0] / before[1] * 5 / 2)


def test_a_share_is_a_part_of_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("text,label\nhello,greeting\n", encoding="utf-8")
    for share in ("much", "0", "1.5"):
        assert main(str(path), str(path), "", share) == 2
        assert "between 0 and 1" in capsys.readouterr().err


def test_a_file_has_a_line_of_names_then_text_and_label(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text('text,category\n"Hello, you",greeting\n', encoding="utf-8")
    assert read(path) == [("Hello, you", "greeting")]
    assert read(path, "oos") == [("Hello, you", "oos")]


@pytest.mark.parametrize("content", ["", "text,label\n", "text\nhello\n"])
def test_a_file_that_is_none_is_refused_in_a_line(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(content, encoding="utf-8")
    assert main(str(path), str(path)) == 2
    assert "not a CSV of text,label" in capsys.readouterr().err
    assert main(str(tmp_path / "absent.csv"), str(path)) == 2
