"""The door of the actions: Rasa asks here, inside the web process, and only Rasa may.

Each answer carries what the assistant remembers from then on, so that the exchange can store it
with the turn and restore it under another name.
"""

import hmac
import logging
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from actions import (
    aide,
    answer,
    conversation,
    formation,
    hors_sujet,
    invoice_questions,
    lien_activation,
    mon_ticket,
    mot_de_passe,
    session,
    suivi_facture,
    ticket,
    ticket_questions,
    ticket_reading,
    training_questions,
)
from actions.base import Sources
from actions.forms import FORMS
from livechat.assistant import Memory

logger = logging.getLogger(__name__)

HEADER = "X-Action-Secret"
SESSION_START = session.StartSession.title
PASSING = {"session_started_metadata"}  # slots that tell of one message only

MODULES = (
    aide,
    answer,
    conversation,
    formation,
    hors_sujet,
    invoice_questions,
    lien_activation,
    mon_ticket,
    mot_de_passe,
    session,
    suivi_facture,
    ticket,
    ticket_questions,
    ticket_reading,
    training_questions,
)

router = APIRouter(include_in_schema=False)


def executor(sources: Sources) -> ActionExecutor:
    made = ActionExecutor()
    for module in MODULES:
        for action in module.ACTIONS:
            made.register_action(action(sources))
    sources.entries.update({form.entry: made.actions[form.entry] for form in FORMS.values()})
    return made


@router.post("/actions/webhook", name="run_action")
async def run_action(request: Request) -> JSONResponse:
    """Run one action. 400: it rejects its execution; 404: no such action (Rasa's protocol).

    500: the conversation has not begun (`has_begun`).
    """
    given, expected = request.headers.get(HEADER, ""), request.app.state.action_key
    if not hmac.compare_digest(given.encode(), expected.encode()):
        return JSONResponse({"error": "forbidden"}, status_code=403)
    call = await request.json()
    if not has_begun(call):
        return JSONResponse({"error": "what this conversation knew was not read"}, 500)
    try:
        result = await request.app.state.executor.run(call)
    except ActionExecutionRejection as rejection:
        return JSONResponse({"error": str(rejection), "action_name": rejection.action_name}, 400)
    except ActionNotFoundException as unknown:
        return JSONResponse({"error": str(unknown), "action_name": unknown.action_name}, 404)
    answer_ = result.model_dump() if result is not None else {"events": [], "responses": []}
    answer_["responses"].append({"custom": {"memory": remembered(call, answer_["events"])}})
    return JSONResponse(answer_)


def has_begun(call: dict[str, Any]) -> bool:
    """False when the action that reads what a conversation knew has failed before.

    Rasa goes on then, with a form that it has forgotten; what it would remember now would replace
    what we know. Without an answer the turn ends with an apology, and is begun anew the next time.
    """
    events = call["tracker"]["events"]
    return call["next_action"] == SESSION_START or any(
        event["event"] == "session_started" for event in events
    )


def remembered(call: dict[str, Any], events: list[dict[str, Any]]) -> dict[str, Any]:
    """What the assistant knows once these events have happened."""
    slots = dict(call["tracker"]["slots"])
    loop = (call["tracker"].get("active_loop") or {}).get("name")
    for event in events:
        if event["event"] == "slot":
            slots[event["name"]] = event["value"]
        elif event["event"] == "active_loop":
            loop = event["name"]
    kept = {
        name: value for name, value in slots.items() if value is not None and name not in PASSING
    }
    return Memory(slots=kept, loop=loop).model_dump(mode="json")
