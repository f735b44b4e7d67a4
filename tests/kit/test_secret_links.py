"""A secret link names one thing for one purpose, and nobody makes one without our key."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import NotFound
from kit.secret_links import Pass, Seal, SecretLinks

LINKS = SecretLinks(b"a key", b"appointment", "There is no such thing.")
PASSES = st.builds(Pass, st.integers(0, 255), st.uuids(), st.integers(0, 2**32 - 1))


@given(PASSES)
def test_what_was_signed_is_read_again(named: Pass) -> None:
    assert LINKS.read(LINKS.sign(named)) == named


@given(PASSES)
def test_a_link_for_another_purpose_or_of_another_key_opens_nothing(named: Pass) -> None:
    for other in (
        SecretLinks(b"a key", b"training", ""),
        SecretLinks(b"another key", b"appointment", ""),
    ):
        with pytest.raises(NotFound):
            LINKS.read(other.sign(named))


@given(st.text(max_size=90))
def test_an_invented_link_is_refused_in_the_same_words(token: str) -> None:
    with pytest.raises(NotFound) as refused:
        LINKS.read(token)
    assert str(refused.value) == "There is no such thing."


@given(st.binary(max_size=200))
def test_a_seal_holds_any_bytes_and_vouches_for_no_others(body: bytes) -> None:
    seal = Seal(b"a key", b"sent")
    token = seal.sign(body)
    assert seal.read(token) == body
    altered = token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1]
    for other in (altered, token[1:], token + "=", Seal(b"a key", b"other").sign(body), ""):
        assert seal.read(other) is None
    assert Seal(b"another key", b"sent").read(token) is None


def test_links_of_appointments_that_were_mailed_before_still_open() -> None:
    """What is signed, and how, may never change: the links are in people's mailboxes."""
    named = Pass(1, UUID(int=42), 3)
    token = "AQAAAAAAAAAAAAAAAAAAACoAAAAD_ZwsDNnps2SExtSVJ6uEv1HWgedNv6OWG0MWQ_LKPXQ"
    assert LINKS.sign(named) == token
