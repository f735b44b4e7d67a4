"""A day at work, kept in one database: everybody who may ask, and chats in every state.

Made once, copied for each row of the matrix (tests/web/test_staff_matrix.py). Each principal finds
a chat of each kind that no other one touches.
"""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import update

from chorus import training_planning
from kit import files, outbox
from kit.database import Database
from kit.file_kinds import inspect
from kit.mail import Attachment, write
from kit.schedule import add_exception
from livechat.appointment_models import Appointment
from livechat.desk_models import AdvisorStatus, Chat, ChatState, Presence
from livechat.protocol import Act
from staff.accounts import deactivate, find_member
from staff.models import Role, StaffMember
from staff.replies import Draft, keep_reply
from staff.sessions import open_session, revoke, who
from tests.chorus.classroom import DRAFT
from tests.livechat.centre import Centre
from ticketing import thread
from ticketing.lifecycle import Actor, Event
from ticketing.models import RequestKind, SavedQueue
from ticketing.opening import NewTicket, submit
from ticketing.service import keep_request

MORNING = datetime(2026, 11, 24, 9, tzinfo=UTC)  # a Tuesday, ten o'clock in Paris
LATER = MORNING + timedelta(days=2)  # when nothing falls due in these tests
MANY = 30  # chats at once

OUTSIDERS = ("nobody", "user", "deactivated", "logged_out")
# The owner has the chats, or is offered them; the former one had them; the colleague never did.
CONSOLE = ("owner", "colleague", "former", "supervisor", "administrator")
STAFF = ("support", *CONSOLE)
EVERYBODY = (*OUTSIDERS, *STAFF)
ROLES = {
    "support": Role.SUPPORT,
    "supervisor": Role.SUPERVISOR,
    "administrator": Role.ADMINISTRATOR,
}


@dataclass(frozen=True)
class Case:
    """One chat, for one principal to try something with. `said`: the owner's last message."""

    chat_id: UUID
    conversation_id: UUID
    said: int = 1


@dataclass
class World:
    path: Path
    cookies: dict[str, str] = field(default_factory=dict)  # of all but the user and nobody
    members: dict[str, UUID] = field(default_factory=dict)
    # Kind: waiting, offered (to the owner), active, over (its wrap-up is owed); principal: chat.
    cases: dict[str, dict[str, Case]] = field(default_factory=dict)
    objects: dict[str, UUID | str] = field(default_factory=dict)  # what paths name, beside chats
    ticket: int = 0  # taken by somebody who is not in these tests
    ticket_file: UUID = field(default_factory=uuid4)  # in it


async def build(path: Path) -> World:
    """The caller has put the clock at MORNING."""
    world, database = World(path), Database(f"sqlite:///{path}")
    centre = Centre(database)
    people = await _hire(centre, world)
    await _give_cookies(database, world, people)
    await _make_chats(centre, world, people["owner"], people["former"])
    await _make_objects(database, world, people["owner"])
    await _make_ticket(database, world)
    await _stop_time(database)
    await database.close()
    return world


async def _hire(centre: Centre, world: World) -> dict[str, StaffMember]:
    people = {}
    for name in (*STAFF, "deactivated", "logged_out", "newcomer"):
        role = ROLES.get(name, Role.ADVISOR)
        people[name] = await centre.hire(name.title(), role=role, capacity=MANY, ready=False)
    world.members = {name: member.id for name, member in people.items()}
    return people


async def _give_cookies(database: Database, world: World, people: dict[str, StaffMember]) -> None:
    async with database.writing.begin() as session:
        for name, member in people.items():
            world.cookies[name] = await open_session(session, member)
        _, gone = await who(session, world.cookies["logged_out"])
        await revoke(session, gone.id)
        await deactivate(session, await find_member(session, world.members["deactivated"]))


async def _make_chats(
    centre: Centre, world: World, owner: StaffMember, former: StaffMember
) -> None:
    """In an order in which nobody is offered what is for another: one of both is away."""
    talking = await _taken_by(centre, former, 2 * len(CONSOLE))
    await centre.desk.set_status(former, AdvisorStatus.AWAY)
    await centre.sit_down(owner)
    had = [await _handed_over(centre, former, owner, case) for case in talking]
    active, over = had[: len(CONSOLE)], had[len(CONSOLE) :]
    for case in over:
        await centre.click(case.conversation_id, Act.LEAVE)
    offered = [await _queued(centre) for _ in CONSOLE]
    await centre.desk.set_status(owner, AdvisorStatus.AWAY)
    waiting = [await _queued(centre) for _ in CONSOLE]
    await centre.rounds.go()  # who waits knows their place
    kinds = {"waiting": waiting, "offered": offered, "active": active, "over": over}
    world.cases = {kind: _one_each(cases) for kind, cases in kinds.items()}


def _one_each(cases: Iterable[Case]) -> dict[str, Case]:
    return dict(zip(CONSOLE, cases, strict=True))


async def _taken_by(centre: Centre, member: StaffMember, number: int) -> list[Case]:
    await centre.sit_down(member)
    served = [await centre.serve(member) for _ in range(number)]
    return [Case(chat_id, conversation_id) for conversation_id, chat_id in served]


async def _handed_over(centre: Centre, former: StaffMember, owner: StaffMember, case: Case) -> Case:
    await centre.transfer(former, case.chat_id, member_id=owner.id)
    await centre.desk.accept(owner, case.chat_id)
    said = await centre.advise(owner, case.chat_id, "Bonjour, je prends la suite.")
    return dataclasses.replace(case, said=said)


async def _queued(centre: Centre) -> Case:
    conversation_id = await centre.queue_up()
    return Case((await centre.chat_of(conversation_id)).id, conversation_id)


async def _make_objects(database: Database, world: World, owner: StaffMember) -> None:
    """One of each other thing that a path names."""
    paper = Attachment("note.txt", "text/plain", b"bonjour")
    talk = world.cases["active"]["owner"].conversation_id
    mail = dataclasses.replace(write("kit/mails/trial", "x@example.org"), attachments=(paper,))
    async with database.writing.begin() as session:
        closure = await add_exception(session, LATER.date(), closed=True, reason="un pont")
        call = Appointment(
            conversation_id=talk,
            member_id=owner.id,
            start=MORNING + timedelta(hours=5),
            end=MORNING + timedelta(hours=5, minutes=30),
            phone="+33612345678",
        )
        session.add(call)
        queue = SavedQueue(member_id=world.members["support"], name="Les miens", filters={})
        session.add(queue)
        boss = await find_member(session, world.members["administrator"])
        training = await training_planning.plan(session, boss, DRAFT)
        callback = await keep_request(session, kind=RequestKind.CALLBACK, conversation_id=talk)
        await session.flush()
        world.objects = {
            "appointment_id": call.id,
            "reference": callback.reference,
            "member_id": world.members["newcomer"],
            "exception_id": closure.id,
            "category": "connexion_compte",
            "subcategory": "mot_de_passe",
            "reply_id": (await keep_reply(session, Draft("merci", "Merci", "Merci !"))).id,
            "mail_id": (await outbox.post(session, mail, kind="trial", due_at=LATER)).id,
            "queue_id": queue.id,
            "session_id": training.id,
        }


async def _make_ticket(database: Database, world: World) -> None:
    taken = {"assignee": str(world.members["newcomer"])}
    inspected = inspect("note.txt", b"bonjour")
    async with database.writing.begin() as session:
        ticket = await submit(session, NewTicket(title="Accès", description="Je n’entre plus."))
        await thread.happen(session, ticket, Event.TAKEN, Actor.STAFF, payload=taken)
        files.add(session, world.ticket_file, inspected, holder_id=ticket.id, sender="user")
        world.ticket = ticket.number


async def _stop_time(database: Database) -> None:
    """No offer runs out and nobody is lost while a row is tried."""
    async with database.writing.begin() as session:
        offered = update(Chat).where(Chat.state == ChatState.OFFERED)
        await session.execute(offered.values(due_at=LATER))
        await session.execute(update(Presence).values(lease_until=LATER))
