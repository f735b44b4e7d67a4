"""« Formations »: supervisors and administrators plan trainings, change them, call them off.

It stands here and not among the pages of the team, which know nothing of trainings. How many are
registered is shown, never who.
"""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from chorus import training_planning, words
from chorus.training_drafts import TrainingDraft, TrainingMistake, draft_of
from chorus.training_planning import PLANNERS, Planned
from kit.clock import now
from kit.database import Database, Reading, database_of
from kit.errors import Conflict, Refusal
from kit.finishing import to_its_end
from kit.organisation import organisation
from kit.typography import with_fixed_spaces
from staff.access import require
from staff.models import StaffMember
from staff.pages import done, show

LIST = "/equipe/formations"
NEW = LIST + "/nouvelle"
ONE = LIST + "/{session_id}"

router = APIRouter(include_in_schema=False)

Planner = Annotated[StaffMember, Depends(require(*PLANNERS))]


class TrainingForm(BaseModel):
    """The fields as they come; what is wrong with them is said field by field."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    title: str = ""
    theme: str = ""
    kind: str = ""
    audience: list[str] = Field(default_factory=list)
    day: str = ""
    start: str = ""
    end: str = ""
    places: str = ""
    join_url: str = ""
    description: str = ""

    def draft(self) -> TrainingDraft:
        return TrainingDraft(**self.model_dump() | {"audience": tuple(self.audience)})


Typed = Annotated[TrainingForm, Form()]


@router.get(LIST)
async def show_trainings(request: Request, session: Reading, me: Planner) -> Response:
    found = await training_planning.list_trainings(session, me)
    at = now()
    to_come = sorted((each for each in found if each.training.end > at), key=_start)
    past = [each for each in found if each.training.end <= at]
    template = "web/training_plans.html"
    return show(request, template, me, to_come=to_come, past=past, said=_said)


@router.get(NEW)
async def show_new(request: Request, me: Planner) -> Response:
    return _form(request, me, TrainingDraft())


@router.post(NEW)
async def receive_new(request: Request, me: Planner, typed: Typed) -> Response:
    draft = typed.draft()
    try:
        await _plan(database_of(request), me, draft)
    except TrainingMistake as mistake:
        return _form(request, me, draft, mistake=mistake)
    return done(LIST, "formation")


@to_its_end
async def _plan(database: Database, me: StaffMember, draft: TrainingDraft) -> None:
    async with database.writing.begin() as session:
        await training_planning.plan(session, me, draft)


@router.get(ONE)
async def show_training(
    request: Request, session: Reading, me: Planner, session_id: UUID
) -> Response:
    planned = await training_planning.find_training(session, me, session_id)
    return _form(request, me, draft_of(planned.training), planned)


@router.post(ONE)
async def receive_change(request: Request, me: Planner, session_id: UUID, typed: Typed) -> Response:
    draft = typed.draft()
    try:
        await _change(database_of(request), me, session_id, draft)
    except (TrainingMistake, Conflict) as refusal:
        return await _refused(request, me, session_id, refusal, draft)
    return done(LIST, "formation")


@to_its_end
async def _change(
    database: Database, me: StaffMember, session_id: UUID, draft: TrainingDraft
) -> None:
    async with database.writing.begin() as session:
        await training_planning.change(session, me, session_id, draft)


@router.get(ONE + "/annulation")
async def show_calling_off(
    request: Request, session: Reading, me: Planner, session_id: UUID
) -> Response:
    planned = await training_planning.find_training(session, me, session_id)
    if not planned.is_changeable:
        return _form(request, me, draft_of(planned.training), planned)
    return show(request, "web/training_plan_cancel.html", me, planned=planned, said=_said)


@router.post(ONE + "/annulation")
async def receive_calling_off(request: Request, me: Planner, session_id: UUID) -> Response:
    try:
        await _call_off(database_of(request), me, session_id)
    except Conflict as refusal:
        return await _refused(request, me, session_id, refusal)
    return done(LIST, "formation-annulee")


@to_its_end
async def _call_off(database: Database, me: StaffMember, session_id: UUID) -> None:
    async with database.writing.begin() as session:
        await training_planning.call_off(session, me, session_id)


# -----------------------------------------------------------------------------------------


async def _refused(
    request: Request,
    me: StaffMember,
    session_id: UUID,
    refusal: Refusal,
    draft: TrainingDraft | None = None,
) -> Response:
    async with database_of(request).reading() as session:
        planned = await training_planning.find_training(session, me, session_id)
    shown = draft if draft and planned.is_changeable else draft_of(planned.training)
    return _form(request, me, shown, planned, refusal)


def _form(
    request: Request,
    me: StaffMember,
    draft: TrainingDraft,
    planned: Planned | None = None,
    mistake: Refusal | None = None,
) -> Response:
    said: dict[str, Any] = {}
    if mistake is not None:
        field = mistake.field if isinstance(mistake, TrainingMistake) else "seance"
        said["error"] = {"field": field, "text": words.TRAINING_MISTAKES[mistake.code or ""]}
    return show(
        request,
        "web/training_plan.html",
        me,
        None,
        mistake.status if mistake else 200,
        planned=planned,
        typed=draft,
        themes=organisation().training.themes,
        kinds=words.TRAINING_KINDS,
        audiences=words.AUDIENCES,
        said=_said,
        **said,
    )


def _said(planned: Planned) -> Mapping[str, Any]:
    """One training in words."""
    found = planned.training
    return {
        "moment": words.training_moment(found.start, found.end),
        "kind": words.TRAINING_KINDS[found.kind],
        "theme": words.theme_label(found.theme),
        "audience": words.audience(found.audience),
        "registered": with_fixed_spaces(words.registered(planned.registered, found.places)),
        "state": words.TRAINING_STATES[found.state],
    }


def _start(planned: Planned) -> Any:
    return planned.training.start
