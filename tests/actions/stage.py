"""The stage on which actions are tried: real actions and executor, and a Rasa made of a dict."""

from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4
from zoneinfo import ZoneInfo

import yaml

from actions.base import Sources
from actions.door import executor, remembered
from chorus.accounts import Accounts, NoAccounts
from chorus.invoices import Invoices
from chorus.portal import Portal, UnconnectedPortal
from kit.database import Database
from knowledge.library import Context, answer_text, library
from livechat.appointment_models import Appointment
from livechat.assistant import Memory, Reply
from livechat.models import Conversation

DOMAIN = Path(__file__).parents[2] / "domain.yml"
FORM = "explanation_form"
PARIS = ZoneInfo("Europe/Paris")

type Message = dict[str, Any]


@cache
def domain() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(DOMAIN.read_text(encoding="utf-8"))
    return found


def typed(
    text: str,
    *candidates: tuple[str, float],
    kind: str = "answer",
    language: str = "fr",
    ranking: dict[str, float] | None = None,
    also: str | None = None,
) -> Message:
    """What the pipeline makes of a text. `ranking`: further intents that it saw in it."""
    seen = [{"intent": name, "confidence": confidence} for name, confidence in candidates]
    name, confidence = candidates[0] if candidates else ("nlu_fallback", 0.0)
    if kind in {"choose", "escalate"}:
        name = "nlu_fallback"
    return {
        "text": text,
        "intent": {"name": name, "confidence": confidence},
        "entities": [],
        "intent_ranking": [
            {"name": each, "confidence": how} for each, how in (ranking or {}).items()
        ],
        "decision": {
            "kind": kind,
            "candidates": seen,
            "in_scope": 0.9,
            "language": language,
            "also": also,
        },
    }


def clicked(intent: str, **entities: str) -> Message:
    """What Rasa makes of a command of ours; the components leave it alone."""
    return {
        "text": f"/{intent}",
        "intent": {"name": intent, "confidence": 1.0},
        "entities": [{"entity": name, "value": value} for name, value in entities.items()],
        "intent_ranking": [{"name": intent, "confidence": 1.0}],
    }


def ask(section: str, text: str = "ma question", confidence: float = 0.9) -> Message:
    """A question that is clearly about this section."""
    return typed(text, (section.replace("/", "."), confidence))


def text_of(section: str, context: Context | None = None) -> str:
    return answer_text(library().sections[section], context or Context())


def sources_of(
    database: Database, portal: Portal | None = None, accounts: Accounts | None = None
) -> Sources:
    """What the actions read; no host site, unless one is given."""
    invoices = Invoices(portal or UnconnectedPortal())
    return Sources(database, library(), invoices, accounts or NoAccounts())


class Stage:
    """Stands for Rasa: keeps the slots and the active form, and runs the action a rule names."""

    OPEN: ClassVar = datetime(2026, 11, 24, 11, 0, tzinfo=PARIS)  # a Tuesday
    SATURDAY: ClassVar = datetime(2026, 11, 28, 11, 0, tzinfo=PARIS)
    CHRISTMAS: ClassVar = datetime(2026, 12, 25, 11, 0, tzinfo=PARIS)  # a Friday

    def __init__(
        self, database: Database, sender: str = "s", sources: Sources | None = None
    ) -> None:
        self.database = database
        self.sender = sender
        self.slots: dict[str, Any] = {}
        self.loop: str | None = None
        self.next_action: str | None = None
        self.sources = sources or sources_of(database)
        self._executor = executor(self.sources)

    async def run(self, action: str, message: Message) -> list[Reply]:
        """Run one action on what the user said. What it says; its events are remembered."""
        call = self._call(action, message)
        result = await self._executor.run(call)
        assert result is not None
        memory = Memory.model_validate(remembered(call, result.events))
        self.slots, self.loop = dict(memory.slots), memory.loop
        self.next_action = next(
            (event["name"] for event in result.events if event["event"] == "followup"), None
        )
        said = [response["custom"]["say"] for response in result.responses]
        return [Reply.model_validate(each) for each in said]

    async def revalidate(self, action: str, message: Message, known: dict[str, Any]) -> None:
        """A form that begins, or is asked again: its action looks at what is known."""
        call = self._call(action, message)
        candidates = [{"event": "slot", "name": n, "value": v} for n, v in known.items() if v]
        call["tracker"]["events"] = [{"event": "action", "name": "form"}, *candidates]
        result = await self._executor.run(call)
        assert result is not None and result.responses == []
        memory = Memory.model_validate(remembered(call, result.events))
        self.slots, self.loop = dict(memory.slots), memory.loop

    async def one(self, action: str, message: Message) -> Reply:
        (reply,) = await self.run(action, message)
        return reply

    async def complain(self, message: Message) -> Reply:
        """A complaint, and the form that Rasa starts then: the question it asks."""
        assert await self.run("action_problem", message) == []
        assert self.next_action == FORM
        self.loop = FORM
        return await self.one("action_ask_explanation", message)

    async def explain(self, message: Message) -> None:
        """A message while the form is active: does it take it?"""
        assert self.loop == FORM
        assert await self.run(f"validate_{FORM}", message) == []

    async def end_form(self) -> None:
        self.loop = None
        self.slots.pop("requested_slot", None)

    async def connect(self, role: str, kind: str = "entreprise") -> Context:
        """From here on the user is known to be this."""
        known = {"sub": "a", "email": "a@b.fr", "role": role, "structures": [{"kind": kind}]}
        async with self.database.writing.begin() as session:
            session.add(Conversation(sender=self.sender, identity=known, subject="host a"))
        return Context(connected=True, role=role, kind=kind)

    async def has_appointment(self, start: datetime, phone: str) -> None:
        """An advisor is to call the user then."""
        async with self.database.writing.begin() as session:
            conversation = Conversation(sender=self.sender)
            session.add(conversation)
            await session.flush()
            session.add(
                Appointment(
                    conversation_id=conversation.id,
                    member_id=uuid4(),
                    start=start,
                    end=start + timedelta(minutes=20),
                    phone=phone,
                )
            )

    def _call(self, action: str, message: Message) -> dict[str, Any]:
        return {
            "next_action": action,
            "sender_id": self.sender,
            "domain": domain(),
            "tracker": {
                "sender_id": self.sender,
                "slots": dict.fromkeys(domain()["slots"]) | self.slots,
                "latest_message": message,
                "events": [],
                "paused": False,
                "followup_action": None,
                "active_loop": {"name": self.loop} if self.loop else {},
                "latest_action_name": "action_listen",
            },
        }
