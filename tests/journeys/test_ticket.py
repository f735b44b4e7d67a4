"""A ticket without an account, to the rating: with JavaScript, without it, by keyboard."""

from itertools import count

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.journeys.conftest import NewContext
from tests.journeys.keyboard import tab_to
from tests.journeys.service import Service
from tests.journeys.test_accessibility import expect_clean
from tests.journeys.triage import behind
from tests.ticketing.support import Support
from ticketing.lifecycle import Event

TITLE = "Facture introuvable"
FILE: FilePayload = {"name": "journal.txt", "mimeType": "text/plain", "buffer": b"erreur 42"}
NARROW = {"width": 320, "height": 640}
LOOKS = 40  # at the mailbox, for a mail that is to come
_numbers = count(1)


class Asker:
    """Somebody who cannot log in, and their mailbox."""

    def __init__(self, page: Page, address: str, email: str) -> None:
        self.page = page
        self.address = address
        self.email = email

    def fill(self, title: str = TITLE, *, scripts: bool = True) -> None:
        self.page.goto(f"{self.address}/ticket")
        if scripts:
            self.page.get_by_label("Catégorie", exact=True).select_option("Connexion et compte")
            self.page.get_by_label("Sous-catégorie").select_option("Mot de passe")
        else:
            pair = self.page.get_by_label("Catégorie et sous-catégorie")
            pair.select_option("connexion_compte/mot_de_passe")
        self.page.get_by_label("Adresse électronique", exact=True).fill(self.email)
        self.page.get_by_label("Confirmez votre adresse").fill(self.email)
        self.page.get_by_label("Titre").fill(title)
        self.page.get_by_label("Description").fill("Elle n’est plus dans la liste.")

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()

    def number(self) -> int:
        """As the page after sending shows it."""
        title = self.page.get_by_role("heading", level=1)
        expect(title).to_have_text("Votre demande est enregistrée")
        return int(self.page.locator(".lead strong").inner_text().removeprefix("TK-"))

    def mailed(self, words: str) -> str:
        """The text of their last mail whose subject has these words, in the development mailbox."""
        row = self.page.get_by_role("row").filter(has_text=self.email).filter(has_text=words)
        for _ in range(LOOKS):  # a round promises some of them, a second later
            self.page.goto(f"{self.address}/courriels")
            if row.count():
                break
            self.page.wait_for_timeout(300)
        row.first.get_by_role("link").click()
        return self.page.locator(".mail__text").inner_text()

    def follow(self, words: str, path: str = "/suivi/") -> None:
        """The link of that mail."""
        self.page.goto(self.address + path + self.mailed(words).partition(path)[2].split()[0])

    def unmask(self) -> None:
        place = self.page.url.split("?")[0]
        self.press("Recevoir un code")
        expect(self.says("Un code vient d’être envoyé")).to_be_visible()
        text = self.mailed("Votre code")
        code = next(word for word in text.split() if word.isdigit() and len(word) == 6)
        self.page.goto(place)
        self.page.get_by_label("Code reçu par courriel").fill(code)
        self.press("Afficher")
        expect(self.says("affichée en entier")).to_be_visible()

    def says(self, words: str) -> Locator:
        return self.page.locator(".alert").filter(has_text=words)

    def state(self, words: str) -> None:
        expect(self.page.locator(".facts strong")).to_have_text(words)


def asker(context: NewContext, service: Service, **options: object) -> Asker:
    page = context(**({"viewport": {"width": 1280, "height": 800}} | options)).new_page()
    return Asker(page, service.address, f"usager-{next(_numbers)}@exemple.fr")


def answer(service: Service, number: int, name: str) -> None:
    """The support takes the ticket and answers it."""

    async def answered(support: Support) -> None:
        member = await support.hire(f"{name}{number}")
        await support.triage.take(member, number)
        await support.triage.reply(member, number, Event.ANSWERED, "Cherchez-la ici.", at_once=True)

    behind(service, answered)


def test_from_the_form_to_the_rating(new_context: NewContext, service: Service) -> None:
    user = asker(new_context, service)
    user.fill()
    user.page.get_by_label("Pièces jointes").set_input_files([FILE])
    user.press("Envoyer ma demande")
    number = user.number()
    sent = user.page.url
    user.page.reload()
    assert user.number() == number and user.page.url == sent
    user.follow("est enregistrée")
    user.state("Envoyée")
    expect(user.page.get_by_text("Elle n’est plus dans la liste.")).to_have_count(0)
    user.unmask()
    expect(user.page.get_by_text("Elle n’est plus dans la liste.")).to_be_visible()
    with user.page.expect_download() as download:
        user.page.get_by_role("link", name="journal.txt").click()
    assert download.value.suggested_filename == "journal.txt"
    user.page.get_by_label("Votre message").fill("C’est la facture 123.")
    user.press("Envoyer le message")
    expect(user.says("Votre message est envoyé.")).to_be_visible()

    answer(service, number, "Claire")
    user.follow("Une réponse")
    user.state("Répondue")
    user.unmask()  # each mail has a link of its own
    expect(user.page.get_by_text("Cherchez-la ici.")).to_be_visible()
    user.page.get_by_role("link", name="Fermer ma demande").click()
    user.press("Fermer ma demande")
    user.state("Fermée")
    user.page.get_by_label("4", exact=True).check()
    user.press("Enregistrer ma note")
    expect(user.says("Merci")).to_be_visible()
    user.page.get_by_label("Pourquoi la rouvrir").fill("Elle a de nouveau disparu.")
    user.press("Rouvrir ma demande")
    user.state("Envoyée")


def test_without_javascript_it_is_confirmed_by_mail(
    new_context: NewContext, service: Service
) -> None:
    user = asker(new_context, service, java_script_enabled=False)
    user.fill(scripts=False)
    user.press("Envoyer ma demande")
    expect(user.page.get_by_role("heading", level=1)).to_contain_text("Plus qu’une étape")
    user.follow("Confirmez", "/ticket/confirmer/")
    user.press("Envoyer ma demande")
    number = user.number()
    user.follow("est enregistrée")
    user.unmask()
    user.page.get_by_label("Votre message").fill("C’est la facture 123.")
    user.press("Envoyer le message")
    expect(user.says("Votre message est envoyé.")).to_be_visible()
    answer(service, number, "David")
    user.page.reload()
    user.page.get_by_label("Ce qui manque à la réponse").fill("Elle n’y est pas.")
    user.press("Renvoyer à l’assistance")
    user.state("Renvoyée à l’assistance")
    user.page.get_by_role("link", name="Fermer ma demande").click()
    user.press("Fermer ma demande")
    user.state("Fermée")


@pytest.mark.usefixtures("errors")
def test_by_the_keyboard_alone(
    new_context: NewContext, service: Service, errors: list[str]
) -> None:
    user = asker(new_context, service)
    page = user.page
    page.goto(f"{service.address}/contact")
    go(page, page.get_by_role("link", name="Ouvrir un ticket"))
    go(page, page.get_by_role("button", name="Envoyer ma demande"))
    summary = page.get_by_role("alert").filter(has_text="n’est pas envoyée")
    expect(summary).to_be_focused()
    errors.clear()  # the browser notes that the form was refused
    go(page, summary.get_by_role("link", name="Choisissez une catégorie"))
    expect(page.get_by_label("Catégorie", exact=True)).to_be_focused()
    page.keyboard.press("A")  # « Anomalie du portail »
    page.keyboard.press("Tab")
    expect(page.get_by_label("Sous-catégorie")).to_be_focused()
    page.keyboard.press("M")  # « Message d’erreur »
    for label, words in (
        ("Adresse électronique", user.email),
        ("Confirmez votre adresse électronique", user.email),
        ("Titre", "Une erreur s’affiche"),
        ("Description", "Erreur 42 en ouvrant la page."),
    ):
        tab_to(page, page.get_by_role("textbox", name=label, exact=True))
        page.keyboard.type(words)
    go(page, page.get_by_role("button", name="Envoyer ma demande"))
    number = user.number()
    go(page, page.get_by_role("link", name="demandez un nouveau lien"))
    expect(page.get_by_label("Numéro de la demande")).to_have_value(f"TK-{number:06d}")
    tab_to(page, page.get_by_label("Adresse électronique de la demande"))
    page.keyboard.type(user.email)
    page.keyboard.press("Enter")
    expect(user.says("Si une demande porte ce numéro")).to_be_visible()
    user.follow("Le lien vers votre demande")
    user.state("Envoyée")


def go(page: Page, wanted: Locator) -> None:
    tab_to(page, wanted)
    page.keyboard.press("Enter")


def test_similar_ones_are_told_and_the_typed_text_is_kept(
    new_context: NewContext, service: Service
) -> None:
    user = asker(new_context, service)
    user.fill("Mémoire de frais de justice")
    user.press("Envoyer ma demande")
    user.number()
    user.fill("Mon mémoire de frais de justice")
    user.press("Envoyer ma demande")
    expect(user.says("Une demande semblable existe déjà")).to_be_focused()
    expect(user.page.get_by_label("Titre")).to_have_value("Mon mémoire de frais de justice")
    expect(user.page.get_by_label("Sous-catégorie")).to_have_value("connexion_compte/mot_de_passe")
    user.press("Recevoir un lien par courriel pour la compléter")
    expect(user.says("Un lien vient d’être envoyé")).to_be_visible()
    user.press("Envoyer quand même ma demande")
    user.number()


def test_in_another_browser_similar_ones_are_told_by_mail_alone(
    new_context: NewContext, service: Service
) -> None:
    user, elsewhere = asker(new_context, service), asker(new_context, service)
    elsewhere.email = user.email
    user.fill("Mémoire de frais de justice")
    user.press("Envoyer ma demande")
    first = user.number()
    elsewhere.fill("Mon mémoire de frais de justice")
    elsewhere.press("Envoyer ma demande")
    second = elsewhere.number()
    text = elsewhere.mailed(f"TK-{second:06d} est enregistrée")
    assert f"une demande semblable en cours\u00a0: TK-{first:06d}." in text


def test_a_file_that_is_too_large_is_named_before_anything_is_sent(
    new_context: NewContext, service: Service
) -> None:
    user = asker(new_context, service)
    user.fill()
    content = b"a" * (10 * 1024 * 1024 + 1)
    large: FilePayload = {"name": "gros.txt", "mimeType": "text/plain", "buffer": content}
    user.page.get_by_label("Pièces jointes").set_input_files([large])
    expect(user.page.locator("#files-error")).to_contain_text("gros.txt")
    user.press("Envoyer ma demande")
    expect(user.page.get_by_label("Pièces jointes")).to_be_focused()
    user.page.get_by_label("Pièces jointes").set_input_files([])
    user.press("Envoyer ma demande")
    user.number()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_overflows(
    scheme: str, new_context: NewContext, service: Service, errors: list[str]
) -> None:
    user = asker(new_context, service, color_scheme=scheme, viewport=NARROW)
    page = user.page

    def look() -> None:
        expect_clean(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.url

    for path in ("/ticket", "/ticket/courriel", "/suivi", "/suivi?fait=lien"):
        page.goto(service.address + path)
        look()
    for path in ("/suivi/x", "/ticket/confirmer/x"):
        page.goto(service.address + path)
        look()
    user.page.goto(f"{service.address}/ticket")
    user.press("Envoyer ma demande")
    expect(user.says("n’est pas envoyée")).to_be_visible()
    look()
    user.fill(f"Un titre {'très ' * 20}long pour le thème {scheme}")
    user.press("Envoyer ma demande")
    number = user.number()
    look()
    user.follow("est enregistrée")
    look()
    user.unmask()
    page.locator("details summary").click()
    look()
    answer(service, number, "Eva")
    page.reload()
    look()
    page.get_by_role("link", name="Fermer ma demande").click()
    look()
    user.press("Fermer ma demande")
    user.state("Fermée")
    look()
    user.press("Enregistrer ma note")  # none is chosen
    expect(user.says("Choisissez une note")).to_be_visible()
    look()
    errors.clear()  # the browser notes what was refused
