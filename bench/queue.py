"""200 users wait, 20 advisors serve them: no chat taken twice, and how soon a side is heard.

    .venv/bin/python -m bench.queue [USERS] [ADVISORS]

Runs the real services in one process on a new SQLite database in a temporary folder, with one
asyncio task an advisor, who reads the board at each change and writes once a second. Prints the
milliseconds from an advisor's message being sent to its being heard by the user. Goals: no
double take; p99 under 50 ms.
"""

import asyncio
import random
import sys
import tempfile
from collections import Counter
from contextlib import suppress
from datetime import time
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from uuid import UUID, uuid4

from chorus.training_mails import paper_of
from kit.clock import now
from kit.database import Database
from kit.errors import Conflict
from kit.migration import migrate
from kit.organisation import organisation
from kit.schedule import add_exception
from kit.settings import Settings
from kit.spans import Span
from livechat.access import Doorkeeper
from livechat.assistant import Ask, Memory, Turned, Unreachable
from livechat.boards import Boards
from livechat.console_protocol import AdvisorSay, BoardChat
from livechat.desk import Desk
from livechat.desk_models import AdvisorStatus, ChatState, WrapUp
from livechat.errands import Errands
from livechat.exchange import Exchange
from livechat.hub import BOARD, Hub
from livechat.presence import Presences
from livechat.protocol import Act, MessageEvent, Said
from livechat.rounds import Rounds
from livechat.turns import Turns
from staff.models import Role, StaffMember

USERS, ADVISORS = 200, 20
CAPACITY = 3
PAUSE_S = 1.0  # an advisor writes once a second: faster than anybody types
CALM_S = 0.05  # several changes within are one board
GOAL_MS = 50


class Absent:
    """The assistant: nobody asks it anything here."""

    async def reply(self, ask: Ask, *, sender: str, memory: Memory | None) -> Turned:
        raise Unreachable("There is none here.")


class Centre:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.hub = Hub()
        key = b"bench"
        turns = Turns(database, self.hub, Absent(), Errands(paper_of(Settings())))
        self.exchange = Exchange(
            database, self.hub, turns, Doorkeeper(key), lambda _: [], mac_key=key
        )
        self.desk = Desk(database, self.hub, key)
        self.boards = Boards(database)
        self.presences = Presences(database, self.hub)
        self.rounds = Rounds(database, self.hub)
        self.taken: Counter[UUID] = Counter()
        self.took_ms: list[float] = []
        self.left = 0

    async def prepare(self, advisors: int) -> list[StaffMember]:
        today = now().astimezone(organisation().timezone).date()
        all_day = Span(time.min, time.min)
        async with self.database.writing.begin() as session:
            await add_exception(session, today, closed=False, reason="bench", span=all_day)
        members = [
            StaffMember(
                id=uuid4(),
                email=f"{number}@example.org",
                name=f"A{number}",
                role=Role.ADVISOR,
                capacity=CAPACITY,
                skills=[],
                created_at=now(),
            )
            for number in range(advisors)
        ]
        async with self.database.writing.begin() as session:
            session.add_all(members)
        return members

    async def queue_up(self) -> None:
        opened = await self.exchange.open(uuid4(), None)
        said = Said(client_id=uuid4(), choice=Act.ADVISOR)
        await self.exchange.hear(opened.conversation_id, said)
        self.left += 1

    async def work(self, member: StaffMember) -> None:
        """One advisor: take, exchange a few words, finish, until nobody is left."""
        await asyncio.sleep(random.random() * PAUSE_S)
        await self.presences.come(member.id)
        await self.desk.set_status(member, AdvisorStatus.AVAILABLE)
        while self.left:
            for chat in await self.offered_to(member):
                with suppress(Conflict):
                    await self.desk.accept(member, chat.id)
                    self.taken[chat.id] += 1
                    await self.talk(member, chat)
                    await self.desk.finish(member, chat.id, WrapUp.SOLVED)
                    self.left -= 1
            await self.news()

    async def offered_to(self, member: StaffMember) -> list[BoardChat]:
        """What the advisor's screen shows: the board is read as a console reads it."""
        shown = (await self.boards.read(member)).board_of(member)
        return [chat for chat in shown.chats if chat.state is ChatState.OFFERED]

    async def news(self) -> None:
        """Several changes within a moment are one board, as in web/screen.py."""
        with self.hub.listen(BOARD) as listener, suppress(TimeoutError):
            await asyncio.wait_for(listener.next(), PAUSE_S)
            await asyncio.sleep(CALM_S)

    async def talk(self, member: StaffMember, chat: BoardChat) -> None:
        with self.hub.listen(chat.conversation_id) as listener:
            for text in ("Bonjour", "Un instant"):
                began = perf_counter()
                said = AdvisorSay(type="say", chat_id=chat.id, client_id=uuid4(), text=text)
                await self.desk.say(member, said)
                while True:
                    heard = await listener.next()
                    if isinstance(heard, MessageEvent) and heard.text == text:
                        break
                self.took_ms.append((perf_counter() - began) * 1000)
                await asyncio.sleep(PAUSE_S)


async def main(users: int, advisors: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'bench.db'}")
        await migrate(database)
        centre = Centre(database)
        members = await centre.prepare(advisors)
        for _ in range(users):
            await centre.queue_up()
        began = perf_counter()
        working = [asyncio.create_task(centre.work(member)) for member in members]
        while centre.left:
            await centre.rounds.go()
            await asyncio.sleep(1)
        await asyncio.gather(*working)
        seconds = perf_counter() - began
        await database.close()
    hundredths = quantiles(centre.took_ms, n=100)
    twice = sum(count > 1 for count in centre.taken.values())
    print(f"users, advisors     {users}, {advisors}: all served in {seconds:.1f} s")
    print(f"taken twice         {twice} (goal: 0)")
    print(
        f"p50 / p95 / p99     {hundredths[49]:.0f} / {hundredths[94]:.0f} / {hundredths[98]:.0f} ms"
    )
    print(f"goal                p99 under {GOAL_MS} ms")


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    asyncio.run(main(*(given or (USERS, ADVISORS))))
