"""A ticket written in the conversation: what is asked, what is taken, what is sent."""

import pytest

from actions import words
from actions.ticket_reading import looks_like_a_question
from knowledge.library import library
from livechat.assistant import OpenTicket
from tests.actions.stage import Stage, ask, clicked, text_of, typed
from tests.actions.writing import FORM, Writer, sent
from ticketing import guessing

ADDRESS = "a.dupont@exemple.fr"
PROBLEM = "Le bouton modifier reste grisé. J’ai essayé deux navigateurs."
ABOUT_A_PASSWORD = ("mot_de_passe.oublie", 0.9)
CHANGE_LOGIN = "adresses/modifier_connexion"
OPEN = clicked("ticket", act="open")


@pytest.fixture
async def user(stage: Stage) -> Writer:
    """Somebody who is not connected, in a conversation of theirs."""
    writer = Writer(stage)
    await writer.talk()
    return writer


def told(text: str, *candidates: tuple[str, float], kind: str = "escalate") -> dict[str, object]:
    """What the pipeline makes of a text that is no question of the base."""
    return typed(text, *candidates, kind=kind)


async def up_to_the_summary(user: Writer) -> None:
    await user.say(OPEN)
    await user.say(told(PROBLEM, ABOUT_A_PASSWORD, kind="answer"))
    await user.say(told(ADDRESS))
    assert user.labels() == [words.SEND, words.CHANGE, words.CANCEL]


# What is asked ---------------------------------------------------------------------------------


async def test_only_what_is_missing_is_asked_then_all_is_shown_and_sent(user: Writer) -> None:
    (question,) = await user.say(OPEN)
    assert question.text == words.DESCRIBE
    (question,) = await user.say(told(PROBLEM))
    assert question.text == words.WHICH_CATEGORY
    assert len(user.labels()) <= 5
    (question,) = await user.click(user.labels()[0])
    assert question.text == words.WHICH_EMAIL
    (summary,) = await user.say(told(ADDRESS))
    for shown in ("Le bouton modifier reste grisé", "deux navigateurs", ADDRESS, "Connexion"):
        assert shown in (summary.text or "")
    assert sent(await user.click(words.SEND)) == OpenTicket(
        title="Le bouton modifier reste grisé",
        description=PROBLEM,
        category="connexion_compte",
        subcategory="mot_de_passe",
        email=ADDRESS,
    )
    assert user.stage.loop is None
    assert not [name for name in user.stage.slots if name.startswith("ticket_")]


async def test_the_wish_in_words_is_offered_first_and_yes_begins(user: Writer) -> None:
    (offer,) = await user.say(typed("un ticket", ("ticket", 0.9)))
    assert offer.text == words.TICKET
    (question,) = await user.say(typed("oui", ("oui", 0.9)))
    assert (question.text, user.stage.loop) == (words.DESCRIBE, FORM)


async def test_who_is_connected_is_not_asked_for_an_address(stage: Stage) -> None:
    user = Writer(stage)
    await user.talk("camille")
    await user.say(OPEN)
    (summary,) = await user.say(told(PROBLEM, ABOUT_A_PASSWORD, kind="answer"))
    assert "camille@example.org" in (summary.text or "")
    assert sent(await user.say(typed("oui", ("oui", 0.9)))).email == "camille@example.org"


async def test_what_went_wrong_with_an_answer_is_proposed_not_asked(user: Writer) -> None:
    await user.said(1, "user", "comment changer d’adresse ?")
    await user.said(2, "assistant", "Vous ne pouvez pas.", CHANGE_LOGIN)
    user.stage.slots |= {"explanation": "le bouton est gris", "disliked_answer": CHANGE_LOGIN}
    (question,) = await user.say(OPEN)
    assert question.text == words.WHICH_EMAIL
    (summary,) = await user.say(told(ADDRESS))
    assert "Adresse de connexion invalide" in (summary.text or "")
    order = sent(await user.click(words.SEND))
    assert (order.explanation, order.disliked_answer) == ("le bouton est gris", CHANGE_LOGIN)
    assert "comment changer d’adresse ?" in order.description
    assert "explanation" not in user.stage.slots


async def test_all_of_a_long_description_is_kept(user: Writer) -> None:
    whole = "Il ne se passe rien. " * 60
    await user.say(OPEN)
    await user.due(whole)
    await user.say(told(whole[:400], ABOUT_A_PASSWORD, kind="answer"))
    assert user.stage.slots["ticket_description"] == whole.strip()


# What looks like a question ----------------------------------------------------------------------


async def test_a_description_that_looks_like_a_question_is_asked_about(user: Writer) -> None:
    await user.say(OPEN)
    question = "Pourquoi mon mot de passe est refusé ?"
    (doubt,) = await user.say(typed(question, ABOUT_A_PASSWORD))
    assert user.labels() == [words.AS_DESCRIPTION, words.AS_QUESTION]
    assert doubt.text == words.QUESTION_OR_NOT
    await user.click(words.AS_DESCRIPTION)
    assert user.stage.slots["ticket_description"] == question
    assert user.stage.slots["ticket_category"] == "connexion_compte/mot_de_passe"


async def test_a_question_is_answered_as_it_was_understood_then_the_form_goes_on(
    user: Writer,
) -> None:
    await user.say(OPEN)
    await user.say(ask(CHANGE_LOGIN, "Comment changer mon adresse ?"))
    answer, question = await user.click(words.AS_QUESTION)
    assert answer.text == text_of(CHANGE_LOGIN)
    assert words.DESCRIBE in (question.text or "")
    assert user.stage.loop == FORM
    await user.say(told(PROBLEM))
    assert user.stage.slots["ticket_description"] == PROBLEM


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("Où est le bouton", True),
        ("est-ce que je peux", True),
        ("Le bouton est gris ?", True),
        ("How do I log in", True),
        ("Quand je clique, rien ne se passe", False),
        ("Ma facture est bloquée", False),
        ("Commentaire refusé", False),
        ("Oublié mon mot de passe", False),
    ],
)
def test_a_question_is_known_by_its_beginning_or_its_end(text: str, is_one: bool) -> None:
    assert looks_like_a_question(text) is is_one


@pytest.mark.parametrize("text", ["…", "?", "12"])
async def test_what_says_nothing_is_no_description(user: Writer, text: str) -> None:
    await user.say(OPEN)
    await user.say(told(text))
    assert "ticket_description" not in user.stage.slots
    assert words.DESCRIBE in (user.last.text or "")


# Another subject in the middle -------------------------------------------------------------------


async def test_a_change_of_subject_is_answered_and_the_form_asks_again(user: Writer) -> None:
    await user.say(OPEN)
    await user.say(told(PROBLEM, ABOUT_A_PASSWORD, kind="answer"))
    answer, question = await user.say(ask(CHANGE_LOGIN, "et mon adresse de connexion ?"))
    assert answer.text == text_of(CHANGE_LOGIN)
    assert question.text == words.back_to(words.WHICH_EMAIL)
    _, question = await user.say(typed("bonjour", ("salutation", 0.9)))
    assert words.WHICH_EMAIL in (question.text or "")
    await user.say(told(ADDRESS))
    assert sent(await user.click(words.SEND)).description == PROBLEM


async def test_no_question_is_the_same_text_three_times(user: Writer) -> None:
    await user.say(OPEN)
    for _ in range(4):
        await user.say(typed("bonjour", ("salutation", 0.9)))
    asked = {user.last.text}
    await user.say(typed("bonjour", ("salutation", 0.9)))
    assert user.last.text not in asked


async def test_a_red_thumb_in_the_middle_is_joined_to_the_ticket(user: Writer) -> None:
    await up_to_the_summary(user)
    noted, _ = await user.say(clicked("probleme", answer=CHANGE_LOGIN))
    assert noted.text == words.NOTED_DISLIKE
    assert sent(await user.click(words.SEND)).disliked_answer == CHANGE_LOGIN


async def test_none_of_the_choices_of_an_answer_does_not_end_the_ticket(user: Writer) -> None:
    await up_to_the_summary(user)
    await user.say(clicked("non", act="none"))
    assert user.stage.loop == FORM
    assert words.SEND in user.labels()


# Leaving and coming back -------------------------------------------------------------------------


async def test_no_leaves_it_and_ticket_takes_it_up_again(user: Writer) -> None:
    await user.say(OPEN)
    await user.say(told(PROBLEM, ABOUT_A_PASSWORD, kind="answer"))
    (left,) = await user.say(typed("laisse tomber", ("non", 0.9)))
    assert (left.text, user.stage.loop) == (words.TICKET_LEFT, None)
    await user.say(ask(CHANGE_LOGIN))
    (question,) = await user.say(typed("ticket", ("ticket", 0.9)))
    assert words.WHICH_EMAIL in (question.text or "")
    await user.say(told(ADDRESS))
    assert sent(await user.click(words.SEND)).description == PROBLEM


async def test_who_wants_a_person_instead_is_offered_one_and_loses_nothing(user: Writer) -> None:
    await user.say(OPEN)
    await user.say(told(PROBLEM, ABOUT_A_PASSWORD, kind="answer"))
    await user.say(typed("un humain", ("humain", 0.9)))
    assert user.last.choices[0].id == "act:advisor"
    assert (user.stage.loop, user.stage.slots["ticket_description"]) == (None, PROBLEM)


async def test_a_button_of_a_ticket_that_is_gone_sends_nothing(user: Writer) -> None:
    await up_to_the_summary(user)
    summary = user.last
    await user.click(words.SEND)
    user.last = summary
    (reply,) = await user.click(words.SEND)
    assert (reply.text, reply.directive) == (words.TOO_LATE, None)


# The address -------------------------------------------------------------------------------------


async def test_a_bad_address_is_refused_kindly_and_after_two_a_way_out_is_shown(
    user: Writer,
) -> None:
    await user.say(OPEN)
    await user.say(told(PROBLEM, ABOUT_A_PASSWORD, kind="answer"))
    (first,) = await user.say(told("a.dupont@exemple"))
    assert (first.text, user.labels()) == (words.BAD_EMAIL, [words.STOP])
    _, again = await user.say(typed("bonjour", ("salutation", 0.9)))
    assert again.text == words.WHICH_EMAIL
    (second,) = await user.say(told("a.dupont arobase exemple point fr"))
    assert (second.text, user.labels()) == (words.BAD_EMAIL_AGAIN, [words.STOP])
    (left,) = await user.click(words.STOP)
    assert left.text == words.TICKET_LEFT
    await user.say(typed("ticket", ("ticket", 0.9)))
    await user.say(told(f"c’est {ADDRESS}."))
    assert user.stage.slots["ticket_email"] == ADDRESS


# The summary -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "question"),
    [
        (words.CHANGE_DESCRIPTION, words.DESCRIBE),
        (words.CHANGE_CATEGORY, words.WHICH_CATEGORY),
        (words.CHANGE_EMAIL, words.WHICH_EMAIL),
        (words.START_ANEW, words.DESCRIBE),
    ],
)
async def test_what_is_wrong_is_asked_again_and_nothing_else(
    user: Writer, what: str, question: str
) -> None:
    await up_to_the_summary(user)
    (asked,) = await user.click(words.CHANGE)
    assert asked.text == words.WHAT_TO_CHANGE
    (again,) = await user.click(what)
    assert question in (again.text or "")


async def test_a_corrected_description_is_the_one_that_is_sent(user: Writer) -> None:
    await up_to_the_summary(user)
    await user.say(told("modifier"))
    await user.say(told("la description"))
    await user.say(told("Le bouton valider est grisé", ABOUT_A_PASSWORD, kind="answer"))
    order = sent(await user.say(typed("oui", ("oui", 0.9))))
    assert (order.description, order.email) == ("Le bouton valider est grisé", ADDRESS)


async def test_another_address_at_the_summary_takes_the_place_of_the_first(user: Writer) -> None:
    await up_to_the_summary(user)
    (summary,) = await user.say(told("plutôt b.martin@exemple.fr"))
    assert "b.martin@exemple.fr" in (summary.text or "")
    assert sent(await user.click(words.SEND)).email == "b.martin@exemple.fr"


async def test_a_ticket_like_one_of_theirs_is_said_before_it_is_sent(user: Writer) -> None:
    known = await user.has_ticket()
    await user.say(OPEN)
    await user.say(told(PROBLEM, ABOUT_A_PASSWORD, kind="answer"))
    (summary,) = await user.say(told(ADDRESS))
    assert known.reference in (summary.text or "")
    assert user.labels()[:2] == [words.SEND_ANYWAY, words.complete(known.reference)]
    order = sent(await user.click(words.complete(known.reference)))
    assert (order.completes, order.description) == (known.reference, PROBLEM)


async def test_a_ticket_of_somebody_else_is_never_told_of(user: Writer, stage: Stage) -> None:
    other = Writer(Stage(stage.database, sender="another"))
    await other.talk("nadia")
    known = await other.has_ticket(subject="host nadia", email=ADDRESS)
    await user.say(OPEN)
    await user.say(told(PROBLEM, ABOUT_A_PASSWORD, kind="answer"))
    (summary,) = await user.say(told(ADDRESS))
    assert known.reference not in (summary.text or "")
    assert user.labels() == [words.SEND, words.CHANGE, words.CANCEL]


# The category ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "intent", "category"),
    [
        ("paiement", "redirection.delai_paiement", "traitement_facture/retard"),
        ("mon mdp perdu", "mot_de_passe.oublie", "connexion_compte/mot_de_passe"),
        ("paiement ?", "redirection.delai_paiement", None),
        ("pourquoi pas encore payé", "redirection.delai_paiement", None),
        ("alertes", "notifications.activer", None),
    ],
)
@pytest.mark.parametrize("kind", ["choose", "redirect"])
async def test_a_word_that_answers_the_question_is_its_category(
    user: Writer, text: str, intent: str, category: str | None, kind: str
) -> None:
    await user.say(OPEN)
    await user.say(told(PROBLEM))
    await user.say(typed(text, (intent, 0.1), kind="escalate"))
    assert user.stage.slots.get("ticket_category") is None
    await user.say(typed(text, (intent, 0.6), kind=kind))
    assert user.stage.slots.get("ticket_category") == category


async def test_a_category_may_be_named_in_words(user: Writer) -> None:
    await user.say(OPEN)
    await user.say(told(PROBLEM))
    await user.say(told("message d'erreur"))
    assert user.stage.slots["ticket_category"] == "anomalie_portail/message_erreur"


def test_every_guess_is_a_listed_pair_and_every_answer_exists() -> None:
    categories = {pair.partition("/")[0] for pair in guessing.pairs()}
    assert set(guessing.TABLE.values()) <= {*guessing.pairs(), *categories}
    articles = {each.article for each in library().sections.values()}
    known = {*library().sections, *library().redirections, *articles}
    assert set(guessing.TABLE) <= known


def test_an_answer_that_leaves_a_choice_proposes_its_own_categories_first() -> None:
    assert guessing.clear(["frais_justice/montant"]) is None
    assert guessing.proposed(["frais_justice/montant"])[0] == "frais_justice/traitement_memoire"
    assert guessing.clear([None, "brouillon/envoyer"]) == "depot_factures/brouillon"
    assert guessing.proposed([])[-1] == guessing.OTHER
