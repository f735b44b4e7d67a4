"""« Tickets : catégories »: administrators say who receives which tickets, and by when."""

import re

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from staff.models import Role
from tests.staff.people import Browser, Office
from tests.web.conftest import on_sqlite
from tests.web.senders import NASTY, Sender
from ticketing.models import Route

pytestmark = on_sqlite

LIST = "/equipe/categories"
RULE = LIST + "/connexion_compte/mot_de_passe"
GOOD = {"route": "metier", "first_answer": "1,5", "solution": "20"}


@pytest.fixture
def boss(client: TestClient, database_url: str) -> Browser:
    Office(database_url).hire(role=Role.ADMINISTRATOR)
    browser = Browser(client)
    browser.log_in()
    return browser


def row(page: Response) -> str:
    """That of the pair."""
    rows = re.findall(r"<tr>.*?</tr>", page.text, re.DOTALL)
    (found,) = [each for each in rows if f'href="{RULE}"' in each]
    return re.sub(r"<[^>]+>|\s+", " ", found)


def test_the_list_says_that_it_is_ours(boss: Browser) -> None:
    page = boss.ask("GET", LIST)
    said = page.text.replace("\xa0", " ")
    assert "Liste établie par nos soins : la liste officielle n’est pas publiée." in said
    assert "Assistance" in row(page) and "Fichier" in row(page)
    assert f'href="{LIST}"' in boss.ask("GET", "/equipe").text


def test_a_rule_is_changed_and_restored(
    boss: Browser, client: TestClient, database_url: str
) -> None:
    assert "Revenir au fichier" not in boss.ask("GET", RULE).text
    answer = boss.ask("POST", RULE, data=GOOD)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{LIST}?fait=categorie")
    shown = boss.ask("GET", f"{LIST}?fait=categorie")
    assert "est enregistrée" in shown.text
    for part in ("Service métier", "1,5", "20", "Modifiée le"):
        assert part in row(shown)
    assert 'value="1,5"' in boss.ask("GET", RULE).text
    sender = Sender(client, database_url)
    sender.open()
    (ticket,) = sender.tickets()
    assert (ticket.route, ticket.first_answer_minutes) == (Route.METIER, 90)
    assert "Revenir au fichier" in boss.ask("GET", RULE).text
    assert boss.ask("POST", RULE + "/origine").status_code == 303
    assert "Fichier" in row(boss.ask("GET", LIST))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("route", "lune", "Choisissez un destinataire"),
        ("first_answer", "", "Saisissez un nombre"),
        ("first_answer", "-3", "Saisissez un nombre"),
        ("first_answer", "0", "Saisissez un nombre"),
        ("solution", "1e3", "Saisissez un nombre"),
        ("solution", "1001", "Saisissez un nombre"),
        ("solution", "٣", "Saisissez un nombre"),
        ("solution", NASTY, "Saisissez un nombre"),
        ("solution", "1", "La solution ne peut pas"),
    ],
)
def test_a_mistake_is_told_and_nothing_changes(
    boss: Browser, field: str, value: str, said: str
) -> None:
    answer = boss.ask("POST", RULE, data=GOOD | {field: value})
    assert answer.status_code == 422 and answer.text.count(said) == 2
    assert f'href="#{field}"' in answer.text and "<script>alert(1)" not in answer.text
    if field != "first_answer":
        assert 'value="1,5"' in answer.text  # what was typed
    assert "Fichier" in row(boss.ask("GET", LIST))


def test_a_pair_that_is_not_listed_is_absent(boss: Browser) -> None:
    for path in (LIST + "/connexion_compte/retard", LIST + "/x/y"):
        assert boss.ask("GET", path).status_code == 404
        assert boss.ask("POST", path, data=GOOD).status_code == 404
        assert boss.ask("POST", path + "/origine").status_code == 404


@pytest.mark.parametrize("role", [Role.ADVISOR, Role.SUPPORT, Role.SUPERVISOR])
def test_others_see_neither_link_nor_page(
    client: TestClient, database_url: str, role: Role
) -> None:
    Office(database_url).hire(role=role)
    browser = Browser(client)
    browser.log_in()
    assert LIST not in browser.ask("GET", "/equipe").text
    assert browser.ask("GET", LIST).status_code == 403
    assert browser.ask("POST", RULE, data=GOOD).status_code == 403
    assert browser.ask("POST", RULE + "/origine").status_code == 403


def test_a_change_of_another_site_is_refused(boss: Browser) -> None:
    for origin in (None, "https://host.example"):
        assert boss.ask("POST", RULE, origin, data=GOOD).status_code == 403
