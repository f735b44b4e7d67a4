"""The trainings that are to come, for everybody; and one registration, for whoever was mailed it.

No login and no JavaScript. A GET changes nothing: programs that open the links of mails do no harm.
Registering is done in the conversation: here anybody could type the address of somebody else.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from chorus import training, words
from chorus.training import Offer, Registered
from chorus.training_mails import LIST, PATH, Paper
from kit.database import Database, Reading, database_of
from kit.errors import Conflict, NotFound
from kit.finishing import to_its_end
from kit.limits import Limited
from kit.templating import pages
from kit.typography import with_fixed_spaces
from staff.pages import REFERRER
from web.api import count

ONE = PATH + "/{token}"
LISTED = 50
HEADERS = REFERRER | {"X-Robots-Tag": "noindex, nofollow"}

router = APIRouter(include_in_schema=False)


@router.get(LIST, name="trainings")
async def show_list(
    request: Request, session: Reading, pour: Annotated[str, Query()] = ""
) -> Response:
    """For one kind of users, by a word in the address; for all of them without one."""
    kind = pour if pour in words.AUDIENCES else None
    offers = await training.upcoming(session, kind, LISTED)
    context = {
        "trainings": [_offered(each) for each in offers],
        "audiences": words.AUDIENCES,
        "chosen": kind or "",
    }
    return pages.TemplateResponse(request, "web/trainings.html", context)


@router.get(ONE, name="training_registration")
async def show_registration(
    request: Request, session: Reading, token: str, fait: Annotated[str, Query()] = ""
) -> Response:
    await count(request, Limited.LINK)
    try:
        seen = await training.look(session, token, paper=_paper(request))
    except NotFound:
        return _void(request)
    return _registration(request, token, seen, notice=fait)


@router.get(ONE + "/annulation")
async def show_cancellation(request: Request, session: Reading, token: str) -> Response:
    await count(request, Limited.LINK)
    try:
        seen = await training.look(session, token, paper=_paper(request))
    except NotFound:
        return _void(request)
    if not seen.is_cancellable:
        return _registration(request, token, seen)
    return _page(request, "web/training_cancel.html", token=token, **_said(seen))


@router.post(ONE + "/annulation")
async def receive_cancellation(request: Request, token: str) -> Response:
    await count(request, Limited.LINK)
    database, paper = database_of(request), _paper(request)
    try:
        await _cancel(database, token, paper)
    except NotFound:
        return _void(request)
    except Conflict as refusal:
        async with database.reading() as session:
            seen = await training.look(session, token, paper=paper)
        return _registration(request, token, seen, refusal.status, refused=True)
    return RedirectResponse(f"{PATH}/{token}?fait=annulation", 303, HEADERS)


@to_its_end
async def _cancel(database: Database, token: str, paper: Paper) -> None:
    async with database.writing.begin() as session:
        await training.cancel_by_link(session, token, paper=paper)


# Pages -----------------------------------------------------------------------------------


def _registration(
    request: Request,
    token: str,
    seen: Registered,
    status: int = 200,
    *,
    notice: str = "",
    refused: bool = False,
) -> Response:
    return _page(
        request,
        "web/training_registration.html",
        status,
        token=token,
        state=seen.registration.state.value,
        called_off=seen.training.state.value == "cancelled",
        cancellable=seen.is_cancellable,
        refused=refused,
        notice=notice,
        **_said(seen),
    )


def _void(request: Request) -> Response:
    return _page(request, "web/training_void.html", 404)


def _page(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    return pages.TemplateResponse(request, template, context, status, headers=HEADERS)


def _said(seen: Registered) -> dict[str, Any]:
    found = seen.training
    return {
        "name": with_fixed_spaces(found.title),
        "kind": words.TRAINING_KINDS[found.kind],
        "moment": words.training_moment(found.start, found.end),
    }


def _offered(offer: Offer) -> Mapping[str, Any]:
    found = offer.training
    return {
        "id": found.id,
        "title": with_fixed_spaces(found.title),
        "kind": words.TRAINING_KINDS[found.kind],
        "moment": words.training_moment(found.start, found.end),
        "audience": words.audience(found.audience),
        "description": with_fixed_spaces(found.description),
        "left": offer.left,
    }


def _paper(request: Request) -> Paper:
    found: Paper = request.app.state.training_paper
    return found
