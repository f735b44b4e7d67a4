"""What touches the database runs to its end; what is done again and again survives its failures."""

import asyncio
from typing import Self

import pytest

from kit.finishing import all_ended, repeat, stop, to_its_end


class Work:
    """Some work that has begun, goes on until it is released, and has somebody who waits for it."""

    def __init__(self) -> None:
        self.begun, self.released, self.ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    @classmethod
    async def under_way(cls) -> tuple[Self, asyncio.Task[None]]:
        work = cls()
        waiting = asyncio.create_task(work.do())
        await work.begun.wait()
        return work, waiting

    @to_its_end
    async def do(self) -> None:
        self.begun.set()
        await self.released.wait()
        self.ended.set()


async def test_work_goes_on_when_whoever_waited_for_it_is_gone() -> None:
    work, waiting = await Work.under_way()
    waiting.cancel()
    await asyncio.sleep(0)
    work.released.set()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(5):
            await waiting
    assert work.ended.is_set()


async def test_its_failure_reaches_whoever_still_waits() -> None:
    @to_its_end
    async def work() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await work()


async def test_what_is_repeated_goes_on_after_a_failure_until_told_to_stop() -> None:
    stopping = asyncio.Event()
    done: list[int] = []

    async def work() -> None:
        done.append(len(done))
        if len(done) == 2:
            raise ValueError("once")
        if len(done) == 4:
            stopping.set()

    async with asyncio.timeout(5):
        await repeat(work, 0.001, stopping)
    assert done == [0, 1, 2, 3]


async def test_what_does_not_stop_in_time_is_cancelled() -> None:
    late = asyncio.create_task(asyncio.sleep(60))
    await stop([late], within_s=0.01)
    assert late.cancelled()


async def test_the_end_waits_for_what_was_left_even_when_it_was_cancelled_twice() -> None:
    work, waiting = await Work.under_way()
    for _ in range(2):
        waiting.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await waiting
    last = asyncio.create_task(all_ended())
    await asyncio.sleep(0)
    assert not last.done()
    work.released.set()
    async with asyncio.timeout(5):
        await last
    assert work.ended.is_set()
