"""Processes die while people talk: what was acknowledged is there, each message has one answer."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.journeys.service import Service

WAIT_S = 90.0  # for turns whose taker died: a lease, a restart, and a busy machine
QUESTION = "comment activer les notifications de facturation ?"

type Event = dict[str, Any]


class Talk:
    """One conversation of a program, over the HTTP API."""

    def __init__(self, http: httpx2.Client) -> None:
        self._http = http
        opened = http.post("/api/conversations", json={"client_id": str(uuid4())})
        opened.raise_for_status()
        body = opened.json()
        self._path = f"/api/conversations/{body['id']}"
        self._headers = {"Authorization": f"Bearer {body['token']}"}
        self.acknowledged: dict[str, int] = {}

    def say(self, text: str, client_id: str | None = None) -> int | None:
        """The number of the message once it is acknowledged, None when nobody answers."""
        body = {"client_id": client_id or str(uuid4()), "text": text}
        try:
            answer = self._http.post(f"{self._path}/messages", json=body, headers=self._headers)
        except httpx2.HTTPError:
            return None
        if answer.status_code != 201:
            return None
        seq: int = answer.json()["seq"]
        self.acknowledged[body["client_id"]] = seq
        return seq

    def events(self) -> list[Event]:
        answer = self._http.get(f"{self._path}/events", headers=self._headers)
        answer.raise_for_status()
        found: list[Event] = answer.json()["events"]
        return found

    def settled(self) -> list[Event]:
        """All events, once every message of the user has its answer."""
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline:
            events = self.events()
            if len(by(events, "assistant")) - 1 >= len(by(events, "user")):
                return events
            time.sleep(0.5)
        raise AssertionError(f"Still owed after {WAIT_S:.0f} s: {events}")


def by(events: list[Event], author: str) -> list[Event]:
    return [event for event in events if event.get("author") == author]


def decisions(events: list[Event]) -> list[str]:
    return [event["answer"]["decision"] for event in by(events, "assistant")[1:]]


@pytest.fixture
def http(service: Service) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=service.address, timeout=20, trust_env=False) as client:
        yield client


@pytest.fixture(autouse=True)
def _all_is_well_before(service: Service) -> None:
    """The journey before may have left Rasa dead: it is not there to be killed again."""
    service.wait_until_ready()


def test_every_message_has_one_answer_when_rasa_is_killed(
    service: Service, http: httpx2.Client
) -> None:
    talks = [Talk(http) for _ in range(6)]
    for talk in talks:
        assert talk.say(QUESTION)
    service.kill_rasa()
    for talk in talks:
        assert talk.say(QUESTION)
    for talk in talks:
        events = talk.settled()
        assert len(by(events, "assistant")) == 1 + 2  # the greeting, and one answer each
        assert set(decisions(events)) <= {"answer", "escalate"}
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    service.wait_until_ready()  # Rasa comes back by itself
    assert talks[0].say(QUESTION)
    assert decisions(talks[0].settled())[-1] == "answer"


def test_what_was_acknowledged_is_there_once_when_the_web_is_killed(
    service: Service, http: httpx2.Client
) -> None:
    """Also when it is sent again: whoever was cut off does not know what arrived."""
    talks = [Talk(http) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        saying = [pool.submit(say_until_dead, talk) for talk in talks]
        while not all(talk.acknowledged for talk in talks):  # however busy the machine is
            time.sleep(0.05)
        time.sleep(0.3)
        service.kill_web()
        for each in saying:
            each.result()
    service.wait_until_ready()
    for talk in talks:
        assert talk.acknowledged
        for client_id, seq in dict(talk.acknowledged).items():
            assert talk.say(QUESTION, client_id) == seq
        events = talk.settled()
        said = {event["seq"] for event in by(events, "user")}
        assert set(talk.acknowledged.values()) <= said
        assert len(by(events, "assistant")) == 1 + len(said)
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))


LONG = (  # answers, forms, what comes between them: all of it makes Rasa's record of it longer
    "bonjour",
    "je veux ouvrir un ticket",
    "oui",
    "Le bouton Modifier reste grisé depuis lundi.",
    "comment modifier mon adresse de connexion ?",
    "laisse tomber",
    "j'ai oublié mon mot de passe",
    "a.dupont@exemple.fr",
    "merci",
)


def test_a_long_conversation_never_becomes_too_long(http: httpx2.Client) -> None:
    """Rasa sends all of it with each action, until its record starts anew."""
    talk = Talk(http)
    for number in range(33):
        assert talk.say(LONG[number % len(LONG)])
        events = talk.settled()
        unable = [each for each in by(events, "assistant") if "Je n’arrive pas à" in each["text"]]
        assert unable == [], f"after {number + 1} messages"


def say_until_dead(talk: Talk) -> None:
    while talk.say(QUESTION) is not None:
        pass
