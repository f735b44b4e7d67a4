"""Public holidays of the organisation's country, any year, with their French names."""

from collections.abc import Mapping
from datetime import date
from functools import cache

import holidays


@cache
def public_holidays(country: str, year: int) -> Mapping[date, str]:
    """Holidays of `country` (a code of the `holidays` package, as in organisation.yml)."""
    languages = holidays.country_holidays(country).supported_languages
    language = "fr" if "fr" in languages else None
    return dict(holidays.country_holidays(country, years=year, language=language).items())
