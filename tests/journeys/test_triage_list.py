"""The list of triage: by the keyboard alone, without scripts, on a small screen."""

import csv
from itertools import count

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.keyboard import tab_to
from tests.journeys.service import Service
from tests.journeys.test_accessibility import expect_clean
from tests.journeys.triage import Arrive, Triage, behind, open_ticket, support_member
from ticketing.lifecycle import Status

__all__ = ["support_member"]

NARROW = {"width": 320, "height": 640}
_words = (f"zébulon{number}" for number in count(1))


@pytest.fixture
def word() -> str:
    """Stands in the tickets of one journey alone."""
    return next(_words)


def rows(who: Triage) -> Locator:
    return who.page.locator("#list tbody tr")


def row(who: Triage, number: int) -> Locator:
    return who.page.locator(f"#list tr[data-number='{number}']")


def choose(who: Triage, *numbers: int) -> None:
    for number in numbers:
        row(who, number).get_by_role("checkbox").check()


def carry_out(who: Triage, act: str, **fields: str) -> None:
    who.page.get_by_label("Action").select_option(act)
    for label, value in fields.items():
        field = who.page.locator(f"#{label}")
        if field.evaluate("node => node.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    who.page.get_by_role("button", name="Appliquer").click()


def test_a_search_to_its_last_ticket_by_the_keyboard_alone(
    service: Service, support_member: Arrive, word: str
) -> None:
    first = open_ticket(service, title=f"Factures rejetées {word}")
    second = open_ticket(service, title=f"Une facture {word}")
    claire = support_member("Claire")
    claire.open_list("tri=number")
    claire.press("/")
    claire.page.keyboard.type(f"FACTURE {word.upper().replace('É', 'e')}")
    claire.press("Enter")
    expect(rows(claire)).to_have_count(2)
    claire.ready()
    claire.press("j", "j", "x")
    expect(row(claire, first).get_by_role("checkbox")).to_be_checked()
    expect(claire.page.locator("#chosen")).to_have_text("1 ticket choisi")
    claire.press("t")
    expect(claire.says("1 ticket")).to_be_visible()
    expect(row(claire, first)).to_contain_text("Vous")
    claire.ready()
    claire.press("k", "k", "o")  # from the last one on
    claire.page.wait_for_url(f"**/tickets/{second}")
    claire.ready()
    claire.press("j")
    claire.page.wait_for_url(f"**/tickets/{first}")
    claire.ready()
    claire.status("En cours")
    back = claire.page.get_by_role("link", name="Retour à la liste")
    tab_to(claire.page, back, "Shift+Tab")
    claire.press("Enter")
    expect(rows(claire)).to_have_count(2)


def test_of_two_who_take_from_their_lists_one_is_told(
    service: Service, support_member: Arrive, word: str
) -> None:
    number, other = (open_ticket(service, title=f"Compte {word}") for _ in range(2))
    claire, david = support_member("Claire"), support_member("David")
    for who in (claire, david):
        who.open_list(f"q={word}")
        choose(who, number)
    choose(david, other)
    carry_out(claire, "take")
    expect(claire.says("1 ticket")).to_be_visible()
    carry_out(david, "take")
    expect(david.says("1 ticket pris, 1 déjà pris par un collègue.")).to_be_visible()
    expect(row(david, other)).to_contain_text("Vous")
    expect(row(david, number)).to_contain_text("Claire")


def test_queues_are_filters_with_their_count_and_own_ones_are_kept(
    service: Service, support_member: Arrive, word: str
) -> None:
    for place in range(3):
        open_ticket(service, title=f"Ticket {place} {word}")
    claire = support_member("Claire")
    page = claire.page
    claire.open_list(f"q={word}")
    page.locator("summary", has_text="Mes filtres").click()
    page.get_by_label("Enregistrer le filtre affiché").fill("Zébulons")
    page.get_by_role("button", name="Enregistrer").click()
    expect(claire.says("Le filtre est enregistré.")).to_be_visible()
    queues = page.get_by_role("navigation", name="Files de tickets")
    mine = queues.get_by_role("link", name="Zébulons")
    expect(mine).to_have_attribute("aria-current", "page")
    expect(mine).to_contain_text("3")
    choose(claire, *[int(each) for each in numbers_of(claire)[:2]])
    carry_out(claire, "take")
    expect(queues.get_by_role("link", name="Mes tickets")).to_contain_text("2")
    queues.get_by_role("link", name="Mes tickets").click()
    expect(rows(claire)).to_have_count(2)
    mine.click()
    expect(rows(claire)).to_have_count(3)
    page.locator("summary", has_text="Mes filtres").click()
    page.get_by_label("Nouveau nom de Zébulons").fill("Les zébulons")
    page.get_by_role("button", name="Renommer").click()
    expect(queues.get_by_role("link", name="Les zébulons")).to_be_visible()
    page.locator("summary", has_text="Mes filtres").click()
    page.get_by_role("button", name="Supprimer").click()
    expect(claire.says("Le filtre est supprimé.")).to_be_visible()
    expect(queues.get_by_role("link", name="Les zébulons")).to_have_count(0)


def numbers_of(who: Triage) -> list[str]:
    found: list[str] = rows(who).evaluate_all("all => all.map(row => row.dataset.number)")
    return found


def test_several_are_sorted_at_once_and_exported(
    service: Service, support_member: Arrive, word: str
) -> None:
    made = [open_ticket(service, title=f"=Ticket {place} {word}") for place in range(3)]
    claire = support_member("Claire")
    page = claire.page
    claire.open_list(f"q={word}")
    page.get_by_label("Choisir tous les tickets de la page").check()
    expect(page.locator("#chosen")).to_have_text("3 tickets choisis")
    carry_out(claire, "tag", tag="À rappeler")
    expect(claire.says("3 tickets")).to_be_visible()
    choose(claire, made[0])
    carry_out(claire, "priority", priority="2")
    choose(claire, made[1])
    carry_out(claire, "assign", assignee="fair")
    expect(claire.says("1 ticket")).to_be_visible()
    page.locator("summary", has_text="Colonnes").click()
    for column in ("Priorité", "Étiquettes"):
        page.get_by_label(column, exact=True).last.check()
    page.get_by_role("button", name="Afficher ces colonnes").click()
    expect(row(claire, made[0])).to_contain_text("Urgente")
    expect(row(claire, made[2])).to_contain_text("à rappeler")
    assert behind(service, lambda support: support.find(made[1])).status is Status.ASSIGNED
    with page.expect_download() as download:
        page.get_by_role("link", name="Exporter cette liste").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    lines = list(csv.reader(text.splitlines(), delimiter=";"))
    assert sorted(line[0] for line in lines[1:]) == [f"TK-{number:06d}" for number in made]
    assert all(line[1].startswith("'=Ticket") for line in lines[1:])


def test_without_scripts_all_of_it_works(
    service: Service, support_member: Arrive, word: str
) -> None:
    number = open_ticket(service, title=f"Sans script {word}")
    claire = support_member("Claire", java_script_enabled=False)
    page = claire.page
    page.goto(f"{service.address}/tickets")
    page.get_by_label("Rechercher").fill(word)
    page.get_by_role("button", name="Rechercher").click()
    choose(claire, number)
    carry_out(claire, "take")
    expect(claire.says("1 ticket")).to_be_visible()
    page.get_by_role("link", name="Mes tickets").click()
    page.locator("summary", has_text="Filtrer et trier").click()
    page.get_by_label("Trier par").select_option("number")
    page.get_by_role("button", name="Afficher", exact=True).click()
    expect(rows(claire)).to_have_count(1)


def test_advisors_have_no_list(service: Service, support_member: Arrive, errors: list[str]) -> None:
    olga = support_member("Olga", "advisor")
    expect(olga.page.get_by_role("link", name="Tickets")).to_have_count(0)
    answer = olga.page.goto(f"{service.address}/tickets")
    assert answer is not None and answer.status == 404
    errors.clear()  # the browser notes that as well


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_overflows(
    scheme: str, service: Service, support_member: Arrive, word: str
) -> None:
    long = f"Référence{'x' * 90} {word} {scheme}"
    number = open_ticket(service, title=long, structure="Syndicat " * 12)
    for size in ({"width": 1280, "height": 800}, NARROW):
        claire = support_member("Claire", color_scheme=scheme, viewport=size)
        claire.open_list(f"q={word}")
        for summary in claire.page.locator("summary").all():
            summary.click()
        choose(claire, number)
        expect_clean(claire.page)
        wide = claire.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size["width"]
        claire.press("Escape")
        claire.page.get_by_role("button", name="Raccourcis").click()
        expect_clean(claire.page)
    claire.open_list(f"q={word}&suivi=moi")
    expect(claire.page.get_by_text("Aucun ticket ne contient")).to_be_visible()
    expect_clean(claire.page)
