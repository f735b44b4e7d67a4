"""A ticket out of a chat: asked for, kept at once when need be, sent, told of in the log."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from kit.database import Database
from kit.mail_models import OutboxMail
from livechat.assistant import AskCommand, Button, Memory, OpenTicket, Reply, Turned, Unreachable
from livechat.desk_models import ChatEnd
from livechat.protocol import Act, Author, Mode, TicketEvent
from livechat.tickets import title_of
from tests.clock import Clock
from tests.livechat.centre import Centre
from tests.livechat.fakes import Chat, ScriptedAssistant, identity, turned
from tests.livechat.test_desk import MORNING
from ticketing.lifecycle import Event, Status
from ticketing.models import RequestKind, Ticket, TicketEntry

ADDRESS = "a.dupont@exemple.fr"
PROBLEM = "Le bouton modifier reste grisé. J’ai essayé deux navigateurs."
WANTED = OpenTicket(
    title="Le bouton modifier reste grisé",
    description=PROBLEM,
    category="traitement_facture",
    subcategory="retard",
    email=ADDRESS,
)
DOWN = Unreachable("down")
FORM = "ticket_form"


def ordering(wanted: OpenTicket) -> Turned:
    return Turned(replies=[Reply(directive=wanted)], memory=Memory())


async def tickets(database: Database) -> Sequence[Ticket]:
    async with database.reading() as session:
        return (await session.scalars(select(Ticket).order_by(Ticket.number))).all()


async def thread(database: Database, number: int) -> Sequence[TicketEntry]:
    query = select(TicketEntry).where(TicketEntry.ticket_number == number)
    async with database.reading() as session:
        return (await session.scalars(query.order_by(TicketEntry.seq))).all()


async def events(chat: Chat, conversation_id: UUID) -> list[TicketEvent]:
    found = await chat.events(conversation_id)
    return [event for event in found if isinstance(event, TicketEvent)]


async def sent(chat: Chat, conversation_id: UUID, text: str = "oui") -> str:
    """What the assistant says last, once it was told something."""
    await chat.say(conversation_id, text)
    await chat.ended()
    return (await chat.said_by(conversation_id, Author.ASSISTANT))[-1]


# Asked for ---------------------------------------------------------------------------------------


async def test_the_button_has_the_assistant_ask_what_is_missing(database: Database) -> None:
    chat = Chat(database)
    conversation_id = await chat.open()
    await chat.click(conversation_id, Act.TICKET)
    await chat.ended()
    assert chat.assistant.asked[0].ask == AskCommand(intent="ticket", entities={"act": "open"})
    assert await chat.said_by(conversation_id, Author.USER) == ["Ouvrir un ticket"]
    assert await tickets(database) == []


async def test_while_the_assistant_is_down_what_is_known_is_kept_at_once(
    database: Database,
) -> None:
    known = {"explanation": "le bouton est gris", "disliked_answer": "adresses/difference"}
    chat = Chat(database, ScriptedAssistant(turned("Merci.", slots=dict(known)), DOWN))
    conversation_id, _ = await chat.answer()
    await chat.click(conversation_id, Act.TICKET)
    await chat.ended()
    (ticket,) = await tickets(database)
    assert (ticket.explanation, ticket.disliked_answer) == tuple(known.values())
    assert ticket.reference in (await chat.messages(conversation_id))[-1].text
    assert [each.reference for each in await events(chat, conversation_id)] == [ticket.reference]


async def test_what_was_written_is_sent_even_when_the_assistant_dies_at_the_last_click(
    database: Database,
) -> None:
    send = Button(
        id="", label="Envoyer", command=AskCommand(intent="ticket", entities={"act": "send"})
    )
    slots = {
        "ticket_description": PROBLEM,
        "ticket_category": "traitement_facture/retard",
        "ticket_email": ADDRESS,
    }
    summary = Turned(
        replies=[Reply(text="Voici votre demande", choices=[send])],
        memory=Memory(slots=slots, loop=FORM),
    )
    chat = Chat(database, ScriptedAssistant(summary, DOWN, turned("Bonjour")))
    conversation_id, said = await chat.answer()
    await chat.click(conversation_id, said.choices[0].id)
    await chat.ended()
    (ticket,) = await tickets(database)
    assert (ticket.title, ticket.email) == (WANTED.title, ADDRESS)
    assert (ticket.category, ticket.subcategory) == ("traitement_facture", "retard")
    await sent(chat, conversation_id, "bonjour")
    told = chat.assistant.asked[-1].memory
    assert told is not None and (told.loop, told.slots) == (None, {})


async def test_what_a_button_tells_the_assistant_is_not_told_to_the_browser(
    database: Database,
) -> None:
    command = AskCommand(intent="ticket", entities={"act": "category", "category": "a/b"})
    offered = Reply(text="Lequel ?", choices=[Button(id="", label="Celui-ci", command=command)])
    chat = Chat(database, ScriptedAssistant(Turned(replies=[offered], memory=Memory())))
    conversation_id, said = await chat.answer()
    assert said.choices[0].model_dump() == {
        "id": f"{said.seq}.1",
        "label": "Celui-ci",
        "answer": None,
    }
    assert "category" not in repr(chat.hub.frames)
    await chat.click(conversation_id, said.choices[0].id)
    await chat.ended()
    assert chat.assistant.asked[-1].ask == command


# Sent --------------------------------------------------------------------------------------------


async def test_a_ticket_is_routed_acknowledged_and_told_of_without_its_secret(
    database: Database,
) -> None:
    chat = Chat(database, ScriptedAssistant(ordering(WANTED)))
    conversation_id = await chat.open()
    said = await sent(chat, conversation_id)
    (ticket,) = await tickets(database)
    assert ticket.reference in said and ADDRESS in said
    assert (ticket.status, ticket.kind) == (Status.SUBMITTED, RequestKind.TICKET)
    assert (ticket.route, ticket.conversation_id) == ("metier", conversation_id)
    (event,) = await events(chat, conversation_id)
    assert event.reference == ticket.reference
    assert event.url.endswith(f"/suivi?reference={ticket.reference}")
    async with database.reading() as session:
        (mail,) = await session.scalars(select(OutboxMail))
    assert mail.to == ADDRESS
    secret = mail.text.partition("/suivi/")[2].split()[0]
    assert secret and secret not in repr(await chat.events(conversation_id))


async def test_it_holds_the_conversation_for_the_staff_alone(database: Database) -> None:
    chat = Chat(database, ScriptedAssistant(turned("Une réponse."), ordering(WANTED)))
    conversation_id, _ = await chat.answer("où est le bouton ?")
    await sent(chat, conversation_id)
    (ticket,) = await tickets(database)
    description, transcript = await thread(database, ticket.number)
    assert (description.text, description.internal) == (PROBLEM, False)
    assert transcript.internal and transcript.text is not None
    for part in ("où est le bouton", "Une réponse.", "Vous"):
        assert part in transcript.text


async def test_who_is_connected_owns_it_and_its_structure_is_known(database: Database) -> None:
    chat = Chat(database, ScriptedAssistant(ordering(WANTED.model_copy(update={"email": None}))))
    conversation_id = (await chat.exchange.open(None, identity("camille"))).conversation_id
    await sent(chat, conversation_id)
    (ticket,) = await tickets(database)
    assert (ticket.subject, ticket.structure) == ("host camille", "Menuiserie Martin")
    assert ticket.email == "camille@example.org"


async def test_what_is_listed_no_more_or_is_no_address_never_makes_it_fail(
    database: Database,
) -> None:
    odd = {"category": "gone", "email": "nowhere", "title": "t" * 900, "description": "d" * 20_000}
    chat = Chat(database, ScriptedAssistant(ordering(WANTED.model_copy(update=odd))))
    await sent(chat, await chat.open())
    (ticket,) = await tickets(database)
    assert (ticket.category, ticket.email, len(ticket.title)) == (None, None, 200)


async def test_one_of_theirs_is_completed_instead(database: Database) -> None:
    again = WANTED.model_copy(update={"completes": "TK-000001", "description": "Et depuis hier."})
    chat = Chat(database, ScriptedAssistant(ordering(WANTED), ordering(again)))
    conversation_id = await chat.open()
    await sent(chat, conversation_id)
    assert "TK-000001" in await sent(chat, conversation_id)
    (ticket,) = await tickets(database)
    told = [each for each in await thread(database, ticket.number) if not each.internal]
    assert [(each.event, each.text) for each in told] == [
        (Event.SUBMITTED, PROBLEM),
        (Event.DETAILS_GIVEN, "Et depuis hier."),
    ]


async def test_one_of_somebody_else_is_never_completed(database: Database) -> None:
    other = Chat(database, ScriptedAssistant(ordering(WANTED)))
    await sent(other, await other.open())
    wanted = WANTED.model_copy(update={"completes": "TK-000001", "description": "intrus"})
    chat = Chat(database, ScriptedAssistant(ordering(wanted)))
    await sent(chat, await chat.open())
    first, second = await tickets(database)
    assert "intrus" not in repr([each.text for each in await thread(database, first.number)])
    assert second.reference == "TK-000002"


# Beside the advisors -----------------------------------------------------------------------------


@pytest.fixture
def centre(database: Database, clock: Clock) -> Centre:
    clock.put_at(MORNING)
    return Centre(database)


async def test_what_was_kept_at_closing_time_becomes_the_ticket_that_is_written_then(
    centre: Centre, clock: Clock
) -> None:
    conversation_id = await centre.queue_up()
    clock.forward(hours=9)
    await centre.rounds.go()
    assert await centre.mode(conversation_id) is Mode.ASSISTANT
    (kept,) = await tickets(centre.database)
    assert [each.reference for each in await events(centre, conversation_id)] == [kept.reference]
    centre.assistant.script = [turned("Décrivez"), ordering(WANTED)]
    await centre.click(conversation_id, Act.TICKET)
    await sent(centre, conversation_id)
    (ticket,) = await tickets(centre.database)
    assert (ticket.number, ticket.title) == (kept.number, WANTED.title)
    assert (ticket.route, ticket.email, ticket.kind) == ("metier", ADDRESS, RequestKind.TICKET)


async def test_who_waits_and_writes_a_ticket_does_not_wait_any_more(centre: Centre) -> None:
    conversation_id = await centre.queue_up()
    centre.assistant.script = [ordering(WANTED)]
    await sent(centre, conversation_id)
    assert (await centre.chat_of(conversation_id)).end is ChatEnd.CONVERTED
    assert await centre.mode(conversation_id) is Mode.ASSISTANT


@pytest.mark.parametrize("act", [Act.ADVISOR, Act.CALLBACK, Act.CONTINUE])
async def test_another_way_leaves_the_form_and_keeps_what_was_said(
    centre: Centre, act: Act
) -> None:
    slots = {"ticket_description": PROBLEM, "requested_slot": "ticket_email"}
    centre.assistant.script = [turned("Quelle adresse ?", slots=dict(slots), loop=FORM)]
    conversation_id, _ = await centre.answer()
    await centre.click(conversation_id, act)
    await sent(centre, conversation_id, "bonjour")
    told = centre.assistant.asked[-1].memory
    assert told is not None
    assert (told.loop, told.slots) == (None, {"ticket_description": PROBLEM})


async def test_what_is_said_after_an_advisor_came_is_no_answer_to_the_form(
    centre: Centre,
) -> None:
    claire = await centre.hire("Claire")
    conversation_id = await centre.queue_up()
    centre.assistant.script = [turned("Décrivez", loop=FORM)]
    await sent(centre, conversation_id, "ticket")
    chat = await centre.chat_of(conversation_id)
    await centre.desk.accept(claire, chat.id)
    await centre.finish(claire, chat.id)
    await sent(centre, conversation_id, "merci")
    told = centre.assistant.asked[-1].memory
    assert told is not None and told.loop is None


# Titles ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("description", "title"),
    [
        (PROBLEM, "Le bouton modifier reste grisé"),
        ("Une erreur s’affiche", "Une erreur s’affiche"),
        ("Rien\nne va\n\nMa question était : où ?", "Rien ne va"),
        ("Ça ne marche pas ! Depuis hier.", "Ça ne marche pas"),
    ],
)
def test_a_title_is_the_first_sentence(description: str, title: str) -> None:
    assert title_of(description) == title


def test_a_long_title_is_cut_between_words() -> None:
    title = title_of("Le bouton « Modifier » de mon compte utilisateur " * 4)
    assert len(title) <= 80
    assert title.endswith("…")


async def test_the_staff_sees_in_which_role_it_was_written(database: Database) -> None:
    chat = Chat(database, ScriptedAssistant(ordering(WANTED)))
    camille = identity("camille")
    opened = await chat.exchange.open(uuid4(), camille)
    await sent(chat, opened.conversation_id)
    (ticket,) = await tickets(database)
    assert ticket.sender_role == camille.role
