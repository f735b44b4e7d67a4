"""What somebody wrote is kept, what they quote is not: as French mail programs write both."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.mail_html import text_of
from kit.quotes import cut

ANSWER = "Bonjour,\n\nVoici le SIRET : 123.\n\nMerci"

US = "Assistance <a@exemple.fr>"
FIELDS = "Envoyé : mardi 24 novembre 2026 10:12\nÀ : Dupont\nObjet : Votre demande"
BOLD = "*De :* Assistance\n*Envoyé :* mardi 24 novembre\n*À :* Dupont\n*Objet :* Votre demande"
ORANGE = '> Message du 24/11/26 10:12\n> De : "Assistance" <a@exemple.fr>\n> A : d@orange.fr'

# What mail programs put below an answer.
QUOTATIONS = {
    "Gmail": f"Le mar. 24 nov. 2026 à 10:12, {US} a écrit :\n\n> Bonjour,",
    "Gmail on two lines": "Le mar. 24 nov. 2026 à 10:12, Nous <\na@b.fr> a écrit :\n\n> Bonjour,",
    "a no-break space": f"Le mar. 24 nov. 2026 à 10:12, {US} a écrit\u00a0:\n\n> Bonjour,",
    "Thunderbird": "Le 24/11/2026 à 10:12, Assistance a écrit :\n> Bonjour,\n> Quel SIRET ?",
    "Apple Mail": f"> Le 24 nov. 2026 à 10:12, {US} a écrit :\n> \n> Bonjour,",
    "Yahoo": f"Le mardi 24 novembre 2026 à 10:12:33 UTC+1, {US} a écrit :\n\n Bonjour,",
    "Outlook": f"De : {US}\n{FIELDS}\n\nBonjour,",
    "Outlook with a line": f"{'_' * 32}\nDe : {US}\n{FIELDS}\n\nBonjour,",
    "Outlook, bold": f"{BOLD}\n\nBonjour,",
    "a webmail": f"De : {US}\nDate : mardi 24 novembre\nObjet : Votre demande\n\nBonjour,",
    "old Outlook": f"-----Message d'origine-----\nDe : {US}\n{FIELDS}\n\nBonjour,",
    "Orange": f"{ORANGE}\n> Objet : Votre demande\n>\n> Bonjour,",
    "English": f"On Tue, Nov 24, 2026 at 10:12 AM {US} wrote:\n> Bonjour,",
    "forwarded": "---------- Message transféré ----------\nDe : X\n\nBonjour,",
}


@pytest.mark.parametrize("program", QUOTATIONS)
def test_what_is_quoted_is_left_out(program: str) -> None:
    found = cut(f"{ANSWER}\n\n{QUOTATIONS[program]}\n")
    assert (found.text, found.shortened) == (ANSWER, True)


@pytest.mark.parametrize(
    "signature",
    ["-- \nA. Dupont\nComptable", "Envoyé de mon iPhone", "Envoyé depuis mon mobile Orange",
     "Obtenir Outlook pour Android", "Sent from my iPhone"],
)  # fmt: skip
def test_a_signature_is_left_out(signature: str) -> None:
    assert cut(f"{ANSWER}\n\n{signature}").text == ANSWER


def test_answers_between_the_lines_are_kept() -> None:
    text = "> Quel est votre SIRET ?\n123\n> Et le numéro ?\nF-2024"
    assert cut(text).text == "123\nF-2024"


@pytest.mark.parametrize(
    "text",
    [
        "- une liste\n- qui n’est pas une signature",
        "De : mon point de vue, tout va bien.",
        "Le 24 novembre, il a écrit une facture.\nElle est rejetée.",
        "Date : demain",
        "Bonjour,\n\nDe : la mairie de Lyon\nObjet : rejet\nDate : le 3 mars\n\nVoici ma question.",
        "__\nsouligné",
        "Le 3 mars j’ai déposé F-2024-18\nrien depuis",
    ],
)
def test_what_only_looks_like_a_quotation_is_kept(text: str) -> None:
    assert cut(text).text == text


@pytest.mark.parametrize("text", ["> tout est cité", "-- \nDupont", "Envoyé de mon iPhone"])
def test_nothing_is_cut_down_to_nothing(text: str) -> None:
    found = cut(text)
    assert (found.text, found.shortened) == (text, False)


@given(st.text())
def test_whatever_was_written_something_stays(text: str) -> None:
    assert bool(cut(text).text) == bool(text.strip())


def test_a_very_long_line_takes_no_time_to_speak_of() -> None:
    line = "Le 1 " + "a écrit " * 50_000
    assert cut(line).text == line.strip()


WRITTEN = "<div>Bonjour,</div><div>Voici : 123</div>"
HTML = {
    "Gmail": '<div dir="ltr">Bonjour,<br>Voici : 123</div><br><div class="gmail_quote">'
    "<div>Le mar. … a écrit :</div><blockquote>Bonjour</blockquote></div>",
    "Outlook": f'{WRITTEN}<div id="appendonsend"></div><hr><div id="divRplyFwdMsg">'
    "<b>De :</b> Assistance</div><div>Bonjour</div>",
    "Apple Mail": "<html><head><style>p{}</style></head><body>Bonjour,<div>Voici : 123</div><br>"
    '<blockquote type="cite"><div>Le 24…</div></blockquote></body></html>',
    "Yahoo": f'{WRITTEN}<div id="yahoo_quoted_1" class="yahoo_quoted">Le mardi</div>',
}


@pytest.mark.parametrize("program", HTML)
def test_html_is_read_without_what_its_program_marks_as_quoted(program: str) -> None:
    found = text_of(HTML[program])
    assert (found.text, found.shortened) == ("Bonjour,\nVoici : 123", True)


def test_scripts_styles_and_markup_are_no_words() -> None:
    found = text_of("<p>a &lt;b&gt;</p><script>alert(1)</script><style>x</style><p>c</p>")
    assert found.text == "a <b>\n\nc"


@given(st.text(alphabet="<>/adivbrp ='\"&;!-"))
def test_broken_html_is_read_all_the_same(html: str) -> None:
    assert isinstance(text_of(html).text, str)


def test_endless_nesting_is_read_all_the_same() -> None:
    assert text_of("<div>" * 50_000 + "bonjour").text == "bonjour"
