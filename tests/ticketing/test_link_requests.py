"""Links that people ask for: promised in a row, mailed once, to who has both and to nobody else."""

import asyncio

import pytest
from sqlalchemy import func, select

from tests.clock import Clock
from tests.ticketing.support import ADDRESS, Support
from ticketing import notices
from ticketing.link_models import LinkRequest
from ticketing.link_requests import TRIES, LinkRequests, forget_address


async def left(support: Support) -> int:
    async with support.database.reading() as session:
        return await session.scalar(select(func.count()).select_from(LinkRequest)) or 0


async def links_to(support: Support) -> list[str]:
    return [mail.to for mail in await support.mails() if mail.kind == "ticket_link"]


async def test_what_was_taken_stands_before_anybody_sees_to_it(support: Support) -> None:
    ticket = await support.open()
    await support.link_requests.ask(ticket.reference, ADDRESS.upper())
    assert (await left(support), await links_to(support)) == (1, [])
    # The process that took it is gone: another sees to it.
    assert await LinkRequests(support.database).go() == 1
    assert (await left(support), await links_to(support)) == (0, [ADDRESS])
    assert await support.link_requests.go() == 0


async def test_nothing_is_mailed_to_who_has_not_both_and_nothing_is_kept(support: Support) -> None:
    ticket = await support.open()
    await support.link_requests.ask(ticket.reference, "autre@exemple.fr")
    await support.link_requests.ask("TK-000099", ADDRESS)
    assert await support.link_requests.go() == 2
    assert (await left(support), await links_to(support)) == (0, [])


async def test_two_processes_mail_it_once(support: Support) -> None:
    ticket = await support.open()
    for _ in range(3):
        await support.link_requests.ask(ticket.reference, ADDRESS)
    done = await asyncio.gather(*(LinkRequests(support.database).go() for _ in range(4)))
    assert sum(done) == 3
    assert await links_to(support) == [ADDRESS] * 3


async def test_one_that_fails_stops_no_other_and_is_given_up_in_the_end(
    support: Support, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    bad, good = await support.open(), await support.open()
    for each in (bad, good):
        await support.link_requests.ask(each.reference, ADDRESS)
    send = notices.send

    async def fail(session: object, ticket: object, *known: object) -> object:
        if getattr(ticket, "number", 0) == bad.number:
            raise RuntimeError("no such template")
        return await send(session, ticket, *known)  # type: ignore[arg-type]

    monkeypatch.setattr(notices, "send", fail)
    assert await support.link_requests.go() == 1
    assert (await left(support), await links_to(support)) == (1, [ADDRESS])
    for _ in range(TRIES):
        clock.forward(hours=2)
        await support.link_requests.go()
    assert await left(support) == 0


async def test_one_that_failed_is_mailed_later(
    support: Support, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    ticket = await support.open()
    await support.link_requests.ask(ticket.reference, ADDRESS)
    with monkeypatch.context() as patch:
        patch.setattr(notices, "send", None)
        assert await support.link_requests.go() == 0
    assert await support.link_requests.go() == 0  # not at once
    clock.forward(minutes=2)
    assert await support.link_requests.go() == 1
    assert await links_to(support) == [ADDRESS]


async def test_who_is_forgotten_leaves_no_request(support: Support) -> None:
    await support.link_requests.ask("TK-000099", ADDRESS)
    async with support.database.writing.begin() as session:
        await forget_address(session, ADDRESS.upper())
    assert await left(support) == 0
