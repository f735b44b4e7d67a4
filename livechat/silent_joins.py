"""Whoever oversees may read a talk along without a word: the log of the staff says so, once a chat.

Its advisor sees it there, and who is looking at this moment on the board (livechat/presence.py).
The user sees neither.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.database import Database
from kit.finishing import to_its_end
from livechat import chats, staff_log
from livechat.changes import holding
from livechat.desk import OVERSEERS
from livechat.desk_models import ChatState, StaffEntry
from livechat.hub import Hub
from staff.models import StaffMember

JOINED = "joined"


@to_its_end
async def write_down(
    database: Database, hub: Hub, member: StaffMember, conversation_id: UUID
) -> None:
    """This member, who may read it, has opened that conversation."""
    if member.role not in OVERSEERS:
        return
    async with database.reading() as session:
        if not await _is_news(session, member, conversation_id):
            return
    async with holding(database, hub, conversation_id) as held:
        if await _is_news(held.session, member, conversation_id):
            staff_log.append(held.session, held.conversation, JOINED, member.id)
            held.changes.staff_only(held.conversation)


async def _is_news(session: AsyncSession, member: StaffMember, conversation_id: UUID) -> bool:
    """Whether a colleague talks there, and it was not written down since they took the chat."""
    chat = await chats.open_chat(session, conversation_id)
    if chat is None or chat.state is not ChatState.ACTIVE or chat.advisor_id == member.id:
        return False
    query = select(StaffEntry.staff_seq).where(
        StaffEntry.conversation_id == conversation_id,
        StaffEntry.type == JOINED,
        StaffEntry.member_id == member.id,
        StaffEntry.at >= chat.taken_at,
    )
    return await session.scalar(query.limit(1)) is None
