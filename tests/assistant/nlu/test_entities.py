"""A number is what it looks like."""

import pytest
from spacy.language import Language

from assistant.nlu.entities import find, open_ruler
from assistant.nlu.words import CURRENCY, INVOICE_WORDS, MONTHS, NUMBER_WORDS


@pytest.fixture(scope="module")
def pipeline() -> Language:
    return open_ruler()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("où en est ma facture F2024-00123 ?", [("invoice_number", "F2024-00123")]),
        ("facture n° 45", [("invoice_number", "45")]),
        ("facture n°45.", [("invoice_number", "45")]),
        ("numéro 2024/17", [("invoice_number", "2024/17")]),
        ("20240012345", [("invoice_number", "20240012345")]),
        ("mon ticket TK-000123 svp", [("ticket_reference", "TK-000123")]),
        ("tk 000123", [("ticket_reference", "TK-000123")]),
        ("le ticket « tk000124 »", [("ticket_reference", "TK-000124")]),
        ("envoyée le 12/03/2024", [("date", "12/03/2024")]),
        ("le 1er octobre 2026, puis le 3 mai", [("date", "1er octobre 2026"), ("date", "3 mai")]),
        ("2026-10-03", [("date", "2026-10-03")]),
        ("un total de 1 500,50 €", [("amount", "1 500,50 €")]),
        ("80€ ou 90 euros", [("amount", "80€"), ("amount", "90 euros")]),
        ("comment modifier mon adresse en 2026 ?", []),
        ("factur-x, DC4 et 12 factures", []),
    ],
)
def test_what_stands_in_a_text_is_found(
    pipeline: Language, text: str, expected: list[tuple[str, str]]
) -> None:
    assert [(each["entity"], each["value"]) for each in find(pipeline, text)] == expected


def test_places_count_characters_of_the_text_as_typed(pipeline: Language) -> None:
    text = "Ma facture n° F-2024-7, rejetée"
    (found,) = find(pipeline, text)
    assert text[found["start"] : found["end"]] == "F-2024-7"


def test_a_very_long_text_is_not_read_to_its_end(pipeline: Language) -> None:
    assert find(pipeline, "a " * 4000 + "TK-000123") == []


def test_no_pattern_can_match_without_a_digit() -> None:
    """Else `find` would miss what it skips."""
    pipeline = open_ruler()
    words = {*MONTHS, *CURRENCY, *INVOICE_WORDS, *NUMBER_WORDS}
    text = " ".join(sorted(words) + sorted(words, reverse=True))
    assert list(pipeline(f"{text} TK- FA/ n° premier").ents) == []
    assert find(pipeline, text) == []
