"""A copy of the conversation by mail: what it holds, to whom it goes, and how often."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from kit.database import Database
from kit.errors import Conflict, Invalid
from kit.mail_models import OutboxMail
from livechat.protocol import Act, Author
from livechat.transcripts import AT_MOST, KIND, Transcripts, TranscriptWanted
from tests.clock import Clock
from tests.livechat.centre import Centre
from tests.livechat.fakes import KEY, identity
from tests.livechat.telephone import MORNING

ADDRESS = "camille@exemple.fr"


@pytest.fixture(autouse=True)
def _morning(clock: Clock) -> None:
    clock.put_at(MORNING)


@pytest.fixture
def centre(database: Database) -> Centre:
    return Centre(database)


@pytest.fixture
def transcripts(centre: Centre) -> Transcripts:
    return Transcripts(centre.database, centre.hub, KEY)


async def mails(centre: Centre) -> list[OutboxMail]:
    query = select(OutboxMail).where(OutboxMail.kind == KIND).order_by(OutboxMail.created_at)
    async with centre.database.reading() as session:
        return list(await session.scalars(query))


def wanted(email: str = ADDRESS, client_id: UUID | None = None) -> TranscriptWanted:
    return TranscriptWanted(client_id=client_id or uuid4(), email=email)


async def talk(centre: Centre) -> UUID:
    """A user served by Claire, with a note and a message that she took back."""
    claire = await centre.hire("Claire")
    conversation_id, chat_id = await centre.serve(claire)
    await centre.say(conversation_id, "Ma facture <b>est</b> bloquée")
    await centre.advise(claire, chat_id, "Je regarde avec vous.")
    wrong = await centre.advise(claire, chat_id, "Bonjour Nadia")
    await centre.desk.retract(claire, chat_id, wrong)
    await centre.note(claire, chat_id, "usager agacé")
    await centre.finish(claire, chat_id)
    return conversation_id


async def test_it_holds_what_the_user_saw_and_nothing_else(
    centre: Centre, transcripts: Transcripts
) -> None:
    conversation_id = await talk(centre)
    await transcripts.send(conversation_id, wanted())
    (mail,) = await mails(centre)
    assert mail.to == ADDRESS
    assert mail.about == conversation_id
    assert "Claire\u00a0:\nJe regarde avec vous." in mail.text
    assert "Ma facture <b>est</b> bloquée" in mail.text
    assert "(message retiré par son auteur)" in mail.text
    assert "&lt;b&gt;est&lt;/b&gt;" in (mail.html or "")
    for unseen in ("agacé", "Nadia"):
        assert unseen not in mail.text + (mail.html or "")
    last = (await centre.messages(conversation_id))[-1]
    assert (last.author, ADDRESS in last.text) == (Author.SYSTEM, True)


async def test_asked_twice_it_is_sent_once(centre: Centre, transcripts: Transcripts) -> None:
    conversation_id = await talk(centre)
    once = wanted()
    assert await transcripts.send(conversation_id, once) == await transcripts.send(
        conversation_id, once
    )
    assert len(await mails(centre)) == 1
    with pytest.raises(Conflict):
        await transcripts.send(conversation_id, wanted("autre@exemple.fr", once.client_id))


async def test_nobody_can_have_strangers_mailed_all_day(
    centre: Centre, transcripts: Transcripts, clock: Clock
) -> None:
    conversation_id = await talk(centre)
    for number in range(AT_MOST + 2):
        await transcripts.send(conversation_id, wanted(f"a{number}@exemple.fr"))
    assert len(await mails(centre)) == AT_MOST
    assert "plusieurs fois" in (await centre.messages(conversation_id))[-1].text
    clock.put_at(MORNING + timedelta(days=1, hours=1))
    await transcripts.send(conversation_id, wanted())
    assert len(await mails(centre)) == AT_MOST + 1


async def test_nor_from_many_conversations(centre: Centre, transcripts: Transcripts) -> None:
    for number in range(AT_MOST + 2):
        conversation_id = await centre.open()
        await transcripts.send(conversation_id, wanted(ADDRESS.upper() if number % 2 else ADDRESS))
    assert len(await mails(centre)) == AT_MOST


@pytest.mark.parametrize("email", ["pas une adresse", "a@b.fr\nBcc: c@d.fr", "a@b.fr, c@d.fr"])
async def test_an_address_that_is_none_is_refused(
    centre: Centre, transcripts: Transcripts, email: str
) -> None:
    conversation_id = await talk(centre)
    with pytest.raises(Invalid) as refused:
        await transcripts.send(conversation_id, wanted(email))
    assert refused.value.code == "email_invalid"
    assert await mails(centre) == []


async def test_the_button_alone_needs_an_address_that_is_known(centre: Centre) -> None:
    conversation_id = await talk(centre)
    thanks = [m for m in await centre.messages(conversation_id) if m.choices][-1]
    assert Act.TRANSCRIPT in [choice.id for choice in thanks.choices]
    await centre.click(conversation_id, Act.TRANSCRIPT)
    assert await mails(centre) == []
    await centre.exchange.connect(conversation_id, identity("camille", email=ADDRESS))
    await centre.click(conversation_id, Act.TRANSCRIPT)
    assert [mail.to for mail in await mails(centre)] == [ADDRESS]
