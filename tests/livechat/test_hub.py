"""Who listens gets all there is, in order; who is too slow, or must go, is told so."""

import asyncio
from uuid import uuid4

import pytest

from livechat.hub import BACKLOG, Cut, Hub, Listener
from livechat.protocol import Author, CloseCode, GoingAway, Heartbeat, ServerFrame, SomeoneTypes

OURS, OTHERS = uuid4(), uuid4()
USER, ASSISTANT = SomeoneTypes(author=Author.USER), SomeoneTypes(author=Author.ASSISTANT)


async def heard(listener: Listener) -> list[ServerFrame | CloseCode]:
    """All that a listener is given until it is cut."""
    found: list[ServerFrame | CloseCode] = []
    try:
        async with asyncio.timeout(5):
            while True:
                found.append(await listener.next())
    except Cut as cut:
        return [*found, cut.code]


async def test_frames_reach_who_listens_to_that_conversation_in_order() -> None:
    hub = Hub()
    with hub.listen(OURS) as one, hub.listen(OURS) as two, hub.listen(OTHERS) as stranger:
        hub.publish(OURS, USER, ASSISTANT)
        hub.hang_up(OURS, CloseCode.LOG_IN_AGAIN)
        hub.hang_up(OTHERS, CloseCode.REFUSED)
        expected = [USER, ASSISTANT, CloseCode.LOG_IN_AGAIN]
        assert await heard(one) == await heard(two) == expected
        assert await heard(stranger) == [CloseCode.REFUSED]


async def test_what_comes_from_one_listener_goes_to_the_others() -> None:
    hub = Hub()
    with hub.listen(OURS) as one, hub.listen(OURS) as two:
        hub.publish_to_others(OURS, one, USER)
        hub.go_away(1.0)
        assert await heard(one) == [GoingAway(delay_s=1.0), CloseCode.COME_BACK]
        assert await heard(two) == [USER, GoingAway(delay_s=1.0), CloseCode.COME_BACK]


async def test_a_slow_listener_is_cut_and_the_others_lose_nothing() -> None:
    hub = Hub()
    with hub.listen(OURS) as slow, hub.listen(OURS) as quick:
        for _ in range(BACKLOG + 1):
            hub.publish(OURS, Heartbeat())
            assert await quick.next() == Heartbeat()
        assert await heard(slow) == [CloseCode.TOO_SLOW]


async def test_a_listener_may_be_late_by_the_backlog() -> None:
    hub = Hub()
    with hub.listen(OURS) as late:
        for _ in range(BACKLOG):
            hub.publish(OURS, Heartbeat())
        hub.hang_up(OURS, CloseCode.COME_BACK)
        assert len(await heard(late)) == BACKLOG + 1


async def test_who_goes_away_says_so_to_everybody_first() -> None:
    hub = Hub()
    with hub.listen(OURS) as one, hub.listen(OTHERS) as other:
        hub.publish(OURS, ASSISTANT)
        hub.go_away(delay_s=2.0)
        farewell = [GoingAway(delay_s=2.0), CloseCode.COME_BACK]
        assert await heard(one) == [ASSISTANT, *farewell]
        assert await heard(other) == farewell


async def test_the_first_reason_to_hang_up_is_the_one_that_is_told() -> None:
    listener = Listener()
    listener.cut(CloseCode.LOG_IN_AGAIN)
    listener.cut(CloseCode.COME_BACK)
    assert await heard(listener) == [CloseCode.LOG_IN_AGAIN]


async def test_a_listener_that_waits_is_woken_by_a_frame_and_by_a_cut() -> None:
    hub = Hub()
    with hub.listen(OURS) as listener:
        waiting = asyncio.create_task(listener.next())
        await asyncio.sleep(0)
        hub.publish(OURS, USER)
        assert await waiting == USER
        waiting = asyncio.create_task(listener.next())
        await asyncio.sleep(0)
        hub.hang_up(OURS, CloseCode.OVERLOADED)
        with pytest.raises(Cut):
            await waiting


def test_nothing_is_kept_of_who_stopped_listening() -> None:
    hub = Hub()
    with hub.listen(OURS), hub.listen(OURS):
        pass
    hub.publish(OURS, USER)
    assert not hub._listeners
