"""The pages where administrators write the replies that advisors share."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from kit.database import Reading, database_of
from staff.access import Administrator
from staff.mistakes import Mistaken
from staff.pages import Text, done, show
from staff.replies import Draft, find_reply, keep_reply, list_replies, remove_reply

REPLIES = "/equipe/reponses"
REPLY = REPLIES + "/{reply_id}"

router = APIRouter()


@router.get(REPLIES)
async def show_replies(request: Request, session: Reading, me: Administrator) -> Response:
    replies = await list_replies(session)
    return show(request, "staff/replies.html", me, replies=replies, draft=Draft("", "", ""))


@router.post(REPLIES)
async def receive_reply(
    request: Request, me: Administrator, shortcut: Text = "", title: Text = "", text: Text = ""
) -> Response:
    database, draft = database_of(request), Draft(shortcut, title, text)
    try:
        async with database.writing.begin() as session:
            await keep_reply(session, draft)
    except Mistaken as mistake:
        async with database.reading() as session:
            replies = await list_replies(session)
        return show(request, "staff/replies.html", me, mistake, replies=replies, draft=draft)
    return done(REPLIES, "reponse")


@router.get(REPLY)
async def show_reply(
    request: Request, session: Reading, me: Administrator, reply_id: UUID
) -> Response:
    reply = await find_reply(session, reply_id)
    return show(request, "staff/reply.html", me, reply_id=reply_id, draft=reply)


@router.post(REPLY)
async def receive_change(
    request: Request,
    me: Administrator,
    reply_id: UUID,
    shortcut: Text = "",
    title: Text = "",
    text: Text = "",
) -> Response:
    draft = Draft(shortcut, title, text)
    try:
        async with database_of(request).writing.begin() as session:
            await keep_reply(session, draft, reply_id)
    except Mistaken as mistake:
        return show(request, "staff/reply.html", me, mistake, reply_id=reply_id, draft=draft)
    return done(REPLIES, "reponse")


@router.post(REPLY + "/suppression")
async def receive_removal(request: Request, _: Administrator, reply_id: UUID) -> Response:
    async with database_of(request).writing.begin() as session:
        await remove_reply(session, reply_id)
    return done(REPLIES, "suppression")
