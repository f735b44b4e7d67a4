"""Phone numbers: which ones we can call back, and how one is shown without telling it.

A number is kept as E.164 ("+33612345678"). Only lines of persons and companies are called: numbers
that cost extra, and short ones, are refused.
"""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from kit.errors import Invalid
from kit.organisation import organisation

LONGEST = 40  # characters that somebody may write for one number
# France dials the lines of its overseas regions as if they were its own: 0262 12 34 56.
OVERSEAS = ("RE", "YT", "GP", "GF", "MQ", "BL", "MF", "PM")
CALLED = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.VOIP,
    }
)
COSTLY = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST})
SHOWN_FIRST, SHOWN_LAST = 2, 2  # digits that a masked number keeps
FEW = 9  # of a shorter number only the last ones are shown

_OVERSEAS = re.compile(r"0(?:26[239]|59[046]|639|69\d|976)")  # how such numbers begin (ARCEP)
_WRITTEN = re.compile(r"[+(]?[\d\s().\-/\u2010-\u2013]+", re.ASCII)


class PhoneRefused(Invalid):
    """Not a number that we can call; `code` is phone_invalid or phone_costly."""


def phone_of(text: str) -> str:
    """The number as E.164, as it is kept. Raises PhoneRefused.

    >>> phone_of("06 12 34 56 78"), phone_of("0692 12 34 56")
    ('+33612345678', '+262692123456')
    """
    plain = text.replace("\u00a0", " ").replace("\u202f", " ").strip()
    if len(plain) > LONGEST or not _WRITTEN.fullmatch(plain):
        raise PhoneRefused("This is not a phone number.", code="phone_invalid")
    for region in _regions(plain):
        number = _parsed(plain, region)
        if number is not None and phonenumbers.number_type(number) in CALLED:
            return phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if number is not None and phonenumbers.number_type(number) in COSTLY:
        raise PhoneRefused("Numbers that cost extra are not called.", code="phone_costly")
    raise PhoneRefused("This is not a number that can be called.", code="phone_invalid")


def _regions(text: str) -> tuple[str, ...]:
    """Where the number may be at home, when it does not say: ours last."""
    home = organisation().country
    digits = re.sub(r"\D", "", text)
    overseas = OVERSEAS if home == "FR" and _OVERSEAS.match(digits) else ()
    return (*overseas, home)


def _parsed(text: str, region: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except NumberParseException:
        return None


def shown(phone: str) -> str:
    """As it is dialled from here: « 06 12 34 56 78 », « +44 20 7946 0958 »."""
    number = phonenumbers.parse(phone)
    at_home = phonenumbers.region_code_for_number(number) == organisation().country
    form = PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)


def masked_phone(phone: str) -> str:
    """What tells its owner which number it is, and nobody else.

    >>> masked_phone("+33612345612"), masked_phone("+442079460958")
    ('06 •• •• •• 12', '+44 20 •••• ••58')
    """
    number = phonenumbers.parse(phone)
    text = shown(phone)
    prefix = f"+{number.country_code}" if text.startswith("+") else ""
    rest = text.removeprefix(prefix)
    digits = [at for at, character in enumerate(rest) if character.isdigit()]
    first = SHOWN_FIRST if len(digits) >= FEW else 0
    hidden = set(digits[first : len(digits) - SHOWN_LAST])
    return prefix + "".join("•" if at in hidden else each for at, each in enumerate(rest))
