"""Two web processes over one database: whoever talks through one is heard through the other."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.journeys.chat import Chat
from tests.journeys.conftest import PASSWORD, NewContext, invitation
from tests.journeys.console import Console
from tests.journeys.service import Service

pytestmark = pytest.mark.usefixtures("nobody_left_over", "open_today")


@pytest.fixture
def other(service: Service) -> Iterator[str]:
    with service.second_web() as address:
        yield address


def test_a_user_and_an_advisor_talk_across_both(
    chat: Chat, service: Service, other: str, new_context: NewContext
) -> None:
    page = new_context(viewport={"width": 1280, "height": 800}).new_page()
    link = invitation(service, "claire-elsewhere@example.org").replace(service.address, other)
    claire = Console.accept_invitation(page, other, link, "Claire", PASSWORD)
    claire.set_status("available")
    chat.ask_for_a_person()
    claire.accept_offer()
    chat.wait_for_advisor("Claire")
    claire.say("Bonjour, je suis de l’autre côté.")
    chat.advisor_says("de l’autre côté")
    chat.text.press_sequentially("je vous", delay=50)
    expect(claire.typing).to_be_visible()
    chat.say("je vous entends")
    expect(claire.messages.last).to_contain_text("je vous entends")
    chat.expect_read()
    claire.finish("solved")
    chat.rate(4)
    claire.log_out()
