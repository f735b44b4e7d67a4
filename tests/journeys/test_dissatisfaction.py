"""When the assistant does not help: a person is offered, in and out of hours, never forced."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.chat import Chat
from tests.journeys.service import FAKETIME, Service

moved_clock = pytest.mark.skipif(not FAKETIME.exists(), reason="libfaketime is not installed")
QUESTION = "comment modifier mon adresse de connexion ?"


def next_tuesday(hour: int) -> datetime:
    """A working day after now, at that hour UTC."""
    day = datetime.now(UTC).replace(hour=hour, minute=0, second=0, microsecond=0)
    day += timedelta(days=(1 - day.weekday()) % 7 or 7)
    holidays = {(5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25), (1, 1)}
    return day + timedelta(days=7) if (day.month, day.day) in holidays else day


@pytest.fixture
def in_hours(service: Service) -> Iterator[None]:
    with service.at(next_tuesday(hour=10)):
        yield


@pytest.fixture
def out_of_hours(service: Service) -> Iterator[None]:
    with service.at(next_tuesday(hour=20)):
        yield


def thumb_down_and_explain(chat: Chat) -> Locator:
    chat.ask(QUESTION)
    chat.vote("Pas utile").click()
    expect(chat.vote("Pas utile")).to_have_attribute("aria-pressed", "true")
    expect(chat.messages.last).to_contain_text("Décrivez-le en une phrase")
    return chat.ask("le bouton modifier est grisé chez moi")


@moved_clock
@pytest.mark.usefixtures("in_hours")
def test_a_thumb_down_in_opening_hours_leads_to_the_offer_of_an_advisor(chat: Chat) -> None:
    offer = thumb_down_and_explain(chat)
    expect(offer).to_contain_text("heure de Paris")
    for label in ("Parler à un conseiller", "Ouvrir un ticket", "Non merci, continuer ici"):
        expect(offer.get_by_role("button", name=label)).to_be_enabled()


@moved_clock
@pytest.mark.usefixtures("out_of_hours")
def test_a_thumb_down_out_of_hours_says_when_they_open_and_offers_a_ticket(chat: Chat) -> None:
    offer = thumb_down_and_explain(chat)
    expect(offer).to_contain_text("Ils reviennent")
    expect(offer).to_contain_text("heure de Paris")
    expect(offer.get_by_role("button", name="Parler à un conseiller")).to_have_count(0)
    offer.get_by_role("button", name="Ouvrir un ticket").click()
    expect(chat.answer()).to_contain_text("À quelle adresse")
    summary = chat.ask("a.dupont@exemple.fr")
    expect(summary).to_contain_text("Titre : le bouton modifier est grisé chez moi")
    expect(summary).to_contain_text(QUESTION)
    chat.choice("Envoyer la demande").click()
    expect(chat.answer()).to_contain_text("TK-")


def test_two_misunderstood_messages_in_a_row_lead_to_the_offer(chat: Chat) -> None:
    first = chat.ask("quelle est la recette de la tarte aux pommes")
    expect(first.get_by_role("button", name="Ouvrir un ticket")).to_have_count(0)
    second = chat.ask("combien de pattes a une araignée")
    expect(second.get_by_role("button", name="Ouvrir un ticket")).to_be_enabled()


def test_refusing_the_offer_goes_back_to_the_conversation(chat: Chat) -> None:
    chat.ask("je veux parler à un humain")
    chat.choice("Non merci, continuer ici").click()
    expect(chat.answer()).to_contain_text("continuons ici")
    chat.expect_source(chat.ask(QUESTION), "adresses/modifier_connexion")


def test_a_vote_may_change_and_survives_a_reload(chat: Chat) -> None:
    chat.ask(QUESTION)
    chat.vote("Utile").click()
    expect(chat.vote("Utile")).to_have_attribute("aria-pressed", "true")
    chat.page.reload()
    expect(chat.vote("Utile")).to_have_attribute("aria-pressed", "true")
    expect(chat.vote("Pas utile")).to_have_attribute("aria-pressed", "false")
