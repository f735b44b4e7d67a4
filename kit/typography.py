"""French typography: the space before : ; ! ? and inside « » never breaks.

Whoever writes content types ordinary spaces; they are made non-breaking here.
"""

import re

NBSP = "\u00a0"

_BEFORE = re.compile(r"[ \t]+(?=[:;!?»])")
_AFTER = re.compile(r"«[ \t]+")


def with_fixed_spaces(text: str) -> str:
    """
    >>> with_fixed_spaces("« Oui » ?")
    '«\\xa0Oui\\xa0»\\xa0?'
    """
    return _AFTER.sub("«" + NBSP, _BEFORE.sub(NBSP, text))
