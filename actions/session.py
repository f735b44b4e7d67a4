"""The beginning of the assistant's record of a conversation: it is told what it knew before."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActionExecuted, ActiveLoop, SessionStarted, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection

from actions.base import Events, TopicAction
from livechat.assistant import Memory


class StartSession(TopicAction):
    """Restores the slots and the active form of the last stored turn."""

    title = "action_session_start"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        memory = Memory.model_validate(await self._told(tracker))
        restored = [SlotSet(name, value) for name, value in memory.slots.items()]
        loop = [ActiveLoop(memory.loop)] if memory.loop else []
        return [SessionStarted(), *restored, *loop, ActionExecuted("action_listen")]

    async def _told(self, tracker: Tracker) -> dict[str, Any]:
        """With the message when the name is new; else Rasa has forgotten a name that it knew.

        Raises ActionExecutionRejection for a name that is nobody's: the conversation was renamed
        meanwhile, and what is said in vain now is asked again.
        """
        told = tracker.get_slot("session_started_metadata") or {}
        if "memory" in told:
            return dict(told["memory"])
        conversation = await self.conversation(tracker)
        if conversation is None:
            raise ActionExecutionRejection(self.name(), "Nobody has this name.")
        return conversation.memory


ACTIONS = (StartSession,)
