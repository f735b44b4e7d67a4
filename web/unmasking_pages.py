"""What a secret link masks and how it is opened: mailed codes, a new link, an address to be mailed
to.
"""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from kit.limits import Limited
from staff.access import is_secure
from ticketing.addressing import Addressing
from ticketing.following import ByLink
from ticketing.links import PATH, VISIT_LASTS, hashed
from web.api import count
from web.sender_forms import HEADERS
from web.tracked import COOKIE, PAGE, Follow, Sender, Text, acted, path_of, show_tracked

LONGEST = 300  # characters of a code or an address

router = APIRouter(include_in_schema=False)


@router.post(PAGE + "/code/envoi")
async def receive_code_wish(request: Request, following: Follow, sender: Sender) -> Response:
    async def send() -> None:
        await following.read(sender)  # who holds no link is told so, not counted
        await count(request, Limited.CODE, hashed(sender.token))
        await following.send_code(sender.token)

    return await acted(request, following, sender, send(), "code", at="code")


@router.post(PAGE + "/code")
async def receive_code(
    request: Request, following: Follow, sender: Sender, code: Text = ""
) -> Response:
    visit = ""

    async def enter() -> None:
        nonlocal visit
        await following.read(sender)
        await count(request, Limited.ENTER_CODE, hashed(sender.token))
        visit = await following.enter_code(sender.token, code[:LONGEST])

    answer = await acted(request, following, sender, enter(), "ouverte", at="code")
    return _with_visit(request, answer, sender, visit)


@router.post(PAGE + "/nouveau-lien")
async def receive_renewal(request: Request, following: Follow, sender: Sender) -> Response:
    """All links are void then, this one too."""
    answer = await acted(request, following, sender, following.renew_link(sender), "")
    if answer.status_code == 303:
        return RedirectResponse(f"{PATH}?fait=nouveau", 303, HEADERS)
    return answer


# A ticket without an address -------------------------------------------------------------


@router.post(PAGE + "/adresse")
async def receive_address(
    request: Request, following: Follow, sender: Sender, email: Text = ""
) -> Response:
    """The code goes to that address; the next page asks for it."""
    addressing: Addressing = request.app.state.addressing
    address = ""

    async def offer() -> None:
        nonlocal address
        await following.read(sender)
        await count(request, Limited.CODE, hashed(sender.token))
        address = await addressing.offer(sender.token, email[:LONGEST])

    answer = await acted(request, following, sender, offer(), "", at="email", address=email)
    if answer.status_code == 303:
        return await show_tracked(request, following, sender, notice="adresse", address=address)
    return answer


@router.post(PAGE + "/adresse/code")
async def receive_address_code(
    request: Request, following: Follow, sender: Sender, email: Text = "", code: Text = ""
) -> Response:
    addressing: Addressing = request.app.state.addressing
    visit = ""

    async def confirm() -> None:
        nonlocal visit
        await following.read(sender)
        await count(request, Limited.ENTER_CODE, hashed(sender.token))
        visit = await addressing.confirm(sender.token, email[:LONGEST], code[:LONGEST])

    answer = await acted(
        request, following, sender, confirm(), "connue", at="address_code", address=email
    )
    return _with_visit(request, answer, sender, visit)


def _with_visit(request: Request, answer: Response, sender: ByLink, visit: str) -> Response:
    """The cookie of an entered code, for this ticket's page alone: two tickets may be open."""
    if visit:
        answer.set_cookie(
            COOKIE,
            visit,
            max_age=int(VISIT_LASTS.total_seconds()),
            path=path_of(sender),
            secure=is_secure(request),
            httponly=True,
            samesite="lax",
        )
    return answer
