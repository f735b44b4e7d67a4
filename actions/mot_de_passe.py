"""The mail with which a forgotten password is replaced; and the mailbox that nobody opens any more.

Whoever lost the mailbox of their connection address gets no such mail: a ticket begins, which says
what the support needs to know.
"""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import words
from actions.account_links import ADDRESS, AddressKnown, AskAddress, AskedForMail, ReadAddress
from actions.answer import CONNECTION_ADDRESS
from actions.base import Events, entity, is_command
from actions.forms import PASSWORD
from actions.ticket import StartTicket
from chorus.account_models import AccountRequestKind
from livechat import tickets
from livechat.errands import DEAD_MAILBOX
from livechat.errands import PASSWORD as INTENT
from ticketing import guessing


class ForgottenPassword(AskedForMail):
    title = "action_password"
    form = PASSWORD
    intent = INTENT
    kind = AccountRequestKind.PASSWORD_RESET
    label = words.SEND_RESET

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        if is_command(tracker) and entity(tracker, "act") == DEAD_MAILBOX:
            return await self._write_instead(tracker, entity(tracker, "address"))
        return await super().run(dispatcher, tracker, domain)

    async def _write_instead(self, tracker: Tracker, address: str | None) -> Events:
        """`address`: the one whose mailbox is lost, when it was told. Else it may be the one that
        the host site knows: the answer goes to none of the two.
        """
        conversation = await self.conversation(tracker)
        lost = address or (tickets.known_email(conversation) if conversation else None)
        context, category = words.dead_mailbox(address), guessing.clear([CONNECTION_ADDRESS])
        start = StartTicket(self._sources)
        return await start.start_about(tracker, context, category, never_to=lost)


class AskConnectionAddress(AskAddress):
    title = f"action_ask_{PASSWORD.name}_{ADDRESS}"
    form = PASSWORD
    intent = INTENT
    text = words.WHICH_CONNECTION_ADDRESS


class ReadConnectionAddress(ReadAddress):
    form = PASSWORD


class SendPasswordReset(AddressKnown):
    title = "action_password_send"
    form = PASSWORD
    kind = AccountRequestKind.PASSWORD_RESET


ACTIONS = (ForgottenPassword, AskConnectionAddress, ReadConnectionAddress, SendPasswordReset)
