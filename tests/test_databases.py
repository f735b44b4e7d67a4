"""Both kinds of database that the tests run on really are there, and really are fresh."""

from sqlalchemy import text

from kit.database import Database


async def test_each_test_gets_a_database_of_its_own(database: Database) -> None:
    async with database.writing.begin() as session:
        await session.execute(text("CREATE TABLE leftovers (id INTEGER)"))


async def test_nothing_is_left_of_another_test(database: Database) -> None:
    async with database.writing.begin() as session:
        await session.execute(text("CREATE TABLE leftovers (id INTEGER)"))
