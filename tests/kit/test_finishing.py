"""What touches the database runs to its end; what is done again and again survives its failures."""

import asyncio

import pytest

from kit.finishing import all_ended, repeat, stop, to_its_end


async def test_work_goes_on_when_whoever_waited_for_it_is_gone() -> None:
    begun, released, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    @to_its_end
    async def work() -> None:
        begun.set()
        await released.wait()
        ended.set()

    waiting = asyncio.create_task(work())
    await begun.wait()
    waiting.cancel()
    await asyncio.sleep(0)
    released.set()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(5):
            await waiting
    assert ended.is_set()


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
    begun, released, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    @to_its_end
    async def work() -> None:
        begun.set()
        await released.wait()
        ended.set()

    waiting = asyncio.create_task(work())
    await begun.wait()
    for _ in range(2):
        waiting.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await waiting
    last = asyncio.create_task(all_ended())
    await asyncio.sleep(0)
    assert not last.done()
    released.set()
    async with asyncio.timeout(5):
        await last
    assert ended.is_set()
