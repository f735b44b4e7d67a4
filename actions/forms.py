"""What all forms have in common: what is asked, stopping, a change of subject, taking up again.

A form asks only what is missing, one thing a message. Whatever else is said in the middle is
answered by the ordinary rules, after which the form asks again; another form may come in between
and gives way to the first at its end. « non » leaves a form; what was said is kept.
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import FormValidationAction

from actions import words
from actions.base import (
    Besides,
    Events,
    Sources,
    TopicAction,
    button,
    is_command,
    say,
    talked,
    understood,
    whole_text,
)
from actions.typed import address_in, address_meant
from livechat.assistant import Button

REQUESTED = "requested_slot"
ASKED = "asked"  # how often each text was asked, by its digest; kept for the conversation
LAST = "last_form"  # the form that was done, or offered, last: a value or a correction is its
SUSPENDED = "suspended"  # the forms that others came into, each with what it had asked last

FEW = 8  # words
TWICE = 2  # the log would offer help in place of a third time (livechat/speech.py)

type Slots = dict[str, Any]


def _nothing(tracker: Tracker) -> str | None:
    return None


@dataclass(frozen=True)
class Form:
    """One form, and what all forms need to know of each."""

    name: str
    article: str  # of what it says, for outsiders
    entry: str  # the action that begins it
    left: str  # what is said to who stops
    passing: tuple[str, ...] = ()  # slots that mean nothing once it is left
    finds: Callable[[Tracker], str | None] = _nothing  # what a correction of it would hold


def invoice_number_in(tracker: Tracker) -> str | None:
    return next(tracker.get_latest_entity_values("invoice_number"), None)


def address_said(tracker: Tracker) -> str | None:
    """Alone, or in a few words: a story that names an address asks for nothing."""
    text = str(tracker.latest_message.get("text") or "")
    if len(text.split()) > FEW:
        return None
    return address_in(text) or (text if address_meant(text) else None)


TICKET = Form(
    "ticket_form",
    article="ticket",
    entry="action_ticket",
    left=words.TICKET_LEFT,
    passing=("pending_offer", "ticket_confirm", "ticket_changing", "ticket_doubt"),
)
INVOICE = Form(
    "invoice_form",
    article="suivi_facture",
    entry="action_invoice",
    left=words.INVOICE_LEFT,
    passing=("invoice_number", "invoice_chosen", "invoice_matches", "invoice_unknown"),
    finds=invoice_number_in,
)
ACTIVATION = Form(
    "activation_form",
    article="lien_activation",
    entry="action_activation",
    left=words.ACCOUNT_LEFT,
    passing=("account_address", "account_refused"),
    finds=address_said,
)
PASSWORD = Form(
    "password_form",
    article="mot_de_passe",
    entry="action_password",
    left=words.ACCOUNT_LEFT,
    passing=("account_address", "account_refused"),
    finds=address_said,
)
TRAINING = Form(
    "training_form",
    article="formation",
    entry="action_training",
    left=words.TRAINING_LEFT,
    passing=("training_session", "training_email", "training_refused", "training_unclear"),
    finds=address_said,
)
FORMS = {form.name: form for form in (TICKET, INVOICE, ACTIVATION, PASSWORD, TRAINING)}
# Anything else that is said ends it.
EXPLANATION = Form("explanation_form", "probleme", "action_problem", words.LISTENING)


# Where the user is -------------------------------------------------------------------------------


def form_of(tracker: Tracker) -> Form | None:
    """The form that the user is in. None in an explanation, which anything else ends."""
    return FORMS.get((tracker.active_loop or {}).get("name") or "")


def begin(tracker: Tracker, form: Form, **known: Any) -> Events:
    """Start a form with what is known, or have it ask again; one under way waits for its end."""
    active, waiting = form_of(tracker), _waiting(tracker)
    fresh = {} if active is form else dict.fromkeys(form.passing)
    told = [SlotSet(*each) for each in (fresh | known | {"pending_offer": None}).items()]
    if active is None or active is form:
        return [*told, FollowupAction(form.name)]
    last = (tracker.get_slot(ASKED) or {}).get("last")
    others = [each for each in waiting if each["form"] not in (form.name, active.name)]
    suspended = [*others, {"form": active.name, "last": last}]
    return [
        *told,
        SlotSet(SUSPENDED, suspended),
        SlotSet(REQUESTED, None),
        FollowupAction(form.name),
    ]


def _waiting(tracker: Tracker) -> list[dict[str, Any]]:
    """The forms that others came into, the innermost last."""
    waiting: list[dict[str, Any]] = tracker.get_slot(SUSPENDED) or []
    return waiting


def back_to_form(tracker: Tracker) -> Events:
    """Whoever answers something in the middle of a form has it ask again."""
    form = form_of(tracker)
    return [FollowupAction(form.name)] if form else []


def go_on(tracker: Tracker) -> Events:
    """The form asks again; what went wrong with an answer is not asked any more."""
    return back_to_form(tracker) or leave(tracker)


def leave(tracker: Tracker, *, altogether: bool = False) -> Events:
    """Whatever form there is ends here; one that waited goes on, unless all end `altogether`."""
    if not tracker.active_loop:
        return []
    form = form_of(tracker)
    ending = [form] if form else []
    if altogether:
        ending += [FORMS[each["form"]] for each in _waiting(tracker)]
    passing = dict.fromkeys(name for each in ending for name in each.passing)
    emptied = [SlotSet(name, None) for name in (REQUESTED, *passing)]
    then = [SlotSet(SUSPENDED, None)] if altogether else ended(tracker)
    return [ActiveLoop(None), *emptied, *then]


def finish(tracker: Tracker, form: Form) -> Events:
    """This form has done its work, wherever it was answered: what waited for it goes on."""
    active = form_of(tracker)
    done = [SlotSet(name, None) for name in (*form.passing, "pending_offer")]
    if active is not None and active is not form:
        return [*done, SlotSet(LAST, form.name), *back_to_form(tracker)]
    return [*done, SlotSet(LAST, form.name), *(leave(tracker) or ended(tracker))]


def ended(tracker: Tracker) -> Events:
    """The form that another one came into goes on."""
    waiting = _waiting(tracker)
    if not waiting:
        return []
    *others, inner = waiting
    asked = dict(tracker.get_slot(ASKED) or {}) | {"last": inner["last"]}
    return [
        SlotSet(SUSPENDED, others or None),
        SlotSet(ASKED, asked),
        FollowupAction(inner["form"]),
    ]


async def corrected(
    sources: Sources,
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    domain: dict[str, Any],
) -> Events | None:
    """« non, c’est F-2024-18 », or an address alone: what was done or offered last begins anew.

    It is run here: a follow-up action would leave Rasa in a state that no rule knows.
    """
    last, active = FORMS.get(tracker.get_slot(LAST) or ""), form_of(tracker)
    if is_command(tracker) or last is None or last.finds(tracker) is None:
        return None
    if active not in (None, last) and last is not INVOICE:
        return None  # what is typed in the middle of a form has nothing to be sent to
    return await sources.entries[last.entry](dispatcher, tracker, domain)


# What is asked -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Question:
    text: str
    choices: Sequence[Button] = ()
    again: bool = True  # whether it is announced when it is asked once more


class FormQuestion(TopicAction):
    """Asks for one slot of its form, never three times in the same words."""

    form: ClassVar[Form]
    slot: ClassVar[str]

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        question = await self.question(tracker)
        asked: dict[str, Any] = dict(tracker.get_slot(ASKED) or {})
        repeated = asked.get("last") == _digest(question.text)
        text = words.back_to(question.text) if repeated and question.again else question.text
        times = asked.get(f"{_digest(text)}", 0) + 1
        asked |= {f"{_digest(text)}": times, "last": _digest(question.text)}
        if times > TWICE:
            text = words.once_more(text, times)
        begins = tracker.get_slot(REQUESTED) is None and not repeated
        second = await self.asked_besides(understood(tracker)) if begins else Besides()
        answer = talked(self.form.article, article=self.form.article)
        choices = [*question.choices, *second.choices]
        say(dispatcher, second.pointed_at_below(text), choices=choices, answer=answer)
        # Rasa sets it only afterwards: without it, what is remembered of this turn has forgotten
        # the question.
        return [
            SlotSet(REQUESTED, self.slot),
            SlotSet(ASKED, asked),
            SlotSet("pending_offer", None),
            *self.then(tracker),
        ]

    def stop(self, label: str = words.STOP) -> Button:
        """Leaves this form, and no other that may have come meanwhile."""
        return button(label, "non", act="stop", form=self.form.name)

    def then(self, tracker: Tracker) -> Events:
        """What is remembered beside the question."""
        return []

    async def question(self, tracker: Tracker) -> Question:
        raise NotImplementedError


def _digest(text: str) -> int:
    return zlib.crc32(text.encode())


# What is taken -----------------------------------------------------------------------------------


class FormReader(FormValidationAction):  # type: ignore[misc]  # rasa-sdk is not typed
    """Fills the slots of a form. What it does not take makes the form step back.

    Nothing in it depends on anything but the message and the slots: after an answer in between,
    Rasa reads the same message again.
    """

    form: ClassVar[Form]

    def __init__(self, sources: Sources) -> None:
        super().__init__()
        self._sources = sources

    def name(self) -> str:
        return f"validate_{self.form.name}"

    async def whole_text(self, tracker: Tracker) -> str:
        return await whole_text(self._sources.database, tracker)


def is_asked(tracker: Tracker, slot: str) -> bool:
    return bool(tracker.get_slot(REQUESTED) == slot)
