"""Help that goes further: follow-ups, complaints, a person, a ticket, yes and no."""

import pytest

from actions import words
from knowledge.library import library
from livechat.assistant import OpenRequest, Reply
from livechat.protocol import Decision
from tests.actions.stage import FORM, Stage, ask, clicked, text_of, typed
from tests.clock import Clock
from ticketing.models import RequestKind

CONTACT = "adresses/definition_contact"
AND_THEN = ("suite", 0.9)


def ids(reply: Reply) -> list[str]:
    return [choice.id for choice in reply.choices]


# « et pour la modifier ? » ---------------------------------------------------------------------


async def test_a_follow_up_is_about_the_last_answer(stage: Stage) -> None:
    await stage.one("action_answer", ask(CONTACT))
    ranking = {"adresses.modifier_connexion": 0.3, "adresses.modifier_contact": 0.1}
    more = typed("et pour la modifier ?", AND_THEN, ranking=ranking)
    reply = await stage.one("action_follow_up", more)
    assert reply.text == text_of("adresses/modifier_contact")
    assert stage.slots["last_answer"] == "adresses/modifier_contact"


async def test_a_follow_up_that_may_mean_several_things_is_asked_about(stage: Stage) -> None:
    await stage.one("action_answer", ask(CONTACT))
    ranking = {"adresses.contact_partage": 0.11, "adresses.modifier_contact": 0.1}
    reply = await stage.one("action_follow_up", typed("et après ?", AND_THEN, ranking=ranking))
    likeliest = ["adresses/contact_partage", "adresses/modifier_contact"]
    assert [choice.answer for choice in reply.choices][:2] == likeliest
    assert len(reply.choices) <= 4
    assert ids(reply)[-1] == "act:none"
    assert reply.answer is not None
    assert (reply.answer.decision, reply.answer.id) == (Decision.CHOOSE, likeliest[0])
    assert reply.answer.article == "adresses"


async def test_a_follow_up_without_any_hint_proposes_the_likeliest_in_the_author_s_order(
    stage: Stage,
) -> None:
    await stage.one("action_answer", ask(CONTACT))
    reply = await stage.one("action_follow_up", typed("et après ?", AND_THEN))
    expected = list(library().sections[CONTACT].follow_ups[:3])
    assert [choice.answer for choice in reply.choices[:-1]] == expected


@pytest.mark.parametrize("last", [None, "redirection/siret"])
async def test_a_follow_up_of_nothing_asks_what_it_is_about(stage: Stage, last: str | None) -> None:
    if last:
        stage.slots["last_answer"] = last
    reply = await stage.one("action_follow_up", typed("et après ?", AND_THEN))
    assert (reply.text, reply.choices) == (words.WHAT_ABOUT, [])
    assert reply.answer is not None
    assert reply.answer.article is None


# « ça ne marche pas » --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "complaint",
    [typed("ça ne marche pas", ("probleme", 0.9)), clicked("probleme", answer=CONTACT)],
    ids=["in words", "a red thumb"],
)
async def test_a_complaint_is_asked_about_then_explained_then_help_is_offered(
    stage: Stage, complaint: dict[str, object]
) -> None:
    await stage.one("action_answer", ask(CONTACT))
    question = await stage.complain(complaint)
    assert library().title_of(CONTACT) in (question.text or "")
    await stage.explain(typed("où est le bouton « Valider » ?", ("brouillon.envoyer", 0.9)))
    assert stage.slots["explanation"] == "où est le bouton « Valider » ?"
    await stage.end_form()
    offer = await stage.one("action_offer_help", typed("", ("brouillon.envoyer", 0.9)))
    assert ids(offer) == ["act:advisor", "act:ticket", "act:continue"]
    order = await stage.one("action_yes", typed("oui", ("oui", 0.9)))
    assert order == Reply(
        directive=OpenRequest(
            kind=RequestKind.ADVISOR,
            explanation="où est le bouton « Valider » ?",
            disliked_answer=CONTACT,
        )
    )


async def test_a_red_thumb_is_about_the_answer_that_it_stands_under(stage: Stage) -> None:
    await stage.one("action_answer", ask(CONTACT))
    await stage.one("action_answer", ask("brouillon/envoyer"))
    question = await stage.complain(clicked("probleme", answer=CONTACT))
    assert library().title_of(CONTACT) in (question.text or "")
    assert stage.slots["disliked_answer"] == CONTACT


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (Stage.OPEN, ["act:advisor", "act:ticket", "act:continue"]),
        (Stage.OPEN.replace(hour=8, minute=29), ["act:ticket", "act:callback", "act:continue"]),
        (Stage.OPEN.replace(hour=8, minute=30), ["act:advisor", "act:ticket", "act:continue"]),
        (Stage.OPEN.replace(hour=18, minute=30), ["act:ticket", "act:callback", "act:continue"]),
        (Stage.SATURDAY, ["act:ticket", "act:callback", "act:continue"]),
        (Stage.CHRISTMAS, ["act:ticket", "act:callback", "act:continue"]),
    ],
    ids=str,
)
@pytest.mark.parametrize("action", ["action_human", "action_offer_help"])
async def test_an_advisor_is_offered_in_opening_hours_only(
    stage: Stage, clock: Clock, action: str, at: object, expected: list[str]
) -> None:
    clock.put_at(at)  # type: ignore[arg-type]
    reply = await stage.one(action, typed("un humain", ("humain", 0.9)))
    assert ids(reply) == expected
    assert "(heure de Paris)" in (reply.text or "")
    assert stage.slots["pending_offer"] == expected[0]


async def test_out_of_hours_it_says_why_and_when_they_are_back(stage: Stage, clock: Clock) -> None:
    clock.put_at(Stage.SATURDAY)
    reply = await stage.one("action_human", typed("un humain", ("humain", 0.9)))
    assert "lundi 30 novembre à 8 h 30" in (reply.text or "").replace("\u00a0", " ")


async def test_a_complaint_about_nothing_asks_what_it_is_about(stage: Stage) -> None:
    reply = await stage.one("action_problem", typed("ça ne marche pas", ("probleme", 0.9)))
    assert reply.text == words.NO_ANSWER_YET
    assert stage.next_action is None


async def test_a_new_complaint_does_not_keep_the_explanation_of_an_old_one(stage: Stage) -> None:
    stage.slots |= {"explanation": "ancien", "last_answer": CONTACT}
    await stage.complain(clicked("probleme", answer="brouillon/envoyer"))
    assert "explanation" not in stage.slots


@pytest.mark.parametrize(
    "message",
    [
        typed("non merci", ("non", 0.9)),
        typed("un humain", ("humain", 0.9)),
        typed("un ticket", ("ticket", 0.9)),
        typed("au revoir", ("au_revoir", 0.9)),
        clicked("adresses.difference"),
    ],
    ids=lambda message: str(message["text"]),
)
async def test_what_is_no_explanation_is_not_taken_for_one(
    stage: Stage, message: dict[str, object]
) -> None:
    await stage.one("action_answer", ask(CONTACT))
    await stage.complain(clicked("probleme", answer=CONTACT))
    await stage.explain(message)
    assert "explanation" not in stage.slots


async def test_a_form_that_is_restored_takes_the_explanation_without_asking_again(
    stage: Stage,
) -> None:
    await stage.one("action_answer", ask(CONTACT))
    await stage.complain(clicked("probleme", answer=CONTACT))
    told = {"memory": {"slots": dict(stage.slots), "loop": stage.loop}}
    again = Stage(stage.database, sender="a new name")
    again.slots["session_started_metadata"] = told
    await again.run("action_session_start", {})
    assert again.loop == FORM
    await again.explain(typed("le bouton est gris", ("brouillon.envoyer", 0.9)))
    assert again.slots["explanation"] == "le bouton est gris"


# Yes, no, a ticket -----------------------------------------------------------------------------


async def test_yes_accepts_what_was_offered_last_once(stage: Stage) -> None:
    await stage.one("action_human", typed("un humain", ("humain", 0.9)))
    order = await stage.one("action_yes", typed("oui", ("oui", 0.9)))
    assert order.directive == OpenRequest(kind=RequestKind.ADVISOR)
    assert order.text is None
    again = await stage.one("action_yes", typed("oui", ("oui", 0.9)))
    assert (again.directive, again.text) == (None, words.CLICK)


async def test_no_refuses_and_goes_back_to_the_conversation(stage: Stage) -> None:
    await stage.one("action_human", typed("un humain", ("humain", 0.9)))
    assert (await stage.one("action_no", typed("non", ("non", 0.9)))).text == words.LISTENING
    yes = await stage.one("action_yes", typed("oui", ("oui", 0.9)))
    assert yes.directive is None


async def test_the_wish_for_a_person_or_a_ticket_is_an_article_of_its_own(stage: Stage) -> None:
    for action, article in (("action_human", "humain"), ("action_ticket", "ticket")):
        reply = await stage.one(action, typed("svp", (article, 0.87)))
        assert reply.answer is not None
        assert (reply.answer.decision, reply.answer.article) == (Decision.TALK, article)
        assert reply.answer.confidence == 0.87
        assert reply.directive is None
