"""Sending and fetching files, for users (by their token) and for advisors (by their session).

Whoever asks is known before a byte of the file is read. What is fetched is always an attachment:
no browser shows it as a page of ours.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from kit.errors import Invalid, NotFound
from kit.file_kinds import LIMIT, too_large
from kit.files import disposition
from kit.limits import Limited
from livechat.attachments import Attachments, OpenFile, Upload
from livechat.protocol import Seq
from web.api import Permitted, count
from web.console import AnAdvisor
from web.problems import DOCUMENTED

router = APIRouter(prefix="/api", tags=["api"], responses=DOCUMENTED)
staff_router = APIRouter(prefix="/api/agents", include_in_schema=False)

EXPECTED = "A form with `client_id`, a UUID, and `file` is expected."
FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["client_id", "file"],
                    "properties": {
                        "client_id": {"type": "string", "format": "uuid"},
                        "file": {"type": "string", "format": "binary"},
                    },
                }
            }
        },
    }
}


class SentAnswer(BaseModel):
    seq: Seq


def attachments_of(request: Request) -> Attachments:
    found: Attachments = request.app.state.attachments
    return found


Files = Annotated[Attachments, Depends(attachments_of)]


@router.post("/conversations/{conversation_id}/files", status_code=201, openapi_extra=FORM)
async def send_file(request: Request, conversation_id: Permitted, files: Files) -> SentAnswer:
    """Send a file (PNG, JPEG, PDF or text, up to 10 MB) to the advisor. Sent twice, stored once.

    Refusals say why in `code`: `no_reader` (no advisor was asked for), `file_type`, `file_empty`,
    `file_damaged`, `file_too_large`, `file_quota`.
    """
    await count(request, Limited.SEND_FILE)
    return SentAnswer(seq=await files.send_as_user(conversation_id, await _upload(request)))


@router.get("/conversations/{conversation_id}/files/{file_id}")
async def fetch_file(conversation_id: Permitted, file_id: UUID, files: Files) -> FileResponse:
    """A file of this conversation, as an attachment."""
    return _attachment(await files.open_as_user(conversation_id, file_id))


@staff_router.post("/chats/{chat_id}/files", status_code=201)
async def send_file_as_advisor(
    request: Request, chat_id: UUID, member: AnAdvisor, files: Files
) -> SentAnswer:
    return SentAnswer(seq=await files.send_as_advisor(member, chat_id, await _upload(request)))


@staff_router.get("/conversations/{conversation_id}/files/{file_id}")
async def fetch_file_as_advisor(
    conversation_id: UUID, file_id: UUID, member: AnAdvisor, files: Files
) -> FileResponse:
    return _attachment(await files.open_as_staff(member, conversation_id, file_id))


async def _upload(request: Request) -> Upload:
    """What the form holds. Read only now: the asker was let in before. Raises Invalid, TooLarge."""
    try:
        async with request.form(max_files=1, max_fields=1, max_part_size=100) as form:
            file, client_id = form["file"], form["client_id"]
            if not isinstance(file, UploadFile) or not isinstance(client_id, str):
                raise Invalid(EXPECTED)
            if file.size is not None and file.size > LIMIT:
                raise too_large()
            return Upload(UUID(client_id), file.filename or "", await file.read())
    except (HTTPException, KeyError, ValueError):
        raise Invalid(EXPECTED) from None


def _attachment(found: OpenFile) -> FileResponse:
    if not found.path.is_file():
        raise NotFound("This file does not exist.")
    headers = {
        "Content-Disposition": disposition(found.row.name),
        "Cache-Control": "private, no-store",
    }
    return FileResponse(found.path, media_type=found.row.media_type, headers=headers)
