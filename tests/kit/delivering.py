"""A process of its own that sends what is due, once: `python -m tests.kit.delivering`.

Its settings come from the environment, like those of any other.
"""

import asyncio

from kit.database import Database
from kit.outbox import Outbox
from kit.settings import Settings


async def main() -> None:
    settings = Settings()
    database = Database(settings.database)
    try:
        await Outbox(database, settings).deliver()
    finally:
        await database.close()


if __name__ == "__main__":
    asyncio.run(main())
