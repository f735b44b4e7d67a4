"""One conversation from the user's side, with a scripted assistant and a real database."""

import asyncio
from uuid import uuid4

import pytest
from pydantic import ValidationError
from sqlalchemy import inspect, select, text
from sqlalchemy.engine import Connection

from kit.database import Database
from kit.errors import Conflict, Invalid, NotFound, TooLarge, Unauthorised
from livechat.access import check_current
from livechat.assistant import (
    AskCommand,
    AskText,
    Memory,
    OpenRequest,
    Reply,
    Turned,
    Unreachable,
)
from livechat.models import Conversation
from livechat.protocol import (
    TEXT_LIMIT,
    Author,
    Choice,
    CloseCode,
    Decision,
    Mode,
    Said,
    VoteEvent,
)
from tests.livechat.fakes import Chat, ScriptedAssistant, identity, turned
from ticketing.models import RequestKind, Ticket

DOWN = Unreachable("ConnectError")


def _everything(connection: Connection) -> str:
    """All that stands in all tables, as one text."""
    found = []
    for table in inspect(connection).get_table_names():
        found += [str(tuple(row)) for row in connection.execute(text(f"SELECT * FROM {table}"))]
    return "\n".join(found)


async def everything(database: Database) -> str:
    async with database.engine.connect() as connection:
        return await connection.run_sync(_everything)


def asking(*choices: Choice) -> ScriptedAssistant:
    """An assistant that asks which of these was meant, then answers as usual."""
    reply = Reply(text="Lequel ?", choices=list(choices))
    return ScriptedAssistant(Turned(replies=[reply], memory=Memory()))


# Sent again ----------------------------------------------------------------------------------


async def test_a_message_that_is_sent_again_is_stored_once(database: Database) -> None:
    chat = Chat(database)
    conversation_id, client_id = await chat.open(), uuid4()
    first = await chat.say(conversation_id, "Bonjour", client_id)
    again = await chat.say(conversation_id, "Bonjour", client_id)
    await chat.ended()
    last = await chat.say(conversation_id, "Bonjour", client_id)
    assert (first.again, again.again, last.again) == (False, True, True)
    assert first.seq == again.seq == last.seq
    assert await chat.said_by(conversation_id, Author.USER) == ["Bonjour"]
    assert chat.assistant.texts == ["Bonjour"]


async def test_a_message_that_is_sent_many_times_at_once_is_stored_once(
    database: Database,
) -> None:
    chat = Chat(database)
    conversation_id, client_id = await chat.open(), uuid4()
    says = [chat.say(conversation_id, "Bonjour", client_id) for _ in range(6)]
    heard = await asyncio.gather(*says)
    await chat.ended()
    assert len({each.seq for each in heard}) == 1
    assert sorted(each.again for each in heard) == [False] + [True] * 5
    assert chat.assistant.texts == ["Bonjour"]


async def test_another_message_under_a_used_client_id_is_refused(database: Database) -> None:
    chat = Chat(database, asking(Choice(id="", label="Un", answer="adresses/difference")))
    conversation_id, client_id = await chat.open(), uuid4()
    await chat.say(conversation_id, "Bonjour", client_id)
    await chat.ended()
    with pytest.raises(Conflict):
        await chat.say(conversation_id, "Bonjour !", client_id)
    with pytest.raises(Conflict):
        await chat.exchange.hear(conversation_id, Said(client_id=client_id, choice="3.1"))
    assert await chat.said_by(conversation_id, Author.USER) == ["Bonjour"]


async def test_the_same_client_id_in_two_conversations_is_two_messages(database: Database) -> None:
    chat = Chat(database)
    client_id = uuid4()
    for conversation_id in [await chat.open(), await chat.open()]:
        assert not (await chat.say(conversation_id, "Bonjour", client_id)).again


async def test_two_secrets_that_are_masked_alike_are_still_two_messages(
    database: Database,
) -> None:
    chat = Chat(database)
    conversation_id, client_id = await chat.open(), uuid4()
    await chat.say(conversation_id, "mot de passe : hortensia44", client_id)
    with pytest.raises(Conflict):
        await chat.say(conversation_id, "mot de passe : tournesol55", client_id)


# What is stored --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "secret", "named"),
    [
        ("mon mot de passe : hortensia44", "hortensia44", "un mot de passe"),
        ("carte 4970 1012 3456 7890", "4970 1012", None),
        ("ma carte 4111 1111 1111 1111 svp", "1111 1111", "un numéro de carte bancaire"),
        ("IBAN FR76 3000 6000 0112 3456 7890 189", "3000 6000", "un IBAN"),
        ("sécu 2 55 08 14 168 025 38", "08 14 168", "un numéro de sécurité sociale"),
    ],
)
async def test_a_secret_is_masked_before_anything_is_stored_and_the_user_is_told(
    database: Database, words: str, secret: str, named: str | None
) -> None:
    chat = Chat(database)
    conversation_id = await chat.open()
    await chat.say(conversation_id, words)
    await chat.ended()
    told = await chat.said_by(conversation_id, Author.SYSTEM)
    if named is None:  # no card: its check digit is wrong
        assert told == []
        return
    assert secret not in await everything(database)
    assert secret not in chat.assistant.texts[0]
    assert secret not in str(chat.hub.frames)
    assert len(told) == 1
    assert named in told[0]


async def test_a_message_that_is_too_long_is_refused_and_the_longest_is_kept_whole(
    database: Database,
) -> None:
    chat = Chat(database)
    conversation_id = await chat.open()
    with pytest.raises(TooLarge):
        await chat.say(conversation_id, "x" * (TEXT_LIMIT + 1))
    longest = "Bonjour. " * (TEXT_LIMIT // 9)
    await chat.say(conversation_id, longest)
    assert await chat.said_by(conversation_id, Author.USER) == [longest]


async def test_characters_that_no_database_takes_are_left_out(database: Database) -> None:
    chat = Chat(database)
    conversation_id, client_id = await chat.open(), uuid4()
    for _ in range(2):
        await chat.say(conversation_id, "bon\0jour", client_id)
    await chat.ended()
    assert await chat.said_by(conversation_id, Author.USER) == ["bonjour"]
    assert chat.assistant.texts == ["bonjour"]


@pytest.mark.parametrize("words", ["", " \n", "\0", " \0\0 "])
def test_a_message_without_a_text_is_none(words: str) -> None:
    with pytest.raises(ValidationError):
        Said(client_id=uuid4(), text=words)


async def test_what_the_user_types_is_only_ever_text(database: Database) -> None:
    chat = Chat(database)
    conversation_id = await chat.open()
    await chat.say(conversation_id, "/restart")
    await chat.ended()
    assert chat.assistant.asked[0].ask == AskText(text="/restart")
    assert await chat.said_by(conversation_id, Author.USER) == ["/restart"]


async def test_a_closed_conversation_takes_no_message(database: Database) -> None:
    chat = Chat(database)
    conversation_id = await chat.open()
    async with database.writing.begin() as session:
        (await session.get_one(Conversation, conversation_id)).mode = Mode.CLOSED
    with pytest.raises(Conflict):
        await chat.say(conversation_id, "encore")


async def test_the_assistant_is_left_out_once_an_advisor_speaks(database: Database) -> None:
    chat = Chat(database)
    conversation_id = await chat.open()
    async with database.writing.begin() as session:
        (await session.get_one(Conversation, conversation_id)).mode = Mode.ADVISOR
    await chat.say(conversation_id, "bonjour")
    await chat.click(conversation_id, "act:ticket")
    await chat.ended()
    assert chat.assistant.asked == []
    assert await chat.said_by(conversation_id, Author.ASSISTANT) == []


async def test_nobody_says_anything_in_a_conversation_that_does_not_exist(
    database: Database,
) -> None:
    chat = Chat(database)
    with pytest.raises(NotFound):
        await chat.say(uuid4(), "bonjour")


# Choices -----------------------------------------------------------------------------------------


async def test_a_click_asks_for_the_answer_of_its_choice_and_cannot_be_misread(
    database: Database,
) -> None:
    contact = Choice(id="", label="Adresse de contact", answer="adresses/definition_contact")
    siret = Choice(id="", label="SIRET", answer="redirection/siret")
    chat = Chat(database, asking(contact, siret))
    conversation_id, asked = await chat.answer("mon adresse")
    assert [choice.id for choice in asked.choices] == [f"{asked.seq}.1", f"{asked.seq}.2"]
    for choice in asked.choices:
        await chat.click(conversation_id, choice.id)
    await chat.ended()
    assert [each.ask for each in chat.assistant.asked[1:]] == [
        AskCommand(intent="adresses.definition_contact"),
        AskCommand(intent="redirection.siret"),
    ]
    said = await chat.said_by(conversation_id, Author.USER)
    assert said == ["mon adresse", "Adresse de contact", "SIRET"]


async def test_what_the_greeting_proposes_can_be_clicked(database: Database) -> None:
    chat = Chat(database)
    conversation_id = await chat.open()
    await chat.click(conversation_id, "1.1")
    await chat.ended()
    assert chat.assistant.asked[0].ask == AskCommand(intent="notifications.activer")


@pytest.mark.parametrize(
    "choice",
    ["1.2", "1", "2.1", "99.1", "0.1", "-1.1", "x.1", "1.1\0", "act:admin", "٣.1", "9" * 70],
)
async def test_a_choice_that_was_never_offered_is_refused(database: Database, choice: str) -> None:
    chat = Chat(database)
    conversation_id = await chat.open()
    with pytest.raises(Invalid):
        await chat.click(conversation_id, choice)
    assert len(await chat.events(conversation_id)) == 1


async def test_a_choice_of_another_conversation_is_refused(database: Database) -> None:
    chat = Chat(database, asking(Choice(id="", label="Un", answer="adresses/difference")))
    _, asked = await chat.answer()
    with pytest.raises(Invalid):
        await chat.click(await chat.open(), asked.choices[0].id)


async def test_none_of_these_is_told_to_the_assistant(database: Database) -> None:
    chat = Chat(database)
    conversation_id = await chat.open()
    await chat.click(conversation_id, "act:none")
    await chat.ended()
    assert chat.assistant.asked[0].ask == AskCommand(intent="non", entities={"act": "none"})


# Acts --------------------------------------------------------------------------------------------


async def test_an_act_is_carried_out_at_once_even_while_the_assistant_is_down(
    database: Database,
) -> None:
    chat = Chat(database, ScriptedAssistant(DOWN, DOWN))
    conversation_id, fallback = await chat.answer()
    assert fallback.answer is not None
    assert fallback.answer.decision is Decision.ESCALATE
    await chat.click(conversation_id, "act:callback")
    await chat.ended()
    assert len(chat.assistant.asked) == 1
    last = (await chat.messages(conversation_id))[-1]
    assert "TK-000001" in last.text
    assert f"'{RequestKind.CALLBACK.value}'" in await everything(database)


async def test_a_request_carries_what_was_disliked_and_why(database: Database) -> None:
    complaint = {"explanation": "le bouton est gris", "disliked_answer": "adresses/difference"}
    chat = Chat(database, ScriptedAssistant(turned("Merci.", slots=dict(complaint))))
    conversation_id, _ = await chat.answer()
    await chat.click(conversation_id, "act:callback")
    stored = await everything(database)
    assert "le bouton est gris', 'adresses/difference'" in stored


async def test_going_on_is_answered_without_the_assistant(database: Database) -> None:
    chat = Chat(database)
    conversation_id = await chat.open()
    await chat.click(conversation_id, "act:continue")
    await chat.ended()
    assert chat.assistant.asked == []
    assert len(await chat.said_by(conversation_id, Author.ASSISTANT)) == 1


async def test_a_directive_of_the_assistant_is_carried_out_once(database: Database) -> None:
    wanted = OpenRequest(kind=RequestKind.TICKET, explanation="en panne")
    chat = Chat(
        database,
        ScriptedAssistant(Turned(replies=[Reply(directive=wanted)], memory=Memory())),
    )
    _, last = await chat.answer("oui")
    assert "TK-000001" in last.text
    async with database.reading() as session:
        (ticket,) = await session.scalars(select(Ticket))
    assert (ticket.kind, ticket.explanation) == (RequestKind.TICKET, "en panne")


# Votes -------------------------------------------------------------------------------------------


def votes(events: list[object]) -> list[tuple[int, str]]:
    return [(each.target_seq, each.value) for each in events if isinstance(each, VoteEvent)]


async def test_the_same_vote_again_changes_nothing_and_the_last_one_counts(
    database: Database,
) -> None:
    chat = Chat(database)
    conversation_id, answer = await chat.answer()
    one = await chat.vote(conversation_id, answer.seq, "up")
    two = await chat.vote(conversation_id, answer.seq, "up")
    three = await chat.vote(conversation_id, answer.seq, "down")
    assert (one.seq, one.again, two.again, three.again) == (two.seq, False, True, False)
    found = votes(list(await chat.events(conversation_id)))
    assert found == [(answer.seq, "up"), (answer.seq, "down")]


async def test_a_red_thumb_is_told_to_the_assistant_once_and_a_green_one_is_not(
    database: Database,
) -> None:
    chat = Chat(database)
    conversation_id, answer = await chat.answer()
    await chat.vote(conversation_id, answer.seq, "up")
    for _ in range(2):
        await chat.vote(conversation_id, answer.seq, "down")
    await chat.ended()
    assert [each.ask for each in chat.assistant.asked[1:]] == [
        AskCommand(intent="probleme", entities={"answer": "adresses/difference"})
    ]


async def test_only_an_answer_takes_a_vote(database: Database) -> None:
    chat = Chat(database)
    conversation_id, answer = await chat.answer()
    vote = await chat.vote(conversation_id, answer.seq, "up")
    for seq in (1, answer.seq - 1, vote.seq):
        with pytest.raises(Conflict):
            await chat.vote(conversation_id, seq, "up")
    with pytest.raises(NotFound):
        await chat.vote(conversation_id, 99, "up")
    with pytest.raises(NotFound):
        await chat.vote(await chat.open(), answer.seq, "up")


# Opening, and who it is --------------------------------------------------------------------------


async def test_the_greeting_says_what_it_is_and_proposes_what_fits_the_person(
    database: Database,
) -> None:
    chat = Chat(database)
    anonymous = await chat.exchange.open(uuid4(), None)
    connected = await chat.exchange.open(uuid4(), identity())
    (greeting,) = anonymous.events
    assert greeting.type == "message"
    assert greeting.author is Author.ASSISTANT
    assert greeting.answer is not None
    assert (greeting.answer.decision, greeting.answer.id) == (Decision.TALK, "salutation")
    assert [choice.id for choice in greeting.choices] == ["1.1"]
    (welcome,) = connected.events
    assert welcome.type == "message"
    assert [choice.id for choice in welcome.choices] == ["1.1", "1.2"]


async def test_the_same_client_id_gets_the_same_conversation_with_what_was_said(
    database: Database,
) -> None:
    chat = Chat(database)
    client_id = uuid4()
    first = await chat.exchange.open(client_id, None)
    await chat.say(first.conversation_id, "Bonjour")
    await chat.ended()
    again = await chat.exchange.open(client_id, None)
    assert (again.conversation_id, again.token) == (first.conversation_id, first.token)
    assert [event.seq for event in again.events] == [1, 2, 3]
    assert (await chat.exchange.open(None, None)).conversation_id != first.conversation_id


async def test_the_same_client_id_many_times_at_once_opens_one_conversation(
    database: Database, database_url: str
) -> None:
    other_database = Database(database_url)
    chats = [Chat(database), Chat(other_database)]
    client_id, who = uuid4(), identity()
    opened = await asyncio.gather(
        *(chat.exchange.open(client_id, who) for chat in chats for _ in range(4))
    )
    assert len({each.conversation_id for each in opened}) == 1
    assert {len(each.events) for each in opened} == {1}
    await other_database.close()


async def test_a_connected_conversation_is_not_opened_again_without_its_person(
    database: Database,
) -> None:
    chat = Chat(database)
    client_id, token = uuid4(), identity("camille", jti="t1")
    first = await chat.exchange.open(client_id, token)
    for stranger in (None, identity("nadia")):
        with pytest.raises(Unauthorised):
            await chat.exchange.open(client_id, stranger)
    for again in (token, identity("camille")):
        found = await chat.exchange.open(client_id, again)
        assert found.conversation_id == first.conversation_id


async def test_a_token_serves_one_conversation_only(database: Database) -> None:
    chat = Chat(database)
    token = identity(jti="once")
    opened = await chat.exchange.open(uuid4(), token)
    with pytest.raises(Unauthorised):
        await chat.exchange.open(uuid4(), token)
    with pytest.raises(Unauthorised):
        await chat.exchange.connect(await chat.open(), token)
    await chat.exchange.connect(opened.conversation_id, token)
    assert len((await everything(database)).split("'once'")) == 2


async def test_a_conversation_becomes_connected_later(database: Database) -> None:
    chat = Chat(database)
    conversation_id = await chat.open()
    await chat.exchange.connect(conversation_id, identity("camille"))
    found = await chat.conversation(conversation_id)
    assert found.subject == "host camille"
    assert found.identity is not None
    assert found.identity["role"] == "gestionnaire_principal"
    assert set(found.identity) == {"sub", "email", "role", "structures"}


async def test_another_person_cannot_take_a_conversation_over(database: Database) -> None:
    chat = Chat(database)
    conversation_id = await chat.open()
    await chat.exchange.connect(conversation_id, identity("camille"))
    with pytest.raises(Conflict):
        await chat.exchange.connect(conversation_id, identity("nadia"))
    assert (await chat.conversation(conversation_id)).subject == "host camille"


async def test_signing_out_voids_the_token_and_frees_the_client_id(database: Database) -> None:
    chat = Chat(database)
    client_id = uuid4()
    opened = await chat.exchange.open(client_id, identity("camille"))
    key = chat.doorkeeper.read(opened.token)
    await chat.exchange.disconnect(opened.conversation_id)
    async with database.reading() as session:
        with pytest.raises(Unauthorised):
            await check_current(session, key)
    assert chat.hub.hung_up == [(opened.conversation_id, CloseCode.LOG_IN_AGAIN)]
    anew = await chat.exchange.open(client_id, None)
    assert anew.conversation_id != opened.conversation_id
    assert len(anew.events) == 1


async def test_what_a_request_knows_of_a_connected_user_is_their_address(
    database: Database,
) -> None:
    chat = Chat(database)
    opened = await chat.exchange.open(None, identity("camille"))
    await chat.click(opened.conversation_id, "act:callback")
    last = (await chat.messages(opened.conversation_id))[-1]
    assert "camille@example.org" in last.text


async def test_events_are_read_on_from_a_number(database: Database) -> None:
    chat = Chat(database)
    conversation_id, answer = await chat.answer()
    after = await chat.exchange.events_after(conversation_id, 1)
    assert [event.seq for event in after] == [2, 3]
    assert await chat.exchange.events_after(conversation_id, answer.seq) == []


async def test_any_character_comes_back_as_it_was_typed(database: Database) -> None:
    chat = Chat(database)
    conversation_id = await chat.open()
    words = "guillemets \"', \\ et 🦊 ; \u2028 <b>&amp;</b>"
    await chat.say(conversation_id, words)
    assert await chat.said_by(conversation_id, Author.USER) == [words]


async def test_an_anonymous_conversation_opened_again_with_an_identity_is_connected(
    database: Database,
) -> None:
    chat = Chat(database)
    client_id = uuid4()
    anonymous = await chat.exchange.open(client_id, None)
    connected = await chat.exchange.open(client_id, identity())
    assert connected.conversation_id == anonymous.conversation_id
    conversation = await chat.conversation(connected.conversation_id)
    assert conversation.subject == identity().subject
