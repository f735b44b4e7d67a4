"""Answers by mail, through a real LMTP server: each joins its ticket, or none."""

import smtplib
from asyncio import to_thread
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from kit.files import FileStore
from kit.mail import message_id
from kit.mail_door import MailDoor
from kit.settings import Settings
from setup.ports import free_loopback_port
from tests.ticketing.support import ADDRESS, Support
from ticketing.lifecycle import Event, Status
from ticketing.receiving import Receiver

US = "assistance@localhost"


class Post:
    """Somebody else's mail server."""

    def __init__(self, support: Support, settings: Settings, port: int, kind: type) -> None:
        self.support = support
        self.settings = settings
        self._port = port
        self._kind = kind

    async def answer_to(self, number: int, text: str = "Voici.", **given: str) -> EmailMessage:
        """A mail that answers the last one about a ticket."""
        entries = await self.support.thread(number)
        mail_id = [each.mail_id for each in entries if each.mail_id][-1]
        mail = EmailMessage()
        mail["From"] = given.get("sender", f"A. Dupont <{ADDRESS}>")
        mail["To"] = US
        mail["Subject"] = given.get("subject", "Re: votre demande")
        mail["In-Reply-To"] = given.get("answers", message_id(mail_id, self.settings))
        mail["Message-ID"] = given.get("message_id", "<1@exemple.fr>")
        mail.set_content(text)
        return mail

    async def hand_over(self, mail: EmailMessage | bytes, *to: str, sender: str = ADDRESS) -> None:
        raw = mail if isinstance(mail, bytes) else mail.as_bytes()
        await to_thread(self._send, raw, to or (US,), sender)

    def _send(self, raw: bytes, to: tuple[str, ...], sender: str) -> None:
        with self._kind("127.0.0.1", self._port) as server:
            server.sendmail(sender, to, raw)


@pytest.fixture(params=["lmtp", "smtp"])
async def post(
    request: pytest.FixtureRequest, support: Support, tmp_path: Path
) -> AsyncIterator[Post]:
    port = free_loopback_port()
    settings = Settings(var=tmp_path, mail_in=f"{request.param}://127.0.0.1:{port}")
    receiver = Receiver(support.database, FileStore(tmp_path / "files"))
    door = MailDoor(settings, receiver.receive)
    await door.start()
    yield Post(support, settings, port, smtplib.LMTP if request.param == "lmtp" else smtplib.SMTP)
    await door.stop()


async def test_an_answer_joins_the_ticket_of_the_mail_that_it_answers(
    post: Post, support: Support
) -> None:
    claire = await support.hire("Claire")
    number = (await support.open()).number
    await support.triage.take(claire, number)
    await support.triage.reply(claire, number, Event.DETAILS_ASKED, "Quel SIRET ?", at_once=True)
    quoted = "Le mar. 24 nov. 2026 à 10:12, Nous <a@b.fr> a écrit :\n> Quel SIRET ?"
    text = f"Le voici : 123.\n\n{quoted}"
    await post.hand_over(await post.answer_to(number, text))
    assert (await support.find(number)).status is Status.ASSIGNED
    last = (await support.thread(number))[-1]
    assert (last.event, last.text) == (Event.DETAILS_GIVEN, "Le voici : 123.")


async def test_the_same_mail_twice_is_taken_once(post: Post, support: Support) -> None:
    number = (await support.open()).number
    mail = await post.answer_to(number)
    for _ in range(2):
        await post.hand_over(mail)
    assert len(await support.thread(number)) == 2


@pytest.mark.parametrize("answers", ["", "<invented@localhost>"])
async def test_a_mail_that_answers_none_of_ours_joins_no_ticket(
    post: Post, support: Support, answers: str
) -> None:
    ticket = await support.open()
    given = {"answers": answers, "subject": f"Re: {ticket.reference}"}
    for place in range(2):
        mail = await post.answer_to(ticket.number, **given, message_id=f"<{place}@exemple.fr>")
        await post.hand_over(mail)
    assert len(await support.thread(ticket.number)) == 1
    assert [each.kind for each in await support.mails()].count("ticket_unmatched") == 1


async def test_a_forged_id_is_worth_nothing(post: Post, support: Support) -> None:
    number = (await support.open()).number
    mail = await post.answer_to(number)
    forged = mail["In-Reply-To"].replace(".", ".0", 1)[:-2] + ">"
    del mail["In-Reply-To"]
    mail["In-Reply-To"] = forged
    await post.hand_over(mail)
    assert len(await support.thread(number)) == 1


async def test_another_address_is_marked_for_the_staff(post: Post, support: Support) -> None:
    number = (await support.open()).number
    await post.hand_over(await post.answer_to(number, sender="b@ailleurs.fr"))
    assert (await support.thread(number))[-1].payload == {"by_mail": True, "other_address": True}


async def test_what_programs_write_is_a_note_for_the_staff_alone(
    post: Post, support: Support
) -> None:
    number = (await support.open()).number
    mail = await post.answer_to(number, "Je suis absent jusqu’au 3.")
    mail["Auto-Submitted"] = "auto-replied"
    await post.hand_over(mail)
    bounce = await post.answer_to(number, "Mailbox full", message_id="<2@exemple.fr>")
    await post.hand_over(bounce, sender="")
    _, *notes = await support.thread(number)
    assert [(each.internal, each.event) for each in notes] == [(True, None)] * 2
    assert [each.text for each in notes] == ["Je suis absent jusqu’au 3.", "Mailbox full"]
    assert notes[0].payload["automatic"]
    assert [each.kind for each in await support.mails()] == ["ticket_acknowledged"]
    assert (await support.find(number)).status is Status.SUBMITTED


async def test_one_message_id_on_two_mails_loses_neither(post: Post, support: Support) -> None:
    number = (await support.open()).number
    for text in ("Le premier.", "Le second."):
        await post.hand_over(await post.answer_to(number, text))
    assert [each.text for each in (await support.thread(number))[1:]] == [
        "Le premier.",
        "Le second.",
    ]


async def test_nobody_is_told_of_a_mail_that_somebody_else_may_have_sent(
    post: Post, support: Support
) -> None:
    number = (await support.open()).number
    mail = await post.answer_to(number, answers="", sender="victime@exemple.fr")
    await post.hand_over(mail, sender="spam@ailleurs.fr")
    assert [each.kind for each in await support.mails()] == ["ticket_acknowledged"]


async def test_no_more_than_so_many_are_told_in_an_hour(
    post: Post, support: Support, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ticketing.receiving.TOLD_IN_AN_HOUR", 1)
    number = (await support.open()).number
    for address in ("a@exemple.fr", "b@exemple.fr"):
        await post.hand_over(
            await post.answer_to(number, answers="", sender=address), sender=address
        )
    assert [each.kind for each in await support.mails()].count("ticket_unmatched") == 1


async def test_names_of_files_are_masked_and_each_that_is_left_out_is_named(
    post: Post, support: Support, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.files.HELD_BYTES", 10)
    number = (await support.open()).number
    mail = await post.answer_to(number)
    iban = "FR7630006000011234567890189"
    for name, content in ((f"{iban}.txt", b"court"), ("long.txt", b"plus long"), ("vide.txt", b"")):
        mail.add_attachment(content, "text", "plain", filename=name)
    await post.hand_over(mail)
    payload = (await support.thread(number))[-1].payload
    assert iban not in str(payload) and len(payload["files"]) == 1
    assert payload["refused_files"] == ["vide.txt", "long.txt"]


async def test_files_come_along_and_those_that_are_refused_are_named(
    post: Post, support: Support
) -> None:
    number = (await support.open()).number
    mail = await post.answer_to(number)
    mail.add_attachment(b"un texte", "text", "plain", filename="notes.txt")
    mail.add_attachment(b"MZ\x90\x00", "application", "octet-stream", filename="jeu.exe")
    await post.hand_over(mail)
    payload = (await support.thread(number))[-1].payload
    assert [file["name"] for file in payload["files"]] == ["notes.txt"]
    assert payload["refused_files"] == ["jeu.exe"]


async def test_an_answer_to_an_answer_sends_it_back_and_one_to_a_closed_one_opens_it(
    post: Post, support: Support
) -> None:
    claire = await support.hire("Claire")
    number = (await support.open()).number
    await support.triage.take(claire, number)
    await support.triage.reply(claire, number, Event.ANSWERED, "Voici.", at_once=True)
    await post.hand_over(await post.answer_to(number, "Non.", message_id="<1@a.fr>"))
    assert (await support.find(number)).status is Status.SENT_BACK
    await support.triage.take(claire, number)
    await support.triage.reply(claire, number, Event.ANSWERED, "Et là ?", at_once=True)
    await support.following.close(await support.sender(number))
    await post.hand_over(await post.answer_to(number, "Encore.", message_id="<2@a.fr>"))
    assert (await support.find(number)).status is Status.SUBMITTED


async def test_mail_for_others_is_refused(post: Post, support: Support) -> None:
    mail = await post.answer_to((await support.open()).number)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        await post.hand_over(mail, "quelqu.un@ailleurs.fr")
    await post.hand_over(mail, "Assistance+TK-000001@LOCALHOST")


async def test_headers_with_line_breaks_and_broken_mails_do_no_harm(
    post: Post, support: Support
) -> None:
    number = (await support.open()).number
    mail = (await post.answer_to(number)).as_bytes()
    broken = mail.replace(b"Subject: ", b"Subject: =?utf-8?q?a=0D=0ABcc:_x@y.fr?=\r\nX-")
    await post.hand_over(broken)
    assert len(await support.thread(number)) == 2
    endless = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x"
    for raw in (b"", b"\x00\xff\xfe", endless, mail[:60]):
        await post.hand_over(raw)
    assert len(await support.thread(number)) == 2


async def test_what_fails_here_is_kept_by_the_other_server(
    post: Post, support: Support, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = (await support.open()).number
    mail = await post.answer_to(number)

    async def fail(*_: object, **__: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr("ticketing.receiving.answer", fail)
        with pytest.raises(smtplib.SMTPDataError) as refusal:
            await post.hand_over(mail)
        assert refusal.value.smtp_code == 451
    await post.hand_over(mail)
    assert len(await support.thread(number)) == 2
