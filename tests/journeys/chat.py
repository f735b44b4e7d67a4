"""The chat as a user sees it, on its own page or in the panel of a host page."""

import re
from typing import Self

from playwright.sync_api import Frame, FrameLocator, Locator, Page, expect


class Chat:
    """`place` is the page, or the frame in the panel; `page` is what holds the keyboard."""

    def __init__(self, place: Page | Frame | FrameLocator, page: Page) -> None:
        self.place = place
        self.page = page
        self.text = place.get_by_label(re.compile("^Votre (question|message)"))
        self.messages = place.locator(".message")
        self.banner = place.locator("#banner")
        self.account = place.locator("#account")
        self.queue = place.get_by_role("region", name="File d’attente")
        self.answered_by = place.locator("#subtitle")

    @classmethod
    def open(cls, page: Page, address: str) -> Self:
        page.goto(f"{address}/chat")
        chat = cls(page, page)
        chat.expect_greeting()
        return chat

    def expect_greeting(self) -> None:
        expect(self.messages.first).to_contain_text("Bonjour, je suis ClaudIA")

    def ask(self, text: str) -> Locator:
        """Says it, and waits for the answer: the last message of the assistant's turn."""
        self.say(text)
        return self.answer()

    def say(self, text: str) -> None:
        self.text.fill(text)
        self.text.press("Enter")

    def answer(self) -> Locator:
        """What the assistant says last, once it has answered the user's last message."""
        expect(self.place.locator("[data-client-id]")).to_have_count(0)  # all of theirs is stored
        answers = self.place.locator(".message--user").last.locator(
            "xpath=following-sibling::li[contains(@class, 'message--assistant')]"
        )
        expect(answers.first).to_be_visible()
        return answers.last

    def choice(self, label: str) -> Locator:
        """The last that may be clicked: a click holds on to what it found first, however shut."""
        return self.place.get_by_role("button", name=label, exact=True, disabled=False).last

    def vote(self, label: str) -> Locator:
        return self.place.get_by_role("button", name=label, exact=True).last

    def source(self, message: Locator) -> Locator:
        return message.locator(".message__source a")

    def expect_source(self, message: Locator, section: str) -> None:
        """The answer says where it comes from: "article/section"."""
        expect(self.source(message)).to_have_attribute("href", f"/aide/section/{section}")

    def texts(self) -> list[str]:
        return self.place.locator(".message__bubble").all_inner_texts()

    # With an advisor ---------------------------------------------------------------------

    def ask_for_a_person(self) -> None:
        """In words, then by the button of the offer; ends in the queue."""
        self.ask("je veux parler à un humain")
        self.choice("Parler à un conseiller").click()
        self.wait_for_queue()

    def wait_for_queue(self) -> None:
        """In the queue, and told which place it is, or that nobody is there."""
        told = re.compile(r"position \d+|Aucun conseiller")
        expect(self.queue.locator("[data-place]")).to_have_text(told)

    def queue_text(self) -> str:
        """« Vous êtes en position 2. Attente estimée : … », with ordinary spaces."""
        return " ".join(self.queue.locator("[data-place]").inner_text().split())

    def leave_queue(self) -> None:
        self.choose_in_queue("Quitter la file")

    def choose_in_queue(self, label: str) -> None:
        """« Quitter la file », « Ouvrir un ticket » or « Être rappelé(e) »: each ends the wait."""
        button = self.queue.get_by_role("button", name=label, exact=True)
        if not button.is_visible():  # folded on a small screen
            self.queue.locator("summary").click()
        button.click()
        expect(self.queue).to_be_hidden()

    def wait_for_advisor(self, name: str) -> None:
        """The header says that a person answers, and the thread says who."""
        expect(self.answered_by).to_contain_text("une personne")
        expect(self.messages.filter(has_text=f"une personne : {name}").last).to_be_visible()
        expect(self.text).to_have_accessible_name(f"Votre message à {name}")

    def advisor_says(self, text: str) -> Locator:
        """The advisor's message with that text, once it is there."""
        message = self.place.locator(".message--advisor").filter(has_text=text).last
        expect(message).to_be_visible()
        return message

    def open_booking(self) -> Locator:
        """The dialog in which a time of the last proposal is taken."""
        dialog = self.place.get_by_role("dialog", name="Rendez-vous téléphonique")
        if not dialog.is_visible():
            self.place.get_by_role("button", name="Choisir un horaire").last.click()
        expect(dialog).to_be_visible()
        return dialog

    def choose_time(self, phone: str, email: str = "") -> Locator:
        """Takes the first time of the last proposal. The dialog closes when that succeeds."""
        dialog = self.open_booking()
        dialog.get_by_label("Votre numéro de téléphone").fill(phone)
        dialog.get_by_label("Votre adresse électronique").fill(email)
        dialog.get_by_role("button", name="Confirmer le rendez-vous").click()
        return dialog

    def open_appointment(self) -> Page:
        """The page behind the secret link of the last appointment, in a tab of its own."""
        with self.page.expect_popup() as opened:
            self.place.get_by_role("link", name="Voir, déplacer ou annuler").last.click()
        opened.value.wait_for_load_state()
        return opened.value

    def open_transcript(self) -> Locator:
        """The dialog that asks where to send a copy, once a talk with an advisor is over."""
        self.choice("Recevoir une copie par courriel").click()
        dialog = self.place.get_by_role("dialog", name="Recevoir une copie")
        expect(dialog).to_be_visible()
        return dialog

    def ask_for_transcript(self, email: str) -> None:
        dialog = self.open_transcript()
        dialog.get_by_label("Votre adresse électronique").fill(email)
        dialog.get_by_role("button", name="Envoyer la copie").click()
        expect(self.messages.last).to_contain_text(email)

    def attach(self, name: str, content: bytes) -> None:
        """Sends a file; whether it was taken is for the caller to see."""
        self.place.locator("#file").set_input_files(
            {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        )

    def download(self, name: str) -> bytes:
        """What a file of the advisor holds."""
        with self.page.expect_download() as download:
            self.advisor_says(name).get_by_role("button", name=name).click()
        assert download.value.suggested_filename == name
        return download.value.path().read_bytes()

    def paste_picture(self, content: bytes, beside: str = "") -> None:
        """As from a screenshot; `beside`: the text that an office program copies along."""
        script = """(field, [bytes, text]) => {
            const data = new DataTransfer();
            const type = "image/png";
            data.items.add(new File([new Uint8Array(bytes)], "collage.png", { type }));
            if (text) data.setData("text/plain", text);
            const event = { clipboardData: data, bubbles: true, cancelable: true };
            field.dispatchEvent(new ClipboardEvent("paste", event));
        }"""
        self.text.evaluate(script, [list(content), beside])

    def expect_read(self) -> None:
        """The advisor has read what the user said last."""
        expect(self.place.locator(".message--user").last.locator(".message__mark")).to_have_text(
            "Lu"
        )

    def end_chat(self) -> None:
        """Ends the talk with the advisor, and confirms it."""
        self.place.locator("#end").click()
        confirmation = self.place.get_by_role("dialog", name="Terminer la discussion ?")
        confirmation.get_by_role("button", name="Terminer la discussion").click()
        expect(self.answered_by).to_contain_text("une machine")

    def rate(self, rating: int) -> None:
        """From 1 to 5, when it is asked for."""
        self.place.get_by_role("button", name=re.compile(rf"^{rating} sur 5")).last.click()
        expect(self.messages.last).to_contain_text("Merci pour votre avis")
