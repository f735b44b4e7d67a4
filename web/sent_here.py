"""Which tickets this browser sent without an account: the last ones, in a signed cookie.

Whoever knows the address of somebody else must not learn from the form what they asked before. So
the form speaks of earlier tickets only to the browser that sent them; a cookie that we did not make
names none. It needs no date: what is older than the form looks back is not found by its id either.
"""

from collections.abc import Sequence
from uuid import UUID

from fastapi import Request, Response

from kit.secret_links import Seal
from kit.settings import Settings
from staff.access import is_secure
from ticketing.opening import SIMILAR_WITHIN

COOKIE = "claudia_sent"
PATH = "/ticket"  # of the form and all its pages: no other one is given the cookie
AT_MOST = 10
ID_BYTES = 16


def ids_of(request: Request) -> Sequence[UUID]:
    """The newest first."""
    body = _seal(request).read(request.cookies.get(COOKIE, "")) or b""
    starts = range(0, len(body), ID_BYTES)
    return [UUID(bytes=body[start : start + ID_BYTES]) for start in starts]


def remember(request: Request, answer: Response, ticket_id: UUID) -> None:
    """The cookie with this one added."""
    before = [each for each in ids_of(request) if each != ticket_id]
    kept = [ticket_id, *before][:AT_MOST]
    answer.set_cookie(
        COOKIE,
        _seal(request).sign(b"".join(each.bytes for each in kept)),
        max_age=int(SIMILAR_WITHIN.total_seconds()),
        path=PATH,
        secure=is_secure(request),
        httponly=True,
        samesite="lax",
    )


def _seal(request: Request) -> Seal:
    settings: Settings = request.app.state.settings
    return Seal(settings.secrets.token_key.encode(), b"sent from here")
