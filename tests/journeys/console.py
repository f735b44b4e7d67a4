"""The advisors' console as an advisor uses it: by what its parts are called.

Labels hold the typographic apostrophe of web/templates/web/agents.html.
"""

import re
from typing import Self

from playwright.sync_api import FilePayload, Locator, Page, expect

STATUSES = {"available": "Disponible", "away": "Absent", "off": "Hors service"}
WRAP_UPS = {
    "solved": "Résolue",
    "explained": "Expliquée",
    "appointment": "Rendez-vous",
    "ticket": "Demande écrite",
    "elsewhere": "Orientée ailleurs",
    "abandoned": "Abandonnée",
}


class Console:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.offers = page.get_by_role("list", name="Proposées", exact=True)
        self.mine = page.get_by_role("list", name="Mes discussions", exact=True)
        self.to_conclude = page.get_by_role("list", name="À conclure", exact=True)
        self.others = page.get_by_role("list", name="Toutes les autres discussions", exact=True)
        self.attach_button = page.get_by_role("button", name="Joindre un fichier")
        self.appointments = page.get_by_role("list", name="Rendez-vous téléphoniques")
        self.callbacks = page.get_by_role("list", name="Rappels demandés")
        self.advisors = page.get_by_role("list", name="Conseillers", exact=True)
        self.title = page.get_by_role(
            "heading", name=re.compile("Discussion avec|Aucune discussion")
        )
        self.state = page.locator("#thread-state")
        self.thread = page.get_by_role("region", name="Messages de la discussion")
        self.messages = self.thread.locator(".message")
        self.notes = self.thread.locator(".message--note")
        self.typing = page.locator("#typing")
        self.text = page.get_by_role("textbox", name="Message à l’usager", exact=True)
        self.note_text = page.get_by_role("textbox", name="Note interne, invisible")
        self.canned = page.get_by_role("listbox", name="Réponses prêtes")
        self.dossier = page.get_by_role("region", name="Dossier", exact=True)
        self.banner = page.locator("#banner")
        self.announcer = page.get_by_role("log", name="Annonces")
        self.sheet = page.get_by_role("dialog", name="Raccourcis clavier")

    # In and out --------------------------------------------------------------------------

    @classmethod
    def log_in(cls, page: Page, address: str, email: str, password: str) -> Self:
        """With an account whose password is known; ends on the console, connected."""
        page.goto(f"{address}/equipe/connexion?suite=/agents")
        page.get_by_label("Adresse électronique").fill(email)
        page.get_by_label("Mot de passe", exact=True).fill(password)
        page.get_by_role("button", name="Se connecter").click()
        page.wait_for_url(f"{address}/agents*")
        return cls._connected(page)

    @classmethod
    def accept_invitation(
        cls, page: Page, address: str, link: str, name: str, password: str
    ) -> Self:
        """By the link of an invitation, as somebody who is new; ends on the console, connected."""
        page.goto(link)
        page.get_by_label("Votre nom").fill(name)
        page.get_by_label("Mot de passe", exact=True).fill(password)
        page.get_by_label("Le même mot de passe").fill(password)
        page.get_by_role("button", name="Ouvrir mon compte").click()
        page.wait_for_url(f"{address}/equipe")
        return cls.open(page, address)

    @classmethod
    def open(cls, page: Page, address: str) -> Self:
        """By somebody who is logged in."""
        page.goto(f"{address}/agents")
        return cls._connected(page)

    @classmethod
    def _connected(cls, page: Page) -> Self:
        console = cls(page)
        console.expect_connected()
        return console

    def expect_connected(self) -> None:
        """The first board has come."""
        expect(self.page.locator("#list-pane [data-part=waiting]")).to_have_text(re.compile(r"\d"))

    def log_out(self) -> None:
        self.page.get_by_role("button", name="Se déconnecter").click()
        self.page.wait_for_url(re.compile("/equipe/connexion"))

    # The list ----------------------------------------------------------------------------

    def set_status(self, status: str) -> None:
        """`status`: a value of AdvisorStatus."""
        self.page.get_by_role("radio", name=STATUSES[status], exact=True).check()

    def waiting(self) -> Locator:
        return self.page.locator("#list-pane [data-part=waiting]")

    def accept_offer(self, who: str = "") -> None:
        """Waits for an offer (of whom that name is part), accepts it: one may write at once."""
        self._offer(who).get_by_role("button", name="Accepter").click()
        expect(self.text).to_be_focused()

    def decline_offer(self, who: str = "") -> None:
        self._offer(who).get_by_role("button", name="Refuser").click()

    def read_offer(self, who: str = "") -> None:
        self._offer(who).get_by_role("button", name="Lire").click()

    def expect_no_offer(self) -> None:
        expect(self.offers.get_by_role("listitem")).to_have_count(0)

    def _offer(self, who: str) -> Locator:
        return self.offers.get_by_role("listitem").filter(has_text=who).first

    def open_chat(self, who: str = "", among: Locator | None = None) -> None:
        """One of mine, or among `self.others` or `self.to_conclude`."""
        rows = self.mine if among is None else among
        rows.get_by_role("button").filter(has_text=who).first.click()
        expect(self.title).to_contain_text("Discussion avec")

    # The conversation --------------------------------------------------------------------

    def say(self, text: str) -> Locator:
        """Returns the message, once the server has stored it."""
        self.page.get_by_role("radio", name="Message", exact=True).check()
        self.text.fill(text)
        self.text.press("Enter")
        said = self.thread.locator(".message--advisor[data-seq]").filter(has_text=text).last
        expect(said).to_be_visible()
        number = said.get_attribute("data-seq")  # its text may go, its number stays
        return self.thread.locator(f'[data-seq="{number}"]')

    def propose_appointment(self, times: int = 1) -> None:
        """Proposes my first free times to the user of the open chat."""
        self._propose(self.open_proposal(), times)

    def propose_callback(self) -> None:
        """Proposes my first free time to the last who asked to be called back."""
        row = self.callbacks.get_by_role("listitem").last
        row.get_by_role("button", name="Proposer des horaires").click()
        self._propose(self._proposal(), 1)

    def open_proposal(self) -> Locator:
        """The dialog with my free times, for the user of the open chat."""
        self.page.get_by_role("button", name="Rendez-vous", exact=True).click()
        return self._proposal()

    def _proposal(self) -> Locator:
        dialog = self.page.get_by_role("dialog", name="Proposer un rendez-vous téléphonique")
        expect(dialog.get_by_role("checkbox").first).to_be_visible()
        return dialog

    def _propose(self, dialog: Locator, times: int) -> None:
        for number in range(times):
            dialog.get_by_role("checkbox").nth(number).check()
        dialog.get_by_role("button", name="Proposer ces horaires").click()
        expect(dialog).to_be_hidden()

    def attach(self, name: str, content: bytes) -> None:
        """Sends a file, and waits until the server has stored it."""
        sent = self.thread.locator(".message--advisor[data-seq]").filter(has_text=name)
        self.choose_files({name: content})
        expect(sent.last).to_be_visible()

    def choose_files(self, contents: dict[str, bytes]) -> None:
        """Begins to send them, one after the other."""
        self.page.locator("#file").set_input_files(
            [
                FilePayload(name=name, mimeType="application/octet-stream", buffer=content)
                for name, content in contents.items()
            ]
        )

    def note(self, text: str) -> Locator:
        self.page.get_by_role("radio", name="Note interne", exact=True).check()
        self.note_text.fill(text)
        self.note_text.press("Enter")
        noted = self.thread.locator(".message--note[data-staff-seq]").filter(has_text=text).last
        expect(noted).to_be_visible()
        return noted

    def retract(self, message: Locator) -> None:
        message.get_by_role("button", name="Retirer ce message").click()
        expect(message).to_contain_text("Message retiré")

    def choose_canned(self, letters: str) -> None:
        """Puts in the first prepared reply that these letters find."""
        self.text.fill("")
        self.text.press_sequentially(f"/{letters}")
        expect(self.canned).to_be_visible()
        self.text.press("Enter")
        expect(self.canned).to_be_hidden()

    def insert_help(self, title: str = "") -> None:
        """Puts the title and address of a help answer into the composer."""
        self.dossier.get_by_role("button", name=f"Insérer {title}").first.click()

    # Handing over, and the end -----------------------------------------------------------

    def transfer(
        self, colleague: str | None = None, skill: str | None = None, note: str = ""
    ) -> None:
        """To that colleague (the beginning of their name), to a skill, or to anybody."""
        self.page.get_by_role("button", name="Transférer", exact=True).click()
        dialog = self.page.get_by_role("dialog", name="Transférer la discussion")
        if colleague is not None:
            dialog.get_by_role("radio", name="À un collègue").check()
            people = dialog.get_by_label("Collègue", exact=True)
            theirs = people.locator("option", has_text=colleague)  # its text tells their load too
            people.select_option(value=theirs.get_attribute("value"))
        elif skill is not None:
            dialog.get_by_role("radio", name="Selon une compétence").check()
            dialog.get_by_label("Compétence", exact=True).select_option(skill)
        else:
            dialog.get_by_role("radio", name="À la première personne disponible").check()
        dialog.get_by_label("Note pour la suite").fill(note)
        dialog.get_by_role("button", name="Transférer la discussion").click()
        expect(dialog).to_be_hidden()

    def finish(self, wrap_up: str) -> None:
        """`wrap_up`: a value of WrapUp."""
        self.page.get_by_role("button", name="Terminer", exact=True).click()
        dialog = self.page.get_by_role("dialog", name="Terminer la discussion")
        dialog.get_by_role("radio", name=WRAP_UPS[wrap_up], exact=True).check()
        dialog.get_by_role("button", name="Terminer la discussion").click()
        expect(dialog).to_be_hidden()
