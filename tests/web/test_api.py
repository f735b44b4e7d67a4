"""The HTTP API keeps the contract that other programs rely on: its answers, and its refusals."""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from httpx2 import Response
from sqlalchemy import update
from starlette.testclient import TestClient

import kit.database
import web.health
from chorus import demo
from chorus.identity import FixedKeys
from kit.clock import now
from kit.limits import Limited
from kit.settings import Settings
from livechat.models import Conversation
from livechat.protocol import Act, Mode
from tests.databases import PostgreSQLServer, migrate
from tests.web.assistants import ScriptedAssistant
from tests.web.conftest import on_sqlite
from tests.web.talks import Json, Talk, new_id, numbers, open_talk
from web.app import create_app

MARKER = "zzmarkerzz"  # what a test types, and must never read again
KNOWN = "0b5e0f5e-7d0c-4c35-9a0c-1f6f4d1f9a11"  # a client id


def refused(answer: Response, status: int) -> Json:
    """Checks the form of a refusal; its content."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert MARKER not in answer.text
    assert all(MARKER not in value for value in answer.headers.values())
    content: Json = answer.json()
    assert content["status"] == status
    assert content["title"]
    return content


def identity(settings: Settings, user: str = "camille") -> str:
    return demo.mint(user, settings)


# Opening ---------------------------------------------------------------------------------


def test_a_new_conversation_greets_says_that_it_is_a_machine_and_proposes(talk: Talk) -> None:
    assert str(UUID(talk.id)) == talk.id
    (greeting,) = talk.events
    assert greeting["seq"] == 1
    assert greeting["type"] == "message"
    assert greeting["author"] == "assistant"
    assert "un programme, pas une personne" in greeting["text"]
    assert greeting["answer"]["decision"] == "talk"
    assert greeting["answer"]["article"] == "salutation"
    assert greeting["choices"]
    for choice in greeting["choices"]:
        assert choice.keys() == {"id", "label", "answer"}


def test_the_same_client_id_gives_the_same_conversation_back(client: TestClient) -> None:
    client_id = new_id()
    first, second = (open_talk(client, client_id=client_id) for _ in range(2))
    assert (first.id, first.token, first.events) == (second.id, second.token, second.events)


def test_the_same_client_id_at_once_opens_one_conversation(client: TestClient) -> None:
    body = {"client_id": new_id()}
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: client.post("/api/conversations", json=body), range(6)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1


def test_a_client_id_may_be_left_out(client: TestClient) -> None:
    assert open_talk(client).id != open_talk(client).id


def test_a_conversation_reopened_brings_all_that_was_said(client: TestClient) -> None:
    client_id = new_id()
    open_talk(client, client_id=client_id).say()
    assert numbers(open_talk(client, client_id=client_id).events) == [1, 2, 3]


# Identity --------------------------------------------------------------------------------


def test_a_conversation_opens_connected(client: TestClient, settings: Settings) -> None:
    connected = open_talk(client, identity=identity(settings))
    anonymous = open_talk(client)
    assert connected.events[0]["choices"] != anonymous.events[0]["choices"]


def test_a_conversation_becomes_connected_later(talk: Talk, settings: Settings) -> None:
    answer = talk.post("identity", {"identity": identity(settings)})
    assert answer.status_code == 200
    assert answer.json()["role"] == "gestionnaire_principal"


def test_who_connects_later_is_offered_what_whoever_was_connected_is_greeted_with(
    client: TestClient, talk: Talk, settings: Settings
) -> None:
    talk.post("identity", {"identity": identity(settings)})
    (told,) = talk.read(after=1)
    greeted = open_talk(client, identity=identity(settings)).events[0]
    proposed = [[each["answer"] for each in event["choices"]] for event in (told, greeted)]
    assert proposed[0] == proposed[1]
    assert told["author"] == "assistant"


def test_a_token_sent_again_is_answered_again(talk: Talk, settings: Settings) -> None:
    body = {"identity": identity(settings)}
    first, second = talk.post("identity", body), talk.post("identity", body)
    assert (first.status_code, first.json()) == (second.status_code, second.json())


def test_an_opening_sent_again_with_its_token_is_answered_again(
    client: TestClient, settings: Settings
) -> None:
    body = {"client_id": new_id(), "identity": identity(settings)}
    assert open_talk(client, **body).id == open_talk(client, **body).id


def test_a_token_shown_in_another_conversation_is_refused(
    client: TestClient, settings: Settings
) -> None:
    token = identity(settings)
    open_talk(client, client_id=new_id(), identity=token)
    refused(client.post("/api/conversations", json={"identity": token}), 401)
    refused(client.post("/api/conversations", json={"identity": token, "client_id": new_id()}), 401)
    refused(open_talk(client).post("identity", {"identity": token}), 401)


def test_a_token_shown_in_two_conversations_at_once_is_refused_once(
    client: TestClient, settings: Settings
) -> None:
    body = {"identity": identity(settings)}
    talks = [open_talk(client) for _ in range(5)]
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda talk: talk.post("identity", body), talks))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401, 401]


def test_a_connected_conversation_is_given_back_to_its_person_only(
    client: TestClient, settings: Settings
) -> None:
    client_id = new_id()
    mine = open_talk(client, client_id=client_id, identity=identity(settings))
    path = "/api/conversations"
    refused(client.post(path, json={"client_id": client_id}), 401)
    theirs = {"client_id": client_id, "identity": identity(settings, "nadia")}
    refused(client.post(path, json=theirs), 401)
    again = open_talk(client, client_id=client_id, identity=identity(settings))
    assert again.id == mine.id


def test_another_person_does_not_take_a_conversation_over(talk: Talk, settings: Settings) -> None:
    talk.post("identity", {"identity": identity(settings)})
    refused(talk.post("identity", {"identity": identity(settings, "nadia")}), 409)


FORGED = ["x", MARKER, f"{MARKER}.{MARKER}.{MARKER}", "é.é.é", "a\0b"]


@on_sqlite
def test_a_forged_identity_is_refused(talk: Talk, subtests: pytest.Subtests) -> None:
    for bad in FORGED:
        with subtests.test(bad=bad):
            refused(talk.post("identity", {"identity": bad}), 401)
            refused(talk.client.post("/api/conversations", json={"identity": bad}), 401)


@on_sqlite
def test_an_identity_too_long_is_refused(talk: Talk) -> None:
    refused(talk.post("identity", {"identity": MARKER * 1_000}), 422)


def test_signing_out_voids_the_token(client: TestClient, settings: Settings) -> None:
    client_id = new_id()
    talk = open_talk(client, client_id=client_id)
    talk.post("identity", {"identity": identity(settings)})
    gone = client.delete(f"{talk.path}/identity", headers=talk.headers)
    assert (gone.status_code, gone.content) == (204, b"")
    refused(talk.say(), 401)
    refused(client.get(f"{talk.path}/events", headers=talk.headers), 401)
    assert open_talk(client, client_id=client_id).id != talk.id


# Messages --------------------------------------------------------------------------------


def test_a_message_is_stored_and_answered(talk: Talk) -> None:
    answer = talk.say("comment changer mon adresse ?")
    assert answer.status_code == 201
    assert answer.headers["preference-applied"] == "wait=10"
    assert answer.json()["seq"] == 2
    (reply,) = answer.json()["events"]
    assert reply.keys() == {
        "seq", "type", "at", "author", "name", "text", "choices", "answer", "votable", "files",
    }  # fmt: skip
    assert reply["answer"] == {
        "decision": "answer",
        "id": "adresses/modifier_connexion",
        "article": "adresses",
        "title": "Modifier mon adresse de connexion",
        "updated_on": None,
        "confidence": 0.93,
    }
    assert talk.read() == [*talk.events, talk.read(1)[0], reply]


@on_sqlite
def test_without_a_preference_nothing_is_waited_for(
    talk: Talk, assistant: ScriptedAssistant
) -> None:
    assistant.gate.clear()
    answer = talk.say(wait=None)
    assert (answer.status_code, answer.json()) == (201, {"seq": 2, "events": []})
    assert "preference-applied" not in answer.headers


@on_sqlite
@pytest.mark.parametrize("prefer", ["wait=0", "wait=0, respond-async", 'respond-async; wait="0"'])
def test_a_wait_that_ends_before_the_turn_brings_what_there_is(
    talk: Talk, assistant: ScriptedAssistant, prefer: str
) -> None:
    assistant.gate.clear()
    body = {"client_id": new_id(), "text": "bonjour"}
    headers = talk.headers | {"Prefer": prefer}
    answer = talk.client.post(f"{talk.path}/messages", json=body, headers=headers)
    assert (answer.status_code, answer.json()) == (201, {"seq": 2, "events": []})


UNKNOWN_PREFERENCES = [MARKER, f"wait={MARKER}", "wait", "wait=-1", "wait=", "éé"]


@on_sqlite
def test_a_preference_that_nobody_knows_is_ignored(talk: Talk, subtests: pytest.Subtests) -> None:
    for prefer in UNKNOWN_PREFERENCES:
        with subtests.test(prefer=prefer):
            body = {"client_id": new_id(), "text": "bonjour"}
            headers = talk.headers | {"Prefer": prefer}
            raw = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
            answer = talk.client.post(f"{talk.path}/messages", json=body, headers=raw)
            assert answer.status_code == 201
            assert "preference-applied" not in answer.headers


@on_sqlite
@pytest.mark.parametrize("asked", ["11", "3600", "9" * 30])
def test_nobody_waits_longer_than_ten_seconds(talk: Talk, asked: str) -> None:
    body = {"client_id": new_id(), "text": "bonjour"}
    headers = talk.headers | {"Prefer": f"wait={asked}"}
    answer = talk.client.post(f"{talk.path}/messages", json=body, headers=headers)
    assert answer.headers["preference-applied"] == "wait=10"


def test_a_message_sent_again_is_stored_and_answered_once(
    talk: Talk, assistant: ScriptedAssistant
) -> None:
    client_id = new_id()
    first = talk.say(client_id=client_id)
    talk.say("autre chose")
    again = talk.say(client_id=client_id, wait=None)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json()["seq"] == first.json()["seq"] == 2
    assert numbers(again.json()["events"]) == [3, 4, 5]
    assert len(assistant.asked) == 2


def test_a_message_sent_again_while_it_is_answered_gets_the_answer_too(
    talk: Talk, assistant: ScriptedAssistant
) -> None:
    assistant.gate.clear()
    client_id = new_id()
    talk.say(client_id=client_id, wait=None)
    with ThreadPoolExecutor(1) as pool:
        again = pool.submit(talk.say, client_id=client_id)
        assistant.gate.set()
        assert numbers(again.result().json()["events"]) == [3]


def test_a_message_sent_many_times_at_once_is_stored_once(
    talk: Talk, assistant: ScriptedAssistant
) -> None:
    client_id = new_id()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: talk.say(client_id=client_id), range(8)))
    assert [(a.status_code, a.json()["seq"]) for a in answers] == [(201, 2)] * 8
    assert len(talk.read()) == 3
    assert len(assistant.asked) == 1


@on_sqlite
@pytest.mark.parametrize("other", [{"text": "autre"}, {"text": "bonjour "}, {"choice": "1.1"}])
def test_another_body_under_a_known_client_id_is_a_conflict(
    talk: Talk, other: dict[str, str]
) -> None:
    client_id = new_id()
    talk.say("bonjour", client_id=client_id)
    before = talk.read()
    refused(talk.post("messages", {"client_id": client_id} | other), 409)
    assert talk.read() == before


def test_a_client_id_counts_within_its_conversation_only(client: TestClient) -> None:
    client_id = new_id()
    for talk in (open_talk(client), open_talk(client)):
        assert talk.say(client_id=client_id).json()["seq"] == 2


def test_a_choice_is_clicked_and_means_its_answer(talk: Talk, assistant: ScriptedAssistant) -> None:
    choice = talk.events[0]["choices"][0]
    answer = talk.click(choice["id"])
    assert answer.status_code == 201
    said, reply = talk.read(1)
    assert (said["author"], said["text"]) == ("user", choice["label"])
    assert reply["author"] == "assistant"
    (asked,) = assistant.asked
    assert asked.model_dump()["intent"] == choice["answer"].replace("/", ".")


@on_sqlite
@pytest.mark.parametrize("act", list(Act))
def test_an_act_is_no_dead_button(talk: Talk, act: Act) -> None:
    answer = talk.click(act)
    assert answer.status_code == 201
    said = [event for event in answer.json()["events"] if event["type"] == "message"]
    assert said and all(event["author"] in ("assistant", "system") for event in said)


NEVER_OFFERED = ["2.1", "1.99", "1.0", "9.1", "x", "act:unknown", "1", "1.", "²", "1.1 ", MARKER]


def test_a_choice_that_was_never_offered_is_refused(talk: Talk, subtests: pytest.Subtests) -> None:
    for choice in NEVER_OFFERED:
        with subtests.test(choice=choice):
            refused(talk.click(choice), 422)
            assert len(talk.read()) == 1


@on_sqlite
def test_a_choice_of_another_conversation_is_refused(client: TestClient) -> None:
    theirs, mine = open_talk(client), open_talk(client)
    theirs.say()
    refused(mine.click(theirs.read()[-1]["choices"][0]["id"]), 422)


@on_sqlite
def test_a_failing_assistant_is_said_honestly_and_help_is_offered(
    talk: Talk, assistant: ScriptedAssistant
) -> None:
    assistant.broken = True
    (reply,) = talk.say().json()["events"]
    assert reply["answer"]["decision"] == "escalate"
    assert reply["answer"]["confidence"] == 0
    assert Act.TICKET in [choice["id"] for choice in reply["choices"]]
    assistant.broken = False
    assert talk.answered()["answer"]["decision"] == "answer"


@on_sqlite
def test_a_secret_is_masked_and_the_user_is_told(talk: Talk) -> None:
    talk.say("mon mot de passe : Tr0ub4dor&3")
    said, note, _ = talk.read(1)
    assert "Tr0ub4dor" not in said["text"]
    assert note["author"] == "system"


def test_a_closed_conversation_takes_no_message(
    talk: Talk, app: FastAPI, client: TestClient
) -> None:
    async def close() -> None:
        async with app.state.database.writing.begin() as session:
            await session.execute(update(Conversation).values(mode=Mode.CLOSED))

    assert client.portal is not None
    client.portal.call(close)
    refused(talk.say(MARKER), 409)


# Events ----------------------------------------------------------------------------------


def test_events_are_ordered_without_holes_however_many_talk_at_once(talk: Talk) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda number: talk.say(f"question {number}"), range(12)))
    assert sorted({answer.json()["seq"] for answer in answers}) == sorted(
        event["seq"] for event in talk.read() if event["author"] == "user"
    )
    assert numbers(talk.read()) == list(range(1, 26))


def test_reading_goes_on_after_any_number(talk: Talk) -> None:
    talk.say()
    everything = talk.read()
    for after in range(5):
        assert talk.read(after) == everything[after:]
    assert talk.read(2**31 - 1) == []


NO_NUMBERS = ["-1", str(2**31), "x", "1.5", "", MARKER, "9" * 5_000]


@on_sqlite
def test_a_number_that_is_none_is_refused(talk: Talk, subtests: pytest.Subtests) -> None:
    for after in NO_NUMBERS:
        with subtests.test(after=after):
            path = f"{talk.path}/events?after={after}"
            refused(talk.client.get(path, headers=talk.headers), 422)


# Votes -----------------------------------------------------------------------------------


def test_a_vote_is_stored_and_the_last_one_counts(talk: Talk) -> None:
    seq = talk.answered()["seq"]
    first, second = talk.vote(seq, "up"), talk.vote(seq, "down")
    assert (first.status_code, second.status_code) == (201, 201)
    votes = [event for event in talk.read() if event["type"] == "vote"]
    assert [(vote["target_seq"], vote["value"]) for vote in votes] == [(seq, "up"), (seq, "down")]
    assert numbers(votes) == [first.json()["seq"], second.json()["seq"]]


def test_the_same_vote_again_changes_nothing(talk: Talk) -> None:
    seq = talk.answered()["seq"]
    first = talk.vote(seq, "down")
    before = talk.read()
    again = talk.vote(seq, "down")
    assert (again.status_code, again.json()) == (201, first.json())
    assert talk.read() == before


def test_a_red_thumb_is_answered_and_a_green_one_is_not(talk: Talk) -> None:
    seq = talk.answered()["seq"]
    assert talk.vote(seq, "up").json()["events"] == []
    assert [each["author"] for each in talk.vote(seq, "down").json()["events"]] == ["assistant"]


def test_only_what_is_votable_takes_a_vote(talk: Talk) -> None:
    talk.say()
    refused(talk.vote(1, "up"), 409)  # the greeting
    refused(talk.vote(2, "up"), 409)  # the user's own
    refused(talk.vote(99, "up"), 404)


# Refusals --------------------------------------------------------------------------------

CALLS = [
    ("POST", "identity"),
    ("DELETE", "identity"),
    ("POST", "messages"),
    ("POST", "votes"),
    ("GET", "events"),
]
BODIES: dict[str, Json] = {
    "identity": {"identity": "x"},
    "messages": {"client_id": KNOWN, "text": "bonjour"},
    "votes": {"seq": 1, "value": "up"},
}


def ask(client: TestClient, method: str, path: str, headers: dict[str, Any]) -> Response:
    body = BODIES.get(path.rpartition("/")[2]) if method == "POST" else None
    return client.request(method, path, json=body, headers=headers)


BAD_AUTHORIZATIONS = [
    b"",
    b"Bearer",
    b"Bearer ",
    f"Bearer {MARKER}".encode(),
    f"Basic {MARKER}".encode(),
    b"Bearer " + b"A" * 70,
    b"Bearer \xe9\xff",
    b"Bearer " + b"A" * 8_000,
]


@on_sqlite
def test_without_a_good_token_nothing_is_done(talk: Talk, subtests: pytest.Subtests) -> None:
    for method, call in CALLS:
        for authorization in BAD_AUTHORIZATIONS:
            with subtests.test(method=method, call=call, authorization=authorization):
                headers = {"Authorization": authorization} if authorization else {}
                answer = ask(talk.client, method, f"{talk.path}/{call}", headers)
                refused(answer, 401)
                assert answer.headers["www-authenticate"] == "Bearer"


CHANGES = ["first", "last", "longer", "shorter", "padded"]


@on_sqlite
def test_a_changed_token_is_refused(talk: Talk, subtests: pytest.Subtests) -> None:
    for change in CHANGES:
        with subtests.test(change=change):
            token = talk.token
            changed = {
                "first": ("B" if token[0] == "A" else "A") + token[1:],
                "last": token[:-1] + ("B" if token[-1] == "A" else "A"),
                "longer": token + "A",
                "shorter": token[:-1],
                "padded": token + "=" * (-len(token) % 4) + "=",
            }[change]
            headers = {"Authorization": f"Bearer {changed}"}
            refused(talk.client.get(f"{talk.path}/events", headers=headers), 401)


def test_foreign_and_absent_are_refused_alike(
    client: TestClient, subtests: pytest.Subtests
) -> None:
    for method, call in CALLS:
        with subtests.test(method=method, call=call):
            mine, theirs = open_talk(client), open_talk(client)
            foreign = ask(client, method, f"{theirs.path}/{call}", mine.headers)
            absent = ask(client, method, f"/api/conversations/{uuid4()}/{call}", mine.headers)
            odd = ask(client, method, f"/api/conversations/{MARKER}/{call}", mine.headers)
            for answer in (foreign, absent, odd):
                refused(answer, 404)
                assert (answer.content, answer.headers) == (foreign.content, foreign.headers)
            assert theirs.read() == theirs.events


@on_sqlite
def test_a_token_in_the_address_opens_nothing(talk: Talk) -> None:
    refused(talk.client.get(f"{talk.path}/events?token={talk.token}"), 401)


MALFORMED: list[tuple[str, Any]] = [
    ("messages", {}),
    ("messages", []),
    ("messages", "bonjour"),
    ("messages", None),
    ("messages", {"text": MARKER}),
    ("messages", {"client_id": KNOWN}),
    ("messages", {"client_id": MARKER, "text": "a"}),
    ("messages", {"client_id": 1, "text": "a"}),
    ("messages", {"client_id": None, "text": "a"}),
    ("messages", {"client_id": KNOWN, "text": "a", MARKER: 1}),
    ("messages", {"client_id": KNOWN, "text": "a", "author": "advisor"}),
    ("messages", {"client_id": KNOWN, "text": MARKER, "choice": MARKER}),
    ("messages", {"client_id": KNOWN, "text": ""}),
    ("messages", {"client_id": KNOWN, "text": " \n\t\u00a0"}),
    ("messages", {"client_id": KNOWN, "text": "\0"}),
    ("messages", {"client_id": KNOWN, "text": 1}),
    ("messages", {"client_id": KNOWN, "text": True}),
    ("messages", {"client_id": KNOWN, "text": [MARKER]}),
    ("messages", {"client_id": KNOWN, "text": {MARKER: MARKER}}),
    ("messages", {"client_id": KNOWN, "choice": ""}),
    ("messages", {"client_id": KNOWN, "choice": MARKER * 10}),
    ("messages", {"client_id": KNOWN, "choice": 1}),
    ("votes", {}),
    ("votes", {"seq": 1}),
    ("votes", {"value": "up"}),
    ("votes", {"seq": 0, "value": "up"}),
    ("votes", {"seq": -1, "value": "up"}),
    ("votes", {"seq": 2**31, "value": "up"}),
    ("votes", {"seq": 10**400, "value": "up"}),
    ("votes", {"seq": MARKER, "value": "up"}),
    ("votes", {"seq": 1.5, "value": "up"}),
    ("votes", {"seq": None, "value": "up"}),
    ("votes", {"seq": 1, "value": MARKER}),
    ("votes", {"seq": 1, "value": None}),
    ("votes", {"seq": 1, "value": "up", MARKER: MARKER}),
    ("identity", {}),
    ("identity", {"identity": ""}),
    ("identity", {"identity": None}),
    ("identity", {"identity": 1}),
    ("identity", {"identity": "x", MARKER: MARKER}),
]


@on_sqlite
def test_what_is_malformed_is_refused(talk: Talk, subtests: pytest.Subtests) -> None:
    for call, body in MALFORMED:
        with subtests.test(call=call, body=body):
            content = refused(talk.post(call, body), 422)
            assert content["detail"]
            assert talk.read() == talk.events


BAD_OPENINGS = [
    [],
    "x",
    {"client_id": MARKER},
    {"client_id": 1},
    {"identity": ""},
    {"identity": [MARKER]},
    {MARKER: MARKER},
]


@on_sqlite
def test_an_opening_that_is_malformed_is_refused(
    client: TestClient, subtests: pytest.Subtests
) -> None:
    for body in BAD_OPENINGS:
        with subtests.test(body=body):
            refused(client.post("/api/conversations", json=body), 422)


NOT_JSON = [
    b"",
    b"{",
    MARKER.encode(),
    b'{"client_id": "\xff"}',
    b"\xff\xfe\x00",
    b"[" * 30_000,
    b"[" * 30_000 + b"]" * 30_000,
    b'{"a":' * 10_000,
    b'{"seq": NaN, "value": "up"}',
    b'{"seq": ' + b"9" * 6_000 + b', "value": "up"}',
    b'{"client_id": "%b", "text": "\\ud800"}' % KNOWN.encode(),
    b'{"client_id": "%b", "text": "a\\udc00b"}' % KNOWN.encode(),
]


BODY_CALLS = ["messages", "votes", "identity"]


@on_sqlite
def test_a_body_that_is_no_good_json_is_refused(talk: Talk, subtests: pytest.Subtests) -> None:
    for call in BODY_CALLS:
        for body in NOT_JSON:
            with subtests.test(call=call, body=body):
                headers = talk.headers | {"Content-Type": "application/json"}
                refused(talk.client.post(f"{talk.path}/{call}", content=body, headers=headers), 422)


OTHER_KINDS = ["text/plain", "application/x-www-form-urlencoded", MARKER, ""]


@on_sqlite
def test_a_body_of_another_kind_is_refused(talk: Talk, subtests: pytest.Subtests) -> None:
    for kind in OTHER_KINDS:
        with subtests.test(kind=kind):
            body = b'{"client_id": "%b", "text": "a"}' % new_id().encode()
            headers = talk.headers | {"Content-Type": kind}
            refused(talk.client.post(f"{talk.path}/messages", content=body, headers=headers), 422)


def test_a_nul_character_reaches_no_database(talk: Talk) -> None:
    assert talk.say("a\0b").status_code == 201
    assert talk.read(1)[0]["text"] == "ab"


@pytest.mark.parametrize(
    "text", ["a" * 4_000, "é" * 4_000, "\U0001f600" * 4_000, "\n" + "a" * 3_999]
)
def test_a_text_of_4_000_characters_is_taken_whole(talk: Talk, text: str) -> None:
    assert talk.say(text).status_code == 201
    assert talk.read(1)[0]["text"] == text


@on_sqlite
@pytest.mark.parametrize("letter", ["a", "é", "\U0001f600", " "])
def test_a_text_of_4_001_characters_is_too_large(talk: Talk, letter: str) -> None:
    text = "a" + letter * 3_999 + "a"
    refused(talk.say(text), 413)
    assert talk.read() == talk.events


BODY_LIMIT = 65_536


def of_size(size: int) -> bytes:
    """A body of so many bytes that would be a good message otherwise."""
    start = b'{"client_id": "%b", "text": "a"' % new_id().encode()
    return start + b" " * (size - len(start) - 1) + b"}"


def whole(body: bytes) -> Any:
    return body


def in_pieces(body: bytes) -> Iterator[bytes]:
    yield from (body[start : start + 5_000] for start in range(0, len(body), 5_000))


@on_sqlite
@pytest.mark.parametrize("sent", [whole, in_pieces])
@pytest.mark.parametrize(
    ("size", "status"), [(BODY_LIMIT, 201), (BODY_LIMIT + 1, 413), (8 * 2**20, 413)]
)
def test_a_body_has_at_most_64_kib(
    talk: Talk, sent: Callable[[bytes], Any], size: int, status: int
) -> None:
    headers = talk.headers | {"Content-Type": "application/json"}
    path = f"{talk.path}/messages"
    answer = talk.client.post(path, content=sent(of_size(size)), headers=headers)
    assert ("content-length" in answer.request.headers) is (sent is whole)
    if status == 413:
        refused(answer, 413)
        assert talk.read() == talk.events
    else:
        assert answer.status_code == 201


@on_sqlite
def test_what_rasa_tells_with_an_action_may_be_longer(client: TestClient) -> None:
    """The whole conversation; and its secret is looked at before any of it."""
    answer = client.post("/actions/webhook", content=b" " * (1 << 20))
    assert answer.status_code == 403


@on_sqlite
def test_an_opening_has_at_most_64_kib_too(client: TestClient) -> None:
    body = iter([b'{"identity": "', b"a" * BODY_LIMIT, b'"}'])
    headers = {"Content-Type": "application/json"}
    refused(client.post("/api/conversations", content=body, headers=headers), 413)


NO_CALLS = [
    ("GET", f"/api/{MARKER}", 404),
    ("GET", f"/api/conversations/{MARKER}", 404),
    ("PUT", "/api/conversations", 405),
    ("DELETE", "/api/hours", 405),
    ("POST", f"/api/hours?{MARKER}={MARKER}", 405),
]


@on_sqlite
def test_a_call_that_does_not_exist_is_a_problem_too(
    client: TestClient, subtests: pytest.Subtests
) -> None:
    for method, path, status in NO_CALLS:
        with subtests.test(method=method, path=path, status=status):
            answer = client.request(method, path, headers={"X-Marker": MARKER, "Cookie": MARKER})
            refused(answer, status)
            assert ("allow" in answer.headers) is (status == 405)


# Too many, or not now ----------------------------------------------------------------------


@pytest.fixture
def counted(settings: Settings, assistant: ScriptedAssistant) -> Iterator[TestClient]:
    """With rate limits on."""
    counting = settings.model_copy(update={"rate_limits": "on"})
    with TestClient(create_app(counting, assistant)) as client:
        yield client


def most(limited: Limited) -> int:
    return int(limited.value.split()[0])


@on_sqlite
def test_too_many_conversations_are_refused_for_a_while(counted: TestClient) -> None:
    answers = [counted.post("/api/conversations", json={}) for _ in range(most(Limited.OPEN) + 1)]
    assert [answer.status_code for answer in answers[:-1]] == [201] * most(Limited.OPEN)
    refused(answers[-1], 429)
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60


@on_sqlite
def test_too_many_messages_are_refused_in_their_conversation_only(
    counted: TestClient, assistant: ScriptedAssistant
) -> None:
    assistant.gate.clear()  # what is counted does not wait for answers
    loud, calm = open_talk(counted), open_talk(counted)
    answers = [loud.say(wait=None) for _ in range(most(Limited.SAY) + 1)]
    assert [answer.status_code for answer in answers[:-1]] == [201] * most(Limited.SAY)
    refused(answers[-1], 429)
    assert int(answers[-1].headers["retry-after"]) >= 1
    refused(loud.vote(3, "up"), 429)
    assert loud.read()
    assert calm.say(wait=None).status_code == 201


def unavailable(answer: Response) -> None:
    refused(answer, 503)
    assert int(answer.headers["retry-after"]) >= 1


@on_sqlite
def test_a_locked_database_is_a_reason_to_come_back(
    settings: Settings,
    assistant: ScriptedAssistant,
    monkeypatch: pytest.MonkeyPatch,
    database_url: str,
) -> None:
    monkeypatch.setattr(kit.database, "BUSY_TIMEOUT_MS", 50)
    with TestClient(create_app(settings, assistant)) as client:
        talk, client_id = open_talk(client), new_id()
        holder = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        unavailable(talk.say(MARKER, client_id=client_id))
        unavailable(client.post("/api/conversations", json={}))
        assert talk.read() == talk.events
        holder.execute("ROLLBACK")
        holder.close()
        assert talk.say(MARKER, client_id=client_id).status_code == 201


def test_a_database_that_is_gone_is_a_reason_to_come_back(
    tmp_path: Path, assistant: ScriptedAssistant
) -> None:
    with PostgreSQLServer.started() as server:
        url = server.create("claudia")
        migrate(url)
        settings = Settings(var=tmp_path, database_url=url, rasa_url="http://127.0.0.1:9")
        data = str(server.folder / "data")
        with TestClient(create_app(settings, assistant)) as client:
            talk = open_talk(client)
            server._run("pg_ctl", "-D", data, "-m", "fast", "stop")
            for _ in range(2):  # with a connection that breaks, then without any
                unavailable(talk.say(MARKER))
                unavailable(client.post("/api/conversations", json={}))
                unavailable(client.get(f"{talk.path}/events", headers=talk.headers))
                unavailable(client.get("/api/hours"))
                unavailable(client.get("/healthz"))
            options = f"-c listen_addresses='' -k {server.folder}"
            log = f"{server.folder}/log"
            server._run("pg_ctl", "-D", data, "-o", options, "-l", log, "-w", "start")
            assert talk.say().status_code == 201
            assert numbers(talk.read()) == [1, 2, 3]


@on_sqlite
def test_keys_that_cannot_be_had_are_a_reason_to_come_back(
    settings: Settings, assistant: ScriptedAssistant
) -> None:
    elsewhere = settings.model_copy(update={"identity_keys": "http://127.0.0.1:9/jwks.json"})
    token = identity(settings)
    with TestClient(create_app(elsewhere, assistant)) as client:
        unavailable(client.post("/api/conversations", json={"identity": token}))
        unavailable(open_talk(client).post("identity", {"identity": token}))


@on_sqlite
def test_without_keys_nobody_is_connected(settings: Settings, assistant: ScriptedAssistant) -> None:
    bare = settings.model_copy(update={"demo": False})
    with TestClient(create_app(bare, assistant)) as client:
        assert isinstance(client.app.state.verifier._keys, FixedKeys)  # type: ignore[attr-defined]
        token = identity(settings)
        refused(client.post("/api/conversations", json={"identity": token}), 401)


# Health ----------------------------------------------------------------------------------


@pytest.fixture
def rasa_url() -> Iterator[str]:
    """An assistant's address where somebody answers."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@on_sqlite
def test_it_is_not_healthy_without_its_assistant(client: TestClient) -> None:
    answer = client.get("/healthz")
    unavailable(answer)
    assert answer.json()["detail"]


@on_sqlite
def test_it_is_healthy_once_its_assistant_is_warm(
    settings: Settings,
    assistant: ScriptedAssistant,
    rasa_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(web.health, "EVERY_S", 0.01)
    assistant.gate.clear()
    warm = settings.model_copy(update={"rasa_url": rasa_url})
    with TestClient(create_app(warm, assistant)) as client:
        while not assistant.asked:
            unavailable(client.get("/healthz"))
        unavailable(client.get("/healthz"))  # it is asked, and has not answered
        assistant.gate.set()
        while (answer := client.get("/healthz")).status_code != 200:
            unavailable(answer)
        assert answer.json() == {"status": "ok"}


# Hours -----------------------------------------------------------------------------------


def hours(client: TestClient, at: str) -> Json:
    answer = client.get("/api/hours", params={"at": at})
    assert answer.status_code == 200, answer.text
    content: Json = answer.json()
    assert content.keys() == {"open", "at", "until", "reason", "next_opening"}
    return content


AROUND = [
    ("2026-05-26T08:29:59.999999+02:00", False),
    ("2026-05-26T08:30:00+02:00", True),
    ("2026-05-26T18:29:59.999999+02:00", True),
    ("2026-05-26T18:30:00+02:00", False),
    ("2026-05-26T16:30:00Z", False),
    ("2026-05-26T16:29:59Z", True),
    ("2026-11-25T17:29:59Z", True),
    ("2026-11-25T17:30:00Z", False),
    ("2026-05-23T12:00:00+02:00", False),
]


@on_sqlite
def test_an_interval_holds_its_first_instant_and_not_its_last(
    client: TestClient, subtests: pytest.Subtests
) -> None:
    for at, is_open in AROUND:
        with subtests.test(at=at, is_open=is_open):
            assert hours(client, at)["open"] is is_open


@on_sqlite
def test_hours_say_until_when_and_when_next(client: TestClient) -> None:
    assert hours(client, "2026-05-26T10:00:00Z") == {
        "open": True,
        "at": "2026-05-26T12:00:00+02:00",
        "until": "2026-05-26T18:30:00+02:00",
        "reason": hours(client, "2026-05-26T09:00:00Z")["reason"],
        "next_opening": "2026-05-27T08:30:00+02:00",
    }


def test_a_holiday_is_named(client: TestClient) -> None:
    state = hours(client, "2026-05-25T10:00:00+02:00")
    assert state["open"] is False
    assert "lundi de Pentecôte" in state["reason"]
    assert state["until"] == state["next_opening"] == "2026-05-26T08:30:00+02:00"


@on_sqlite
def test_without_an_instant_it_is_now(client: TestClient) -> None:
    before = now()
    at = datetime.fromisoformat(client.get("/api/hours").json()["at"])
    assert before <= at <= now()


@on_sqlite
def test_a_plus_that_was_not_escaped_is_understood(client: TestClient) -> None:
    answer = client.get("/api/hours?at=2026-05-25T10:00:00+02:00")
    assert answer.json()["at"] == "2026-05-25T10:00:00+02:00"


@on_sqlite
@pytest.mark.parametrize("year", [1900, 1999, 2026, 2099])
def test_the_holidays_of_two_centuries_are_known(client: TestClient, year: int) -> None:
    assert hours(client, f"{year}-12-25T10:00:00Z")["open"] is False


NO_INSTANTS = [
    MARKER,
    "",
    "2026-05-25",
    "2026-05-25T10:00:00",
    "2026-13-01T10:00:00Z",
    "2026-05-25T10:00:00+99:00",
    "0001-01-01T00:00:00+14:00",
    "2150-12-25T10:00:00Z",  # whose holidays nobody has told us
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-12:00",
    "99999-01-01T00:00:00Z",
    "9" * 400,
    "nan",
]


@on_sqlite
def test_what_is_no_instant_is_refused(client: TestClient, subtests: pytest.Subtests) -> None:
    for at in NO_INSTANTS:
        with subtests.test(at=at):
            refused(client.get("/api/hours", params={"at": at}), 422)


# Origin ----------------------------------------------------------------------------------

OWN = "http://testserver"
FOREIGN = [
    "https://evil.example",
    f"https://{MARKER}.example",
    "null",
    "",
    "http://testserver.evil.example",
    "http://evil.example/testserver",
    "http://testserver:81",
    "http://testserver@evil.example",
    "https://host.example",  # may show the widget, which calls from our own origin
    "http://[",
    "file://",
    "testserver",
]


@on_sqlite
def test_our_own_pages_and_programs_may_call(client: TestClient) -> None:
    for headers in ({}, {"Origin": OWN}):
        answer = client.post("/api/conversations", json={}, headers=headers)
        assert answer.status_code == 201


@on_sqlite
def test_a_foreign_origin_is_refused(talk: Talk, subtests: pytest.Subtests) -> None:
    for origin in FOREIGN:
        with subtests.test(origin=origin):
            client, headers = talk.client, talk.headers | {"Origin": origin}
            refused(client.post("/api/conversations", json={}, headers=headers), 403)
            refused(client.get(f"{talk.path}/events", headers=headers), 403)
            answer = client.get("/api/hours", headers=headers)
            refused(answer, 403)
            assert "access-control-allow-origin" not in answer.headers
            assert "default-src 'none'" in answer.headers["content-security-policy"]


@on_sqlite
def test_behind_a_gateway_the_public_address_is_ours(
    settings: Settings, assistant: ScriptedAssistant
) -> None:
    public = settings.model_copy(update={"public_url": "https://assistance.example"})
    with TestClient(create_app(public, assistant)) as client:
        headers = {"Origin": "https://assistance.example"}
        assert client.get("/api/hours", headers=headers).status_code == 200
        refused(client.get("/api/hours", headers={"Origin": "https://evil.example"}), 403)


# Description -----------------------------------------------------------------------------


@on_sqlite
def test_the_description_lists_every_call(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    listed = {(method.upper(), path) for path, calls in paths.items() for method in calls}
    one = "/api/conversations/{conversation_id}"
    assert listed == {
        ("GET", "/healthz"),
        ("POST", "/api/conversations"),
        ("POST", f"{one}/identity"),
        ("DELETE", f"{one}/identity"),
        ("POST", f"{one}/messages"),
        ("POST", f"{one}/votes"),
        ("GET", f"{one}/events"),
        ("POST", f"{one}/files"),
        ("GET", f"{one}/files/{{file_id}}"),
        ("GET", f"{one}/appointments"),
        ("POST", f"{one}/appointments"),
        ("GET", f"{one}/slots"),
        ("POST", f"{one}/transcript"),
        ("GET", "/api/hours"),
    }


@on_sqlite
def test_the_description_says_how_a_call_is_refused(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    say = paths["/api/conversations/{conversation_id}/messages"]["post"]
    assert {"201", "401", "404", "409", "413", "422", "429", "503"} <= say["responses"].keys()
    assert "application/problem+json" in say["responses"]["422"]["content"]
    assert say["security"]
