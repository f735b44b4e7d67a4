"""The list of triage: whatever its address asks for, what it shows, what it lets out."""

import csv
import io
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from staff.models import Role
from tests.staff.people import Browser
from tests.ticketing.test_queues import METIER
from tests.web.conftest import on_sqlite
from tests.web.test_triage_ticket import ESCAPED, NASTY, Desk, clock, desk

__all__ = ["clock", "desk"]
pytestmark = on_sqlite

KEYS = "q etat destinataire categorie suivi priorite etiquette echeance rappel fermes du au tri"
NAMES = [*KEYS.split(), "page", "lignes", "fait", "lot"]
KNOWN = [
    "",
    "moi",
    "due",
    "0",
    "-1",
    "99999",
    "2026-11-24",
    "0001-01-01",
    "submitted",
    "late",
    NASTY,
]
VALUES = st.one_of(st.sampled_from(KNOWN), st.text(max_size=20))


@pytest.fixture
def claire(desk: Desk) -> Browser:
    return desk.hire()


@given(st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=5))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_address_breaks_the_list(claire: Browser, pairs: list[tuple[str, str]]) -> None:
    query = urlencode(pairs, errors="ignore")
    for path in ("/tickets", "/tickets/export.csv"):
        answer = claire.get(f"{path}?{query}")
        assert answer.status_code == 200, query


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_days_at_the_ends_of_time_are_as_if_they_were_not_said(claire: Browser, day: str) -> None:
    assert claire.get(f"/tickets?du={day}&au={day}").status_code == 200


def test_what_people_wrote_is_text_and_nothing_else(desk: Desk, claire: Browser) -> None:
    number = desk.open(title=NASTY, structure=NASTY)
    claire.post(f"/tickets/{number}/etiquettes", tag="<b>paie</b>")
    chosen = {"columns": ["title", "structure", "tags"]}
    claire.ask("POST", "/tickets/colonnes", data=chosen)
    page = claire.get(f"/tickets?{urlencode({'q': NASTY, 'tri': 'number'})}").text
    assert NASTY not in page and "<b>paie" not in page
    assert page.count(ESCAPED) >= 3  # the title, the structure, the search


def test_an_address_that_asks_for_nothing_begins_with_what_is_to_take(
    desk: Desk, claire: Browser
) -> None:
    first, second = desk.open(), desk.open()
    claire.post(f"/tickets/{first}/prendre")
    page = claire.get("/tickets").text
    assert f'data-number="{second}"' in page and f'data-number="{first}"' not in page
    assert f'data-number="{first}"' in claire.get("/tickets?suivi=moi").text


def test_who_answers_for_the_service_metier_begins_with_its_tickets(desk: Desk) -> None:
    """An administrator says so among the skills; nothing else is taken from or given to anybody."""
    ours, theirs = desk.open(), desk.open(**METIER)
    jeanne, admin = desk.hire("jeanne"), desk.hire("admin", Role.ADMINISTRATOR)
    path = f"/equipe/membres/{desk.member('jeanne')}"
    known = {"name": "Jeanne", "role": "support", "capacity": "3"}
    assert admin.post(path, skills="service métier", **known).status_code == 303
    jeanne.log_in("jeanne@exemple.fr")
    page = jeanne.get("/tickets").text
    assert f'data-number="{theirs}"' in page and f'data-number="{ours}"' not in page
    assert "etat=sent_back&amp;etat=submitted&amp;destinataire=metier" in page  # the queue itself
    assert f'data-number="{ours}"' in jeanne.get("/tickets?destinataire=support").text
    assert jeanne.post(f"/tickets/{ours}/prendre").headers["location"].endswith("fait=prise")


def test_a_name_that_is_taken_is_refused_at_its_field(claire: Browser) -> None:
    for status in (303, 409):
        made = claire.post("/tickets/vues", name="Paie", back="?q=paie")
        assert made.status_code == status
    assert 'href="#queue-name"' in made.text and 'value="Paie"' in made.text
    assert "porte déjà ce nom" in made.text


@pytest.mark.parametrize(("role", "addresses"), [(Role.SUPPORT, False), (Role.SUPERVISOR, True)])
def test_addresses_of_senders_leave_with_supervisors_alone(
    desk: Desk, role: Role, addresses: bool
) -> None:
    claire = desk.hire(role=role)
    desk.open(title="=1+1", email="zoe@exemple.fr")
    answer = claire.get("/tickets/export.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="tickets.csv"'
    assert answer.headers["cache-control"] == "private, no-store"
    heading, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    assert row[heading.index("Titre")] == "'=1+1"
    assert ("zoe@exemple.fr" in row) == addresses == ("Adresse électronique" in heading)
