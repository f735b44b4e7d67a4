"""Turns: one at a time, the least patient first, nobody starves, nobody who left is waited for."""

import asyncio

from kit.taking_turns import Turnstile

HOURS = 10_000.0


async def enter(turnstile: Turnstile, patience_s: float, name: str, seen: list[str]) -> None:
    async with turnstile.turn(patience_s):
        seen.append(f"{name} in")
        await asyncio.sleep(0)
        seen.append(f"{name} out")


async def test_one_at_a_time_and_the_least_patient_first() -> None:
    turnstile, seen = Turnstile(), list[str]()
    patience = {"a": HOURS, "b": 2 * HOURS, "c": HOURS, "d": 0.0}
    await asyncio.gather(*(enter(turnstile, s, name, seen) for name, s in patience.items()))
    assert seen == [f"{name} {way}" for name in "adcb" for way in ("in", "out")]


async def test_of_equal_patience_who_came_first_goes_first() -> None:
    turnstile, seen = Turnstile(), list[str]()
    await asyncio.gather(*(enter(turnstile, 0.0, name, seen) for name in "abcd"))
    assert [each for each in seen if each.endswith("in")] == ["a in", "b in", "c in", "d in"]


async def test_who_stops_waiting_holds_up_nobody() -> None:
    turnstile, seen = Turnstile(), list[str]()
    async with turnstile.turn(0.0):
        leaving = asyncio.create_task(enter(turnstile, 0.0, "gone", seen))
        staying = asyncio.create_task(enter(turnstile, HOURS, "here", seen))
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.wait([leaving])
    await staying
    assert seen == ["here in", "here out"]


async def test_who_is_cancelled_just_as_they_were_called_passes_the_turn_on() -> None:
    turnstile, seen = Turnstile(), list[str]()
    async with turnstile.turn(0.0):
        called = asyncio.create_task(enter(turnstile, 0.0, "called", seen))
        after = asyncio.create_task(enter(turnstile, HOURS, "after", seen))
        await asyncio.sleep(0)
    called.cancel()  # called, and not yet resumed
    await asyncio.gather(called, after, return_exceptions=True)
    assert seen == ["after in", "after out"]


async def test_a_failure_inside_passes_the_turn_on() -> None:
    turnstile, seen = Turnstile(), list[str]()

    async def fail() -> None:
        async with turnstile.turn(0.0):
            raise ValueError

    await asyncio.gather(fail(), enter(turnstile, 0.0, "next", seen), return_exceptions=True)
    assert seen == ["next in", "next out"]
