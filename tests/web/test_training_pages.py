"""The pages of the trainings: what is to come, a mailed link, and what the team plans."""

import html
import re
from dataclasses import asdict
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.testclient import TestClient

from chorus import training
from chorus.training_mails import Paper
from chorus.training_models import TrainingRegistration, TrainingSession
from chorus.training_rounds import TrainingRounds
from kit.mail_models import OutboxMail
from staff.models import Role
from tests.chorus.classroom import DRAFT, JOIN, MORNING
from tests.clock import Clock, clock
from tests.staff.people import Browser, Office
from tests.web.conftest import on_sqlite
from tests.web.senders import NASTY

__all__ = ["clock"]

pytestmark = on_sqlite

LIST, MINE = "/equipe/formations", "/formations/inscription"
FORM: dict[str, Any] = {**asdict(DRAFT), "audience": ["entreprise"]}


@pytest.fixture(autouse=True)
def _morning(clock: Clock) -> None:
    clock.put_at(MORNING)


@pytest.fixture
def office(database_url: str) -> Office:
    return Office(database_url)


@pytest.fixture
def boss(client: TestClient, office: Office) -> Browser:
    office.hire(role=Role.SUPERVISOR)
    browser = Browser(client)
    browser.log_in()
    return browser


def said(page: Response) -> str:
    """What somebody reads, on one line, with ordinary spaces."""
    text = re.sub(r"<[^>]+>", " ", page.text)
    return " ".join(html.unescape(text).replace("\xa0", " ").split())


def plan(boss: Browser, office: Office, **fields: Any) -> TrainingSession:
    answer = boss.ask("POST", f"{LIST}/nouvelle", data=FORM | fields)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{LIST}?fait=formation")
    return stored(office)[-1]


def stored(office: Office) -> list[TrainingSession]:
    async def read(session: AsyncSession) -> list[TrainingSession]:
        query = select(TrainingSession).order_by(TrainingSession.created_at)
        return list(await session.scalars(query))

    return office.write(read)


def register(
    client: TestClient, office: Office, planned: TrainingSession, email: str = "a@exemple.fr"
) -> str:
    """The path of the page of that registration."""
    paper: Paper = client.app.state.training_paper  # type: ignore[attr-defined]

    async def change(session: AsyncSession) -> TrainingRegistration:
        return await training.register(session, planned.id, email, paper=paper)

    return paper.path(office.write(change))


def mails(office: Office) -> list[str]:
    async def read(session: AsyncSession) -> list[str]:
        return list(await session.scalars(select(OutboxMail.kind).order_by(OutboxMail.created_at)))

    return office.write(read)


# For everybody ---------------------------------------------------------------------------


def test_the_list_tells_what_is_to_come_and_where_to_register(
    client: TestClient, boss: Browser, office: Office
) -> None:
    plan(boss, office)
    page = client.get("/formations")
    text = said(page)
    assert page.status_code == 200
    assert "Déposer une facture" in text and "Webinaire. Public : entreprises." in text
    assert "mardi 1er décembre 2026, de 10 h à 11 h 30 (heure de Paris)" in text
    assert "Il reste 3 places." in text and "demandez-le à" in text
    assert 'href="/chat"' in page.text
    assert JOIN not in page.text  # only mails say where it takes place


def test_the_list_is_for_one_kind_of_users_when_they_say_which(
    client: TestClient, boss: Browser, office: Office
) -> None:
    plan(boss, office)
    plan(boss, office, title="Entités", audience=["entite_publique"])
    plan(boss, office, title="Ouverte", audience=[])
    for word, titles in (
        ("entreprise", {"Déposer une facture", "Ouverte"}),
        ("particulier", {"Ouverte"}),
        ("", {"Déposer une facture", "Entités", "Ouverte"}),
        ("lune", {"Déposer une facture", "Entités", "Ouverte"}),
    ):
        page = client.get("/formations", params={"pour": word})
        found = re.findall(r"<h3[^>]*>(.*?)</h3>", page.text)
        assert set(found) == titles
        assert page.text.count('aria-current="page"') == 1


def test_an_empty_list_says_so(client: TestClient) -> None:
    assert "Aucune formation n’est prévue pour l’instant." in said(client.get("/formations"))
    chosen = client.get("/formations?pour=particulier")
    assert "n’est prévue pour l’instant pour ce public." in said(chosen)


@pytest.mark.parametrize(
    ("places", "taken", "expected"),
    [("1", 1, "Complet."), ("2", 1, "Il reste une place."), ("", 1, "Places non limitées.")],
)
def test_the_list_tells_how_many_places_are_left(
    client: TestClient, boss: Browser, office: Office, places: str, taken: int, expected: str
) -> None:
    planned = plan(boss, office, places=places)
    for number in range(taken):
        register(client, office, planned, f"u{number}@exemple.fr")
    assert expected in said(client.get("/formations"))


def test_every_page_leads_to_the_list(client: TestClient) -> None:
    assert 'href="/formations"' in client.get("/aide").text


def test_what_the_staff_types_is_text(client: TestClient, boss: Browser, office: Office) -> None:
    plan(boss, office, title=NASTY[:100], description=NASTY)
    for page in (client.get("/formations"), boss.get(LIST)):
        assert "<script>alert(1)" not in page.text


# Behind a mailed link --------------------------------------------------------------------


def test_the_link_shows_the_registration_and_changes_nothing(
    client: TestClient, boss: Browser, office: Office
) -> None:
    path = register(client, office, plan(boss, office))
    for page in (client.get(path), client.get(path + "/annulation")):
        assert page.status_code == 200 and "Déposer une facture" in said(page)
        assert page.headers["referrer-policy"] == "strict-origin"
        assert "noindex" in page.headers["x-robots-tag"] and "no-store" in str(page.headers)
        assert JOIN not in page.text
    assert "Vous êtes inscrit(e)" in said(client.get(path))
    assert mails(office) == ["training_confirmation", "training_reminder"]


def test_a_place_is_given_back_from_the_link_once(
    client: TestClient, boss: Browser, office: Office
) -> None:
    path = register(client, office, plan(boss, office))
    for _ in range(2):
        answer = client.post(path + "/annulation", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?fait=annulation")
    page = client.get(f"{path}?fait=annulation")
    assert "Votre inscription est annulée. Merci" in said(page)
    assert "Annuler mon inscription" not in page.text
    assert mails(office) == ["training_cancellation"]
    assert "Il reste 3 places." in said(client.get("/formations"))


def test_what_was_not_done_is_not_said(client: TestClient, boss: Browser, office: Office) -> None:
    path = register(client, office, plan(boss, office))
    assert "Merci d’avoir" not in said(client.get(f"{path}?fait=annulation"))


def test_once_it_began_the_place_stays_and_the_page_says_why(
    client: TestClient, boss: Browser, office: Office, clock: Clock
) -> None:
    planned = plan(boss, office)
    path = register(client, office, planned)
    clock.put_at(planned.start)
    answer = client.post(path + "/annulation")
    assert answer.status_code == 409 and "ne peut plus être annulée" in said(answer)
    asked = client.get(path + "/annulation")
    assert asked.status_code == 200 and "<form" not in asked.text


def test_the_link_of_a_training_that_was_called_off_says_so(
    client: TestClient, boss: Browser, office: Office
) -> None:
    planned = plan(boss, office)
    path = register(client, office, planned)
    boss.post(f"{LIST}/{planned.id}/annulation")
    page = client.get(path)
    assert "n’aura pas lieu" in said(page) and "Annuler mon inscription" not in page.text


def test_a_link_that_was_made_up_gets_the_same_page_whatever_is_asked(
    client: TestClient, boss: Browser, office: Office
) -> None:
    path = register(client, office, plan(boss, office))
    pages = {
        client.request(method, each).text
        for each in (f"{MINE}/x", f"{path[:-2]}zz", f"{MINE}/{uuid4()}")
        for method, each in (("GET", each), ("GET", f"{each}/annulation"))
    }
    assert len(pages) == 1 and "Inscription introuvable" in pages.pop()
    assert client.post(f"{path[:-2]}zz/annulation").status_code == 404


# The team's ------------------------------------------------------------------------------


def test_the_team_plans_and_sees_how_many_are_registered_never_who(
    client: TestClient, boss: Browser, office: Office
) -> None:
    assert "Aucune séance n’est prévue." in said(boss.get(LIST))
    planned = plan(boss, office)
    register(client, office, planned)
    shown = boss.get(f"{LIST}?fait=formation")
    assert "La séance est enregistrée." in said(shown)
    assert "1 personne inscrite (places : 3)" in said(shown) and "a@exemple.fr" not in shown.text
    one = boss.get(f"{LIST}/{planned.id}")
    assert 'value="2026-12-01"' in one.text and 'value="10:00"' in one.text
    assert "a@exemple.fr" not in one.text and JOIN in one.text


def test_a_form_comes_back_as_it_was_typed_with_what_is_wrong(
    boss: Browser, office: Office
) -> None:
    for field, value, expected in (
        ("title", "", "Saisissez un titre"),
        ("day", "", "Choisissez un jour"),
        ("day", "2026-11-23", "cette date est passée"),
        ("end", "9:00", "Saisissez une heure"),
        ("end", "09:00", "La fin vient après le début"),
        ("theme", "lune", "Choisissez un thème"),
        ("kind", NASTY, "Choisissez un format"),
        ("audience", ["lune"], "Choisissez les publics"),
        ("places", "beaucoup", "Saisissez un nombre de places"),
        ("join_url", NASTY, "Saisissez une adresse complète"),
    ):
        answer = boss.ask("POST", f"{LIST}/nouvelle", data=FORM | {field: value})
        assert answer.status_code == 422 and f'href="#{field}"' in answer.text
        assert said(answer).count(expected) == 2, field
        assert f'id="{field}"' in answer.text
        assert "Créer son compte et déposer." in answer.text and "<script>alert(1)" not in (
            answer.text
        )
        assert re.search(r"<title>Erreur", answer.text)
    assert stored(office) == []


def test_of_several_mistakes_the_uppermost_is_told(boss: Browser) -> None:
    answer = boss.ask("POST", f"{LIST}/nouvelle", data={})
    assert answer.status_code == 422 and 'href="#title"' in answer.text


def test_a_change_is_stored_and_owed_to_who_registered(
    client: TestClient, boss: Browser, office: Office
) -> None:
    planned = plan(boss, office)
    register(client, office, planned)
    answer = boss.ask("POST", f"{LIST}/{planned.id}", data=FORM | {"day": "2026-12-03"})
    assert answer.status_code == 303
    (found,) = stored(office)
    assert found.start.day == 3
    told: TrainingRounds = client.app.state.training_rounds  # type: ignore[attr-defined]
    assert client.portal
    client.portal.call(told.go)
    assert mails(office) == ["training_change", "training_reminder"]
    few = boss.ask("POST", f"{LIST}/{planned.id}", data=FORM | {"places": "0"})
    assert few.status_code == 422


def test_calling_off_asks_first_and_is_told_everywhere(
    client: TestClient, boss: Browser, office: Office
) -> None:
    planned = plan(boss, office)
    asked = boss.get(f"{LIST}/{planned.id}/annulation")
    assert "Annuler cette séance ?" in said(asked) and "Personne n’est inscrit" in said(asked)
    assert "Il reste 3 places." in said(client.get("/formations"))
    answer = boss.post(f"{LIST}/{planned.id}/annulation")
    assert answer.headers["location"] == f"{LIST}?fait=formation-annulee"
    assert "Un courriel part vers chaque inscrit." in said(
        boss.get(f"{LIST}?fait=formation-annulee")
    )
    assert "Annulée" in said(boss.get(LIST))
    assert "Aucune formation n’est prévue" in said(client.get("/formations"))
    one = boss.get(f"{LIST}/{planned.id}")
    assert "<textarea" not in one.text and "Annuler cette séance" not in one.text
    late = boss.ask("POST", f"{LIST}/{planned.id}", data=FORM)
    assert late.status_code == 409 and "elle ne peut plus être changée" in said(late)


def test_past_trainings_are_listed_apart_and_only_looked_at(
    boss: Browser, office: Office, clock: Clock
) -> None:
    planned = plan(boss, office)
    clock.put_at(planned.end)
    boss.log_in()
    page = said(boss.get(LIST))
    assert "Passées" in page and "Voir" in page and "Modifier" not in page
    assert boss.post(f"{LIST}/{planned.id}/annulation").status_code == 409


@pytest.mark.parametrize("role", [Role.ADVISOR, Role.SUPPORT])
def test_others_of_the_team_see_neither_link_nor_page(
    client: TestClient, office: Office, role: Role
) -> None:
    office.hire(role=role)
    browser = Browser(client)
    browser.log_in()
    assert LIST not in browser.get("/equipe").text
    for method, path in (("GET", LIST), ("GET", f"{LIST}/nouvelle"), ("POST", f"{LIST}/nouvelle")):
        assert browser.ask(method, path, data=FORM if method == "POST" else None).status_code == 403
    assert stored(office) == []


def test_the_home_of_who_plans_leads_there(boss: Browser) -> None:
    assert boss.get("/equipe").text.count(f'href="{LIST}"') == 2


def test_a_change_of_another_site_is_refused(boss: Browser, office: Office) -> None:
    planned = plan(boss, office)
    for origin in (None, "https://host.example"):
        for path in (f"{LIST}/nouvelle", f"{LIST}/{planned.id}", f"{LIST}/{planned.id}/annulation"):
            assert boss.ask("POST", path, origin, data=FORM).status_code == 403
