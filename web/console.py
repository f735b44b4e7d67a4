"""The advisors' console: its page, what it reads, and who may open its socket (web/screen.py)."""

import logging
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import HTMLResponse
from sqlalchemy.exc import SQLAlchemyError

from kit.database import Reading
from kit.errors import Unauthorised
from kit.templating import pages
from livechat import dossier
from livechat.protocol import (
    CloseCode,
)
from staff.access import login_of, require
from staff.models import Role, StaffMember
from staff.pages import REFERRER
from staff.replies import list_replies
from web.screen import Screen

logger = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False)

CONSOLE_ROLES = (Role.ADVISOR, Role.SUPERVISOR, Role.ADMINISTRATOR)
AnAdvisor = Annotated[StaffMember, Depends(require(*CONSOLE_ROLES))]


@router.get("/agents", name="agents")
async def show_console(request: Request, member: AnAdvisor) -> HTMLResponse:
    return pages.TemplateResponse(request, "web/agents.html", {"member": member}, headers=REFERRER)


@router.get("/api/agents/conversations/{conversation_id}", name="dossier")
async def read_dossier(
    request: Request, conversation_id: UUID, member: AnAdvisor, session: Reading
) -> dict[str, Any]:
    shelf = request.app.state.library
    return await dossier.dossier(session, member, conversation_id, shelf)


@router.get("/api/agents/help", name="agents_help")
async def find_help(request: Request, q: str, member: AnAdvisor) -> list[dict[str, str]]:
    return dossier.find_help(request.app.state.library, q[:400])


@router.get("/api/agents/canned", name="agents_canned")
async def read_canned(member: AnAdvisor, session: Reading) -> list[dict[str, str]]:
    replies = await list_replies(session)
    return [{"shortcut": r.shortcut, "title": r.title, "text": r.text} for r in replies]


@router.websocket("/api/agents/socket")
async def console(socket: WebSocket) -> None:
    await socket.accept()
    try:
        admitted = await _admit(socket)
        if admitted is not None:
            await Screen(socket, *admitted).last()
    except WebSocketDisconnect:
        return


async def _admit(socket: WebSocket) -> tuple[StaffMember, UUID] | None:
    """Who it is, by the cookie of their session; None when it was refused and closed.

    A page of another site could open it with that cookie: so it must say where it comes from.
    """
    if "origin" not in socket.headers:
        await socket.close(CloseCode.REFUSED)
        return None
    try:
        member, row = await login_of(socket.app.state.database, socket.cookies)
    except Unauthorised:
        await socket.close(CloseCode.LOG_IN_AGAIN)
        return None
    except (SQLAlchemyError, OSError) as problem:
        logger.error("The database did not answer: %s", type(problem).__name__)
        await socket.close(CloseCode.COME_BACK)
        return None
    if member.role not in CONSOLE_ROLES:
        await socket.close(CloseCode.REFUSED)
        return None
    return member, row.id
