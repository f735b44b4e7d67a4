"""Conversations that are talked in now are remembered, for a while; results of actions are read."""

import asyncio
from pathlib import Path

import pytest
import yaml
from rasa.core.actions.action import RemoteAction
from rasa.core.tracker_store import TrackerStore, check_if_tracker_store_async
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import class_from_module_path

from assistant import server
from assistant.server import RecentTrackers

ROOT = Path(__file__).parents[2]


@pytest.fixture
def trackers() -> RecentTrackers:
    return RecentTrackers(Domain.empty(), host=None)


def meet(trackers: RecentTrackers, name: str) -> DialogueStateTracker:
    return asyncio.run(trackers.get_or_create_tracker(name))


def known(trackers: RecentTrackers) -> list[str]:
    return list(asyncio.run(trackers.keys()))


def test_the_endpoints_name_this_store() -> None:
    # Rasa would take one of its own without a word, which never forgets.
    named = yaml.safe_load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))["tracker_store"]
    assert class_from_module_path(named["type"]) is RecentTrackers
    assert issubclass(RecentTrackers, TrackerStore)


def test_what_happened_is_known_at_the_next_message(trackers: RecentTrackers) -> None:
    tracker = meet(trackers, "a")
    tracker.update(SlotSet("misses", 1))
    asyncio.run(trackers.save(tracker))
    assert meet(trackers, "a").events[-1] == SlotSet("misses", 1)
    assert asyncio.run(trackers.retrieve("b")) is None


def test_the_least_recent_one_goes_when_there_are_too_many(
    trackers: RecentTrackers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MOST", 2)
    for name in ("a", "b"):
        meet(trackers, name)
    asyncio.run(trackers.save(meet(trackers, "a")))
    meet(trackers, "c")
    assert known(trackers) == ["a", "c"]


def test_who_says_nothing_for_long_is_forgotten_without_another_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "IDLE_S", 0.05)

    async def told() -> list[str]:
        trackers = RecentTrackers(Domain.empty())
        await trackers.get_or_create_tracker("a")
        await trackers.get_or_create_tracker("b")
        assert list(await trackers.keys()) == ["a", "b"]
        while await trackers.keys():
            await asyncio.sleep(0.01)
        await trackers.get_or_create_tracker("c")
        return list(await trackers.keys())

    assert asyncio.run(asyncio.wait_for(told(), 10)) == ["c"]


def test_the_silence_of_who_goes_on_talking_begins_anew() -> None:
    async def talk() -> None:
        trackers = RecentTrackers(Domain.empty())
        timers = []
        for _ in range(2):
            await trackers.save(await trackers.get_or_create_tracker("a"))
            timers.append(trackers._kept["a"][0])
        first, second = timers
        # Looked at while the loop runs: uvloop cancels all that is left when it ends.
        assert (first.cancelled(), second.cancelled()) == (True, False)

    asyncio.run(talk())


def test_no_wrapper_stands_between_rasa_and_the_store(trackers: RecentTrackers) -> None:
    assert check_if_tracker_store_async(trackers)


def test_what_an_action_returns_is_an_object() -> None:
    action = RemoteAction("action_answer", None)
    assert action._validate_action_result({"events": [], "responses": []})
    with pytest.raises(Exception, match="Failed to validate"):
        action._validate_action_result([])  # type: ignore[arg-type]
