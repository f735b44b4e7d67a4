"""Noise changes letters, never the question, and is the same every time."""

from collections.abc import Callable

import pytest

from assistant.evaluation.noise import NOISES, capitals, mistyped, without_accents

TEXT = "Où modifier l’adresse électronique du compte, et à quel moment de l’année ?"


def test_accents_go_and_capitals_stay() -> None:
    assert without_accents("Où est l’Été ?") == "Ou est l’Ete ?"


def test_capitals_keep_their_accents() -> None:
    assert capitals("où est l’été ?") == "OÙ EST L’ÉTÉ ?"


def test_one_word_in_eight_is_mistyped_by_one_letter() -> None:
    noisy = mistyped(TEXT)
    changed = [
        (before, after)
        for before, after in zip(TEXT.split(), noisy.split(), strict=True)
        if before != after
    ]
    assert len(changed) == 2  # of thirteen words
    for before, after in changed:
        assert abs(len(before) - len(after)) <= 1
        assert before[0] == after[0] or "’" in before


def test_a_text_without_a_long_word_stays() -> None:
    assert mistyped("ok ?") == "ok ?"


@pytest.mark.parametrize("change", [change for _, change, _ in NOISES])
def test_the_same_noise_every_time(change: Callable[[str], str]) -> None:
    assert change(TEXT) == change(TEXT)
