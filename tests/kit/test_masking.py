"""What is never kept: recognised by its own key, named in the text, and nothing else touched."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from stdnum import iban, luhn
from stdnum.fr import nir, siret

from kit.masking import mask
from kit.secrecy import Kind
from kit.words import MASKS

CARD, NIR, IBAN, PASSWORD = (
    f"[{MASKS[k]}]" for k in (Kind.CARD, Kind.SOCIAL_SECURITY, Kind.IBAN, Kind.PASSWORD)
)


def test_every_kind_has_its_french_words() -> None:
    assert set(MASKS) == set(Kind)


# Numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("ma carte 4111111111111111 est refusée", f"ma carte {CARD} est refusée"),
        ("4111 1111 1111 1111 exp 12/26", f"{CARD} exp 12/26"),
        ("4111-1111-1111-1111 12/26 123", f"{CARD} 12/26 123"),
        ("4111\u00a01111\u00a01111\u00a01111", CARD),
        ("amex 3782 822463 10005.", f"amex {CARD}."),
        ("vieille carte 4222222222222", f"vieille carte {CARD}"),
        ("nir 2 95 10 99 126 111 93", f"nir {NIR}"),
        ("295109912611193", NIR),
        ("carte 3004 295109912611193", f"carte {CARD}"),  # its end is a social security number
        ("Corse : 2 53 07 2A 073 004 43", f"Corse : {NIR}"),
        ("253072b07300470", NIR),
        ("2 95 10 99 126 111 clé 93", NIR),
        ("FR76 3000 6000 0112 3456 7890 189 merci", f"{IBAN} merci"),
        ("mon iban:fr7630006000011234567890189", f"mon iban:{IBAN}"),
        ("DE89370400440532013000", IBAN),
    ],
)
def test_a_number_with_a_right_key_is_masked(text: str, masked: str) -> None:
    assert mask(text).text == masked


@pytest.mark.parametrize(
    "text",
    [
        "SIRET 73282932000074",
        "SIRET 732 829 320 00074 et code 12",
        "732829320 00074 12",
        "carte 4111111111111112",
        "2 95 10 99 126 111 94",
        "FR76 3000 6000 0112 3456 7890 188",
        "facture 2023051234567893",
        "engagement 1300012345, facture n° 17052019 du 12/05/2022",
        "TK-000123",
        "appelez le 06 12 34 56 78 ou le 01 23 45 67 89",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert mask(text).text == text
    assert mask(text).kinds == ()


def digits(length: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=length, max_size=length)


separators = st.sampled_from([" ", "-", ".", "\u00a0", "\u202f", " - ", ""])


@given(st.sampled_from([13, 15, 16, 17, 18, 19]).flatmap(lambda n: digits(n - 2)), separators)
def test_any_card_of_a_right_length_is_masked_however_it_is_grouped(
    body: str, separator: str
) -> None:
    number = "4" + body
    number += luhn.calc_check_digit(number)
    assume(not nir.is_valid(number))
    groups = [number[at : at + 4] for at in range(0, len(number), 4)]
    assert mask(f"voici {separator.join(groups)} !").text == f"voici {CARD} !"


@given(digits(8), digits(4))
def test_a_siret_is_never_masked(siren: str, establishment: str) -> None:
    siren += luhn.calc_check_digit(siren)
    number = siren + establishment
    number += luhn.calc_check_digit(number)
    if siret.is_valid(number):
        for written in (number, f"{siren} {number[9:]}", siret.to_siren(number) + number[9:]):
            assert mask(f"siret {written} merci").text == f"siret {written} merci"


@given(st.sampled_from("12378"), digits(4), st.sampled_from(["2A", "2B", "75", "99"]), digits(6))
def test_any_social_security_number_is_masked(
    sex: str, birth: str, department: str, rest: str
) -> None:
    body = sex + birth + department + rest
    number = body + nir.calc_check_digits(body)
    for written in (number, nir.format(number), number.lower()):
        assert mask(f"mon numéro : {written}, merci").text == f"mon numéro : {NIR}, merci"


@given(digits(23), separators)
def test_any_french_iban_is_masked(account: str, separator: str) -> None:
    number = "FR" + iban.calc_check_digits(f"FR00{account}") + account
    groups = [number[at : at + 4] for at in range(0, len(number), 4)]
    assert mask(f"RIB {separator.join(groups)} merci").text == f"RIB {IBAN} merci"


# Passwords -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("mot de passe : Toto12!", f"mot de passe : {PASSWORD}"),
        ("Mot de passe\u00a0: azerty", f"Mot de passe\u00a0: {PASSWORD}"),
        ("mot de passe:\nSoleil2024", f"mot de passe:\n{PASSWORD}"),
        ("mdp: soleil", f"mdp: {PASSWORD}"),
        ("MDP = soleil merci", f"MDP = {PASSWORD} merci"),
        ("password=hunter2", f"password={PASSWORD}"),
        ("mon mot de passe est azerty", f"mon mot de passe est {PASSWORD}"),
        ("mon mot de passe c'est Soleil2024", f"mon mot de passe c'est {PASSWORD}"),
        ("mot de passe de mon compte : Xy#9zz", f"mot de passe de mon compte : {PASSWORD}"),
        ("mot de passe : « Toto12 »", f"mot de passe : {PASSWORD}"),
        ("login toto mdp Azerty123", f"login toto mdp {PASSWORD}"),
        (
            "mot de passe : motus et identifiant : x@y.fr",
            f"mot de passe : {PASSWORD} et identifiant : x@y.fr",
        ),
        ("my password is hunter2", f"my password is {PASSWORD}"),
    ],
)
def test_a_password_after_its_label_is_masked(text: str, masked: str) -> None:
    assert mask(text).text == masked
    assert mask(text).kinds == (Kind.PASSWORD,)


@pytest.mark.parametrize(
    "text",
    [
        "mot de passe : comment le changer ?",
        "Mot de passe oublié : comment faire ?",
        "mot de passe oublié : Chorus Pro ne m'envoie rien",
        "mot de passe : oublié",
        "mot de passe : je ne reçois pas le mail",
        "mot de passe : l'adresse ne marche pas",
        "mot de passe : erreur",
        "mot de passe : 12 caractères minimum ?",
        "mot de passe : azerty ?",
        "mon mot de passe est expiré",
        "mon mot de passe est bloqué depuis hier",
        "mon mot de passe est de 8 caractères",
        "mon mot de passe est-il valable ?",
        "mon mot de passe est toujours refusé",
        "comment réinitialiser le mot de passe d'un compte technique ?",
        "j'ai oublié mon mot de passe, 3 tentatives",
        "message : « Mot de passe : Mot de passe incorrect »",
        "mot de passe : *******",
        "mot de passe : https://chorus-pro.gouv.fr ne répond pas",
        "Passer une facture : comment ?",
    ],
)
def test_a_question_about_a_password_stays_whole(text: str) -> None:
    assert mask(text).text == text


# Always --------------------------------------------------------------------------------------

pieces = st.sampled_from(
    [
        *("mot de passe", "mdp", ":", "est", " ", "\n", "Toto12", "4111 1111 1111 1111", "2A", "7"),
        *("FR76 3000 6000 0112 3456 7890 189", "2 95 10 99 126 111 93", "73282932000074", "«", "»"),
        *("[", "]", "?", "é", "facture", "\u0661", "\uff14"),
    ]
)
texts = st.text(max_size=80) | st.lists(pieces, max_size=25).map(" ".join)


@settings(deadline=None)
@given(texts)
def test_a_text_without_finding_comes_back_as_it_is(text: str) -> None:
    masked = mask(text)
    assert (masked.text == text) is (masked.kinds == ())


@settings(deadline=None)
@given(texts)
def test_no_number_survives_a_second_look(text: str) -> None:
    again = mask(mask(text).text)
    assert not {Kind.CARD, Kind.IBAN, Kind.SOCIAL_SECURITY} & set(again.kinds)


HOSTILE = [
    *(
        "4 ",
        "4-",
        "1 85 ",
        "FR76 ",
        "FR76",
        "AA11 ",
        "5",
        "-",
        " ",
        "\n",
        "mdp:",
        "mdp ",
        "mdp est ",
    ),
    *("mot de passe ", "mot de passe a a a a a ", 'mdp : "', "mdp : «", "2 95 10 99 126 111 9 "),
    *("732 829 320 00074 ", "2A", "mot", "clé "),
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_text_made_to_be_slow_is_read_to_its_end(piece: str) -> None:
    """Ten times what a user may send: whoever tries every way to read it never gets there.

    How the time grows is printed by bench/masking.py.
    """
    text = (piece * 40_000)[:40_000]
    masked = mask(text)
    assert masked.kinds or masked.text == text
