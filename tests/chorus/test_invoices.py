"""Only what the host site vouched for is asked of the portal, and no answer takes too long."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import pytest

from chorus import invoices, piste_calls
from chorus.demo_portal import DemoPortal
from chorus.identity import Structure
from chorus.invoices import Invoices, structures_of
from chorus.portal import (
    Detail,
    Following,
    Invoice,
    NotConnected,
    PortalUnavailable,
    UnconnectedPortal,
)

CAMILLE = (Structure(id="demo-camille", name="Menuiserie Martin", kind="entreprise"),)
NADIA = (Structure(id="demo-nadia", name="Plomberie du Lac", kind="entreprise"),)


@pytest.fixture
def service(tmp_path: Path) -> Invoices:
    return Invoices(DemoPortal(tmp_path))


class StuckPortal:
    """A portal that never answers."""

    connected, is_demo = True, False

    async def find_invoices(self, structures: Sequence[str], number: str) -> tuple[Invoice, ...]:
        await _never()

    async def follow(self, structures: Sequence[str], portal_id: str) -> Following | None:
        await _never()

    async def detail(self, structures: Sequence[str], portal_id: str) -> Detail | None:
        await _never()


async def _never() -> NoReturn:
    await asyncio.Event().wait()
    raise AssertionError


async def test_a_user_finds_and_follows_their_own_only(service: Invoices) -> None:
    (found,) = await service.find(CAMILLE, "FA-1008")
    following = await service.follow(CAMILLE, found.portal_id)
    assert following is not None and following.status == "SUSPENDUE"
    assert await service.follow(NADIA, found.portal_id) is None
    assert await service.detail(NADIA, found.portal_id) is None
    assert (await service.detail(CAMILLE, found.portal_id)) is not None


async def test_one_that_is_found_is_followed_at_once_and_several_are_listed(
    service: Invoices,
) -> None:
    looked = await service.look(CAMILLE, "FA-1008")
    assert looked.following is not None and looked.following.invoice == looked.found[0]
    several = await service.look(CAMILLE, "F-0042")
    assert (len(several.found), several.following) == (2, None)
    assert await service.look(CAMILLE, "FA-9999") == invoices.Looked(())


async def test_whoever_is_not_connected_finds_nothing_and_the_portal_is_not_asked() -> None:
    service = Invoices(StuckPortal())
    nobody = structures_of(None)
    assert await service.find(nobody, "FA-1001") == ()
    assert await service.look(nobody, "FA-1001") == invoices.Looked(())
    assert await service.follow(nobody, "1") is None
    assert await service.detail(nobody, "1") is None


async def test_a_portal_that_never_answers_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in ("EACH_S", "AT_ONCE_S"):
        monkeypatch.setattr(invoices, limit, 0.01)
    service = Invoices(StuckPortal())
    for call in (
        service.find(CAMILLE, "F-1"),
        service.look(CAMILLE, "F-1"),
        service.follow(CAMILLE, "1"),
        service.detail(CAMILLE, "1"),
    ):
        with pytest.raises(PortalUnavailable):
            await call


def test_within_the_time_of_one_question_the_portal_can_be_tried_twice() -> None:
    longest_pause_s = piste_calls.FIRST_PAUSE_S * 2
    begun_s = piste_calls.READ_S + longest_pause_s + piste_calls.WORTH_A_TRY_S
    assert begun_s <= invoices.EACH_S


async def test_without_a_portal_it_says_so() -> None:
    service = Invoices(UnconnectedPortal())
    assert not service.connected
    with pytest.raises(NotConnected):
        await service.find(CAMILLE, "F-1")


def test_the_structures_are_those_that_a_conversation_keeps() -> None:
    kept = {"structures": [CAMILLE[0].model_dump(), NADIA[0].model_dump()], "email": "x@y.fr"}
    assert structures_of(kept) == (*CAMILLE, *NADIA)
    assert structures_of({}) == ()
