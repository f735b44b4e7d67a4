"""The list of triage: queues, filters, search, columns, export. `ticketing/queues.py` decides who
sees it and what is in it; what is done to several tickets at once is `ticket_bulk_pages.py`.

A filter is the address of the page: it can be sent to a colleague, kept as a bookmark or saved.
"""

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from kit.errors import NotFound, Refusal
from staff.access import Member
from staff.models import StaffMember
from staff.pages import REFERRER, Text, show
from ticketing import routing, words
from ticketing.bulk import FAIRLY, Act
from ticketing.export import Export
from ticketing.filters import (
    FIRST,
    Due,
    Filters,
    Sort,
    from_pairs,
    pairs_in,
    says_something,
)
from ticketing.lifecycle import Status
from ticketing.queues import ROWS, Listed, Queues, due_of
from ticketing.saved_queues import Column, SavedQueues
from ticketing.teams import queues_of
from web.ticket_bulk_pages import bulk_notice

LIST = "/tickets"
SAVED = LIST + "/vues"  # not "files": web/guard.py lets larger bodies pass there
TEMPLATE = "web/triage/list.html"

router = APIRouter(include_in_schema=False)


@router.get(LIST, name="tickets")
async def show_list(request: Request, member: Member) -> Response:
    return await _show(request, member, request.url.query)


@router.get(LIST + "/export.csv")
async def send_export(request: Request, member: Member) -> Response:
    export: Export = request.app.state.export
    pieces = await export.start(member, _filters(member, pairs_in(request.url.query)))
    headers = {
        "Content-Disposition": f'attachment; filename="{words.EXPORT_NAME}.csv"',
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(pieces, media_type="text/csv; charset=utf-8", headers=headers)


@router.post(LIST + "/colonnes")
async def receive_columns(
    request: Request,
    member: Member,
    columns: Annotated[list[str] | None, Form()] = None,
    back: Text = "",
) -> Response:
    """None chosen: the ordinary ones."""
    await _saved(request).choose_columns(member, columns or ())
    return _back(back, "colonnes")


@router.post(SAVED)
async def receive_queue(
    request: Request, member: Member, name: Text = "", back: Text = ""
) -> Response:
    """Keeps the filter of the page (`back` is its query) under a name."""
    filters = _filters(member, pairs_in(back))
    try:
        await _saved(request).save(member, name, filters)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _show(request, member, back, refusal=refusal, at="queue-name", typed=name)
    return _back(back, "vue")


@router.post(SAVED + "/{queue_id}")
async def receive_name(
    request: Request, member: Member, queue_id: UUID, name: Text = "", back: Text = ""
) -> Response:
    try:
        await _saved(request).rename(member, queue_id, name)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _show(request, member, back, refusal=refusal, at=f"name-{queue_id}")
    return _back(back, "vue")


@router.post(SAVED + "/{queue_id}/suppression")
async def receive_removal(
    request: Request, member: Member, queue_id: UUID, back: Text = ""
) -> Response:
    await _saved(request).delete(member, queue_id)
    return _back(back, "vue-supprimee")


async def _show(
    request: Request,
    member: StaffMember,
    query: str,
    *,
    refusal: Refusal | None = None,
    at: str = "",
    typed: str = "",
) -> Response:
    """`at`: the id of the field that what was refused is about; `typed`: what was in it."""
    queues: Queues = request.app.state.queues
    pairs = pairs_in(query)
    filters, given = _filters(member, pairs), dict(pairs)
    listed = await queues.look(
        member, filters, page=_count(given.get("page")), rows=_count(given.get("lignes"))
    )
    return show(
        request,
        TEMPLATE,
        member,
        None,
        status=refusal.status if refusal else 200,
        notice=None,  # this page has words of its own for what was done
        listed=listed,
        filters=filters,
        query=filters.to_query(),
        address=Addresses(listed),
        columns=list(Column),
        column_names=words.COLUMNS,
        statuses=words.STATUS_FOR_STAFF,
        offered_statuses=[status for status in Status if status is not Status.DRAFT],
        routes=words.ROUTES,
        priorities=words.PRIORITIES,
        labels=routing.labels(),
        categories=_categories(),
        sorts=list(Sort),
        dues=list(Due),
        acts=list(Act),
        fairly=FAIRLY,
        all_rows=ROWS,
        due_of=due_of,
        time_left=words.time_left,
        bulk=bulk_notice(request.query_params),
        refusal=refusal and (refusal.code or "refused"),
        at=at,
        typed=typed,
        did=request.query_params.get("fait", "") if refusal is None else "",
    )


class Addresses:
    """Addresses of this list, a little changed."""

    def __init__(self, listed: Listed) -> None:
        self._listed = listed

    def of(self, filters: Filters) -> str:
        return f"{LIST}?{filters.to_query()}{self._rows(self._listed.rows)}"

    def page(self, number: int) -> str:
        return f"{self.of(self._listed.filters)}&{urlencode({'page': number})}"

    @property
    def here(self) -> str:
        return self.page(self._listed.page)

    @property
    def everywhere(self) -> str:
        """The same search among all tickets."""
        return self.of(Filters(text=self._listed.filters.text))

    @property
    def export(self) -> str:
        return f"{LIST}/export.csv?{self._listed.filters.to_query()}"

    @staticmethod
    def _rows(rows: int) -> str:
        return "" if rows == ROWS[1] else f"&{urlencode({'lignes': rows})}"


def _filters(member: StaffMember, pairs: list[tuple[str, str]]) -> Filters:
    """An address that asks for nothing is where triage begins, for this member."""
    asks = says_something(name for name, _ in pairs)
    return from_pairs(pairs) if asks else queues_of(member)[FIRST]


def _count(word: str | None) -> int:
    plain = word is not None and word.isascii() and word.isdecimal() and len(word) < 6
    return int(word or "0") if plain else 0


def _categories() -> dict[str, list[routing.Rule]]:
    """By the label of each category."""
    found: dict[str, list[routing.Rule]] = {}
    for rule in routing.listed().values():
        found.setdefault(rule.category.label, []).append(rule)
    return found


def _back(query: str, notice: str) -> RedirectResponse:
    kept = [(name, word) for name, word in pairs_in(query) if name != "fait"]
    return RedirectResponse(f"{LIST}?{urlencode([*kept, ('fait', notice)])}", 303, REFERRER)


def _saved(request: Request) -> SavedQueues:
    found: Any = request.app.state.saved_queues
    assert isinstance(found, SavedQueues)
    return found
