"""Mails about accounts, asked for in the conversation: an address, and never a password."""

from pathlib import Path

import pytest

from actions import words
from chorus.account_models import AccountRequestKind
from chorus.demo_accounts import DemoAccounts
from chorus.demo_links import DemoLinks
from chorus.demo_portal import DemoPortal
from kit.database import Database
from livechat.assistant import AskAccountMail, Directive, Reply
from livechat.errands import DEAD_MAILBOX
from livechat.protocol import Decision
from tests.actions.stage import Message, Stage, clicked, sources_of, typed
from tests.actions.writing import Writer, sent

ACTIVATION, PASSWORD = "lien_activation.renvoyer", "mot_de_passe.oublie"
BOTH = pytest.mark.parametrize("intent", [ACTIVATION, PASSWORD])
KIND = {
    ACTIVATION: AccountRequestKind.ACTIVATION,
    PASSWORD: AccountRequestKind.PASSWORD_RESET,
}
LABEL = {ACTIVATION: words.RESEND_ACTIVATION, PASSWORD: words.SEND_RESET}
QUESTION = {
    ACTIVATION: words.WHICH_SIGN_UP_ADDRESS,
    PASSWORD: words.WHICH_CONNECTION_ADDRESS,
}
ADDRESS = "a.dupont@exemple.fr"


@pytest.fixture
async def user(database: Database, tmp_path: Path) -> Writer:
    """Somebody who is not connected, where the host site sends such mails."""
    portal = DemoPortal(tmp_path)
    accounts = DemoAccounts(portal, DemoLinks(b"a key"))
    writer = Writer(Stage(database, sources=sources_of(database, portal, accounts)))
    await writer.talk()
    return writer


def wish(intent: str, text: str = "je n'ai rien reçu") -> Message:
    return typed(text, (intent, 0.9))


def unclear(text: str) -> Message:
    return typed(text, kind="escalate")


def ordered(replies: list[Reply]) -> Directive | None:
    (order,) = replies
    return order.directive


@BOTH
async def test_it_is_explained_and_the_address_alone_has_it_sent(user: Writer, intent: str) -> None:
    (answer,) = await user.say(wish(intent))
    assert answer.answer is not None and answer.answer.decision is Decision.ANSWER
    assert answer.votable and user.labels()[0] == LABEL[intent]
    assert "écrivez ici" in (answer.text or "")
    order = ordered(await user.say(unclear(ADDRESS)))
    assert order == AskAccountMail(kind=KIND[intent], address=ADDRESS)
    assert user.stage.slots.get("account_address") is None


@BOTH
async def test_an_address_in_the_sentence_has_it_sent_at_once(user: Writer, intent: str) -> None:
    order = ordered(await user.say(wish(intent, f"renvoyez le lien à {ADDRESS} svp")))
    assert order == AskAccountMail(kind=KIND[intent], address=ADDRESS)


@BOTH
async def test_the_button_asks_for_the_address_and_a_bad_one_kindly_again(
    user: Writer, intent: str
) -> None:
    await user.say(wish(intent))
    (question,) = await user.click(LABEL[intent])
    assert question.text == QUESTION[intent]
    (refused,) = await user.say(unclear("a.dupont@exemple"))
    assert refused.text == words.BAD_EMAIL
    (again,) = await user.say(unclear("a.dupont arobase exemple"))
    assert again.text == words.BAD_ADDRESS_AGAIN and words.STOP in user.labels()
    order = ordered(await user.say(unclear(f"c’est {ADDRESS}")))
    assert order == AskAccountMail(kind=KIND[intent], address=ADDRESS)
    assert user.stage.loop is None


@BOTH
async def test_what_is_nearly_an_address_after_the_answer_begins_the_form(
    user: Writer, intent: str
) -> None:
    await user.say(wish(intent))
    (refused,) = await user.say(unclear("a.dupont@exemple"))
    assert refused.text == words.BAD_EMAIL
    assert user.stage.loop is not None


@BOTH
async def test_another_address_corrects_the_one_that_was_sent(user: Writer, intent: str) -> None:
    await user.say(wish(intent, f"renvoyez le lien à {ADDRESS}"))
    order = ordered(await user.say(typed("non, c'est b@exemple.fr", ("non", 0.8))))
    assert order == AskAccountMail(kind=KIND[intent], address="b@exemple.fr")


@BOTH
async def test_it_can_be_left_and_another_question_comes_in_between(
    user: Writer, intent: str
) -> None:
    await user.say(clicked(intent, act="start"))
    answer, question = await user.say(typed("?", ("adresses.difference", 0.9)))
    assert answer.votable and question.text == words.back_to(QUESTION[intent])
    (left,) = await user.say(typed("laisse tomber", ("non", 0.9)))
    assert (left.text, user.stage.loop) == (words.ACCOUNT_LEFT, None)


@BOTH
async def test_where_the_host_site_sends_none_it_is_explained_and_nothing_promised(
    stage: Stage, intent: str
) -> None:
    user = Writer(stage)
    await user.talk()
    (answer,) = await user.say(wish(intent, f"pour {ADDRESS}"))
    assert answer.directive is None and "écrivez ici" not in (answer.text or "")
    assert LABEL[intent] not in user.labels()


async def test_who_lost_the_mailbox_writes_a_ticket_that_says_so(user: Writer) -> None:
    (question,) = await user.say(clicked(PASSWORD, act=DEAD_MAILBOX, address=ADDRESS))
    assert ADDRESS in (question.text or "")
    await user.say(unclear("La nouvelle adresse est compta@exemple.fr."))
    await user.say(unclear("compta@exemple.fr"))
    order = sent(await user.click(words.SEND))
    assert ADDRESS in order.description and order.email == "compta@exemple.fr"
    assert (order.category, order.subcategory) == ("connexion_compte", "adresse_invalide")


async def test_who_lost_the_mailbox_is_not_answered_there(
    database: Database, tmp_path: Path
) -> None:
    user = Writer(Stage(database))
    await user.talk("camille")
    dead = "camille@example.org"
    await user.say(clicked(PASSWORD, act=DEAD_MAILBOX, address=dead))
    (question,) = await user.say(unclear("La nouvelle adresse est compta@exemple.fr."))
    assert question.text == words.WHICH_EMAIL


async def test_who_asks_about_a_lost_mailbox_is_offered_that_ticket(user: Writer) -> None:
    lost = "je n'ai plus accès à la boîte de mon adresse de connexion"
    await user.say(typed(lost, ("adresses.modifier_connexion", 0.9)))
    (question,) = await user.click(words.DEAD_CONNECTION_MAILBOX)
    assert words.dead_mailbox(None) in (question.text or "")
    await user.say(unclear("La nouvelle adresse est compta@exemple.fr."))
    await user.say(unclear("compta@exemple.fr"))
    order = sent(await user.click(words.SEND))
    assert words.dead_mailbox(None) in order.description
    assert (order.category, order.subcategory) == ("connexion_compte", "adresse_invalide")


async def test_the_ticket_about_a_lost_mailbox_is_offered_below_no_other_answer(
    user: Writer,
) -> None:
    await user.say(typed("changer mon adresse de contact", ("adresses.modifier_contact", 0.9)))
    assert words.DEAD_CONNECTION_MAILBOX not in user.labels()


async def test_a_connected_user_without_their_mailbox_is_asked_where_to_answer(
    database: Database,
) -> None:
    user = Writer(Stage(database))
    await user.talk("camille")
    await user.say(clicked("adresses.modifier_connexion"))
    await user.click(words.DEAD_CONNECTION_MAILBOX)
    (question,) = await user.say(unclear("La nouvelle adresse est compta@exemple.fr."))
    assert question.text == words.WHICH_EMAIL


@BOTH
async def test_an_address_in_a_story_about_something_else_sends_nothing(
    user: Writer, intent: str
) -> None:
    await user.say(wish(intent))
    await user.say(typed("et les notifications ?", ("notifications.activer", 0.9)))
    (reply,) = await user.say(unclear("paul@exemple.fr"))
    assert reply.directive is None
    await user.say(wish(intent))
    story = "mon collègue paul@exemple.fr ne reçoit rien non plus depuis lundi"
    (reply,) = await user.say(unclear(story))
    assert reply.directive is None


@BOTH
async def test_what_is_typed_in_another_form_is_sent_nowhere(user: Writer, intent: str) -> None:
    await user.say(wish(intent, f"renvoyez le lien à {ADDRESS}"))
    user.stage.slots.pop("last_answer")  # or the subject of the ticket would be known
    await user.say(clicked("ticket", act="open"))
    (question,) = await user.say(unclear("Le bouton modifier reste grisé."))
    assert question.text == words.WHICH_CATEGORY
    replies = await user.say(unclear("b@exemple.fr"))
    assert not [reply for reply in replies if reply.directive]


@BOTH
async def test_a_choice_of_the_answer_offers_the_mail_as_well(user: Writer, intent: str) -> None:
    (answer,) = await user.say(clicked(intent))
    assert user.labels()[0] == LABEL[intent] and answer.votable


async def test_yes_after_it_accepts_no_older_offer(user: Writer) -> None:
    await user.say(typed("un humain", ("humain", 0.9)))
    await user.say(wish(PASSWORD, f"mdp oublié {ADDRESS}"))
    (reply,) = await user.say(typed("oui merci", ("oui", 0.9)))
    assert (reply.text, reply.directive) == (words.CLICK, None)
