"""What `rasa run` is lent by us: a memory of the conversations that are talked in now.

Rasa's own stores write all events of a conversation, read them again and replay them, several times
a message: a third of what a message costs it. Nothing needs them: what was said is in the web's
log, and whoever is not known here any more begins anew with what the web remembers of their last
turn (actions/session.py). So trackers are kept as they are, in this process, and only for a while.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

from rasa.core.actions.action import RemoteAction
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

MOST = 50  # conversations; one of thirty turns takes some 600 kB
IDLE_S = 900.0  # who says nothing for so long is forgotten here


class RecentTrackers(TrackerStore):
    """The trackers themselves, least recently used first, each with the timer that removes it.

    A turn that fails half-way leaves its tracker changed; the web asks again under another name.
    What somebody had erased is gone from here when they have said nothing for `IDLE_S`.
    """

    def __init__(self, domain: Domain, event_broker: EventBroker | None = None, **_: Any) -> None:
        super().__init__(domain, event_broker)
        self._kept: OrderedDict[str, tuple[asyncio.TimerHandle, DialogueStateTracker]]
        self._kept = OrderedDict()

    async def save(self, tracker: DialogueStateTracker) -> None:
        sender = tracker.sender_id
        self._forget(sender)
        while len(self._kept) >= MOST:
            self._forget(next(iter(self._kept)))
        timer = asyncio.get_running_loop().call_later(IDLE_S, self._forget, sender)
        self._kept[sender] = (timer, tracker)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        return self._kept[sender_id][1] if sender_id in self._kept else None

    async def keys(self) -> Iterable[str]:
        return list(self._kept)

    def _forget(self, sender: str) -> None:
        if sender in self._kept:
            timer, _ = self._kept.pop(sender)
            timer.cancel()


# Rasa checks its schema of all events, and that schema, at each result of an action: a tenth of
# what a message costs it. Ours are made of rasa-sdk's types, and it reads them strictly anyway.
RemoteAction.action_response_format_spec = staticmethod(lambda: {"type": "object"})
