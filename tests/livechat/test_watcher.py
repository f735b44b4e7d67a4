"""Two processes over one database hear of each other."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from unittest.mock import Mock
from uuid import UUID

import pytest
from sqlalchemy import select

from kit.database import Database
from livechat.desk_models import TypingHint
from livechat.hub import BOARD, Hub, Listener
from livechat.protocol import Author, LookAgain, Seen, ServerFrame, SomeoneTypes, UserSeen
from livechat.typists import Typists
from livechat.watcher import Watcher
from tests.clock import Clock
from tests.livechat.centre import Centre
from tests.livechat.fakes import Chat

MORNING = datetime(2026, 11, 24, 9, tzinfo=UTC)  # a Tuesday, ten o'clock in Paris
USER, ADVISOR = SomeoneTypes(author=Author.USER), SomeoneTypes(author=Author.ADVISOR)


async def test_what_another_process_wrote_is_hinted_at_once(
    database: Database, database_url: str
) -> None:
    ours, theirs = Chat(database), Database(database_url)
    conversation_id = await ours.open()
    hub = Hub()
    watcher = Watcher(theirs, hub)
    with hub.listen(conversation_id) as listener, hub.listen(BOARD) as board:
        await watcher.look()
        listener.skip()
        board.skip()
        await watcher.look()  # nothing was written: nothing is hinted
        await ours.say(conversation_id, "bonjour")
        await watcher.look()
        for each in (listener, board):
            assert await asyncio.wait_for(each.next(), 5) == LookAgain()
    await ours.ended()
    await watcher.close()
    await theirs.close()


async def test_what_a_failed_look_did_not_tell_the_next_one_tells(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = Chat(database), Database(database_url)
    conversation_id = await ours.open()
    hub = Hub()
    watcher = Watcher(theirs, hub)
    with hub.listen(conversation_id) as listener:
        await watcher.look()
        listener.skip()
        await ours.say(conversation_id, "bonjour")
        await ours.ended()
        with monkeypatch.context() as broken:
            broken.setattr(theirs, "glancing", Mock(side_effect=OSError("no such file")))
            with pytest.raises(OSError, match="no such file"):
                await watcher.look()
        await watcher.look()
        assert await asyncio.wait_for(listener.next(), 5) == LookAgain()
    await watcher.close()
    await theirs.close()


async def test_watching_holds_nobody_up(database: Database) -> None:
    chat = Chat(database)
    conversation_id = await chat.open()
    watcher = Watcher(database, chat.hub)
    with chat.hub.listen(conversation_id):
        await watcher.look()
        async with asyncio.timeout(3):
            await chat.say(conversation_id, "bonjour")
        await chat.ended()
    await watcher.close()


# Typing ----------------------------------------------------------------------------------


@pytest.fixture
async def elsewhere(database: Database, database_url: str) -> AsyncIterator[Watcher]:
    """The watcher of another process."""
    theirs = Database(database_url)
    watcher = Watcher(theirs, Hub())
    yield watcher
    await watcher.close()
    await theirs.close()


def heard(listener: Listener, *kinds: type[ServerFrame]) -> list[ServerFrame]:
    """What it was given until now: of typing, unless others are named."""
    found = []
    while not listener._frames.empty():
        found.append(listener._frames.get_nowait())
    return [frame for frame in found if isinstance(frame, kinds or SomeoneTypes)]


async def hints(database: Database) -> list[TypingHint]:
    async with database.reading() as session:
        return list(await session.scalars(select(TypingHint)))


async def test_typing_is_seen_once_in_another_process_whoever_types(
    database: Database, elsewhere: Watcher, clock: Clock
) -> None:
    clock.put_at(MORNING)
    centre = Centre(database)
    claire = await centre.hire("Claire")
    conversation_id, chat_id = await centre.serve(claire)
    typists = Typists(database, centre.hub)
    with elsewhere._hub.listen(conversation_id) as listener:
        await centre.desk.type(claire, chat_id)
        await elsewhere.look()
        assert heard(listener) == [ADVISOR]
        await typists.types(conversation_id, Author.USER)
        await elsewhere.look()
        await elsewhere.look()
        assert heard(listener) == [USER]


async def test_how_far_each_side_has_read_is_told_in_another_process(
    database: Database, elsewhere: Watcher, clock: Clock
) -> None:
    clock.put_at(MORNING)
    centre = Centre(database)
    claire = await centre.hire("Claire")
    conversation_id, chat_id = await centre.serve(claire)
    with elsewhere._hub.listen(conversation_id) as listener:
        await elsewhere.look()
        await centre.desk.read(claire, chat_id, 2)
        await centre.exchange.read(conversation_id, 3)
        await elsewhere.look()
        await elsewhere.look()
        assert heard(listener, Seen, UserSeen) == [Seen(seq=2), UserSeen(seq=3)]


async def test_the_process_where_somebody_types_hears_it_once(
    database: Database, clock: Clock
) -> None:
    clock.put_at(MORNING)
    centre = Centre(database)
    conversation_id, _ = await centre.serve(await centre.hire("Claire"))
    watcher = Watcher(database, centre.hub)
    with (
        centre.hub.listen(conversation_id) as typist,
        centre.hub.listen(conversation_id) as other,
    ):
        await Typists(database, centre.hub).types(conversation_id, Author.USER, but=typist)
        await watcher.look()
        assert (heard(typist), heard(other)) == ([], [USER])
    await watcher.close()


async def test_typing_is_written_every_three_seconds_at_most_and_kept_no_longer_than_needed(
    database: Database, elsewhere: Watcher, clock: Clock
) -> None:
    clock.put_at(MORNING)
    centre = Centre(database)
    conversation_id, _ = await centre.serve(await centre.hire("Claire"))
    typists = Typists(database, centre.hub)
    written: set[UUID] = set()
    with elsewhere._hub.listen(conversation_id) as listener:
        for seconds in (0, 0.5, 0.5, 3):
            clock.forward(seconds=seconds)
            await typists.types(conversation_id, Author.USER)
            (kept,) = await hints(database)
            written.add(kept.id)
            await elsewhere.look()
        assert len(written) == 2
        assert heard(listener) == [USER, USER]


async def test_who_types_to_the_assistant_writes_nothing(database: Database) -> None:
    chat = Chat(database)
    conversation_id = await chat.open()
    await Typists(database, chat.hub).types(conversation_id, Author.USER)
    assert await hints(database) == []


async def test_a_hint_that_is_old_is_not_shown(
    database: Database, elsewhere: Watcher, clock: Clock
) -> None:
    clock.put_at(MORNING)
    centre = Centre(database)
    conversation_id, _ = await centre.serve(await centre.hire("Claire"))
    await Typists(database, centre.hub).types(conversation_id, Author.USER)
    clock.forward(seconds=6)
    with elsewhere._hub.listen(conversation_id) as listener:
        await elsewhere.look()
        assert heard(listener) == []
