"""The chat as a user sees it, on its own page or in the panel of a host page."""

from typing import Self

from playwright.sync_api import Frame, FrameLocator, Locator, Page, expect


class Chat:
    """`place` is the page, or the frame in the panel; `page` is what holds the keyboard."""

    def __init__(self, place: Page | Frame | FrameLocator, page: Page) -> None:
        self.place = place
        self.page = page
        self.text = place.get_by_label("Votre question")
        self.messages = place.locator(".message")
        self.banner = place.locator("#banner")
        self.account = place.locator("#account")

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
        answers = self.place.locator(".message--user:not([data-client-id])").last.locator(
            "xpath=following-sibling::li[contains(@class, 'message--assistant')]"
        )
        expect(answers.first).to_be_visible()
        return answers.last

    def choice(self, label: str) -> Locator:
        return self.place.get_by_role("button", name=label, exact=True).last

    def vote(self, label: str) -> Locator:
        return self.place.get_by_role("button", name=label, exact=True).last

    def source(self, message: Locator) -> Locator:
        return message.locator(".message__source a")

    def expect_source(self, message: Locator, section: str) -> None:
        """The answer says where it comes from: "article/section"."""
        expect(self.source(message)).to_have_attribute("href", f"/aide/section/{section}")

    def texts(self) -> list[str]:
        return self.place.locator(".message__bubble").all_inner_texts()
