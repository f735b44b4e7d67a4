"""What `rasa run` is lent by us: a memory of the conversations that are talked in now.

Rasa's own stores write all events of a conversation, read them again and replay them, several times
a message: a third of what a message costs it. Nothing needs them: what was said is in the web's
log, and whoever is not known here any more begins anew with what the web remembers of their last
turn (actions/session.py). So trackers are kept as they are, in this process, and only for a while.
"""

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
    """

    def __init__(self, domain: Domain, event_broker: EventBroker | None = None, **_: Any) -> None:
        super().__init__(domain, event_broker)
        self._kept: OrderedDict[str, tuple[float, DialogueStateTracker]] = OrderedDict()

    async def save(self, tracker: DialogueStateTracker) -> None:
        self._kept[tracker.sender_id] = (monotonic(), tracker)
        self._kept.move_to_end(tracker.sender_id)
        self._forget()

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        _, tracker = self._kept.get(sender_id, (0.0, None))
        return tracker

    async def keys(self) -> Iterable[str]:
        return list(self._kept)

    def _forget(self) -> None:
        oldest, _ = next(iter(self._kept.values()))
        while len(self._kept) > MOST or oldest < monotonic() - IDLE_S:
            self._kept.popitem(last=False)
            oldest, _ = next(iter(self._kept.values()))


# Rasa checks its schema of all events, and that schema, at each result of an action: a tenth of
# what a message costs it. Ours are made of rasa-sdk's types, and it reads them strictly anyway.
RemoteAction.action_response_format_spec = staticmethod(lambda: {"type": "object"})
