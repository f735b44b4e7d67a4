"""The demo host page as a user sees it: the icon, the panel, and who is signed in."""

from typing import Self

from playwright.sync_api import Page, expect

from tests.journeys.chat import Chat


class Demo:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.icon = page.get_by_role("button", name="Poser une question à ClaudIA")
        self.panel = page.get_by_role("dialog", name="ClaudIA, assistante virtuelle")
        self.state = page.locator("#demo-state")
        self.chat = Chat(page.frame_locator("#claudia-widget iframe"), page)

    @classmethod
    def open(cls, page: Page, address: str) -> Self:
        page.goto(address)
        return cls(page)

    def open_chat(self) -> Chat:
        self.icon.click()
        self.chat.expect_greeting()
        return self.chat

    def sign_in(self, name: str) -> None:
        picker = self.page.get_by_label("Personne de démonstration")
        option = picker.locator("option").filter(has_text=name)
        picker.select_option(value=option.get_attribute("value"))
        self.page.get_by_role("button", name="Se connecter").click()
        expect(self.state).to_contain_text(name)

    def sign_out(self) -> None:
        self.page.get_by_role("button", name="Se déconnecter").click()
        expect(self.state).to_have_text("Non connecté")
