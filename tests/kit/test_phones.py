"""Numbers that we call back, and those that we do not."""

import pytest

from kit.phones import PhoneRefused, masked_phone, phone_of, shown


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("01.23.45.67.89", "+33123456789"),
        ("+33 (0)6 12 34 56 78", "+33612345678"),
        ("0033612345678", "+33612345678"),
        ("09 70 12 34 56", "+33970123456"),
        ("06\u202f12\u00a034 56 78 ", "+33612345678"),
        # Overseas, as it is dialled there and from abroad.
        ("0262 12 34 56", "+262262123456"),
        ("0692 12 34 56", "+262692123456"),
        ("0269 61 12 34", "+262269611234"),
        ("0590 22 12 34", "+590590221234"),
        ("0594 30 12 34", "+594594301234"),
        ("0596 60 12 34", "+596596601234"),
        ("+508 41 12 34", "+508411234"),
        ("+687 26 12 34", "+687261234"),
        ("+689 87 12 34 56", "+68987123456"),
        ("+681 72 12 34", "+681721234"),
        # Abroad.
        ("+44 20 7946 0958", "+442079460958"),
        ("+32 2 555 12 12", "+3225551212"),
        ("+1 202 555 0123", "+12025550123"),
    ],
)
def test_a_number_is_kept_as_everybody_dials_it(typed: str, kept: str) -> None:
    assert phone_of(typed) == kept


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("08 91 12 34 56", "phone_costly"),
        ("0899 12 34 56", "phone_costly"),
        ("0820 12 34 56", "phone_costly"),
        ("+33 892 12 34 56", "phone_costly"),
        ("+262 890 12 34 56", "phone_costly"),
        ("+1 900 555 0123", "phone_costly"),
        ("3949", "phone_invalid"),
        ("112", "phone_invalid"),
        ("0809 12 34 56", "phone_invalid"),
        ("+44 70 1234 5678", "phone_invalid"),
        ("06 12 34 56", "phone_invalid"),
        ("06 12 34 56 78 90", "phone_invalid"),
        ("+999 123 456", "phone_invalid"),
        ("0800 FLEURS", "phone_invalid"),
        ("06 12 34 56 78 poste 2", "phone_invalid"),
        ("tel:+33612345678;ext=2", "phone_invalid"),
        ("0" * 400, "phone_invalid"),
        ("+", "phone_invalid"),
        ("", "phone_invalid"),
    ],
)
def test_what_cannot_be_called_is_refused_with_a_code(typed: str, code: str) -> None:
    with pytest.raises(PhoneRefused) as refused:
        phone_of(typed)
    assert refused.value.code == code
    assert typed == "" or typed not in str(refused.value)


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("+33612345612", "06 •• •• •• 12"),
        ("+262692123456", "+262 69• •• •• 56"),
        ("+442079460958", "+44 20 •••• ••58"),
        ("+687261234", "+687 ••.••.34"),
    ],
)
def test_a_masked_number_tells_only_its_owner(phone: str, masked: str) -> None:
    assert masked_phone(phone) == masked


def test_a_number_is_shown_as_it_is_dialled_from_here() -> None:
    assert shown("+33612345678") == "06 12 34 56 78"
    assert shown("+442079460958") == "+44 20 7946 0958"
