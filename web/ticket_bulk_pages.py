"""One act on many tickets of the list. The answer leads back there, with what became of them."""

from collections import Counter
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import QueryParams

from kit.errors import Invalid
from staff.access import Member
from staff.pages import REFERRER, Text
from ticketing import words
from ticketing.bulk import OK, Bulk
from ticketing.filters import pairs_in
from web.ticket_desk_pages import LIST, number_in_path

# What the address of the list says of it: the act, how many were done, how many refused and why.
ACT, COUNT, REFUSED = "lot", "faits", "refus"
LONGEST_CODE = 40
DIGITS = 3

router = APIRouter(include_in_schema=False)


@router.post(LIST + "/bulk")
async def receive_bulk(
    request: Request,
    member: Member,
    numbers: Annotated[list[str] | None, Form()] = None,
    act: Text = "",
    assignee: Text = "",
    priority: Text = "",
    tag: Text = "",
    route: Text = "",
    note: Text = "",
    back: Text = "",
) -> Response:
    """`back`: the query of the list as it was."""
    bulk: Bulk = request.app.state.bulk
    fields = {
        "assignee": assignee,
        "priority": priority,
        "tag": tag,
        "route": route,
        "note": note,
    }
    chosen = [number_in_path(each) for each in numbers or ()]
    try:
        results = await bulk.carry_out(member, chosen, act, fields)
    except Invalid as refusal:
        return _back(back, act, Counter({refusal.code or "refused": len(set(chosen)) or 1}))
    return _back(back, act, Counter(outcome for _, outcome in results))


def _back(back: str, act: str, counted: Counter[str]) -> Response:
    kept = [(k, v) for k, v in pairs_in(back) if k not in (ACT, COUNT, REFUSED, "fait")]
    done = counted.pop(OK, 0)
    said = [(ACT, act), (COUNT, str(done))]
    said += [(REFUSED, f"{code}-{count}") for code, count in counted.most_common()]
    return RedirectResponse(f"{LIST}?{urlencode(kept + said)}", 303, REFERRER)


def bulk_notice(query: QueryParams) -> str | None:
    """What became of a bulk act, in words, by the address of the list. None: there was none."""
    act = query.get(ACT, "")
    if act not in words.BULK_DONE:
        return None
    refused = {}
    for each in query.getlist(REFUSED)[:10]:
        code, _, count = each.rpartition("-")
        if code and len(code) <= LONGEST_CODE and count.isdecimal() and len(count) <= DIGITS:
            refused[code] = int(count)
    count = query.get(COUNT, "0")
    done = int(count) if count.isdecimal() and len(count) <= DIGITS else 0
    return words.bulk_summary(act, done, refused)
