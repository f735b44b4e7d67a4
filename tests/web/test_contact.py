"""The contact page: the three ways to reach the support, and which of them is open now."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.testclient import TestClient

from kit.schedule import add_exception
from tests.clock import Clock, clock
from tests.staff.people import Browser, Office
from tests.web.conftest import on_sqlite
from tests.web.talks import Talk
from tests.web.test_console import board, screen

__all__ = ["clock"]

MORNING = datetime(2026, 11, 24, 9, tzinfo=UTC)  # a Tuesday, ten o'clock in Paris
NIGHT = datetime(2026, 11, 24, 22, tzinfo=UTC)
ARMISTICE = datetime(2026, 11, 11, 9, tzinfo=UTC)  # a Wednesday

pytestmark = on_sqlite


@pytest.fixture(autouse=True)
def _morning(clock: Clock) -> None:
    clock.put_at(MORNING)


@pytest.fixture
def office(database_url: str) -> Office:
    return Office(database_url)


def read(client: TestClient) -> str:
    """What the page says, without its tags, each gap one blank."""
    answer = client.get("/contact")
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]*>", " ", answer.text).split())


def acts(client: TestClient) -> list[str]:
    """What its buttons ask for, in order."""
    return re.findall(r'data-act="(\w+)"', client.get("/contact").text)


@contextmanager
def an_advisor(client: TestClient, office: Office, status: str = "available") -> Iterator[None]:
    """Claire, at her console."""
    office.hire()
    claire = Browser(client)
    claire.log_in()
    with screen(client, claire.cookie) as line:
        line.send("status", status=status)
        while board(line)["me"]["status"] != status:
            pass
        yield


def test_it_tells_the_three_ways_of_the_seeds(client: TestClient) -> None:
    text = read(client)
    assert "24 heures sur 24 et 7 jours sur 7" in text
    assert "du lundi au vendredi de 8h30 à 18h30, en dehors des jours fériés" in text
    assert "dans les meilleurs délais" in text


def test_a_ticket_is_written_and_followed_from_here(client: TestClient) -> None:
    page = client.get("/contact").text
    assert 'href="/ticket">Ouvrir un ticket' in page
    assert 'href="/suivi">Suivre une demande' in page


def test_open_with_an_advisor_there(client: TestClient, office: Office) -> None:
    with an_advisor(client, office):
        text = read(client)
        assert "le service est ouvert." in text
        assert "Il ferme mardi 24 novembre à 18 h 30 (heure de Paris)" in text
        assert "Au moins un conseiller est connecté" in text
        assert acts(client) == ["open", "advisor"]


def test_open_with_nobody_there(client: TestClient) -> None:
    text = read(client)
    assert "le service est ouvert." in text
    assert "Aucun conseiller n’est connecté" in text
    assert acts(client) == ["open", "advisor", "ticket", "callback"]


def test_an_advisor_who_is_away_counts_as_nobody(client: TestClient, office: Office) -> None:
    with an_advisor(client, office, "away"):
        assert "Aucun conseiller n’est connecté" in read(client)


def test_closed_at_night_it_says_when_it_opens(client: TestClient, clock: Clock) -> None:
    clock.put_at(NIGHT)
    text = read(client)
    assert "le service est fermé : en dehors des horaires" in text
    assert "reviennent mercredi 25 novembre à 8 h 30 (heure de Paris)" in text
    assert acts(client) == ["open", "ticket", "callback"]


def test_closed_on_a_holiday_it_says_which(client: TestClient, clock: Clock) -> None:
    clock.put_at(ARMISTICE)
    text = read(client)
    assert "le service est fermé : armistice" in text.lower()
    assert "reviennent jeudi 12 novembre à 8 h 30" in text
    assert "advisor" not in acts(client)


def test_who_is_at_their_screen_out_of_hours_is_not_promised(
    client: TestClient, office: Office, clock: Clock
) -> None:
    clock.put_at(NIGHT)
    with an_advisor(client, office):
        assert "Au moins un conseiller" not in read(client)
        assert "advisor" not in acts(client)


def test_an_exceptional_closure_gives_its_reason(client: TestClient, office: Office) -> None:
    async def close(session: AsyncSession) -> None:
        await add_exception(session, MORNING.date(), closed=True, reason="inventaire")

    office.write(close)
    assert "le service est fermé : inventaire" in read(client)


def test_to_open_the_page_asks_for_nobody(client: TestClient, office: Office, talk: Talk) -> None:
    before = talk.read()
    with an_advisor(client, office):
        client.get("/contact?act=advisor")
        client.get("/contact#act:advisor")
        assert client.post("/contact").status_code == 405
    assert talk.read() == before


def test_no_other_site_may_frame_it(client: TestClient) -> None:
    policy = client.get("/contact").headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("path", ["/", "/aide", "/confidentialite"])
def test_other_pages_lead_to_it(client: TestClient, path: str) -> None:
    assert 'href="/contact"' in client.get(path).text


def test_what_is_written_keeps_to_french_typography(client: TestClient) -> None:
    text = re.sub(r"<[^>]*>|https?://\S+", "", client.get("/contact").text)
    assert not re.search(r"\w [:;!?»]|« ", text)
