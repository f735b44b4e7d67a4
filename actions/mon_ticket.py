"""« Où en est mon ticket ? »: the reference and the status, for whoever may know them.

Whoever is connected is told the titles too; who only holds the conversation is not. A reference
that is not theirs is answered as one that does not exist.
"""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import words
from actions.base import Events, TopicAction, entity, say, understood
from actions.forms import back_to_form
from kit.site import site_url
from livechat.models import Conversation
from livechat.protocol import Answer, Decision
from livechat.tickets import FOLLOW
from ticketing import following
from ticketing.models import Ticket
from ticketing.words import STATUS_FOR_SENDER

LOOKED_AT = 50
SHOWN = 5


class TellMyTicket(TopicAction):
    title = "action_my_ticket"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        meant = understood(tracker)
        states = await self._states(tracker)
        url = f"{site_url()}{FOLLOW}"
        text = words.tickets_known(states, url) if states else words.no_ticket_known(url)
        sure = meant.best.confidence if meant.best else 1.0
        answer = Answer(decision=Decision.TALK, id="mon_ticket", article="ticket", confidence=sure)
        second = await self.asked_besides(meant)
        text = meant.worded(second.below(text))
        say(dispatcher, text, choices=second.choices, answer=answer)
        told = [SlotSet("pending_offer", second.offered), SlotSet("misses", 0)]
        return [*told, *back_to_form(tracker)]

    async def _states(self, tracker: Tracker) -> list[str]:
        conversation = await self.conversation(tracker)
        if conversation is None:
            return []
        async with self._database.reading() as session:
            theirs = await following.of_talker(
                session, conversation.id, conversation.subject, LOOKED_AT
            )
        named = entity(tracker, "ticket_reference")
        found = [each for each in theirs if named in (None, each.reference)]
        return [_state(each, conversation) for each in found[:SHOWN]]


def _state(ticket: Ticket, conversation: Conversation) -> str:
    connected = ticket.subject is not None and ticket.subject == conversation.subject
    title = ticket.title if connected else None
    return words.ticket_state(ticket.reference, STATUS_FOR_SENDER[ticket.status], title)


ACTIONS = (TellMyTicket,)
