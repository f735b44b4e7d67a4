"""One ticket, by the keyboard alone: taken, asked about, answered, taken back, answered again."""

from itertools import count

import pytest
from playwright.sync_api import expect

from tests.journeys.keyboard import tab_to
from tests.journeys.service import Service
from tests.journeys.test_accessibility import expect_clean
from tests.journeys.triage import SENT_MS, Arrive, behind, open_ticket, support_member
from tests.ticketing.support import Support
from ticketing.lifecycle import Status

__all__ = ["support_member"]

_numbers = count(1)


def test_a_ticket_by_the_keyboard_alone(service: Service, support_member: Arrive) -> None:
    number = open_ticket(service)
    claire = support_member("Claire")
    claire.open(number)
    expect(claire.reply).to_be_disabled()
    claire.press("t")
    expect(claire.says("Ce ticket est à vous.")).to_be_visible()
    claire.ready()

    claire.press("r")
    expect(claire.reply).to_be_focused()
    claire.page.keyboard.type("Quel est votre SIRET ?")
    tab_to(claire.page, claire.page.get_by_role("button", name="Demander une précision"))
    claire.press("Enter")
    expect(claire.says("sera envoyée")).to_be_visible(timeout=SENT_MS)
    claire.sent()
    claire.status("En attente du demandeur")

    async def give_details(support: Support) -> None:
        await support.following.write(await support.sender(number), "C’est le 123.")

    behind(service, give_details)
    claire.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(claire.news).to_contain_text("Un nouveau message est arrivé.")
    tab_to(claire.page, claire.page.get_by_role("link", name="Actualiser"))
    claire.press("Enter")
    expect(claire.page.get_by_text("C’est le 123.").first).to_be_visible()
    claire.ready()
    claire.status("En cours")

    claire.press("r")
    claire.page.keyboard.type("Trop vite.")
    claire.press("Control+Enter")
    tab_to(claire.page, claire.page.get_by_role("button", name="Annuler l’envoi"))
    claire.press("Enter")
    expect(claire.reply).to_have_value("Trop vite.")
    claire.ready()
    claire.press("r", "Control+a")
    claire.page.keyboard.type("Voici comment faire.")
    claire.press("Control+Enter")
    claire.sent()
    claire.status("Répondu")
    texts = [entry.text for entry in behind(service, lambda support: support.thread(number))]
    assert "Voici comment faire." in texts and "Trop vite." not in texts


def test_a_reply_that_could_not_leave_is_told_and_kept_as_a_note(
    service: Service, support_member: Arrive
) -> None:
    """Its sender closes the ticket during the seconds in which the reply is held back."""
    number = open_ticket(service)
    claire = support_member("Claire")
    claire.open(number)
    claire.press("t")
    expect(claire.says("Ce ticket est à vous.")).to_be_visible()
    claire.ready()
    claire.press("r")
    claire.page.keyboard.type("Trop tard.")
    claire.press("Control+Enter")
    expect(claire.says("sera envoyée")).to_be_visible(timeout=SENT_MS)

    async def close(support: Support) -> None:
        await support.following.close(await support.sender(number))

    behind(service, close)
    claire.page.wait_for_url("**?fait=retiree", timeout=SENT_MS)
    expect(claire.says("La réponse n’est pas partie")).to_contain_text("gardée en note")
    claire.status("Fermé")
    expect(claire.page.get_by_text("Trop tard.")).to_be_visible()
    entries = behind(service, lambda support: support.thread(number))
    assert [entry.internal for entry in entries if entry.text == "Trop tard."] == [True]


def test_what_is_typed_stays_and_letters_are_letters_in_a_field(
    service: Service, support_member: Arrive
) -> None:
    first, second = open_ticket(service), open_ticket(service)
    claire = support_member("Claire")
    claire.open(first)
    claire.press("n")
    claire.page.keyboard.type("trente notes")
    expect(claire.page.get_by_label("Note, invisible")).to_have_value("trente notes")
    keep = "q => import('/static/triage/queue.js').then(m => m.keepQueue('/tickets?etat=x', q))"
    claire.page.evaluate(keep, [first, second])
    claire.open(first)
    expect(claire.page.get_by_label("Note, invisible")).to_have_value("trente notes")
    expect(claire.page.get_by_role("link", name="Retour à la liste")).to_have_attribute(
        "href", "/tickets?etat=x"
    )
    claire.press("j")
    claire.page.wait_for_url(f"**/tickets/{second}")
    claire.ready()
    claire.press("k")
    claire.page.wait_for_url(f"**/tickets/{first}")
    claire.ready()
    claire.press("?")
    sheet = claire.page.get_by_role("dialog", name="Raccourcis clavier")
    expect(sheet).to_be_visible()
    sheet.get_by_label("Raccourcis d’une seule touche actifs").uncheck()
    claire.press("Escape", "t")
    claire.open(first)
    claire.press("t")
    claire.status("À prendre")


def test_two_who_look_know_of_each_other_and_one_takes_it(
    service: Service, support_member: Arrive, errors: list[str]
) -> None:
    number = open_ticket(service)
    claire, david = support_member("Claire"), support_member("David")
    claire.open(number)
    david.open(number)
    expect(david.news).to_contain_text("Regarde aussi ce ticket : Claire.")
    claire.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(claire.news).to_contain_text("David")
    claire.press("t")
    expect(claire.says("Ce ticket est à vous.")).to_be_visible()
    david.press("t")
    expect(david.alert).to_contain_text("Un collègue vient de prendre ce ticket.")
    expect(david.reply).to_be_disabled()
    errors.clear()  # the browser notes that the form was refused


def test_two_tickets_become_one(service: Service, support_member: Arrive) -> None:
    email = f"zoe-{next(_numbers)}@exemple.fr"
    source, target = [open_ticket(service, email=email) for _ in range(2)]
    claire = support_member("Claire")
    claire.open(source)
    claire.page.get_by_text("Réunir avec un autre ticket").click()
    claire.page.get_by_label("Numéro de l’autre ticket").fill(f"TK-{target:06d}")
    claire.page.get_by_role("button", name="Réunir").click()
    expect(claire.says("Le ticket est réuni avec l’autre.")).to_be_visible()
    claire.status("Fermé")
    claire.page.get_by_role("link", name=f"TK-{target:06d}").first.click()
    expect(claire.page.get_by_text(f"TK-{source:06d} est réuni avec ce ticket")).to_be_visible()
    assert behind(service, lambda support: support.find(source)).status is Status.CLOSED


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_page_of_a_ticket(
    scheme: str, service: Service, support_member: Arrive, errors: list[str]
) -> None:
    number = open_ticket(
        service, explanation="Rien ne va.", transcript="Usager : bonjour", structure="Mairie"
    )
    claire = support_member("Claire", color_scheme=scheme)
    claire.open(number)
    expect_clean(claire.page)
    claire.press("t")
    expect(claire.says("Ce ticket est à vous.")).to_be_visible()
    claire.page.get_by_label("Note, invisible").fill("Compte verrouillé ?")
    claire.page.get_by_role("button", name="Enregistrer la note").click()
    claire.page.get_by_label("Ajouter une étiquette").fill("paie")
    claire.page.get_by_role("button", name="Ajouter", exact=True).click()
    for summary in claire.page.locator("summary").all():
        summary.click()
    expect_clean(claire.page)
    claire.ready()
    claire.press("?")
    expect_clean(claire.page)
    claire.press("Escape", "r")
    claire.page.keyboard.type("Voici.")
    claire.press("Control+Enter")
    expect(claire.says("sera envoyée")).to_be_visible(timeout=SENT_MS)
    expect_clean(claire.page)
    claire.page.set_viewport_size({"width": 320, "height": 640})
    assert claire.page.evaluate("document.documentElement.scrollWidth") <= 320
    claire.page.get_by_label("Note, invisible").fill("   ")
    claire.page.get_by_role("button", name="Enregistrer la note").click()
    expect(claire.alert).to_be_visible()
    expect_clean(claire.page)
    errors.clear()  # the browser notes that the form was refused
