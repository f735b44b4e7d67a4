"""The answers of the knowledge base: a section, or where to look for what is not in it."""

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import select

from actions import words
from actions.base import (
    Besides,
    Candidate,
    Events,
    TopicAction,
    Understood,
    button,
    say,
    understood,
)
from actions.forms import ACTIVATION, INVOICE, LAST, PASSWORD, TRAINING, go_on
from knowledge.library import Context, Library, Section, answer_text, redirection_text
from livechat import agenda, appointments
from livechat.assistant import Button
from livechat.errands import DEAD_MAILBOX
from livechat.errands import PASSWORD as PASSWORD_INTENT
from livechat.models import Conversation
from livechat.offers import act
from livechat.protocol import Act, Answer, Choice, Decision

APPOINTMENT = "aide_canaux/rendez_vous"
# Sections about which something can be done: the action that begins it.
DEEDS = {
    "suivi_facture/suivre": INVOICE.entry,
    "lien_activation/renvoyer": ACTIVATION.entry,
    "mot_de_passe/oublie": PASSWORD.entry,
    "formation/inscription": TRAINING.entry,
}
# Nobody changes it; who lost its mailbox writes a ticket (actions/mot_de_passe.py).
CONNECTION_ADDRESS = "adresses/modifier_connexion"
NEAR = 0.15  # a section that users confuse with the best one is added from this confidence on


class GiveAnswer(TopicAction):
    """Answers every question about a section or a redirected subject."""

    title = "action_answer"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        meant = understood(tracker)
        assert meant.best is not None
        return await self.give(dispatcher, tracker, meant.best, meant)

    async def give(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        chosen: Candidate,
        meant: Understood,
        *,
        done: bool = False,
        also: str = "",
        first: Sequence[Button] = (),
    ) -> Events:
        """Say the chosen answer, with those that users confuse with it when they are near.

        What can be done about it is offered by the action of its form, which calls this in turn:
        `done`. `also` stands below the section then, `first` before its other choices.
        """
        if not done and chosen.answer_id in DEEDS:
            return await self._sources.entries[DEEDS[chosen.answer_id]](dispatcher, tracker, {})
        context = await self.context(tracker)
        if chosen.answer_id in self._library.redirections:
            second = await self.asked_besides(meant)
            self._redirect(dispatcher, chosen, meant, context, second)
        else:
            sections = together(self._library, chosen, meant)
            told = await self._appointment(tracker, sections[0])
            texts = [told] if told else [answer_text(each, context) for each in sections]
            second = await self.asked_besides(meant, sections)
            text = "\n\n".join(filter(None, [*texts, also]))
            say(
                dispatcher,
                meant.worded(second.below(text)),
                answer=_answered(sections[0], chosen.confidence),
                choices=[
                    *second.choices,
                    *first,
                    *_ways_on(sections[0]),
                    *await self._acts(sections[0]),
                ],
                votable=True,
            )
        return [
            SlotSet("last_answer", chosen.answer_id),
            SlotSet(LAST, None),  # an address that is typed now has another reason
            SlotSet("misses", 0),
            SlotSet("pending_offer", second.offered),
            *go_on(tracker),
        ]

    def _redirect(
        self,
        dispatcher: CollectingDispatcher,
        chosen: Candidate,
        meant: Understood,
        context: Context,
        second: Besides,
    ) -> None:
        redirection = self._library.redirections[chosen.answer_id]
        text = second.below(redirection_text(redirection, context))
        answer = Answer(
            decision=Decision.REDIRECT,
            id=chosen.answer_id,
            title=redirection.title,
            confidence=chosen.confidence,
        )
        say(dispatcher, meant.worded(text), answer=answer, choices=second.choices, votable=True)

    async def _appointment(self, tracker: Tracker, section: Section) -> str | None:
        """« Mon rendez-vous ? » of somebody who has one: when it is, and how to change it."""
        if section.id != APPOINTMENT:
            return None
        query = select(Conversation.id).where(Conversation.sender == tracker.sender_id)
        async with self._database.reading() as session:
            conversation_id = await session.scalar(query)
            found = conversation_id and await agenda.upcoming(session, conversation_id)
            return appointments.said(found) if found else None

    async def _acts(self, section: Section) -> list[Choice]:
        """What can be done at once about it: an advisor only while there may be one."""
        _, possible = await self.offer() if section.acts else ("", [])
        wanted = {Act(f"act:{name}") for name in section.acts}
        open_now = [c for c in possible if c.id in wanted]
        return open_now or ([act(Act.TICKET)] if wanted else [])


def _ways_on(section: Section) -> list[Button]:
    if section.id != CONNECTION_ADDRESS:
        return []
    return [button(words.DEAD_CONNECTION_MAILBOX, PASSWORD_INTENT, act=DEAD_MAILBOX)]


def together(library: Library, chosen: Candidate, meant: Understood) -> list[Section]:
    """The chosen section, then one that users confuse with it, when it was nearly meant too."""
    first = library.sections[chosen.answer_id]
    near = {c.answer_id for c in meant.candidates if c.confidence >= NEAR}
    second = [library.sections[other] for other in first.together if other in near]
    return [first, *second[:1]]


def _answered(section: Section, confidence: float) -> Answer:
    return Answer(
        decision=Decision.ANSWER,
        id=section.id,
        article=section.article,
        title=section.title,
        updated_on=section.updated_on,
        confidence=confidence,
    )


ACTIONS = (GiveAnswer,)
