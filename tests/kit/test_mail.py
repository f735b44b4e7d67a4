"""A mail is whole when it is made: one address, clean headers, both bodies, a name of its own."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from kit.clock import now
from kit.errors import Invalid
from kit.mail import Attachment, Mail, address_of, compose, message_id, read_message_id, sender
from kit.mail import write as written
from kit.settings import Settings
from tests.clock import Clock, clock

__all__ = ["clock"]

TRIAL = "kit/mails/trial"
TO = "a.dupont@exemple.fr"
CALENDAR = Attachment("été à Paris.ics", "text/calendar; method=CANCEL", b"BEGIN:VCALENDAR\r\n")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(var=tmp_path, mail_from="assistance@exemple.fr")


def arrived(mail: Mail, settings: Settings, mail_id: UUID | None = None) -> EmailMessage:
    """The mail as its reader's program parses it."""
    composed = compose(mail, mail_id or uuid4(), settings)
    parsed = message_from_bytes(composed.as_bytes(), policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


# What is refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "dupont",
        "dupont@",
        "@exemple.fr",
        "a@exemple.fr, b@exemple.fr",
        "a@exemple.fr\nBcc: b@exemple.fr",
        "a@exemple.fr\r\n",
        "Dupont <a@exemple.fr>",
        "a@localhost",
        "a@[127.0.0.1]",
        "é@exemple.fr",
        "a" * 255 + "@exemple.fr",
    ],
)
def test_what_is_not_one_address_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        Mail(text, "Bonjour", "Bonjour")
    assert not text or text not in str(refused.value)


@pytest.mark.parametrize("break_", ["\r", "\n", "\r\n ", "\x00", "\x0b", "\x85", "\u2028"])
def test_no_header_takes_a_line_break(break_: str) -> None:
    with pytest.raises(Invalid):
        Mail(TO, f"Bonjour{break_}Bcc: b@exemple.fr", "Bonjour")
    with pytest.raises(Invalid):
        Attachment(f"a{break_}.txt", "text/plain", b"")
    with pytest.raises(Invalid):
        Attachment("a.txt", f"text/plain{break_}X: y", b"")


@pytest.mark.parametrize("subject", ["", " ", "a" * 201])
def test_a_subject_says_something_and_not_too_much(subject: str) -> None:
    with pytest.raises(Invalid):
        Mail(TO, subject, "Bonjour")


@pytest.mark.parametrize("name", ["", "../a.txt", "a\\b.txt", 'a".txt'])
def test_an_attachment_has_a_name_without_a_path(name: str) -> None:
    with pytest.raises(Invalid):
        Attachment(name, "text/plain", b"")


def test_an_address_keeps_its_name_and_loses_the_letter_case_of_its_domain() -> None:
    assert address_of(" A.Dupont@Exemple.FR ") == "A.Dupont@exemple.fr"
    assert address_of("a@mairie-évry.fr") == "a@mairie-évry.fr"


def test_a_mail_shows_nothing_of_itself_in_a_log() -> None:
    assert repr(Mail(TO, "Secret", "Secret", "Secret")) == "Mail(attachments=())"


# What arrives ------------------------------------------------------------------------------------


def test_french_arrives_as_it_was_written(settings: Settings) -> None:
    subject = "Rendez-vous confirmé : « mardi 24\u00a0novembre à 10\u00a0h\u00a020 », n’oubliez pas"
    text = "Bonjour Zoé,\n\nÀ bientôt, cœur d’été… €\n"
    message = arrived(Mail(TO, subject, text, "<p>Zoé &amp; Cie</p>\n"), settings)
    assert message["Subject"] == subject
    assert body(message, "plain").replace("\r\n", "\n") == text
    assert body(message, "html").strip() == "<p>Zoé &amp; Cie</p>"


def test_the_headers_say_who_writes_to_whom_when_and_that_no_machine_is_to_answer(
    settings: Settings, clock: Clock
) -> None:
    clock.forward(days=3)
    message = arrived(Mail(TO, "Bonjour", "Bonjour"), settings)
    assert message["From"] == "Assistance Chorus Pro <assistance@exemple.fr>"
    assert message["To"] == TO
    assert message["Auto-Submitted"] == "auto-generated"
    assert abs((message["Date"].datetime - now()).total_seconds()) < 60


def test_a_domain_with_an_accent_travels_in_a_form_that_every_server_takes(
    settings: Settings,
) -> None:
    assert arrived(Mail("a@évry.fr", "Bonjour", "Bonjour"), settings)["To"] == "a@xn--vry-9la.fr"


def test_files_arrive_with_their_names_types_and_bytes(settings: Settings) -> None:
    binary = Attachment("logo.png", "image/png", bytes(range(256)))
    message = arrived(Mail(TO, "Bonjour", "Bonjour", "<p>", (CALENDAR, binary)), settings)
    calendar, picture = message.iter_attachments()
    assert calendar.get_filename() == "été à Paris.ics"
    assert calendar.get_content_type() == "text/calendar"
    assert calendar.get_param("method") == "CANCEL"
    assert calendar.get_payload(decode=True) == CALENDAR.content
    assert picture.get_payload(decode=True) == binary.content


@pytest.mark.parametrize("setting", ["", "assistance", "<>", "a@", "Été <é@exemple.fr>"])
def test_a_sender_that_is_nobody_is_refused(setting: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="CLAUDIA_MAIL_FROM"):
        sender(Settings(var=tmp_path, mail_from=setting))


def test_a_sender_may_have_a_name_of_their_own(tmp_path: Path) -> None:
    found = sender(Settings(var=tmp_path, mail_from="L’équipe <a@exemple.fr>"))
    assert (found.display_name, found.addr_spec) == ("L’équipe", "a@exemple.fr")


# Its name ----------------------------------------------------------------------------------------


def test_a_reply_is_recognised_by_the_name_of_our_mail(settings: Settings) -> None:
    mail_id = uuid4()
    ours = arrived(Mail(TO, "Bonjour", "Bonjour"), settings, mail_id)["Message-ID"]
    assert read_message_id(ours, settings) == mail_id
    references = f"<first@elsewhere.example>\r\n {ours} <CAF+x=y@mail.exemple.fr>"
    assert read_message_id(references, settings) == mail_id
    assert read_message_id(ours.upper(), settings) == mail_id


def test_of_several_names_of_ours_the_last_counts(settings: Settings) -> None:
    first, last = uuid4(), uuid4()
    both = f"{message_id(first, settings)} {message_id(last, settings)}"
    assert read_message_id(both, settings) == last


def test_a_name_that_we_did_not_sign_is_nobodys(settings: Settings, tmp_path: Path) -> None:
    mail_id = uuid4()
    ours = message_id(mail_id, settings)
    other = Settings(var=tmp_path / "other", mail_from=settings.mail_from)
    changed = ours.replace(mail_id.hex, uuid4().hex)
    cut = ours.replace("@", "")
    for forged in ("", "<a@b>", message_id(mail_id, other), changed, cut, f"<{mail_id.hex}.@x>"):
        assert read_message_id(forged, settings) is None


def test_a_long_domain_does_not_fold_the_name(tmp_path: Path) -> None:
    settings = Settings(var=tmp_path, mail_from=f"a@{'long-' * 10}domaine.exemple.fr")
    mail_id = uuid4()
    source = compose(Mail(TO, "Bonjour", "Bonjour"), mail_id, settings).as_bytes()
    assert f"Message-ID: {message_id(mail_id, settings)}\r\n".encode() in source


# Writing one -------------------------------------------------------------------------------------


def test_a_folder_of_templates_makes_a_mail() -> None:
    mail = written(TRIAL, TO)
    assert mail.subject == "Courriel d’essai de l’assistance Chorus Pro"
    assert "«\u00a0Courriels\u00a0»" in mail.text
    assert "l’envoi fonctionne" in (mail.html or "")
    assert '<html lang="fr">' in (mail.html or "")
    assert f"<title>{mail.subject}</title>" in (mail.html or "")


def test_what_is_put_in_is_escaped_in_html_only() -> None:
    mail = written(TRIAL, TO, organisation={"name": "Dupont & <b>Fils</b>\n"})
    assert mail.subject == "Courriel d’essai de l’assistance Dupont & <b>Fils</b>"
    assert "Assistance Dupont & <b>Fils</b>" in mail.text
    assert "Assistance Dupont &amp; &lt;b&gt;Fils&lt;/b&gt;" in (mail.html or "")
    assert "<b>Fils</b>" not in (mail.html or "")
