"""An invoice that is followed in the conversation: asked for, found, corrected, told."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from actions import words
from chorus.demo_accounts import DemoAccounts
from chorus.demo_links import DemoLinks
from chorus.demo_portal import DemoPortal
from chorus.identity import Structure
from chorus.portal import Following, Invoice, PortalUnavailable
from kit.database import Database
from livechat.protocol import Decision
from tests.actions.stage import Message, Stage, ask, clicked, sources_of, typed
from tests.actions.writing import Writer, sent

FORM = "invoice_form"
SECTION = "suivi_facture/suivre"
FOLLOW = ("suivi_facture.suivre", 0.9)
REJECTED, DRAFT = "FA-1007", "FA-1001"
ADDRESS = "a.dupont@exemple.fr"


class AwayPortal(DemoPortal):
    """Stands for a portal that can be cut off."""

    away = False

    async def find_invoices(self, structures: Sequence[str], number: str) -> tuple[Invoice, ...]:
        self._answer_or_not()
        return await super().find_invoices(structures, number)

    async def follow(self, structures: Sequence[str], portal_id: str) -> Following | None:
        self._answer_or_not()
        return await super().follow(structures, portal_id)

    def _answer_or_not(self) -> None:
        if self.away:
            raise PortalUnavailable("It is away.")


@pytest.fixture
def portal(tmp_path: Path) -> AwayPortal:
    return AwayPortal(tmp_path)


@pytest.fixture
def user(database: Database, portal: AwayPortal) -> Writer:
    accounts = DemoAccounts(portal, DemoLinks(b"a key"))
    return Writer(Stage(database, sources=sources_of(database, portal, accounts)))


@pytest.fixture
async def camille(user: Writer) -> Writer:
    await user.talk("camille", structure="demo-camille")
    return user


def said(text: str, *candidates: tuple[str, float], number: str | None = None) -> Message:
    """A text in which the pipeline found this number."""
    kind = "answer" if candidates else "escalate"
    message = typed(text, *candidates, kind=kind)
    found = [{"entity": "invoice_number", "value": number}] if number else []
    return message | {"entities": found}


# Found -------------------------------------------------------------------------------------------


async def test_a_number_in_the_sentence_is_told_at_once(camille: Writer) -> None:
    (reply,) = await camille.say(said(f"où en est {REJECTED} ?", FOLLOW, number=REJECTED))
    text = reply.text or ""
    for part in (REJECTED, "Rejetée", "À faire", "nouvelle facture", words.DEMO_DATA):
        assert part in text
    assert reply.votable and reply.answer is not None
    assert (reply.answer.decision, reply.answer.article) == (Decision.ANSWER, "suivi_facture")
    assert camille.labels() == [words.WRITE_TO_RECIPIENT, words.SEE_DETAIL, words.SEE_COMMENT]
    assert camille.stage.loop is None


async def test_without_a_number_it_alone_is_asked_for(camille: Writer) -> None:
    (question,) = await camille.say(ask(SECTION, "où en est ma facture"))
    assert (question.text, camille.stage.loop) == (words.WHICH_INVOICE, FORM)
    (reply,) = await camille.say(said("fa – 1007"))
    assert "Rejetée" in (reply.text or "")
    assert camille.stage.loop is None


async def test_of_several_with_one_number_the_user_chooses(camille: Writer) -> None:
    (question,) = await camille.say(said("F-0042 ?", FOLLOW, number="F-0042"))
    assert question.text == words.which_of_them("F-0042")
    labels = camille.labels()
    assert labels[2:] == [words.NONE_OF_THESE]
    asked = camille.last
    (reply,) = await camille.click(labels[1])
    assert "Mise en paiement" in (reply.text or "")
    assert camille.stage.loop is None
    camille.last = asked  # the other one, once the form is over
    (reply,) = await camille.click(labels[0])
    assert "Prise en compte" in (reply.text or "")


@pytest.mark.parametrize(
    ("words_of_it", "status"),
    [
        ("la deuxième", "Mise en paiement"),
        ("celle de 2025", "Mise en paiement"),
        ("Commune de Valfleury", "Mise en paiement"),
        ("la première", "Prise en compte"),
    ],
)
async def test_which_one_may_be_said_in_words(
    camille: Writer, words_of_it: str, status: str
) -> None:
    await camille.say(said("F-0042 ?", FOLLOW, number="F-0042"))
    (reply,) = await camille.say(said(words_of_it))
    assert status in (reply.text or "")


@pytest.mark.parametrize("text", ["un conseiller 2 minutes", "j'ai 3 factures", "il y a 2 jours"])
async def test_a_sentence_with_a_figure_is_no_number(camille: Writer, text: str) -> None:
    await camille.say(ask(SECTION))
    *_, question = await camille.say(said(text))
    assert "Je ne trouve pas" not in (question.text or "")


async def test_a_phone_number_or_a_siret_begins_no_search(camille: Writer) -> None:
    for number in ("0612345678", "12345678900011"):
        (reply,) = await camille.say(said(number, number=number))
        assert "Je ne trouve pas" not in (reply.text or "") and camille.stage.loop is None


async def test_what_is_not_theirs_any_more_is_said_so(camille: Writer) -> None:
    (reply,) = await camille.say(
        clicked("suivi_facture.suivre", act="detail", invoice="no such invoice")
    )
    assert reply.text == words.INVOICE_GONE


async def test_a_stop_of_a_form_that_is_over_stops_no_other(camille: Writer) -> None:
    await camille.say(said("F-0042 ?", FOLLOW, number="F-0042"))
    asked = camille.last
    await camille.click(camille.labels()[0])
    await camille.say(clicked("ticket", act="open"))
    camille.last = asked
    told, again = await camille.click(words.NONE_OF_THESE)
    assert told.text == words.OVER_ALREADY
    assert (words.DESCRIBE in (again.text or "")) and camille.stage.loop == "ticket_form"


async def test_a_ticket_that_was_begun_is_put_aside_for_one_to_the_recipient(
    camille: Writer,
) -> None:
    await camille.say(clicked("ticket", act="open"))
    await camille.say(typed("Le bouton modifier reste grisé.", kind="escalate"))
    await camille.say(said(f"et {REJECTED} ?", FOLLOW, number=REJECTED))
    await camille.say(clicked("suivi_facture.suivre", act="contact", invoice=await _id_of(camille)))
    await camille.say(typed("Je ne comprends pas ce rejet.", kind="escalate"))
    assert sent(await camille.click(words.SEND)).description.endswith(
        "Je ne comprends pas ce rejet."
    )
    await camille.say(typed("ticket", ("ticket", 0.9)))
    assert camille.stage.slots["ticket_description"] == "Le bouton modifier reste grisé."
    assert "ticket_context" not in camille.stage.slots


async def _id_of(camille: Writer) -> str:
    invoices = camille.stage.sources.invoices
    structure = Structure(id="demo-camille", name="Menuiserie", kind="entreprise")
    (found,) = await invoices.find((structure,), REJECTED)
    return found.portal_id


async def test_forms_nest_and_each_gives_way_to_the_one_before(camille: Writer) -> None:
    await camille.say(clicked("ticket", act="open"))
    await camille.say(typed("Le bouton modifier reste grisé.", kind="escalate"))
    await camille.say(ask(SECTION))
    (inner,) = await camille.say(clicked("mot_de_passe.oublie", act="start"))
    assert (inner.text, camille.stage.loop) == (words.WHICH_CONNECTION_ADDRESS, "password_form")
    for loop in (FORM, "ticket_form", None):
        await camille.say(typed("stop", ("non", 0.9)))
        assert camille.stage.loop == loop
    assert "suspended" not in camille.stage.slots


async def test_a_person_is_wanted_and_nothing_waits_any_more(camille: Writer) -> None:
    await camille.say(clicked("ticket", act="open"))
    await camille.say(typed("Le bouton modifier reste grisé.", kind="escalate"))
    await camille.say(said("F-0042 ?", FOLLOW, number="F-0042"))
    await camille.say(typed("un humain", ("humain", 0.9)))
    assert camille.stage.loop is None
    assert not {"suspended", "invoice_number", "invoice_matches"} & set(camille.stage.slots)
    (question,) = await camille.say(ask(SECTION))
    assert question.text == words.WHICH_INVOICE


async def test_another_number_corrects_the_first_in_the_form_and_after_it(camille: Writer) -> None:
    await camille.say(said("F-0042 ?", FOLLOW, number="F-0042"))
    (reply,) = await camille.say(said(f"non, c'est {DRAFT}", ("non", 0.8), number=DRAFT))
    assert "Brouillon" in (reply.text or "")
    (reply,) = await camille.say(said(f"non, plutôt {REJECTED}", ("non", 0.8), number=REJECTED))
    assert "Rejetée" in (reply.text or "")
    (reply,) = await camille.say(said(DRAFT, number=DRAFT))
    assert "Brouillon" in (reply.text or "")


async def test_the_next_one_is_asked_about_in_two_words(camille: Writer) -> None:
    await camille.say(said(REJECTED, FOLLOW, number=REJECTED))
    (reply,) = await camille.say(said(f"et {DRAFT} ?", ("suite", 0.9), number=DRAFT))
    assert "Brouillon" in (reply.text or "")


async def test_a_number_and_nothing_else_is_looked_up(camille: Writer) -> None:
    (reply,) = await camille.say(said(f"{REJECTED} ?", number=REJECTED))
    assert "Rejetée" in (reply.text or "")


# What can be done about it -----------------------------------------------------------------------


async def test_detail_and_comment_are_shown_without_people(camille: Writer) -> None:
    await camille.say(said(REJECTED, FOLLOW, number=REJECTED))
    (detail,) = await camille.click(words.SEE_DETAIL)
    assert "Montant" in (detail.text or "")
    assert words.SEE_DETAIL not in camille.labels()
    (comment,) = await camille.click(words.SEE_COMMENT)
    assert "Commentaire du destinataire" in (comment.text or "")
    for each in (detail, comment):
        assert not any(name in (each.text or "") for name in ("Durand", "Le Gall", "N’Guyen", "@"))


async def test_writing_to_the_recipient_is_a_ticket_that_knows_the_invoice(camille: Writer) -> None:
    await camille.say(said(REJECTED, FOLLOW, number=REJECTED))
    (question,) = await camille.click(words.WRITE_TO_RECIPIENT)
    assert REJECTED in (question.text or "")
    (summary,) = await camille.say(typed("Je ne comprends pas ce rejet.", kind="escalate"))
    assert REJECTED in (summary.text or "") and "rejetée" in (summary.text or "")
    order = sent(await camille.click(words.SEND))
    about, _, _ = order.description.partition("\n")
    assert about.startswith("Facture FA-1007, destinataire : ")
    assert "statut «\u00a0Rejetée\u00a0» depuis le " in about
    assert order.description.endswith("Je ne comprends pas ce rejet.")
    assert (order.category, order.subcategory) == ("traitement_facture", "rejet")


# Not found, not now, not known -------------------------------------------------------------------


@pytest.mark.parametrize("number", ["FA-9999", "VAL-501"], ids=["absent", "somebody else's"])
async def test_what_is_foreign_is_answered_like_what_is_absent(
    camille: Writer, number: str
) -> None:
    (question,) = await camille.say(said(f"et {number} ?", FOLLOW, number=number))
    assert question.text == words.invoice_unknown(number)
    assert camille.stage.loop == FORM
    (reply,) = await camille.say(said(REJECTED, number=REJECTED))
    assert "Rejetée" in (reply.text or "")


async def test_a_portal_that_is_away_is_said_and_asked_again(
    camille: Writer, portal: AwayPortal
) -> None:
    portal.away = True
    (reply,) = await camille.say(said(REJECTED, FOLLOW, number=REJECTED))
    assert reply.text == words.PORTAL_DOWN
    assert camille.labels()[0] == words.TRY_AGAIN and len(camille.labels()) == 3
    portal.away = False
    (reply,) = await camille.click(words.TRY_AGAIN)
    assert "Rejetée" in (reply.text or "")


async def test_a_portal_that_goes_away_in_the_form_ends_it(
    camille: Writer, portal: AwayPortal
) -> None:
    await camille.say(ask(SECTION))
    portal.away = True
    (reply,) = await camille.say(said(REJECTED, number=REJECTED))
    assert (reply.text, camille.stage.loop) == (words.PORTAL_DOWN, None)
    portal.away = False
    (reply,) = await camille.click(words.TRY_AGAIN)
    assert "Rejetée" in (reply.text or "")


async def test_who_is_not_connected_reads_how_and_what_a_login_would_change(user: Writer) -> None:
    await user.talk()
    (reply,) = await user.say(said(f"où en est {REJECTED} ?", FOLLOW, number=REJECTED))
    assert "Si vous vous connectez" in (reply.text or "")
    assert "Rejetée\u00a0:" in (reply.text or "") and user.stage.loop is None


async def test_without_a_portal_it_says_how_and_promises_nothing(stage: Stage) -> None:
    user = Writer(stage)
    await user.talk("camille", structure="demo-camille")
    (reply,) = await user.say(said(f"où en est {REJECTED} ?", FOLLOW, number=REJECTED))
    assert "Je ne peux pas consulter vos factures" in (reply.text or "")


async def test_a_status_that_is_asked_about_is_explained(camille: Writer) -> None:
    (reply,) = await camille.say(ask(SECTION, "service fait c'est quoi ?"))
    assert "«\u00a0Service fait\u00a0» :" in (reply.text or "")
    assert camille.stage.loop is None


# In the middle -----------------------------------------------------------------------------------


async def test_another_question_is_answered_and_the_form_goes_on(camille: Writer) -> None:
    await camille.say(ask(SECTION))
    answer, question = await camille.say(ask("adresses/difference"))
    assert answer.votable
    assert question.text == words.back_to(words.WHICH_INVOICE)
    (left,) = await camille.say(typed("annule", ("non", 0.9)))
    assert (left.text, camille.stage.loop) == (words.INVOICE_LEFT, None)


async def test_an_invoice_in_the_middle_of_a_ticket_leads_back_to_it(camille: Writer) -> None:
    await camille.say(clicked("ticket", act="open"))
    told, question = await camille.say(said(f"et {REJECTED} ?", FOLLOW, number=REJECTED))
    assert "Rejetée" in (told.text or "")
    assert (question.text, camille.stage.loop) == (words.back_to(words.DESCRIBE), "ticket_form")


async def test_a_form_that_came_into_another_gives_way_to_it(camille: Writer) -> None:
    await camille.say(clicked("ticket", act="open"))
    (asked,) = await camille.say(typed("Le bouton modifier reste grisé.", kind="escalate"))
    assert asked.text == words.WHICH_CATEGORY
    (question,) = await camille.say(ask(SECTION))
    assert (question.text, camille.stage.loop) == (words.WHICH_INVOICE, FORM)
    told, question = await camille.say(said(REJECTED, number=REJECTED))
    assert "Rejetée" in (told.text or "")
    again = words.back_to(words.WHICH_CATEGORY)
    assert (question.text, camille.stage.loop) == (again, "ticket_form")
    await camille.say(ask(SECTION))
    left, question = await camille.say(typed("annule", ("non", 0.9)))
    assert left.text == words.INVOICE_LEFT
    assert words.WHICH_CATEGORY in (question.text or "")
    assert camille.stage.loop == "ticket_form"


async def test_the_how_button_explains_without_leaving_the_form(camille: Writer) -> None:
    await camille.say(ask(SECTION))
    answer, _ = await camille.click(words.HOW_TO_LOOK)
    assert "Synthèse" in (answer.text or "")
    assert camille.stage.loop == FORM
