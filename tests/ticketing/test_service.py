"""What users asked to be looked into: one request a conversation, with a reference for good."""

from uuid import UUID, uuid4

import pytest

from kit.database import Database
from tests.ticketing.support import Support
from ticketing.models import RequestKind, Ticket, reference_of
from ticketing.service import keep_request, list_requests, open_callbacks, settle_callback


async def keep(database: Database, conversation_id: UUID, **known: str | None) -> Ticket:
    async with database.writing.begin() as session:
        return await keep_request(
            session, kind=RequestKind.TICKET, conversation_id=conversation_id, **known
        )


@pytest.mark.parametrize(
    ("number", "reference"), [(1, "TK-000001"), (999_999, "TK-999999"), (1_000_000, "TK-1000000")]
)
def test_a_reference_has_six_digits_or_more(number: int, reference: str) -> None:
    assert reference_of(number) == reference


async def test_each_conversation_gets_a_reference_of_its_own(database: Database) -> None:
    references = [(await keep(database, uuid4())).reference for _ in range(3)]
    assert references == ["TK-000001", "TK-000002", "TK-000003"]


async def test_asking_again_completes_the_request_and_keeps_its_reference(
    database: Database,
) -> None:
    ours = uuid4()
    first = await keep(database, ours, email="a@b.fr", explanation="en panne")
    async with database.writing.begin() as session:
        again = await keep_request(
            session,
            kind=RequestKind.ADVISOR,
            conversation_id=ours,
            subject="host a",
            disliked_answer="adresses/difference",
        )
    assert again.number == first.number
    assert again.kind is RequestKind.ADVISOR
    assert (again.email, again.subject) == ("a@b.fr", "host a")
    assert (again.explanation, again.disliked_answer) == ("en panne", "adresses/difference")


async def test_who_is_to_be_called_back_still_is_after_asking_for_an_advisor(
    support: Support,
) -> None:
    ours = uuid4()
    async with support.database.writing.begin() as session:
        await keep_request(
            session, kind=RequestKind.CALLBACK, conversation_id=ours, transcript="Rappelez-moi."
        )
        request = await keep_request(
            session, kind=RequestKind.ADVISOR, conversation_id=ours, transcript="Un conseiller ?"
        )
        assert [each.number for each in await open_callbacks(session)] == [request.number]
        await settle_callback(session, ours)
        await keep_request(session, kind=RequestKind.ADVISOR, conversation_id=ours)
        assert list(await open_callbacks(session)) == []
    kept = [entry.text or "" for entry in await support.thread(request.number) if entry.internal]
    assert [text.partition("\n\n")[2] for text in kept] == [
        "Rappelez-moi.",
        "Un conseiller ?",
    ]


async def test_what_is_known_is_never_replaced_by_nothing(database: Database) -> None:
    ours = uuid4()
    await keep(database, ours, explanation="en panne")
    again = await keep(database, ours, explanation=None)
    assert again.explanation == "en panne"
    again = await keep(database, ours, explanation="toujours en panne")
    assert again.explanation == "toujours en panne"


async def test_requests_are_listed_newest_first_as_many_as_asked_for(database: Database) -> None:
    for _ in range(4):
        await keep(database, uuid4())
    async with database.reading() as session:
        assert [row.number for row in await list_requests(session)] == [4, 3, 2, 1]
        assert [row.number for row in await list_requests(session, limit=2)] == [4, 3]


async def test_nothing_is_kept_of_a_request_when_its_transaction_fails(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.writing.begin() as session:
            await keep_request(session, kind=RequestKind.TICKET, conversation_id=uuid4())
            raise RuntimeError("the rest of the turn could not be stored")
    async with database.reading() as session:
        assert list(await list_requests(session)) == []


async def test_who_becomes_known_later_is_acknowledged_then(support: Support) -> None:
    ours = uuid4()
    await keep(support.database, ours, explanation="en panne")
    assert await support.mails() == []
    ticket = await keep(support.database, ours, email="a@b.fr", explanation="toujours en panne")
    await keep(support.database, ours, email="a@b.fr")
    assert [mail.kind for mail in await support.mails()] == ["ticket_acknowledged"]
    said = [entry.text for entry in await support.thread(ticket.number) if entry.text]
    assert said == ["en panne", "toujours en panne"]
