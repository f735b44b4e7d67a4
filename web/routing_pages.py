"""Who receives which tickets, and by when: the list of categories, as administrators change it.

It stands here and not among the pages of the team, which know nothing of tickets.
"""

import re
from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import Response

from kit.database import Database, Reading, database_of
from kit.errors import Invalid, NotFound
from kit.finishing import to_its_end
from staff.access import Administrator
from staff.models import StaffMember
from staff.pages import Text, done, show
from ticketing import routing
from ticketing.models import Route
from ticketing.routing import Pair, Rule
from ticketing.words import ROUTING_MISTAKES

LIST = "/equipe/categories"
ONE = LIST + "/{category}/{subcategory}"
MOST_HOURS = 1_000
_HOURS = re.compile(r"\d{1,4}(?:[.,]\d{1,2})?", re.ASCII)

router = APIRouter(include_in_schema=False)


@router.get(LIST)
async def show_rules(request: Request, session: Reading, me: Administrator) -> Response:
    rules = (await routing.rules(session)).values()
    changed = await routing.changed(session)
    return show(request, "web/routing.html", me, rules=rules, changed=changed, hours=hours_of)


@router.get(ONE)
async def show_rule(
    request: Request, session: Reading, me: Administrator, category: str, subcategory: str
) -> Response:
    rule = _known(await routing.rules(session), category, subcategory)
    return await _show_form(request, session, me, rule, _typed(rule))


@router.post(ONE)
async def receive_rule(
    request: Request,
    me: Administrator,
    category: str,
    subcategory: str,
    route: Text = "",
    first_answer: Text = "",
    solution: Text = "",
) -> Response:
    database = database_of(request)
    rule = _known(routing.listed(), category, subcategory)
    typed = {"route": route, "first_answer": first_answer[:20], "solution": solution[:20]}
    first, whole = _minutes(first_answer), _minutes(solution)
    mistake = _mistake(route, first, whole)
    if mistake or first is None or whole is None:
        async with database.reading() as session:
            return await _show_form(request, session, me, rule, typed, mistake)
    await _change(database, me, rule.pair, Route(route), first, whole)
    return done(LIST, "categorie")


@to_its_end
async def _change(
    database: Database, me: StaffMember, pair: Pair, route: Route, first: int, whole: int
) -> None:
    async with database.writing.begin() as session:
        await routing.change(
            session, me, pair, route=route, first_answer_minutes=first, solution_minutes=whole
        )


@router.post(ONE + "/origine")
async def receive_restoring(
    request: Request, me: Administrator, category: str, subcategory: str
) -> Response:
    await _restore(database_of(request), me, _known(routing.listed(), category, subcategory).pair)
    return done(LIST, "categorie-origine")


@to_its_end
async def _restore(database: Database, me: StaffMember, pair: Pair) -> None:
    async with database.writing.begin() as session:
        await routing.restore(session, me, pair)


# -----------------------------------------------------------------------------------------


async def _show_form(
    request: Request,
    session: Reading,
    me: StaffMember,
    rule: Rule,
    typed: Mapping[str, str],
    mistake: tuple[str, str] | None = None,
) -> Response:
    said = {}
    if mistake:
        said["error"] = {"field": mistake[0], "text": ROUTING_MISTAKES[mistake[1]]}
    return show(
        request,
        "web/routing_rule.html",
        me,
        None,
        422 if mistake else 200,
        rule=rule,
        of_file=routing.listed()[rule.pair],
        changed=(await routing.changed(session)).get(rule.pair),
        typed=typed,
        hours=hours_of,
        **said,
    )


def _known(rules: Mapping[Pair, Rule], category: str, subcategory: str) -> Rule:
    try:
        return routing.rule_of(rules, category, subcategory)
    except Invalid as refusal:
        raise NotFound(str(refusal)) from None


def _typed(rule: Rule) -> dict[str, str]:
    return {
        "route": rule.route,
        "first_answer": hours_of(rule.first_answer_minutes),
        "solution": hours_of(rule.solution_minutes),
    }


def _mistake(route: str, first: int | None, whole: int | None) -> tuple[str, str] | None:
    """The field that is wrong, and what is."""
    if route not in set(Route):
        return "route", "route_invalid"
    if first is None:
        return "first_answer", "hours_invalid"
    if whole is None:
        return "solution", "hours_invalid"
    return None if first <= whole else ("solution", "targets_invalid")


def _minutes(hours: str) -> int | None:
    """
    >>> _minutes("1,5"), _minutes(" 10 "), _minutes("0"), _minutes("-1")
    (90, 600, None, None)
    """
    if not _HOURS.fullmatch(hours.strip()):
        return None
    minutes = round(float(hours.strip().replace(",", ".")) * 60)
    return minutes if 0 < minutes <= MOST_HOURS * 60 else None


def hours_of(minutes: int) -> str:
    """Of open time, as an administrator writes them.

    >>> hours_of(600), hours_of(90)
    ('10', '1,5')
    """
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".").replace(".", ",")
