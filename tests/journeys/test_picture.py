"""The pictures of README and of the guides: everything as it is."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.clock import clock_at
from tests.journeys.chat import Chat
from tests.journeys.conftest import Hire
from tests.journeys.demo import Demo
from tests.journeys.pictures import take_picture
from tests.journeys.service import Service
from tests.journeys.triage import Arrive, behind, open_ticket, support_member
from tests.kit.test_file_kinds import PDF

__all__ = ["support_member"]

# Hours ago, what it is about, and for which structure.
TICKETS = (
    (75, "Compte bloqué après trois essais", "compte_bloque", "Mairie de Brest"),
    (50, "Lien d’activation jamais reçu", "lien_activation", "SARL Menuiserie Le Goff"),
    (
        30,
        "Mot de passe refusé depuis la mise à jour",
        "mot_de_passe",
        "Syndicat des eaux de la vallée",
    ),
    (6, "Je ne reçois plus le code de connexion", "double_authentification", "Clinique du Parc"),
    (3, "Adresse de connexion d’une collègue partie", "adresse_invalide", "Mairie de Dole"),
    (1, "Compte bloqué, facture à déposer ce soir", "compte_bloque", "Transports Martin"),
)
QUESTION = "jai saisi ma facture hier et la mairie a rien recu"


def test_readme_shows_the_chat_as_it_is(demo: Demo, tmp_path: Path) -> None:
    demo.page.set_viewport_size({"width": 1280, "height": 960})
    chat = demo.open_chat()
    answer = chat.ask(QUESTION)
    expect(answer.get_by_role("button", name="Utile", exact=True)).to_be_attached()
    take_picture(demo.page, "chat.png", tmp_path)


@pytest.mark.usefixtures("nobody_left_over", "open_today")
def test_the_guide_shows_the_console_as_it_is(chat: Chat, hire: Hire, tmp_path: Path) -> None:
    chat.ask(QUESTION)
    claire = hire("Claire", viewport={"width": 1366, "height": 860})
    chat.ask_for_a_person()
    expect(claire.offers.get_by_role("listitem").first).to_be_visible()
    take_picture(claire.page, "console-proposition.png", tmp_path)
    claire.accept_offer()
    chat.wait_for_advisor("Claire")
    claire.say("Bonjour, je regarde votre facture avec vous.")
    chat.say("merci, voici l’accusé de dépôt")
    chat.attach("accuse-de-depot.pdf", PDF)
    expect(claire.messages.last).to_contain_text("accuse-de-depot.pdf")
    claire.note("Facture encore à l’état « Brouillon ».")
    claire.page.get_by_role("radio", name="Message", exact=True).check()
    take_picture(claire.page, "console-discussion.png", tmp_path)
    dialog = claire.open_proposal()
    dialog.get_by_role("checkbox").first.check()
    take_picture(claire.page, "console-rendez-vous.png", tmp_path)
    dialog.get_by_role("button", name="Annuler").click()
    claire.page.get_by_role("button", name="Terminer", exact=True).click()
    take_picture(claire.page, "console-terminer.png", tmp_path)
    claire.page.keyboard.press("Escape")
    claire.finish("explained")
    claire.expect_no_offer()


def test_the_guide_shows_triage_and_follow_up_as_they_are(
    service: Service, support_member: Arrive, tmp_path: Path
) -> None:
    made = []
    for hours, title, subcategory, structure in TICKETS:
        with clock_at(-hours * 3600):
            known = {"title": title, "subcategory": subcategory, "structure": structure}
            made.append(open_ticket(service, **known, category="connexion_compte"))
    claire = support_member("Claire", role="supervisor", viewport={"width": 1366, "height": 860})
    claire.open_list("tri=due")
    take_picture(claire.page, "tickets-liste.png", tmp_path)
    claire.open(made[-1])
    claire.press("t")
    expect(claire.says("Ce ticket est à vous.")).to_be_visible()
    claire.ready()
    claire.page.get_by_label("Note, invisible").fill("Débloqué à 14 h, à confirmer par l’usager.")
    claire.page.get_by_role("button", name="Enregistrer la note").click()
    claire.ready()
    claire.press("r")
    claire.page.keyboard.type("Bonjour,\n\nVotre compte est débloqué : vous pouvez vous connecter.")
    claire.press("Control+Enter")
    expect(claire.page.get_by_role("button", name="Annuler l’envoi")).to_be_visible()
    take_picture(claire.page, "ticket-reponse.png", tmp_path)
    claire.sent()
    sender = claire.page.context.new_page()
    sender.goto(f"{service.address}/suivi/{behind(service, lambda s: s.token_of(made[-1]))}")
    expect(sender.get_by_role("heading", level=1)).to_be_visible()
    take_picture(sender, "suivi.png", tmp_path)
