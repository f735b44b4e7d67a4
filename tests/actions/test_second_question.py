"""What a message asks besides: offered below whatever is said first, also where a form begins."""

from pathlib import Path

import pytest

from actions import words
from chorus.demo_accounts import DemoAccounts
from chorus.demo_links import DemoLinks
from chorus.demo_portal import DemoPortal
from kit.database import Database
from knowledge.library import library
from livechat.assistant import OpenRequest, Reply
from tests.actions.stage import Message, Stage, ask, sources_of, text_of, typed
from tests.actions.writing import Writer
from tests.clock import Clock

ALSO = "adresses.difference"
OFFERED = library().sections["adresses/difference"]
TOLD = words.second_question(OFFERED.title)


@pytest.fixture
async def connected(database: Database, tmp_path: Path) -> Writer:
    portal = DemoPortal(tmp_path)
    accounts = DemoAccounts(portal, DemoLinks(b"a key"))
    user = Writer(Stage(database, sources=sources_of(database, portal, accounts)))
    await user.talk("camille", structure="demo-camille")
    return user


def offers_it(reply: Reply) -> bool:
    assert (reply.text or "").endswith(TOLD)
    return [each.label for each in reply.choices if each.answer] == [OFFERED.title]


def both(intent: str, text: str = "?") -> Message:
    return typed(text, (intent, 0.9), also=ALSO)


async def test_below_an_answer(stage: Stage) -> None:
    reply = await stage.one("action_answer", both("notifications.activer"))
    assert reply.text == f"{text_of('notifications/activer')}\n\n{TOLD}"
    assert offers_it(reply)


async def test_below_what_is_not_in_the_base(stage: Stage) -> None:
    question = typed("?", ("redirection.tva", 0.9), kind="redirect", also=ALSO)
    assert offers_it(await stage.one("action_answer", question))


async def test_not_what_the_answer_holds_already(stage: Stage) -> None:
    reply = await stage.one("action_answer", both(ALSO))
    assert (reply.text, reply.choices) == (text_of("adresses/difference"), [])


@pytest.mark.parametrize(
    ("action", "intent"),
    [
        ("action_talk", "remerciement"),
        ("action_human", "humain"),
        ("action_ticket", "ticket"),
        ("action_my_ticket", "mon_ticket"),
    ],
)
async def test_below_talk_and_what_is_offered(stage: Stage, action: str, intent: str) -> None:
    assert offers_it(await stage.one(action, both(intent)))


async def test_an_angry_user_reads_it_before_the_offer(stage: Stage) -> None:
    reply = await stage.one("action_talk", both("insulte_plainte"))
    assert TOLD in (reply.text or "")
    assert [each.id or each.label for each in reply.choices] == [
        OFFERED.title,
        "act:advisor",
        "act:ticket",
        "act:continue",
    ]


@pytest.mark.parametrize(
    ("intent", "acts"),
    [("humain", ["act:advisor", "act:ticket"]), ("ticket", ["act:ticket"])],
)
async def test_a_wish_besides_is_offered_and_yes_accepts_it(
    stage: Stage, clock: Clock, intent: str, acts: list[str]
) -> None:
    clock.put_at(Stage.OPEN)
    asked = typed("?", ("notifications.activer", 0.9), also=intent)
    reply = await stage.one("action_answer", asked)
    assert (reply.text or "").startswith(text_of("notifications/activer"))
    assert [each.id for each in reply.choices] == acts
    replies = await stage.run("action_yes", typed("oui", ("oui", 0.9)))
    assert stage.next_action == "ticket_form" if intent == "ticket" else replies[0].directive


@pytest.mark.parametrize("kind", ["choose", "escalate"])
async def test_a_wish_is_offered_also_beside_what_is_unclear(
    stage: Stage, clock: Clock, kind: str
) -> None:
    clock.put_at(Stage.OPEN)
    asked = typed("?", ("notifications.activer", 0.4), kind=kind, also="humain")
    reply = await stage.one("action_clarify", asked)
    assert {"act:advisor", "act:ticket"} <= {each.id for each in reply.choices}
    assert (reply.text or "").endswith(words.second_question(reply_label(reply)))
    (order,) = await stage.run("action_yes", typed("oui", ("oui", 0.9)))
    assert order.directive is not None


def reply_label(reply: Reply) -> str:
    return next(each.label for each in reply.choices if each.id == "act:advisor")


@pytest.mark.parametrize(
    ("intent", "text", "number"),
    [
        ("suivi_facture.suivre", "où en est FA-1007 ? je veux un humain", "FA-1007"),
        ("mot_de_passe.oublie", "oublié : a@exemple.fr, je veux un humain", None),
        ("mon_ticket", "et mon ticket ? je veux un humain", None),
    ],
)
async def test_yes_accepts_a_wish_below_what_was_done(
    connected: Writer, clock: Clock, intent: str, text: str, number: str | None
) -> None:
    clock.put_at(Stage.OPEN)
    found = [{"entity": "invoice_number", "value": number}] if number else []
    await connected.say(typed(text, (intent, 0.9), also="humain") | {"entities": found})
    (order,) = await connected.say(typed("oui", ("oui", 0.9)))
    assert isinstance(order.directive, OpenRequest)


async def test_a_wish_below_the_question_of_a_form_asks_nothing_of_its_own(
    connected: Writer, clock: Clock
) -> None:
    clock.put_at(Stage.OPEN)
    asked = typed("ma facture ? un humain", ("suivi_facture.suivre", 0.9), also="humain")
    (question,) = await connected.say(asked)
    assert connected.stage.loop == "invoice_form"
    assert (question.text or "").endswith(words.second_question(reply_label(question)))


async def test_below_what_a_form_has_found(connected: Writer) -> None:
    await connected.say(typed("ma facture ?", ("suivi_facture.suivre", 0.9)))
    number = [{"entity": "invoice_number", "value": "FA-1007"}]
    said = both("suivi_facture.suivre", "FA-1007. et…") | {"entities": number}
    invoice, also = await connected.say(said)
    assert "FA-1007" in (invoice.text or "")
    assert also.text == TOLD


async def test_a_wish_besides_is_offered_when_advisors_are_closed_as_well(
    stage: Stage, clock: Clock
) -> None:
    clock.put_at(Stage.SATURDAY)
    asked = typed("?", ("redirection.tva", 0.9), kind="redirect", also="humain")
    reply = await stage.one("action_answer", asked)
    assert [each.id for each in reply.choices] == ["act:ticket", "act:callback"]


async def test_an_act_that_the_answer_offers_too_has_one_button(stage: Stage, clock: Clock) -> None:
    clock.put_at(Stage.OPEN)
    asked = typed("?", ("aide_canaux.agent_discuter", 0.9), also="humain")
    reply = await stage.one("action_answer", asked)
    assert [each.id for each in reply.choices] == ["act:advisor", "act:ticket"]


async def test_an_angry_user_who_wants_a_person_reads_the_offer_once(stage: Stage) -> None:
    asked = typed("nul", ("insulte_plainte", 0.9), also="humain")
    reply = await stage.one("action_talk", asked)
    [offer] = await stage.run("action_human", typed("un humain", ("humain", 0.9)))
    assert (reply.text or "").count(offer.text or "-") == 1
    assert reply.choices == offer.choices


async def test_below_the_first_question_of_a_form_and_no_other(connected: Writer) -> None:
    (question,) = await connected.say(both("suivi_facture.suivre", "où en est ma facture ? et…"))
    assert connected.stage.loop == "invoice_form"
    assert (question.text or "").startswith(words.WHICH_INVOICE)
    assert offers_it(question)
    *_, again = await connected.say(typed("je ne sais plus", also=ALSO, kind="escalate"))
    assert TOLD not in (again.text or "")
    answer, question = await connected.say(ask(OFFERED.id))
    assert answer.text == text_of("adresses/difference")
    assert words.WHICH_INVOICE in (question.text or "")
    assert connected.stage.loop == "invoice_form"


async def test_below_an_invoice_that_is_told_at_once(connected: Writer) -> None:
    found = [{"entity": "invoice_number", "value": "FA-1007"}]
    asked = both("suivi_facture.suivre", "où en est FA-1007 ? et…") | {"entities": found}
    invoice, also = await connected.say(asked)
    assert "FA-1007" in (invoice.text or "")
    assert also.text == TOLD and offers_it(also)


async def test_below_a_mail_that_is_sent_at_once(connected: Writer) -> None:
    ordered, also = await connected.say(both("mot_de_passe.oublie", "perdu : a@exemple.fr. et…"))
    assert ordered.directive is not None
    assert also.text == TOLD and offers_it(also)
