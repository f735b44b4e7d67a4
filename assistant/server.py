"""What `rasa run` is lent by us: a memory of the conversations that are talked in now.

Rasa's own stores write all events of a conversation, read them again and replay them, several times
a message: a third of what a message costs it. Nothing needs them: what was said is in the web's
log, and whoever is not known here any more begins anew with what the web remembers of their last
turn (actions/session.py). So trackers are kept as they are, in this process, and only for a while.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from time import monotonic
from typing import Any

from rasa.core.actions.action import RemoteAction
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

MOST = 50  # conversations; one of thirty turns takes some 600 kB
IDLE_S = 900.0  # who says nothing for so long is forgotten here


class RecentTrackers(TrackerStore):
    """The trackers themselves, least recently used first.

    A turn that fails half-way leaves its tracker changed; the web asks again under another name.
    What somebody had erased is gone from here when they have said nothing for `IDLE_S`.
    """

    def __init__(self, domain: Domain, event_broker: EventBroker | None = None, **_: Any) -> None:
        super().__init__(domain, event_broker)
        self._kept: OrderedDict[str, tuple[float, DialogueStateTracker]] = OrderedDict()
        self._look: asyncio.TimerHandle | None = None  # when the oldest may have become too old

    async def save(self, tracker: DialogueStateTracker) -> None:
        self._kept[tracker.sender_id] = (monotonic(), tracker)
        self._kept.move_to_end(tracker.sender_id)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
        if self._look is None:
            self._look = asyncio.get_running_loop().call_later(IDLE_S, self.forget)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        _, tracker = self._kept.get(sender_id, (0.0, None))
        return tracker

    async def keys(self) -> Iterable[str]:
        return list(self._kept)

    def forget(self) -> None:
        """Those who said nothing for `IDLE_S`; and look again when the next one may be due."""
        while self._kept and (left := self._oldest() + IDLE_S - monotonic()) <= 0:
            self._kept.popitem(last=False)
        loop = asyncio.get_running_loop()
        self._look = loop.call_later(left, self.forget) if self._kept else None

    def _oldest(self) -> float:
        said, _ = next(iter(self._kept.values()))
        return said


# Rasa checks its schema of all events, and that schema, at each result of an action: a tenth of
# what a message costs it. Ours are made of rasa-sdk's types, and it reads them strictly anyway.
RemoteAction.action_response_format_spec = staticmethod(lambda: {"type": "object"})
