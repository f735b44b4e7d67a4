"""What the form of a ticket asks: each missing thing once, then all of it to be confirmed."""

from rasa_sdk import Tracker

from actions import words
from actions.addresses import AskForAddress
from actions.base import button
from actions.forms import TICKET, FormQuestion, Question
from livechat import tickets
from livechat.assistant import Button
from livechat.models import Conversation
from ticketing import guessing, routing
from ticketing.models import Route, Ticket

# Slots of the form: what it needs, in its order.
DESCRIPTION, CATEGORY = "ticket_description", "ticket_category"
EMAIL, CONFIRM = "ticket_email", "ticket_confirm"
# Slots between two of its questions.
ASIDE = "ticket_aside"  # tickets that this one came before, each with its slots
CONTEXT = "ticket_context"  # what it is about, known before a word of the user
DOUBT = "ticket_doubt"  # a description that looks like a question, and how it was understood
ABOUT = "ticket_about"  # answers that say what it is about, the likeliest first
CHANGING = "ticket_changing"  # whether the user wants something of it changed
REFUSED = "ticket_refused"  # addresses refused so far, and whether one was just now

SHOWN = 300  # characters of a description in the summary


class TicketQuestion(FormQuestion):
    form = TICKET


class AskDescription(TicketQuestion):
    title = f"action_ask_{DESCRIPTION}"
    slot = DESCRIPTION

    async def question(self, tracker: Tracker) -> Question:
        if tracker.get_slot(DOUBT):
            choices = [
                button(words.AS_DESCRIPTION, "ticket", act="as_description"),
                button(words.AS_QUESTION, "ticket", act="as_question"),
            ]
            return Question(words.QUESTION_OR_NOT, choices)
        context = tracker.get_slot(CONTEXT)
        return Question(words.describe_about(context) if context else words.DESCRIBE)


class AskCategory(TicketQuestion):
    title = f"action_ask_{CATEGORY}"
    slot = CATEGORY

    async def question(self, tracker: Tracker) -> Question:
        choices = [
            button(label_of(pair), "ticket", act="category", category=pair)
            for pair in guessing.proposed(tracker.get_slot(ABOUT) or [])
        ]
        return Question(words.WHICH_CATEGORY, choices)


class AskEmail(AskForAddress):
    form = TICKET
    title = f"action_ask_{EMAIL}"
    slot = EMAIL
    refusals = REFUSED
    text = words.WHICH_EMAIL
    text_again = words.BAD_EMAIL_AGAIN


class AskConfirm(TicketQuestion):
    """The summary; or, when something of it is wrong, what."""

    title = f"action_ask_{CONFIRM}"
    slot = CONFIRM

    async def question(self, tracker: Tracker) -> Question:
        if tracker.get_slot(CHANGING):
            return Question(words.WHAT_TO_CHANGE, _changes(), again=False)
        description = str(tracker.get_slot(DESCRIPTION))
        conversation = await self.conversation(tracker)
        known = await self._alike(conversation, description)
        pair = tracker.get_slot(CATEGORY)
        title = tickets.title_of(description)
        text = words.summary(
            title,
            tracker.get_slot(CONTEXT),
            _shortened(description) if description.strip(" .") != title else None,
            label_of(pair) if pair else None,
            str(tracker.get_slot(EMAIL)),
            _warning(known, conversation),
            to_recipient=_goes_to_recipient(pair),
        )
        return Question(text, [*_decisions(known), self.stop(words.CANCEL)], again=False)

    async def _alike(self, conversation: Conversation | None, description: str) -> Ticket | None:
        if conversation is None:
            return None
        async with self._database.reading() as session:
            found = await tickets.alike(session, conversation, description)
        return found[0] if found else None


def _decisions(known: Ticket | None) -> list[Button]:
    send = button(words.SEND_ANYWAY if known else words.SEND, "ticket", act="send")
    completing = {"act": "complete", "ticket_reference": known.reference} if known else {}
    complete = [button(words.complete(known.reference), "ticket", **completing)] if known else []
    change = button(words.CHANGE, "ticket", act="change")
    return [send, *complete, change]


def _changes() -> list[Button]:
    return [
        button(words.CHANGE_DESCRIPTION, "ticket", act="change_description"),
        button(words.CHANGE_CATEGORY, "ticket", act="change_category"),
        button(words.CHANGE_EMAIL, "ticket", act="change_email"),
        button(words.START_ANEW, "ticket", act="anew"),
        button(words.BACK, "ticket", act="back"),
    ]


def _warning(known: Ticket | None, conversation: Conversation | None) -> str | None:
    """Who is not connected holds the conversation alone: they are told a reference, no more."""
    if known is None or conversation is None:
        return None
    theirs = known.subject is not None and known.subject == conversation.subject
    return words.alike(known.reference, known.title if theirs else None)


def _goes_to_recipient(pair: str | None) -> bool:
    category, _, subcategory = (pair or "").partition("/")
    rule = routing.listed().get((category, subcategory))
    return rule is not None and rule.route is Route.METIER


def label_of(pair: str) -> str:
    labels = routing.labels()
    return words.in_category(labels[pair.partition("/")[0]], labels[pair])


def _shortened(text: str) -> str:
    return text if len(text) <= SHOWN else text[:SHOWN].rsplit(" ", 1)[0] + " […]"


ACTIONS = (AskDescription, AskCategory, AskEmail, AskConfirm)
