"""Following invoices: of the structures that the host site vouched for, and of no others.

Whoever is not connected, or speaks for no structure, finds nothing. A turn of the assistant has
five seconds: what it asks at once has four, and of single questions two fit into a turn.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from chorus.identity import Structure
from chorus.portal import Detail, Following, Invoice, Portal, PortalUnavailable

AT_ONCE_S, EACH_S = 4.0, 2.2


@dataclass(frozen=True)
class Looked:
    """What bears a number; when it is one invoice, where that stands."""

    found: tuple[Invoice, ...]
    following: Following | None = None


class Invoices:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    @property
    def connected(self) -> bool:
        """Whether there is a portal that can be asked."""
        return self._portal.connected

    @property
    def is_demo(self) -> bool:
        """Whether all that it tells is made up: whoever reads it is told so."""
        return self._portal.is_demo

    async def find(self, structures: Sequence[Structure], number: str) -> tuple[Invoice, ...]:
        """Theirs that bear this number, the newest first. Raises PortalUnavailable."""
        ours = _ids(structures)
        if not ours:
            return ()
        async with _within(EACH_S):
            return await self._portal.find_invoices(ours, number)

    async def look(self, structures: Sequence[Structure], number: str) -> Looked:
        """The same, and where it stands when it is one. Raises PortalUnavailable."""
        ours = _ids(structures)
        if not ours:
            return Looked(())
        async with _within(AT_ONCE_S):
            found = await self._portal.find_invoices(ours, number)
            if len(found) != 1:
                return Looked(found)
            return Looked(found, await self._portal.follow(ours, found[0].portal_id))

    async def follow(self, structures: Sequence[Structure], portal_id: str) -> Following | None:
        """None: absent, or somebody else's. Raises PortalUnavailable."""
        ours = _ids(structures)
        if not ours:
            return None
        async with _within(EACH_S):
            return await self._portal.follow(ours, portal_id)

    async def detail(self, structures: Sequence[Structure], portal_id: str) -> Detail | None:
        """None: absent, or somebody else's. Raises PortalUnavailable."""
        ours = _ids(structures)
        if not ours:
            return None
        async with _within(EACH_S):
            return await self._portal.detail(ours, portal_id)


def structures_of(identity: Mapping[str, Any] | None) -> tuple[Structure, ...]:
    """Of the verified identity as a conversation keeps it; none of whoever is not connected."""
    kept = identity.get("structures", ()) if identity else ()
    return tuple(Structure.model_validate(each) for each in kept)


def _ids(structures: Sequence[Structure]) -> tuple[str, ...]:
    return tuple(each.id for each in structures)


@asynccontextmanager
async def _within(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise PortalUnavailable("The portal is too slow.") from None
