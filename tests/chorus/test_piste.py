"""The real host site is asked patiently, believed carefully, and shown to its owners only."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from time import monotonic
from typing import Any

import httpx2
import pytest

from chorus import invoices, piste_calls
from chorus.breaker import FAILURES, PAUSE_S, State
from chorus.connecting import portal_of
from chorus.identity import Structure
from chorus.invoices import Invoices
from chorus.piste import PistePortal
from chorus.piste_calls import (
    API,
    OAUTH,
    SANDBOX_API,
    SANDBOX_OAUTH,
    TRIES,
    Failed,
    Piste,
    access_of,
    pause_before_next,
)
from chorus.portal import Kind, PortalUnavailable
from kit.settings import Settings
from tests.chorus.piste_server import (
    CONSULT,
    HISTORY,
    PERSONAL,
    SEARCH,
    TOKEN,
    Fault,
    PisteServer,
    Status,
    serving,
)

SIRET, PORTAL_ID = "12345678900011", "25784152"
OURS = (SIRET,)
PASSING = [Status(500), Status(502), Status(503), Fault.TRUNCATED, Fault.CUT_OFF, Fault.HTML]


@pytest.fixture(scope="module")
def started() -> Iterator[PisteServer]:
    with serving() as piste:
        yield piste


@pytest.fixture
def server(started: PisteServer) -> PisteServer:
    started.forget()
    return started


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a test of a slow server takes no seconds."""
    monkeypatch.setattr(piste_calls, "READ_S", 0.4)
    monkeypatch.setattr(piste_calls, "FIRST_PAUSE_S", 0.01)


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(trust_env=False) as client:
        yield client


@pytest.fixture
def piste(server: PisteServer, http: httpx2.AsyncClient) -> Piste:
    return Piste(access_of(server.settings()), http)


@pytest.fixture
def portal(piste: Piste) -> PistePortal:
    return PistePortal(piste)


# What it says ------------------------------------------------------------------------------------


async def test_an_invoice_is_found_by_its_number(server: PisteServer, portal: PistePortal) -> None:
    portal_id = server.holds("FA-2026-1", typeDemandePaiement="FACTURE_TRAVAUX")
    server.holds("FA-2026-2")
    (found,) = await portal.find_invoices(OURS, "FA-2026-1")
    assert (found.number, found.portal_id) == ("FA-2026-1", str(portal_id))
    assert (found.status, found.kind) == ("SUSPENDUE", Kind.WORKS_INVOICE)
    assert found.recipient == "Departement du Lot"
    assert found.service == "Direction des infrastructures"
    assert found.changed_at == datetime(2026, 10, 5, 13, 45, 39, 674_000, UTC)
    assert (found.issued_on, found.amount) == (date(2026, 10, 5), Decimal("9822.5"))
    assert found.structure_id == SIRET


async def test_it_is_followed_with_its_history_the_newest_first(
    server: PisteServer, portal: PistePortal
) -> None:
    portal_id = server.holds("FA-2026-1")
    following = await portal.follow(OURS, str(portal_id))
    assert following is not None
    assert following.status == "SUSPENDUE"
    assert following.at == datetime(2026, 10, 5, 13, 45, tzinfo=UTC)  # 15:45 in Paris
    assert [each.status for each in following.history] == ["SUSPENDUE", "DEPOSEE"]
    assert following.comment == "Pièce absente. [nom masqué], [téléphone masqué]"


async def test_its_detail_is_told(server: PisteServer, portal: PistePortal) -> None:
    portal_id = server.holds("FA-2026-1", _frame="A4_PROJET_DECOMPTE_MENSUEL_FOURNISSEUR")
    detail = await portal.detail(OURS, str(portal_id))
    assert detail is not None
    assert detail.invoice.kind is Kind.WORKS_INVOICE
    assert (detail.amount_without_tax, detail.amount_to_pay) == (Decimal(9500), Decimal("9822.5"))
    assert (detail.commitment, detail.contract) == ("VABFC002", "VABFM001")
    assert detail.deposited_on == date(2026, 10, 5)


async def test_the_same_number_in_two_years_is_found_twice_the_newest_first(
    server: PisteServer, portal: PistePortal
) -> None:
    server.holds("F-42", day="2025-03-01")
    server.holds("F-42", day="2026-03-01")
    found = await portal.find_invoices(OURS, "F-42")
    assert [each.issued_on for each in found] == [date(2026, 3, 1), date(2025, 3, 1)]


@pytest.mark.parametrize("written", ["fa–2026‑1", " FA - 2026 - 1 ", "Fa-2026-1"])
async def test_a_number_is_found_however_it_is_written(
    server: PisteServer, portal: PistePortal, written: str
) -> None:
    server.holds("FA-2026-1")
    assert len(await portal.find_invoices(OURS, written)) == 1


async def test_what_merely_resembles_the_number_is_not_it(
    server: PisteServer, portal: PistePortal
) -> None:
    """A portal that searches by the beginning of a number would give both."""
    server.finds_beginnings = True
    server.holds("FA-2026-11")
    server.holds("FA-2026-1")
    (found,) = await portal.find_invoices(OURS, "FA-2026-1")
    assert found.number == "FA-2026-1"


async def test_nothing_is_found_in_an_empty_list(portal: PistePortal) -> None:
    assert await portal.find_invoices(OURS, "FA-2026-1") == ()


async def test_a_date_or_an_amount_that_cannot_be_read_hides_no_invoice(
    server: PisteServer, portal: PistePortal
) -> None:
    server.holds("F-1", dateHeureEtatCourant="hier", montantTTC="beaucoup", dateFacture=None)
    (found,) = await portal.find_invoices(OURS, "F-1")
    assert (found.changed_at, found.amount, found.issued_on) == (None, None, None)


# Whose it is -------------------------------------------------------------------------------------


async def test_another_structures_invoice_is_answered_like_none(
    server: PisteServer, portal: PistePortal
) -> None:
    portal_id = str(server.holds("FA-2026-1", code="99999999900022", issuer_id=9))
    assert await portal.find_invoices(OURS, "FA-2026-1") == ()
    assert await portal.follow(OURS, portal_id) is None
    assert await portal.detail(OURS, portal_id) is None
    assert await portal.follow(OURS, "404") is None
    assert await portal.detail(OURS, "404") is None


async def test_an_invoice_whose_issuer_is_not_told_is_not_shown(
    server: PisteServer, portal: PistePortal
) -> None:
    portal_id = str(server.holds("FA-2026-1", code=None, issuer_id=None))
    assert await portal.find_invoices(OURS, "FA-2026-1") == ()
    assert await portal.follow(OURS, portal_id) is None


async def test_the_issuer_that_a_search_does_not_tell_is_looked_up(
    server: PisteServer, portal: PistePortal
) -> None:
    server.holds("FA-2026-1", code=None, issuer_id=int(PORTAL_ID))
    server.holds("FA-2026-1", code=None, issuer_id=9)
    (found,) = await portal.find_invoices((PORTAL_ID, "x"), "FA-2026-1")
    assert found.structure_id == PORTAL_ID
    assert server.count(CONSULT) == 2


async def test_structures_with_ids_of_the_portal_are_searched_apart(
    server: PisteServer, portal: PistePortal
) -> None:
    server.holds("FA-2026-1", code=None, issuer_id=int(PORTAL_ID))
    server.holds("FA-2026-1", code=None, issuer_id=9)
    assert len(await portal.find_invoices((PORTAL_ID,), "FA-2026-1")) == 1
    assert server.count(CONSULT) == 1  # the foreign one was never in an answer


@pytest.mark.parametrize("structures", [(), ("",)])
async def test_who_speaks_for_no_structure_finds_nothing(
    server: PisteServer, portal: PistePortal, structures: tuple[str, ...]
) -> None:
    portal_id = str(server.holds("FA-2026-1", code="", issuer_id=None))
    assert await portal.find_invoices(structures, "FA-2026-1") == ()
    assert await portal.follow(structures, portal_id) is None


@pytest.mark.parametrize("portal_id", ["", "x", "-1", "1 OR 1", "9" * 30, "١٢"])
async def test_what_is_no_id_of_the_portal_is_not_asked_for(
    server: PisteServer, portal: PistePortal, portal_id: str
) -> None:
    assert await portal.follow(OURS, portal_id) is None
    assert server.asked == []


# Nobody's data -----------------------------------------------------------------------------------


def tells_of_nobody(text: str) -> bool:
    return not any(each in text.lower() for each in PERSONAL)


async def test_nobodys_data_comes_out_of_a_history_or_a_detail(
    server: PisteServer, portal: PistePortal, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    portal_id = str(server.holds("FA-2026-1"))
    found = await portal.find_invoices(OURS, "FA-2026-1")
    following = await portal.follow(OURS, portal_id)
    detail = await portal.detail(OURS, portal_id)
    assert tells_of_nobody(f"{found!r} {following!r} {detail!r}")
    assert tells_of_nobody(caplog.text)


@pytest.mark.parametrize(
    "fault",
    [*PASSING, Fault.WRONG_TYPES, Fault.REFUSED, Fault.ALWAYS_401, Status(400), Status(403)],
)
@pytest.mark.parametrize("path", [SEARCH, CONSULT, HISTORY])
async def test_nobodys_data_and_none_of_our_secrets_come_out_of_an_error(
    server: PisteServer,
    portal: PistePortal,
    caplog: pytest.LogCaptureFixture,
    fault: Fault | Status,
    path: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    portal_id = str(server.holds("FA-2026-1"))
    server.fail(path, *[fault] * 8)
    problems = await asyncio.gather(
        portal.find_invoices(OURS, "FA-2026-1"),
        portal.follow(OURS, portal_id),
        return_exceptions=True,
    )
    told = " ".join(f"{each!r} {_chain(each)}" for each in problems) + caplog.text
    assert tells_of_nobody(told)
    for secret in ("secret of the application", "mot de passe", "TECH_1", "Bearer token"):
        assert secret not in told


def _chain(problem: Any) -> str:
    """What a traceback would show of where an error came from."""
    told = ""
    while isinstance(problem, BaseException):
        told += f" {problem!r}"
        problem = problem.__cause__ or (
            None if problem.__suppress_context__ else problem.__context__
        )
    return told


def test_settings_and_access_show_no_secret(server: PisteServer) -> None:
    shown = f"{server.settings()!r} {access_of(server.settings())!r}"
    assert "secret of the application" not in shown and "mot de passe" not in shown


# Tokens ------------------------------------------------------------------------------------------


async def test_a_token_serves_many_calls(server: PisteServer, portal: PistePortal) -> None:
    for _ in range(3):
        await portal.find_invoices(OURS, "FA-2026-1")
    assert server.count(TOKEN) == 1


async def test_calls_at_the_same_moment_fetch_one_token(
    server: PisteServer, portal: PistePortal
) -> None:
    await asyncio.gather(*(portal.find_invoices(OURS, f"F-{number}") for number in range(6)))
    assert server.count(TOKEN) == 1


async def test_a_token_is_renewed_before_it_ends(server: PisteServer, portal: PistePortal) -> None:
    server.token_lasts_s = 0.2
    await portal.find_invoices(OURS, "FA-2026-1")
    await asyncio.sleep(0.19)  # nine tenths are over
    await portal.find_invoices(OURS, "FA-2026-1")
    assert server.count(TOKEN) == 2


async def test_a_revoked_token_is_renewed_once_however_many_calls_it_stops(
    server: PisteServer, portal: PistePortal
) -> None:
    server.holds("FA-2026-1")
    await portal.find_invoices(OURS, "FA-2026-1")
    server.fail(SEARCH, Fault.TOKEN_REVOKED)
    found = await asyncio.gather(*(portal.find_invoices(OURS, "FA-2026-1") for _ in range(4)))
    assert [len(each) for each in found] == [1] * 4
    assert server.count(TOKEN) == 2


async def test_an_account_that_is_refused_is_not_tried_again_and_again(
    server: PisteServer, portal: PistePortal
) -> None:
    server.fail(SEARCH, *[Fault.ALWAYS_401] * 9)
    with pytest.raises(PortalUnavailable):
        await portal.find_invoices(OURS, "FA-2026-1")
    assert server.count(SEARCH) == 2


async def test_a_wrong_secret_is_tried_once_a_call(
    server: PisteServer, http: httpx2.AsyncClient
) -> None:
    settings = server.settings(piste_client_secret="another")
    portal = portal_of(settings, http)
    with pytest.raises(PortalUnavailable):
        await portal.find_invoices(OURS, "FA-2026-1")
    assert server.count(TOKEN) == 1


# Failures ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [*PASSING, Fault.SLOW])
@pytest.mark.parametrize("path", [SEARCH, TOKEN])
async def test_what_passes_is_tried_again(
    server: PisteServer, portal: PistePortal, fault: Fault | Status, path: str
) -> None:
    server.holds("FA-2026-1")
    server.fail(path, fault)
    assert len(await portal.find_invoices(OURS, "FA-2026-1")) == 1
    assert server.count(path) == 2


@pytest.mark.parametrize("fault", [*PASSING, Fault.SLOW])
async def test_what_does_not_pass_is_given_up_after_some_tries(
    server: PisteServer, portal: PistePortal, fault: Fault | Status
) -> None:
    server.fail(SEARCH, *[fault] * 9)
    with pytest.raises(PortalUnavailable) as caught:
        await portal.find_invoices(OURS, "FA-2026-1")
    assert server.count(SEARCH) == TRIES
    assert caught.value.retry_after >= 1


@pytest.mark.parametrize("fault", [Fault.WRONG_TYPES, Fault.REFUSED, Status(400), Status(404)])
async def test_what_would_be_the_same_again_is_not_tried_again(
    server: PisteServer, portal: PistePortal, fault: Fault | Status
) -> None:
    server.fail(SEARCH, fault)
    with pytest.raises(PortalUnavailable):
        await portal.find_invoices(OURS, "FA-2026-1")
    assert server.count(SEARCH) == 1


async def test_all_tries_together_have_one_deadline(
    server: PisteServer, portal: PistePortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(piste_calls, "WITHIN_S", 0.6)
    server.fail(SEARCH, *[Fault.SLOW] * 9)
    with pytest.raises(PortalUnavailable):
        await portal.find_invoices(OURS, "FA-2026-1")
    assert server.count(SEARCH) < TRIES


async def test_a_port_where_nobody_listens_is_unavailable(http: httpx2.AsyncClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    portal = portal_of(PisteServer(port).settings(), http)
    with pytest.raises(PortalUnavailable):
        await portal.find_invoices(OURS, "FA-2026-1")


async def test_a_history_that_is_refused_leaves_what_the_detail_tells(
    server: PisteServer, portal: PistePortal
) -> None:
    portal_id = str(server.holds("FA-2026-1"))
    server.fail(HISTORY, Fault.REFUSED)
    following = await portal.follow(OURS, portal_id)
    assert following is not None
    assert (following.status, following.history) == ("SUSPENDUE", ())


# Asked to wait -----------------------------------------------------------------------------------


async def test_a_short_wait_that_is_asked_for_is_waited(
    server: PisteServer, portal: PistePortal, piste: Piste
) -> None:
    server.holds("FA-2026-1")
    server.fail(SEARCH, Status(429, "1"))
    assert len(await portal.find_invoices(OURS, "FA-2026-1")) == 1
    assert server.count(SEARCH) == 2
    assert piste.breaker.failures == 0


def test_a_pause_is_what_was_asked_for_else_a_random_part_of_a_growing_span() -> None:
    assert pause_before_next(Failed("HTTP 429", passing=True, after_s=2.0), 1) == 2.0
    for number in (1, 2, 3):
        pauses = {pause_before_next(Failed("HTTP 500", passing=True), number) for _ in range(50)}
        assert len(pauses) > 1
        assert max(pauses) <= piste_calls.FIRST_PAUSE_S * 2**number


@pytest.mark.parametrize("asked_for", ["3600", "60"])
async def test_a_long_wait_is_told_and_nobody_asks_before_it_is_over(
    server: PisteServer, portal: PistePortal, asked_for: str
) -> None:
    server.fail(SEARCH, Status(429, asked_for))
    for _ in range(3):
        with pytest.raises(PortalUnavailable) as caught:
            await portal.find_invoices(OURS, "FA-2026-1")
        assert int(asked_for) - 5 < caught.value.retry_after <= int(asked_for) + 1
    assert server.count(SEARCH) == 1


@pytest.mark.parametrize("told", [None, "Wed, 21 Oct 2026 07:28:00 GMT", "-5", "99999999"])
async def test_an_unreadable_wait_is_a_second(
    server: PisteServer, portal: PistePortal, piste: Piste, told: str | None
) -> None:
    server.fail(SEARCH, Status(429, told))
    await portal.find_invoices(OURS, "FA-2026-1")
    assert server.count(SEARCH) == 2
    assert piste.breaker.failures == 0


# Left alone --------------------------------------------------------------------------------------


async def test_a_portal_that_fails_again_and_again_is_left_alone(
    server: PisteServer, portal: PistePortal, piste: Piste
) -> None:
    server.fail(SEARCH, *[Status(500)] * 20)
    for _ in range(4):
        with pytest.raises(PortalUnavailable) as caught:
            await portal.find_invoices(OURS, "FA-2026-1")
    assert server.count(SEARCH) == FAILURES
    assert piste.breaker.state(monotonic()) is State.OPEN
    assert 1 < caught.value.retry_after <= PAUSE_S + 1


async def test_after_its_pause_one_call_tries_and_its_success_lets_all_in(
    server: PisteServer, portal: PistePortal, piste: Piste
) -> None:
    server.holds("FA-2026-1")
    piste.breaker.failures = FAILURES
    piste.breaker.barred_until = monotonic() - 1
    calls = (portal.find_invoices(OURS, "FA-2026-1") for _ in range(4))
    tried = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(each, PortalUnavailable) for each in tried) == 3
    assert len(await portal.find_invoices(OURS, "FA-2026-1")) == 1
    assert piste.breaker.state(monotonic()) is State.CLOSED


async def test_a_portal_that_lets_everybody_wait_is_left_alone(
    server: PisteServer, portal: PistePortal, piste: Piste, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks has no time for its slowness: their deadline ends the call."""
    await portal.find_invoices(OURS, "FA-2026-1")
    server.fail(SEARCH, *[Fault.SLOW] * 20)
    monkeypatch.setattr(invoices, "EACH_S", 0.2)
    service = Invoices(portal)
    camille = (Structure(id=SIRET, name="Menuiserie Martin", kind="entreprise"),)
    for _ in range(FAILURES + 2):
        with pytest.raises(PortalUnavailable):
            await service.find(camille, "FA-2026-2")
    assert piste.breaker.failures == FAILURES
    assert piste.breaker.state(monotonic()) is State.OPEN


async def test_after_its_pause_an_invoice_can_be_followed_at_once(
    server: PisteServer, portal: PistePortal, piste: Piste
) -> None:
    portal_id = str(server.holds("FA-2026-1"))
    piste.breaker.failures = FAILURES
    following = await portal.follow(OURS, portal_id)
    assert following is not None and len(following.history) == 2
    assert piste.breaker.state(monotonic()) is State.CLOSED


async def test_after_its_pause_several_structures_can_be_searched_at_once(
    server: PisteServer, portal: PistePortal, piste: Piste
) -> None:
    server.holds("FA-2026-1", issuer_id=int(PORTAL_ID), code=None)
    piste.breaker.failures = FAILURES
    assert len(await portal.find_invoices((PORTAL_ID, "9", "10"), "FA-2026-1")) == 1
    assert server.count(SEARCH) == 3


# Settings ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sandbox", "api", "oauth"), [(False, API, OAUTH), (True, SANDBOX_API, SANDBOX_OAUTH)]
)
def test_the_sandbox_has_addresses_of_its_own(
    server: PisteServer, sandbox: bool, api: str, oauth: str
) -> None:
    settings = server.settings(piste_sandbox=sandbox, piste_api_url="", piste_oauth_url="")
    access = access_of(settings)
    assert (access.api, access.oauth) == (api, oauth)


@pytest.mark.parametrize("missing", ["client_secret", "technical_login", "technical_password"])
def test_a_client_id_without_the_other_secrets_stops_the_start(
    server: PisteServer, missing: str
) -> None:
    with pytest.raises(ValueError, match="CLAUDIA_PISTE_CLIENT_ID needs"):
        access_of(server.settings(**{f"piste_{missing}": ""}))


async def test_without_access_and_without_the_demo_nothing_is_connected(
    http: httpx2.AsyncClient,
) -> None:
    portal = portal_of(Settings(demo=False), http)
    assert not portal.connected
    for call in (
        portal.find_invoices(OURS, "F-1"),
        portal.follow(OURS, "1"),
        portal.detail(OURS, "1"),
    ):
        with pytest.raises(PortalUnavailable):
            await call
