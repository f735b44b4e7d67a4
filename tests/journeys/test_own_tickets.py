"""« Mes tickets », from the host site: a draft, sent, asked about, answered, closed."""

import re
from collections.abc import Callable
from functools import partial
from itertools import count

from playwright.sync_api import Page, expect

from tests.journeys.conftest import NewContext
from tests.journeys.demo import Demo
from tests.journeys.service import Service
from tests.journeys.test_accessibility import expect_clean
from tests.journeys.triage import behind
from tests.ticketing.support import Support
from ticketing.lifecycle import Event

_numbers = count(1)


class OwnTickets:
    """Somebody connected before their tickets."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self._address = address
        self.title = page.get_by_role("heading", level=1)

    @classmethod
    def enter(cls, page: Page, address: str, name: str) -> "OwnTickets":
        """By the button of the host site."""
        demo = Demo.open(page, address)
        demo.sign_in(name)
        page.get_by_role("button", name="Mes tickets").click()
        own = cls(page, address)
        expect(own.title).to_have_text("Mes demandes d’aide")
        return own

    def tab(self, name: str) -> None:
        self.page.get_by_role("link", name=re.compile(name)).click()
        expect(self.page.get_by_role("heading", level=2)).to_have_text(name)

    def row(self, title: str) -> None:
        expect(self.page.get_by_role("list").get_by_role("link", name=title)).to_be_visible()

    def write(self, title: str, text: str) -> None:
        self.page.get_by_role("link", name="Nouvelle demande").click()
        self.page.get_by_label("Catégorie", exact=True).select_option(label="Connexion et compte")
        self.page.get_by_label("Sous-catégorie").select_option(label="Mot de passe")
        self.page.get_by_label("Titre").fill(title)
        self.page.get_by_label("Description").fill(text)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).click()

    def said(self, words: str) -> None:
        expect(self.page.get_by_role("status").filter(has_text=words)).to_be_visible()


async def ask(support: Support, number: int) -> None:
    claire = await support.hire(f"Claire{next(_numbers)}")
    await support.triage.take(claire, number)
    await support.triage.reply(
        claire, number, Event.DETAILS_ASKED, "Quelle est votre adresse de connexion ?", at_once=True
    )


def test_from_a_draft_to_the_end(page: Page, service: Service) -> None:
    own = OwnTickets.enter(page, service.address, "Camille")
    own.write("Mot de passe perdu en voyage", "Je ne reçois pas le courriel.")
    page.get_by_label("Pièces jointes").set_input_files(
        {"name": "erreur.txt", "mimeType": "text/plain", "buffer": b"erreur 42"}
    )
    own.press("Enregistrer le brouillon")
    own.said("Le brouillon est enregistré.")
    page.goto(f"{service.address}/mes-tickets")
    own.tab("Brouillons")
    page.get_by_role("link", name="Mot de passe perdu en voyage").click()
    expect(page.get_by_label("Description")).to_have_value("Je ne reçois pas le courriel.")
    expect(page.get_by_role("checkbox", name="Joindre erreur.txt")).to_be_checked()
    expect(page.get_by_label("Sous-catégorie")).to_have_value("connexion_compte/mot_de_passe")
    own.press("Envoyer ma demande")
    own.said("Votre demande est enregistrée")
    reference = re.findall(r"TK-\d+", own.title.inner_text())[0]

    behind(service, partial(ask, number=int(reference.removeprefix("TK-"))))
    page.get_by_role("link", name="Mes demandes").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("Actions requises")
    page.get_by_role("link", name="Mot de passe perdu en voyage").click()
    expect(page.get_by_text("Quelle est votre adresse de connexion ?")).to_be_visible()
    page.get_by_label("Votre réponse").fill("camille@example.org")
    own.press("Envoyer ma réponse")
    own.said("Votre message est envoyé.")

    page.get_by_role("link", name="Fermer ma demande").click()
    own.press("Fermer ma demande")
    own.said("Votre demande est fermée.")
    page.get_by_label("5, tout à fait").check()
    own.press("Enregistrer ma note")
    own.said("Merci")
    page.get_by_role("link", name="Mes demandes").click()
    own.tab("Clôturés")
    own.row("Mot de passe perdu en voyage")
    page.get_by_label("Rechercher dans mes demandes").fill("voyages")
    own.press("Rechercher")
    own.said("Une demande trouvée")
    own.row("Mot de passe perdu en voyage")

    own.press("Quitter")
    expect(own.title).to_have_text("Vous avez quitté vos demandes")


def test_a_similar_one_is_shown_before_another_is_sent(page: Page, service: Service) -> None:
    own = OwnTickets.enter(page, service.address, "Nadia")
    own.write("Facture suspendue sans motif", "Elle est suspendue.")
    own.press("Envoyer ma demande")
    own.said("Votre demande est enregistrée")
    page.get_by_role("link", name="Mes demandes").click()
    own.write("Encore une facture suspendue", "Une autre.")
    own.press("Envoyer ma demande")
    alert = page.get_by_role("alert").filter(has_text="Vous avez déjà une demande semblable")
    expect(alert.get_by_text("Facture suspendue sans motif")).to_be_visible()
    expect(alert).to_be_focused()
    expect(page.get_by_label("Description")).to_have_value("Une autre.")
    own.press("Envoyer quand même ma demande")
    own.said("Votre demande est enregistrée")


def test_another_site_opens_them_by_its_own_form(
    new_context: NewContext, service: Service, host_port: int
) -> None:
    """The form comes cross-site, so without our cookie; the browser takes the one we give."""
    page = new_context().new_page()
    token = page.request.post(f"{service.address}/demo/identity", data={"user": "louis"}).json()[
        "token"
    ]
    host = f"http://127.0.0.1:{host_port}/"
    ours = service.address.replace("127.0.0.1", "localhost")  # another site, not only another port
    form = (
        f'<form method="post" action="{ours}/mes-tickets/session">'
        f'<input type="hidden" name="identity" value="{token}"><button>Mes tickets</button></form>'
    )
    page.route(host, lambda route: route.fulfill(body=form, content_type="text/html"))
    page.goto(host)
    page.get_by_role("button", name="Mes tickets").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mes demandes d’aide")
    expect(page.get_by_text("louis@example.org")).to_be_visible()
    page.get_by_role("link", name="Nouvelle demande").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nouvelle demande d’aide au support")


def _void(own: OwnTickets) -> None:
    own.page.goto(own.page.url.partition("/mes-tickets")[0] + "/mes-tickets/TK-999999")


def _end(own: OwnTickets) -> None:
    own.press("Quitter")


def test_the_pages_are_clean(new_context: NewContext, service: Service, errors: list[str]) -> None:
    page = new_context(viewport={"width": 320, "height": 800}).new_page()
    own = OwnTickets.enter(page, service.address, "Jeanne")
    steps: list[tuple[str, Callable[[], object]]] = [
        ("empty list", lambda: None),
        ("form", lambda: page.get_by_role("link", name="Nouvelle demande").click()),
        ("mistakes", lambda: own.press("Envoyer ma demande")),
        ("list", lambda: page.goto(f"{service.address}/mes-tickets")),
        ("typed", lambda: own.write("Lien d’activation perdu", "Il n’arrive pas.")),
        ("draft", lambda: own.press("Enregistrer le brouillon")),
        ("discard", lambda: page.get_by_role("link", name="Supprimer ce brouillon").click()),
        ("kept", lambda: page.get_by_role("link", name="Le garder").click()),
        ("sent", lambda: own.press("Envoyer ma demande")),
        ("closing", lambda: page.get_by_role("link", name="Fermer ma demande").click()),
        ("closed", lambda: own.press("Fermer ma demande")),
        ("full list", lambda: page.goto(f"{service.address}/mes-tickets?onglet=clotures")),
        ("void", lambda: _void(own)),
        ("end", lambda: _end(own)),
        ("not connected", lambda: page.goto(f"{service.address}/mes-tickets")),
    ]
    for name, act in steps:
        act()
        page.wait_for_load_state()
        expect_clean(page)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 320, name
    # The browser reports the answers 404, 401 and 422 that this walk asks for.
    errors[:] = [each for each in errors if "status of 4" not in each]


def test_without_a_script_too(new_context: NewContext, service: Service) -> None:
    context = new_context(java_script_enabled=False)
    page = context.new_page()
    token = page.request.post(f"{service.address}/demo/identity", data={"user": "jeanne"}).json()[
        "token"
    ]
    page.request.post(
        f"{service.address}/mes-tickets/session",
        form={"identity": token},
        headers={"Origin": service.address},
    )
    page.goto(f"{service.address}/mes-tickets/nouveau")
    page.get_by_label("Catégorie et sous-catégorie").select_option("connexion_compte/mot_de_passe")
    page.get_by_label("Titre").fill("Sans script")
    page.get_by_label("Description").fill("Tout va bien.")
    page.get_by_role("button", name="Envoyer ma demande").click()
    expect(page.get_by_role("status")).to_contain_text("Votre demande est enregistrée")
