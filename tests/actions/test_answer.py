"""The answers of the knowledge base, as the assistant gives them."""

from datetime import timedelta

from actions import words
from kit.clock import now
from knowledge.library import Context, library, redirection_text
from livechat.protocol import Decision
from livechat.words import moment
from tests.actions.stage import Stage, ask, clicked, text_of, typed
from tests.clock import Clock

LOGIN, CONTACT = "adresses/modifier_connexion", "adresses/modifier_contact"


async def test_a_question_is_answered_by_its_section_with_where_it_comes_from(
    stage: Stage,
) -> None:
    reply = await stage.one("action_answer", ask("adresses/difference", confidence=0.93))
    section = library().sections["adresses/difference"]
    assert reply.text == text_of("adresses/difference")
    assert reply.votable
    assert reply.answer is not None
    assert reply.answer.model_dump() == {
        "decision": "answer",
        "id": "adresses/difference",
        "article": "adresses",
        "title": section.title,
        "updated_on": section.updated_on,
        "confidence": 0.93,
    }
    assert stage.slots["last_answer"] == "adresses/difference"


async def test_every_section_can_be_clicked_and_is_answered(stage: Stage) -> None:
    for section in library().sections:
        reply = await stage.one("action_answer", clicked(section.replace("/", ".")))
        assert reply.text == text_of(section)
        assert reply.answer is not None
        assert (reply.answer.id, reply.answer.confidence) == (section, 1.0)


async def test_every_redirected_subject_says_where_to_look(stage: Stage) -> None:
    for subject, redirection in library().redirections.items():
        question = typed("?", (subject.replace("/", "."), 0.8), kind="redirect")
        reply = await stage.one("action_answer", question)
        assert reply.text == redirection_text(redirection, Context())
        assert reply.answer is not None
        assert (reply.answer.decision, reply.answer.id) == (Decision.REDIRECT, subject)
        assert reply.answer.article is None


async def test_a_primary_manager_gets_the_answer_that_is_true_for_them(stage: Stage) -> None:
    question = ask("notifications/desactiver")
    anonymous = await stage.one("action_answer", question)
    who = await stage.connect("gestionnaire_principal")
    manager = await stage.one("action_answer", question)
    assert anonymous.text == text_of("notifications/desactiver")
    assert manager.text == text_of("notifications/desactiver", who)
    assert manager.text != anonymous.text


async def test_what_was_connected_under_another_name_is_not_taken_for_this_user(
    stage: Stage,
) -> None:
    await stage.connect("gestionnaire_principal")
    stranger = Stage(stage.database, sender="somebody else")
    reply = await stranger.one("action_answer", ask("notifications/desactiver"))
    assert reply.text == text_of("notifications/desactiver")


async def test_an_english_question_gets_one_english_line_then_the_french_answer(
    stage: Stage,
) -> None:
    question = typed("what is it", ("adresses.difference", 0.9), language="en")
    reply = await stage.one("action_answer", question)
    assert reply.text == f"{words.ENGLISH}\n\n{text_of('adresses/difference')}"


async def test_sections_that_users_confuse_are_answered_together_likeliest_first(
    stage: Stage,
) -> None:
    both = typed(
        "modifier mon adresse",
        ("adresses.modifier_connexion", 0.6),
        ("adresses.modifier_contact", 0.3),
    )
    reply = await stage.one("action_answer", both)
    assert reply.text == f"{text_of(LOGIN)}\n\n{text_of(CONTACT)}"
    assert reply.answer is not None
    assert reply.answer.id == LOGIN


async def test_a_confused_section_that_was_hardly_meant_is_left_out(stage: Stage) -> None:
    one = typed(
        "modifier ma connexion",
        ("adresses.modifier_connexion", 0.9),
        ("adresses.modifier_contact", 0.05),
    )
    assert (await stage.one("action_answer", one)).text == text_of(LOGIN)


async def test_an_answer_forgets_misses_and_what_was_offered(stage: Stage) -> None:
    stage.slots |= {"misses": 1, "pending_offer": "act:ticket"}
    await stage.one("action_answer", ask(LOGIN))
    assert stage.slots["misses"] == 0
    assert "pending_offer" not in stage.slots


async def test_who_clicks_on_an_answer_does_not_explain_a_complaint_any_more(
    stage: Stage,
) -> None:
    await stage.one("action_answer", ask(LOGIN))
    await stage.complain(clicked("probleme", answer=LOGIN))
    await stage.one("action_answer", clicked("adresses.difference"))
    assert stage.loop is None
    assert "requested_slot" not in stage.slots


WITH_ADVISOR = sorted(
    section.id for section in library().sections.values() if "advisor" in section.acts
)


async def test_an_advisor_is_a_button_below_an_answer_only_while_there_may_be_one(
    stage: Stage, clock: Clock
) -> None:
    assert WITH_ADVISOR
    for section in WITH_ADVISOR:
        clock.put_at(Stage.OPEN)
        reply = await stage.one("action_answer", ask(section))
        wanted = {f"act:{act}" for act in library().sections[section].acts}
        assert {choice.id for choice in reply.choices} == wanted
        clock.put_at(Stage.SATURDAY)
        closed = await stage.one("action_answer", ask(section))
        assert {choice.id for choice in closed.choices} == {"act:ticket"}


async def test_who_has_an_appointment_and_asks_about_it_is_told_when(
    stage: Stage, clock: Clock
) -> None:
    question = ask("aide_canaux/rendez_vous", "c'est quand mon rdv ?")
    assert (await stage.one("action_answer", question)).text == text_of("aide_canaux/rendez_vous")
    start = now() + timedelta(days=1)
    await stage.has_appointment(start, "+33612345678")
    told = (await stage.one("action_answer", question)).text or ""
    assert moment(start) in told
    assert "06 •• •• •• 78" in told
    assert (await stage.one("action_answer", ask(LOGIN))).text == text_of(LOGIN)
    clock.put_at(start + timedelta(days=1))
    assert (await stage.one("action_answer", question)).text == text_of("aide_canaux/rendez_vous")
