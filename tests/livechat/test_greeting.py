"""Who connects in the middle of a conversation is greeted as who they are, once."""

import asyncio
from uuid import UUID, uuid4

import pytest

from kit.database import Database
from kit.typography import with_fixed_spaces
from livechat import words
from livechat.protocol import MessageEvent, Mode
from tests.clock import Clock
from tests.livechat.centre import Centre
from tests.livechat.fakes import WELCOME, Chat, ScriptedAssistant, identity, turned
from tests.livechat.telephone import MORNING

CONNECTED = with_fixed_spaces(words.CONNECTED)
IN_A_FORM = with_fixed_spaces(words.CONNECTED_IN_A_FORM)


async def told(chat: Chat, conversation_id: UUID) -> list[MessageEvent]:
    return [
        each for each in await chat.messages(conversation_id) if each.text in (CONNECTED, IN_A_FORM)
    ]


def labels(message: MessageEvent) -> list[str]:
    return [choice.label for choice in message.choices]


async def test_who_connects_later_is_offered_what_fits_them(database: Database) -> None:
    chat = Chat(database)
    conversation_id = await chat.open()
    await chat.exchange.connect(conversation_id, identity("camille"))
    greeting, connected = await chat.messages(conversation_id)
    assert labels(greeting) == [WELCOME[0].label]
    assert connected.text == CONNECTED
    assert labels(connected) == [choice.label for choice in WELCOME]
    assert connected in chat.hub.frames


async def test_the_options_of_the_change_can_be_chosen(database: Database) -> None:
    chat = Chat(database)
    conversation_id = await chat.open()
    await chat.exchange.connect(conversation_id, identity("camille"))
    (connected,) = await told(chat, conversation_id)
    await chat.click(conversation_id, connected.choices[1].id)
    await chat.ended()
    assert (await chat.messages(conversation_id))[-2].text == WELCOME[1].label


async def test_a_page_that_vouches_again_says_nothing_more(database: Database) -> None:
    chat = Chat(database)
    conversation_id = await chat.open()
    for _ in range(3):
        await chat.exchange.connect(conversation_id, identity("camille"))
    assert len(await told(chat, conversation_id)) == 1


async def test_two_pages_that_vouch_at_once_are_told_once(database: Database) -> None:
    chat = Chat(database)
    conversation_id = await chat.open()
    pages = [chat.exchange.connect(conversation_id, identity("camille")) for _ in range(4)]
    await asyncio.gather(*pages)
    assert len(await told(chat, conversation_id)) == 1


async def test_who_was_connected_from_the_start_reads_the_greeting_alone(
    database: Database,
) -> None:
    chat = Chat(database)
    opened = await chat.exchange.open(uuid4(), identity("camille"))
    await chat.exchange.connect(opened.conversation_id, identity("camille"))
    assert len(await chat.messages(opened.conversation_id)) == 1


async def test_an_opening_sent_again_with_an_identity_tells_it_too(database: Database) -> None:
    chat = Chat(database)
    client_id = uuid4()
    await chat.exchange.open(client_id, None)
    again = await chat.exchange.open(client_id, identity("camille"))
    once_more = await chat.exchange.open(client_id, identity("camille"))
    assert [len(again.events), len(once_more.events)] == [2, 2]
    assert again.events[1] in chat.hub.frames


async def test_in_the_middle_of_a_form_no_other_questions_are_proposed(database: Database) -> None:
    chat = Chat(database, ScriptedAssistant(turned("Quelle adresse ?", loop="ticket_form")))
    conversation_id, _ = await chat.answer()
    await chat.exchange.connect(conversation_id, identity("camille"))
    (connected,) = await told(chat, conversation_id)
    assert (connected.text, connected.choices) == (IN_A_FORM, [])
    assert (await chat.conversation(conversation_id)).memory["loop"] == "ticket_form"


@pytest.mark.parametrize("mode", [Mode.QUEUED, Mode.ADVISOR])
async def test_who_waits_for_an_advisor_or_talks_to_one_is_not_interrupted(
    database: Database, clock: Clock, mode: Mode
) -> None:
    clock.put_at(MORNING)
    centre = Centre(database)
    if mode is Mode.ADVISOR:
        conversation_id, _ = await centre.serve(await centre.hire("Alice"))
    else:
        conversation_id = await centre.queue_up()
    assert await centre.mode(conversation_id) is mode
    before = await centre.events(conversation_id)
    await centre.exchange.connect(conversation_id, identity("camille"))
    assert await centre.events(conversation_id) == before
    assert (await centre.conversation(conversation_id)).subject == "host camille"
