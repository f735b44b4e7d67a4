"""Work that is not to be broken off half-way, and work that is done again and again.

Cancelling a task inside a database call leaves its connection open with nobody to close it. So what
touches the database runs to its end even when nobody waits for it any more.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import suppress
from functools import wraps
from typing import Any

logger = logging.getLogger(__name__)

_under_way: set[asyncio.Task[Any]] = set()


def to_its_end[**P, R](
    function: Callable[P, Coroutine[Any, Any, R]],
) -> Callable[P, Coroutine[Any, Any, R]]:
    """Whoever awaits it may be cancelled; the function goes on to its end, which is waited for."""

    @wraps(function)
    async def finished(*arguments: P.args, **named: P.kwargs) -> R:
        task = asyncio.create_task(function(*arguments, **named))
        _under_way.add(task)
        task.add_done_callback(_under_way.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait([task])
            _note(task)
            raise

    return finished


async def all_ended() -> None:
    """Wait for what runs to its end in this event loop though its callers have gone."""
    loop = asyncio.get_running_loop()
    while left := [task for task in _under_way if task.get_loop() is loop]:
        await asyncio.wait(left)


def _note(task: asyncio.Task[Any]) -> None:
    """What it failed with, when its caller had other reasons to leave."""
    if not task.cancelled() and (problem := task.exception()):
        logger.warning("Failed after its caller had gone: %r", problem)


async def repeat(
    work: Callable[[], Awaitable[object]], every_s: float, stopping: asyncio.Event
) -> None:
    """Do it now and every `every_s` seconds, whatever goes wrong, until it is time to stop."""
    while not stopping.is_set():
        try:
            await work()
        except Exception:
            logger.exception("%s failed; tried again in %g s.", work, every_s)
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), every_s)


async def stop(tasks: Iterable[asyncio.Task[None]], within_s: float) -> None:
    """Wait for tasks that were told to stop; cancel those that are not done by then."""
    _, late = await asyncio.wait(tasks, timeout=within_s)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
