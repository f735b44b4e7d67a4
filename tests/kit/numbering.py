"""One of several processes that number things at the same time; started by test_database.py.

    python -m tests.kit.numbering URL COUNT
"""

import asyncio
import sys

from sqlalchemy import text

from kit.database import Database


async def number(url: str, count: int) -> None:
    database = Database(url)
    for _ in range(count):
        async with database.writing.begin() as session:
            # As livechat/log.py does: read under the lock, then write the next number.
            last = await session.scalar(text("SELECT last FROM counter FOR UPDATE" if url.startswith("postgres") else "SELECT last FROM counter"))
            await session.execute(text("UPDATE counter SET last = :next"), {"next": (last or 0) + 1})
            await session.execute(text("INSERT INTO given VALUES (:next)"), {"next": (last or 0) + 1})
    await database.close()


if __name__ == "__main__":
    asyncio.run(number(sys.argv[1], int(sys.argv[2])))
