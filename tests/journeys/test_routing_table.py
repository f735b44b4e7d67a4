"""« Catégories »: an administrator changes who receives a pair, sees what it does, goes back."""

from playwright.sync_api import Locator, expect

from tests.journeys.keyboard import tab_to
from tests.journeys.service import Service
from tests.journeys.test_accessibility import expect_clean
from tests.journeys.triage import Arrive, Triage, behind, open_ticket, support_member
from ticketing.models import Route

__all__ = ["support_member"]

PAIR = {"category": "raccordement", "subcategory": "piste"}  # of no other journey
NAME = "Modifier Raccordement EDI ou API, PISTE"


def row(who: Triage) -> Locator:
    return who.page.get_by_role("row").filter(has=who.page.get_by_role("link", name=NAME))


def receiver(service: Service) -> Route:
    """Of a ticket of the pair that is written now."""
    number = open_ticket(service, **PAIR)
    return behind(service, lambda support: support.find(number)).route


def test_an_administrator_changes_who_receives_a_pair_and_goes_back(
    service: Service, support_member: Arrive, errors: list[str]
) -> None:
    ada = support_member("Ada", "administrator")
    page = ada.page
    page.get_by_role("link", name="Catégories", exact=True).click()
    expect(page.get_by_text("Liste établie par nos soins")).to_be_visible()
    expect(row(ada)).to_contain_text("Assistance")
    expect_clean(page)

    tab_to(page, page.get_by_role("link", name=NAME))
    ada.press("Enter")
    page.get_by_label("Destinataire").select_option(label="Service métier")
    page.get_by_label("Première réponse").fill("30")
    page.get_by_label("Solution").fill("20")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_label("Solution")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Destinataire")).to_have_value("metier")  # nothing is lost
    expect_clean(page)
    errors.clear()  # the browser notes that the form was refused
    page.get_by_label("Première réponse").fill("2,5")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("status")).to_contain_text("est enregistrée")
    for words in ("Service métier", "2,5", "20", "Modifiée le"):
        expect(row(ada)).to_contain_text(words)
    assert receiver(service) is Route.METIER

    page.get_by_role("link", name=NAME).click()
    page.get_by_role("button", name="Revenir au fichier").click()
    expect(page.get_by_role("status")).to_contain_text("de nouveau celle du fichier")
    expect(row(ada)).to_contain_text("Fichier")
    assert receiver(service) is Route.SUPPORT


def test_nothing_of_the_table_overflows_a_small_screen(
    service: Service, support_member: Arrive
) -> None:
    ada = support_member("Ada", "administrator", viewport={"width": 320, "height": 640})
    for path in ("", "/raccordement/piste"):
        ada.page.goto(f"{service.address}/equipe/categories{path}")
        assert ada.page.evaluate("document.documentElement.scrollWidth") <= 320
        expect_clean(ada.page)


def test_others_have_no_table(service: Service, support_member: Arrive, errors: list[str]) -> None:
    claire = support_member("Claire")
    expect(claire.page.get_by_role("link", name="Catégories", exact=True)).to_have_count(0)
    answer = claire.page.goto(f"{service.address}/equipe/categories")
    assert answer is not None and answer.status in {403, 404}
    errors.clear()  # the browser notes that as well
