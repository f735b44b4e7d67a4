"""Greetings, thanks, goodbyes, who are you, anger."""

import pytest

from actions import words
from livechat.protocol import Decision
from tests.actions.stage import Stage, typed

SMALL_TALK = ("salutation", "remerciement", "au_revoir", "identite", "insulte_plainte")


@pytest.mark.parametrize("intent", SMALL_TALK)
async def test_each_kind_of_talk_has_its_reply_without_an_open_name(
    stage: Stage, intent: str
) -> None:
    reply = await stage.one("action_talk", typed("…", (intent, 0.8)))
    assert reply.text
    assert not {"{", "}"} & set(reply.text)
    assert not reply.votable
    assert reply.answer is not None
    assert (reply.answer.decision, reply.answer.article) == (Decision.TALK, intent)
    assert reply.answer.confidence == 0.8


async def test_an_angry_user_is_offered_a_person(stage: Stage) -> None:
    reply = await stage.one("action_talk", typed("nul", ("insulte_plainte", 0.9)))
    assert [choice.id for choice in reply.choices] == ["act:advisor", "act:ticket", "act:continue"]
    order = await stage.one("action_yes", typed("oui", ("oui", 0.9)))
    assert order.directive is not None


async def test_talk_forgets_what_was_offered(stage: Stage) -> None:
    await stage.one("action_human", typed("un humain", ("humain", 0.9)))
    await stage.one("action_talk", typed("merci", ("remerciement", 0.9)))
    assert (await stage.one("action_yes", typed("oui", ("oui", 0.9)))).directive is None


async def test_who_greets_in_english_is_answered_with_an_english_line(stage: Stage) -> None:
    reply = await stage.one("action_talk", typed("hello", ("salutation", 0.9), language="en"))
    assert (reply.text or "").startswith(words.ENGLISH)


@pytest.mark.parametrize("intent", SMALL_TALK)
async def test_replies_to_the_same_talk_take_turns(stage: Stage, intent: str) -> None:
    talk = typed("…", (intent, 0.9))
    first, second = [(await stage.one("action_talk", talk)).text for _ in range(2)]
    assert first != second
