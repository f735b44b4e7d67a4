"""« Où en est mon ticket ? »: told to whoever may know, and no more than that."""

from tests.actions.stage import Stage, typed
from tests.actions.writing import Writer

WHERE = typed("où en est mon ticket ?", ("mon_ticket", 0.9))


async def test_who_holds_the_conversation_is_told_the_reference_and_the_status(
    stage: Stage,
) -> None:
    user = Writer(stage)
    await user.talk()
    known = await user.has_ticket()
    (reply,) = await user.say(WHERE)
    assert f"{known.reference} : Envoyée" in (reply.text or "")
    assert known.title not in (reply.text or "")
    assert "/suivi" in (reply.text or "")


async def test_who_is_connected_is_told_of_all_of_theirs_by_title(stage: Stage) -> None:
    user = Writer(stage)
    await user.talk("camille")
    elsewhere = await user.has_ticket(subject="host camille", conversation_id=None)
    (reply,) = await user.say(WHERE)
    assert elsewhere.reference in (reply.text or "")
    assert elsewhere.title in (reply.text or "")


async def test_a_reference_alone_is_understood_whatever_stands_round_it(stage: Stage) -> None:
    user = Writer(stage)
    await user.talk()
    known = await user.has_ticket()
    named = [{"entity": "ticket_reference", "value": known.reference}]
    (reply,) = await user.say(typed("et TK ?", kind="escalate") | {"entities": named})
    assert f"{known.reference} : Envoyée" in (reply.text or "")


async def test_a_foreign_reference_is_answered_like_one_that_does_not_exist(stage: Stage) -> None:
    other = Writer(Stage(stage.database, sender="another"))
    await other.talk("nadia")
    foreign = await other.has_ticket(subject="host nadia")
    user = Writer(stage)
    await user.talk("camille")
    said = []
    for reference in (foreign.reference, "TK-999999"):
        named = [{"entity": "ticket_reference", "value": reference}]
        (reply,) = await user.say(WHERE | {"entities": named})
        said.append(reply.text)
    assert said[0] == said[1]
    assert foreign.reference not in (said[0] or "")
