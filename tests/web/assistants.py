"""An assistant that says what a test wants it to say, at the boundary where Rasa stands."""

import asyncio
import threading

from livechat.assistant import Ask, Memory, Reply, Turned, Unreachable
from livechat.protocol import Act, Answer, Choice, Decision

ANSWER = Answer(
    decision=Decision.ANSWER,
    id="adresses/modifier_connexion",
    article="adresses",
    title="Modifier mon adresse de connexion",
    confidence=0.93,
)
REPLY = Reply(
    text="Voici comment faire.",
    choices=[
        Choice(id="", label="Modifier l'adresse de contact", answer="adresses/modifier_contact"),
        Choice(id=Act.NONE, label="Aucune"),
    ],
    answer=ANSWER,
    votable=True,
)


class ScriptedAssistant:
    """Gives `replies` to whatever it is asked, once `gate` is open; fails while `broken`."""

    def __init__(self) -> None:
        self.replies = [REPLY]
        self.broken = False
        self.asked: list[Ask] = []
        self.gate = threading.Event()
        self.gate.set()

    async def reply(self, ask: Ask, *, sender: str, memory: Memory | None) -> Turned:
        self.asked.append(ask)
        while not self.gate.is_set():
            await asyncio.sleep(0.005)
        if self.broken:
            raise Unreachable("It is told to fail.")
        return Turned(replies=self.replies, memory=Memory())
