"""English is noticed, and French is never taken for it."""

import pytest

from assistant.evaluation.questions import load
from assistant.nlu.language import language_of


@pytest.mark.parametrize(
    "text",
    [
        "How do I change my login address?",
        "where is my invoice please",
        'When do I have to use "factures émises"?',
        "I can't find the activation e-mail",
    ],
)
def test_an_english_question_is_english(text: str) -> None:
    assert language_of(text) == "en"


@pytest.mark.parametrize(
    "text",
    [
        "comment changer mon adresse ?",
        "hello",
        "password reset",
        "mon login is not ok, je fais comment",
        "le but de la notification",
        "thanks",
        "",
        "12345",
        "j'ai le message « access denied » sur mon compte",
    ],
)
def test_short_mixed_and_french_texts_are_french(text: str) -> None:
    assert language_of(text) == "fr"


def test_of_the_questions_held_apart_hardly_a_french_one_is_taken_for_english() -> None:
    """Some voices write English under another style too: those are the few that are allowed."""
    french = [each for each in load() if each.style != "english" and not each.foreign]
    wrong = [each.text for each in french if language_of(each.text) == "en"]
    assert len(wrong) <= 0.05 * len(french), wrong


def test_most_english_questions_held_apart_are_noticed() -> None:
    english = [each for each in load() if each.style == "english" and not each.foreign]
    noticed = [each for each in english if language_of(each.text) == "en"]
    assert len(noticed) >= 0.8 * len(english)
