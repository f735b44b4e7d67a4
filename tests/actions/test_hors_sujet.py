"""What is asked when the question is not clear, and what is offered when nothing fits."""

import pytest

from actions import words
from knowledge.library import library
from livechat.protocol import Decision
from tests.actions.stage import Message, Stage, ask, clicked, text_of, typed
from tests.clock import Clock

NEAR = (
    ("adresses.difference", 0.4),
    ("sous_traitant.valider", 0.3),
    ("brouillon.envoyer", 0.2),
    ("frais_justice.montant", 0.1),
)
UNKNOWN = typed("quel temps fait-il", ("moe_travaux.delai", 0.08), kind="escalate")


async def test_up_to_three_things_are_proposed_and_none_of_them(stage: Stage) -> None:
    reply = await stage.one("action_clarify", typed("adresse", *NEAR, kind="choose"))
    ids = ["adresses/difference", "sous_traitant/valider", "brouillon/envoyer"]
    assert [choice.answer for choice in reply.choices] == [*ids, None]
    assert [choice.label for choice in reply.choices[:3]] == list(map(library().title_of, ids))
    assert reply.choices[-1].id == "act:none"
    assert reply.answer is not None
    assert (reply.answer.decision, reply.answer.id) == (Decision.CHOOSE, ids[0])
    assert (reply.answer.article, reply.answer.confidence) == ("adresses", 0.4)


async def test_a_redirected_subject_can_be_proposed(stage: Stage) -> None:
    seen = (("redirection.siret", 0.4), ("adresses.difference", 0.3))
    reply = await stage.one("action_clarify", typed("siret", *seen, kind="choose"))
    assert reply.choices[0].answer == "redirection/siret"
    assert reply.answer is not None
    assert reply.answer.article is None


async def test_the_wish_for_a_person_is_proposed_as_its_act(stage: Stage) -> None:
    seen = (("adresses.difference", 0.4), ("humain", 0.3), ("ticket", 0.2))
    reply = await stage.one("action_clarify", typed("aide", *seen, kind="choose"))
    assert [choice.id for choice in reply.choices] == ["", "act:advisor", "act:ticket", "act:none"]


async def test_what_cannot_be_chosen_is_not_proposed(stage: Stage) -> None:
    seen = (("salutation", 0.4), ("adresses.difference", 0.3))
    reply = await stage.one("action_clarify", typed("bonjour", *seen, kind="choose"))
    assert [choice.answer for choice in reply.choices] == ["adresses/difference", None]
    assert reply.answer is not None
    assert reply.answer.id == "adresses/difference"


async def test_two_sections_that_users_confuse_are_answered_together_instead(
    stage: Stage,
) -> None:
    seen = (("adresses.modifier_connexion", 0.45), ("adresses.modifier_contact", 0.4))
    reply = await stage.one("action_clarify", typed("adresse", *seen, kind="choose"))
    first, second = map(text_of, ("adresses/modifier_connexion", "adresses/modifier_contact"))
    assert reply.text == f"{first}\n\n{second}"
    assert [choice.label for choice in reply.choices] == [words.DEAD_CONNECTION_MAILBOX]


@pytest.mark.parametrize(
    "message",
    [UNKNOWN, typed("12345 !!!", kind="escalate"), typed("?", ("salutation", 0.3), kind="choose")],
    ids=["foreign", "without a letter", "nothing to choose"],
)
async def test_the_first_miss_asks_to_rephrase_and_the_second_offers_help(
    stage: Stage, message: Message
) -> None:
    first = await stage.one("action_clarify", message)
    assert (first.text, first.choices) == (words.REPHRASE, [])
    second = await stage.one("action_clarify", message)
    assert [choice.id for choice in second.choices] == ["act:advisor", "act:ticket", "act:continue"]
    assert (second.text or "").startswith(words.TWICE_MISSED)
    assert stage.slots["pending_offer"] == "act:advisor"
    for reply in (first, second):
        assert reply.answer is not None
        assert reply.answer.decision is Decision.ESCALATE
        assert (reply.answer.id, reply.answer.article) == (None, None)


async def test_only_misses_in_a_row_count(stage: Stage) -> None:
    await stage.one("action_clarify", UNKNOWN)
    await stage.one("action_answer", ask("adresses/difference"))
    assert (await stage.one("action_clarify", UNKNOWN)).text == words.REPHRASE


async def test_help_is_offered_out_of_hours_without_an_advisor(stage: Stage, clock: Clock) -> None:
    clock.put_at(Stage.SATURDAY)
    await stage.one("action_clarify", UNKNOWN)
    second = await stage.one("action_clarify", UNKNOWN)
    offered = ["act:ticket", "act:callback", "act:continue"]
    assert [choice.id for choice in second.choices] == offered
    assert stage.slots["pending_offer"] == "act:ticket"


async def test_none_of_the_choices_is_a_miss(stage: Stage) -> None:
    none = clicked("non", act="none")
    assert (await stage.one("action_no", none)).text == words.REPHRASE
    assert len((await stage.one("action_no", none)).choices) == 3


async def test_who_writes_english_is_asked_in_english_too(stage: Stage) -> None:
    seen = typed("address", *NEAR, kind="choose", language="en")
    assert ((await stage.one("action_clarify", seen)).text or "").startswith(words.ENGLISH)
    unknown = typed("weather", kind="escalate", language="en")
    assert ((await stage.one("action_clarify", unknown)).text or "").startswith(words.ENGLISH)
