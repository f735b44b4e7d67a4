"""Where people find us: the beginning of every link that a mail carries.

Never the Host header of a request: whoever sends one could have our secret links lead elsewhere.
"""

from functools import cache

from kit.settings import Settings


@cache
def site_url() -> str:
    settings = Settings()
    return (settings.public_url or settings.local_url).rstrip("/")
