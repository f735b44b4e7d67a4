"""A token opens its own conversation, and nothing else does."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.database import Database
from kit.errors import NotFound, Unauthorised
from livechat.access import Doorkeeper, Key, check_current, permit
from livechat.models import Conversation

DOOR = Doorkeeper(b"a key of the tests")


def conversation(generation: int = 0, id_: UUID | None = None) -> Conversation:
    return Conversation(id=id_ or uuid4(), token_generation=generation)


@given(st.uuids(), st.integers(0, 2**32 - 1))
def test_a_token_says_what_it_was_made_for(id_: UUID, generation: int) -> None:
    assert DOOR.read(DOOR.token(conversation(generation, id_))) == Key(id_, generation)


def test_the_same_conversation_gets_the_same_token() -> None:
    ours = conversation()
    assert DOOR.token(ours) == DOOR.token(ours)


@given(st.text(max_size=120))
def test_anything_else_is_no_token(text: str) -> None:
    with pytest.raises(Unauthorised):
        DOOR.read(text)


@given(st.integers(0, 69), st.characters(exclude_categories=["Cs"]))
def test_a_token_with_one_character_changed_is_refused(place: int, character: str) -> None:
    token = DOOR.token(conversation(id_=UUID(int=1)))
    forged = token[:place] + character + token[place + 1 :]
    if forged != token:
        with pytest.raises(Unauthorised):
            DOOR.read(forged)


@pytest.mark.parametrize("length", [0, 1, 16, 22, 27, 40, 69])
def test_a_piece_of_a_token_is_refused(length: int) -> None:
    with pytest.raises(Unauthorised):
        DOOR.read(DOOR.token(conversation())[:length])


@pytest.mark.parametrize("decoration", ["=", "==", " ", "\n", "A", "é"])
def test_a_decorated_token_is_refused(decoration: str) -> None:
    with pytest.raises(Unauthorised):
        DOOR.read(DOOR.token(conversation()) + decoration)


def test_a_token_of_another_installation_is_refused() -> None:
    with pytest.raises(Unauthorised):
        DOOR.read(Doorkeeper(b"another key").token(conversation()))


def test_a_token_whose_conversation_was_swapped_is_refused() -> None:
    raw = urlsafe_b64decode(DOOR.token(conversation()) + "==")
    forged = urlsafe_b64encode(uuid4().bytes + raw[16:]).decode().rstrip("=")
    with pytest.raises(Unauthorised):
        DOOR.read(forged)


def test_a_token_permits_its_own_conversation_only() -> None:
    ours, other = uuid4(), uuid4()
    assert permit(Key(ours, 0), str(ours)) == ours
    for asked in (str(other), str(ours).upper(), f"{ours} ", "", "1", "é"):
        if asked != str(ours):
            with pytest.raises(NotFound):
                permit(Key(ours, 0), asked)


async def test_only_the_token_of_the_present_generation_counts(database: Database) -> None:
    async with database.writing.begin() as session:
        session.add(ours := conversation(generation=2))
    async with database.reading() as session:
        assert (await check_current(session, Key(ours.id, 2))).id == ours.id
        for generation in (0, 1, 3):
            with pytest.raises(Unauthorised):
                await check_current(session, Key(ours.id, generation))


async def test_an_absent_conversation_is_refused_in_the_words_of_a_foreign_one(
    database: Database,
) -> None:
    key = Key(uuid4(), 0)
    with pytest.raises(NotFound) as foreign:
        permit(key, str(uuid4()))
    async with database.reading() as session:
        with pytest.raises(NotFound) as absent:
            await check_current(session, key)
    assert str(foreign.value) == str(absent.value)
