"""Two processes over one database hear of each other."""

import asyncio

from kit.database import Database
from livechat.hub import BOARD, Hub
from livechat.protocol import LookAgain
from livechat.watcher import Watcher
from tests.livechat.fakes import Chat


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
