"""What the assistant has done for the user at the host site: mails about accounts, trainings.

Each is carried out in the transaction that stores the turn, once, and said in the words of what
became of it. Who asks for a mail reads the same whether there is such an account or not.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from chorus import account_requests, training, words
from chorus.account_models import AccountRequestKind
from chorus.account_requests import Outcome
from chorus.training_mails import Paper
from kit.errors import Refusal
from livechat.assistant import (
    AskAccountMail,
    AskCommand,
    Button,
    Directive,
    JoinTraining,
    LeaveTraining,
    OpenRequest,
    OpenTicket,
    Reply,
)
from livechat.models import Conversation, LogEntry
from livechat.offers import act
from livechat.protocol import Act, Answer, Choice, Decision
from livechat.speech import carry_out, speak

# Topics of the assistant (data/nlu), whose buttons stand under what is said here.
PASSWORD, TRAINING = "mot_de_passe.oublie", "formation.inscription"
MY_TRAININGS = "mes_formations"
DEAD_MAILBOX = "dead_mailbox"  # the act of who cannot open the mailbox of their address

ARTICLES = {
    AccountRequestKind.ACTIVATION: "lien_activation",
    AccountRequestKind.PASSWORD_RESET: "mot_de_passe",
}


class Errands:
    def __init__(self, paper: Paper) -> None:
        self._paper = paper

    async def carry_out(
        self, session: AsyncSession, conversation: Conversation, wanted: Directive
    ) -> list[LogEntry]:
        """Do it and say so. The caller holds the lock of the queue, then the conversation."""
        match wanted:
            case AskAccountMail():
                reply = await _ask_for_mail(session, conversation, wanted)
            case JoinTraining():
                reply = await self._join(session, conversation, wanted)
            case LeaveTraining():
                reply = await self._leave(session, conversation, wanted)
            case OpenRequest() | OpenTicket():
                return await carry_out(session, conversation, wanted)
        return [await speak(session, conversation, reply, happened=True)]

    async def _join(
        self, session: AsyncSession, conversation: Conversation, wanted: JoinTraining
    ) -> Reply:
        try:
            registration = await training.register(
                session,
                wanted.session_id,
                wanted.email,
                paper=self._paper,
                subject=conversation.subject,
                conversation_id=conversation.id,
                vouched=_is_their_own(conversation, wanted.email),
            )
            joined = (await training.offer_of(session, registration.session_id)).training
            await self._give_back(session, conversation, wanted)
        except Refusal as refusal:
            others = _button(words.OTHER_TRAININGS, TRAINING, act="start")
            return _said(words.training_refused(refusal.code), "formation", [others])
        mine = _button(words.MY_TRAININGS, MY_TRAININGS)
        return _said(words.training_joined(joined, registration.email), "formation", [mine])

    async def _give_back(
        self, session: AsyncSession, conversation: Conversation, wanted: JoinTraining
    ) -> None:
        """The place that was taken for an address which was wrong."""
        if wanted.instead_of is None or wanted.instead_of.lower() == wanted.email.lower():
            return
        who = conversation.subject, conversation.id
        for each in await training.registrations_of(session, *who):
            registration = each.registration
            same = registration.session_id == wanted.session_id
            if same and registration.email == wanted.instead_of.lower():
                await training.cancel(
                    session,
                    registration.id,
                    paper=self._paper,
                    subject=conversation.subject,
                    conversation_id=conversation.id,
                )

    async def _leave(
        self, session: AsyncSession, conversation: Conversation, wanted: LeaveTraining
    ) -> Reply:
        try:
            left = await training.cancel(
                session,
                wanted.registration_id,
                paper=self._paper,
                subject=conversation.subject,
                conversation_id=conversation.id,
            )
        except Refusal as refusal:
            return _said(words.training_refused(refusal.code), "formation", [])
        others = _button(words.OTHER_TRAININGS, TRAINING, act="start")
        return _said(words.training_left(left.training), "formation", [others])


def _is_their_own(conversation: Conversation, email: str) -> bool:
    known = (conversation.identity or {}).get("email") or ""
    return bool(known) and str(known).lower() == email.lower()


async def _ask_for_mail(
    session: AsyncSession, conversation: Conversation, wanted: AskAccountMail
) -> Reply:
    outcome = await account_requests.ask(session, wanted.kind, wanted.address, conversation.id)
    if outcome is Outcome.TOO_MANY:
        return _said(words.TOO_MANY_MAILS, ARTICLES[wanted.kind], [act(Act.TICKET)])
    text = words.account_mail_asked(wanted.kind, wanted.address)
    if wanted.kind is AccountRequestKind.ACTIVATION:
        return _said(text, ARTICLES[wanted.kind], [act(Act.TICKET)])
    dead = _button(words.DEAD_MAILBOX, PASSWORD, act=DEAD_MAILBOX, address=wanted.address)
    return _said(text, ARTICLES[wanted.kind], [dead])


def _said(text: str, article: str, choices: list[Choice | Button]) -> Reply:
    answer = Answer(decision=Decision.TALK, id=article, article=article, confidence=1.0)
    return Reply(text=text, choices=choices, answer=answer)


def _button(label: str, intent: str, **entities: str) -> Button:
    return Button(id="", label=label, command=AskCommand(intent=intent, entities=entities))
