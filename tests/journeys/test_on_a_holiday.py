"""A public holiday: whoever wants a person is told why nobody is there, and what they can do."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from tests.journeys.chat import Chat
from tests.journeys.service import FAKETIME, Service
from tests.journeys.test_dissatisfaction import QUESTION

pytestmark = pytest.mark.skipif(not FAKETIME.exists(), reason="libfaketime is not installed")


def next_christmas() -> datetime:
    """Its morning, at eleven in Paris: an hour at which the service is open on other days."""
    now = datetime.now(UTC)
    this_year = datetime(now.year, 12, 25, 10, tzinfo=UTC)
    return this_year if now < this_year else this_year.replace(year=now.year + 1)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One of its own, for the calendar itself is what is tried here."""
    own = Service(tmp_path_factory.mktemp("christmas"), clock=True)
    with own.running(), own.at(next_christmas()):
        yield own


def test_who_asks_for_a_person_is_told_why_and_when_and_goes_on(
    chat: Chat, service: Service
) -> None:
    offer = chat.ask("je veux parler à un humain")
    expect(offer).to_contain_text("fermé : Noël")
    expect(offer).to_contain_text(re.compile(r"Ils reviennent \w+ \d\d décembre à 8 h 30"))
    expect(offer.get_by_role("button", name="Parler à un conseiller")).to_have_count(0)
    expect(offer.get_by_role("button", name="Être rappelé(e)")).to_be_enabled()
    chat.expect_source(chat.ask(QUESTION), "adresses/modifier_connexion")
    again = chat.ask("je veux parler à un humain")
    again.get_by_role("button", name="Ouvrir un ticket").click()
    expect(chat.answer()).to_contain_text("Décrivez votre problème")
    chat.ask("j'ai oublié mon mot de passe chorus")
    chat.ask("a.dupont@exemple.fr")
    chat.choice("Envoyer la demande").click()
    expect_kept(chat, service)
    chat.expect_source(chat.ask(QUESTION), "adresses/modifier_connexion")


def test_to_be_called_back_is_kept_too(chat: Chat, service: Service) -> None:
    chat.ask("je veux parler à un humain")
    chat.choice("Être rappelé(e)").click()
    expect(chat.answer()).to_contain_text("demande de rappel")
    expect_kept(chat, service)


def test_the_contact_page_names_the_holiday(chat: Chat, service: Service) -> None:
    chat.page.goto(f"{service.address}/contact")
    expect(chat.page.locator("#reception")).to_contain_text("le service est fermé : Noël")


def expect_kept(chat: Chat, service: Service) -> None:
    """What was just promised under a reference stands in the database."""
    expect(chat.answer()).to_contain_text("TK-")
    found = re.search(r"TK-\d{6,}", chat.answer().inner_text())
    assert found is not None and found[0] in service.command("requests")
