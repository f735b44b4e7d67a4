"""Two ways to write a number are one number; two numbers are two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chorus.invoice_numbers import LONGEST, cleaned, key


@pytest.mark.parametrize(
    "written",
    [
        "fa-2026-1",
        " FA-2026-1\n",
        "FA - 2026 - 1",
        "FA–2026—1",
        "FA‑2026−1",
        "FA﹣2026－1",
        "F\u00adA-2026-\u200b1",
        "ＦＡ-２０２６-１",
        "FA\u00a0-2026-1",
    ],
)
def test_case_blanks_and_kinds_of_dashes_do_not_matter(written: str) -> None:
    assert key(written) == key("FA-2026-1")


@pytest.mark.parametrize("other", ["FA-2026-01", "FA20261", "FA_2026_1", "FA/2026/1", "A-2026-1"])
def test_everything_else_does(other: str) -> None:
    assert key(other) != key("FA-2026-1")


def test_what_is_sent_keeps_its_case() -> None:
    assert cleaned(" fa–2026 ") == "fa-2026"


@given(st.text(max_size=300))
def test_a_number_is_short_and_has_no_blank(written: str) -> None:
    found = cleaned(written)
    assert len(found) <= LONGEST
    assert not any(character.isspace() for character in found)
    assert key(found) == key(written)
