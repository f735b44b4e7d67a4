"""Secret links and codes: whoever guesses, replays or comes late learns nothing."""

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kit.errors import Invalid, NotFound
from tests.clock import Clock
from tests.ticketing.support import ADDRESS, Support
from ticketing import links, thread
from ticketing.following import ByLink, Connected
from ticketing.models import TicketCode, TicketLink


async def code_of(support: Support) -> str:
    """The last code that was mailed."""
    mail = [each for each in await support.mails() if each.kind == "ticket_code"][-1]
    return next(word for word in mail.text.split() if word.isdigit() and len(word) == 6)


async def test_of_a_link_only_a_hash_is_stored(support: Support) -> None:
    ticket = await support.open()
    token = await support.token_of(ticket.number)
    assert len(token) >= 43  # 256 bits
    async with support.database.reading() as session:
        (row,) = await session.scalars(select(TicketLink))
    assert row.token_hash == hashlib.sha256(token.encode()).hexdigest()


async def test_invented_expired_and_revoked_links_are_refused_alike(
    support: Support, clock: Clock
) -> None:
    first, second, third = [await support.open() for _ in range(3)]
    tokens = [await support.token_of(each.number) for each in (first, second, third)]
    async with support.database.writing.begin() as session:
        await links.revoke_all(session, first)
    clock.forward(days=links.LINK_LASTS.days + 1)
    refusals = []
    for token in (tokens[0], tokens[1], "x" * 43, "", "é", "TK-000001", tokens[2] + "A"):
        with pytest.raises(NotFound) as refusal:
            await support.following.read(ByLink(token))
        refusals.append(str(refusal.value))
    assert set(refusals) == {thread.NO_SUCH}


async def test_a_foreign_ticket_is_refused_like_an_absent_one(support: Support) -> None:
    theirs = await support.open(subject="host nadia")
    for number in (theirs.number, theirs.number + 1):
        with pytest.raises(NotFound, match=thread.NO_SUCH):
            await support.following.read(Connected("host camille", number))


async def test_a_mailed_code_opens_what_is_masked_for_an_hour(
    support: Support, clock: Clock
) -> None:
    ticket = await support.open()
    token = await support.token_of(ticket.number)
    assert not (await support.following.read(ByLink(token))).unmasked
    await support.following.send_code(token)
    mail = (await support.mails())[-1]
    assert (mail.kind, mail.to) == ("ticket_code", ADDRESS)
    visit = await support.following.enter_code(token, await code_of(support))
    assert (await support.following.read(ByLink(token, visit))).unmasked
    assert not (await support.following.read(ByLink(token, visit + "A"))).unmasked
    clock.forward(seconds=links.VISIT_LASTS.total_seconds())
    assert not (await support.following.read(ByLink(token, visit))).unmasked


async def test_a_code_opens_only_the_link_that_it_was_asked_for(support: Support) -> None:
    ours, theirs = await support.open(), await support.open()
    our_token, their_token = [await support.token_of(each.number) for each in (ours, theirs)]
    await support.following.send_code(our_token)
    visit = await support.following.enter_code(our_token, await code_of(support))
    assert not (await support.following.read(ByLink(their_token, visit))).unmasked
    with pytest.raises(Invalid):
        await support.following.enter_code(their_token, await code_of(support))


async def test_a_code_serves_once(support: Support) -> None:
    token = await support.token_of((await support.open()).number)
    await support.following.send_code(token)
    code = await code_of(support)
    await support.following.enter_code(token, code)
    with pytest.raises(Invalid):
        await support.following.enter_code(token, code)


async def test_five_wrong_codes_and_the_right_one_is_void(support: Support) -> None:
    token = await support.token_of((await support.open()).number)
    await support.following.send_code(token)
    code = await code_of(support)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for _ in range(links.CODE_ATTEMPTS):
        with pytest.raises(Invalid):
            await support.following.enter_code(token, wrong)
    with pytest.raises(Invalid):
        await support.following.enter_code(token, code)


async def test_an_old_code_and_one_before_the_last_are_void(support: Support, clock: Clock) -> None:
    token = await support.token_of((await support.open()).number)
    await support.following.send_code(token)
    first = await code_of(support)
    await support.following.send_code(token)
    second = await code_of(support)
    if first != second:
        with pytest.raises(Invalid):
            await support.following.enter_code(token, first)
    clock.forward(seconds=(links.CODE_LASTS + timedelta(seconds=1)).total_seconds())
    with pytest.raises(Invalid):
        await support.following.enter_code(token, second)


async def test_codes_are_stored_hashed(support: Support) -> None:
    token = await support.token_of((await support.open()).number)
    await support.following.send_code(token)
    async with support.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(TicketCode)) == 1
        (row,) = await session.scalars(select(TicketCode))
    assert row.code_hash != await code_of(support)
