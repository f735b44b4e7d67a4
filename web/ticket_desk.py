"""The page of one ticket as the staff see it, whatever led there: what it shows, what it kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import uuid4

from fastapi import Request
from fastapi.responses import HTMLResponse

from kit.clock import now
from kit.errors import Refusal
from kit.organisation import organisation
from kit.site import site_url
from knowledge.library import Library
from livechat.dossier import find_help
from staff.models import StaffMember
from staff.pages import show
from staff.replies import fill, list_replies
from ticketing import routing
from ticketing.dossier import Dossier, Dossiers
from ticketing.lifecycle import Actor, Event, allowed
from ticketing.models import Priority, Route
from ticketing.triage import Moved

TEMPLATE = "web/triage/ticket.html"
QUERY_LENGTH = 400  # of what the help is searched for


@dataclass(frozen=True)
class Kept:
    """What was typed before something was refused, or taken back: never lost."""

    texts: Mapping[str, str] = field(default_factory=dict)  # by the names of fields
    files: Sequence[Moved] = ()  # that the reply is to carry

    def __bool__(self) -> bool:
        return any(self.texts.values()) or bool(self.files)


async def show_ticket(
    request: Request,
    member: StaffMember,
    number: int,
    *,
    refusal: Refusal | None = None,
    at: str = "",
    kept: Kept | None = None,
    done: str = "",
) -> HTMLResponse:
    """Raises NotFound. `at`: the id of the field that what was refused is about."""
    dossiers: Dossiers = request.app.state.dossiers
    dossier = await dossiers.read(member, number)
    wanted = done or request.query_params.get("fait", "")
    return show(
        request,
        TEMPLATE,
        member,
        None,
        status=refusal.status if refusal else 200,
        notice=None,  # this page has words of its own for what was done
        dossier=dossier,
        ticket=dossier.ticket,
        names_by_text={str(id_): name for id_, name in dossier.names.items()},
        site=site_url(),
        mine=dossier.ticket.assignee_id == member.id,
        allowed={str(event) for event in allowed(dossier.ticket.status, Actor.STAFF)},
        held_for=_seconds_left(dossier),
        labels=routing.labels(),
        categories=_categories(dossier),
        events=Event,
        priorities=list(reversed(Priority)),
        routes=list(Route),
        disliked=_title(request, dossier.ticket.disliked_answer),
        help=_help(request, dossier),
        canned=await canned(request, member, dossier),
        refusal=refusal and (refusal.code or "refused"),
        at=at,
        form_id=uuid4(),
        kept=kept or Kept(),
        done=wanted if refusal is None else "",
    )


async def canned(request: Request, member: StaffMember, dossier: Dossier) -> list[dict[str, str]]:
    """The shared replies, their variables filled with what is known of this ticket."""
    ticket = dossier.ticket
    values = {
        "conseiller": member.name,
        "organisation": organisation().name,
        "adresse": ticket.email,
        "structure": ticket.structure,
    }
    async with request.app.state.database.reading() as session:
        replies = await list_replies(session)
    return [
        {
            "id": str(each.id),
            "shortcut": each.shortcut,
            "title": each.title,
            "text": fill(each.text, values),
        }
        for each in replies
    ]


def _seconds_left(dossier: Dossier) -> int | None:
    """Until the reply that is held back goes. None: there is none."""
    if dossier.held is None:
        return None
    return max(0, round((dossier.held.due_at - now()).total_seconds()))


def _categories(dossier: Dossier) -> dict[str, list[Any]]:
    """The rules by the label of their category, for a list of pairs."""
    found: dict[str, list[Any]] = {}
    for rule in dossier.rules.values():
        found.setdefault(rule.category.label, []).append(rule)
    return found


def _title(request: Request, answer_id: str | None) -> str | None:
    """Of the answer that did not help; its id, when it is known no more."""
    shelf = cast(Library, request.app.state.library)
    return shelf.title_of(answer_id) if answer_id and shelf.knows(answer_id) else answer_id


def _help(request: Request, dossier: Dossier) -> list[dict[str, str]]:
    """The help answers near what its sender wrote."""
    said = [e.text for e in dossier.entries if e.actor is Actor.SENDER and e.text]
    query = " ".join([dossier.ticket.title, *said[-1:]])[:QUERY_LENGTH].strip()
    return find_help(cast(Library, request.app.state.library), query) if query else []
