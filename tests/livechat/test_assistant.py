"""The door to Rasa: what it is sent, and what is believed of what it sends back."""

import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livechat.assistant import (
    AskCommand,
    AskText,
    Memory,
    OpenRequest,
    RasaAssistant,
    Turned,
    Unreachable,
    as_message,
    as_plain_text,
)
from livechat.excerpt import LIMIT
from livechat.protocol import Choice
from ticketing.models import RequestKind

SECRET = "hortensia44"
SAY = {"say": {"text": "Bonjour !"}}
MEMORY = {"memory": {"slots": {"misses": 1}, "loop": None}}

type Handler = Callable[[httpx2.Request], httpx2.Response]


class FakeRasa:
    """Stands for Rasa's REST channel: answers as the test says, keeps what it was sent."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self.sent: list[dict[str, Any]] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        assert request.url.path == "/webhooks/rest/webhook"
        self.sent.append(json.loads(request.content))
        return self._handler(request)


def payloads(*customs: dict[str, Any]) -> Handler:
    messages = [{"recipient_id": "s", "custom": custom} for custom in customs]
    return lambda _: httpx2.Response(200, json=messages)


def body(content: str | bytes, status: int = 200) -> Handler:
    return lambda _: httpx2.Response(status, content=content)


def raising(problem: Exception) -> Handler:
    def handler(_: httpx2.Request) -> httpx2.Response:
        raise problem

    return handler


async def ask(rasa: FakeRasa, words: str = SECRET, memory: Memory | None = None) -> Turned:
    transport = httpx2.MockTransport(rasa)
    async with httpx2.AsyncClient(transport=transport, base_url="http://rasa") as http:
        return await RasaAssistant(http).reply(AskText(text=words), sender="s", memory=memory)


# What it is sent -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("/restart", "restart"),
        ("   /restart", "restart"),
        ("\n\t /session_start", "session_start"),
        ("//x", "x"),
        ("/ /x", "x"),
        ("∕restart", "restart"),  # U+2215
        ("／restart", "restart"),  # U+FF0F
        ("⧸restart", "restart"),  # U+29F8
        ("⁄restart", "restart"),  # U+2044
        ("\\restart", "restart"),
        ("\u200b/restart", "restart"),
        ("\ufeff\u2060/restart", "restart"),
        ('/humain{"act": "none"}', 'humain{"act": "none"}'),
        ("«/restart", "restart"),
        ("/", "?"),
        (" / ", "?"),
        ("", "?"),
        ("bonjour", "bonjour"),
        ("et/ou la facture ?", "et/ou la facture ?"),
        ("… ma facture", "… ma facture"),
        ("1/2 facture", "1/2 facture"),
    ],
)
def test_a_command_that_is_typed_is_text(typed: str, sent: str) -> None:
    assert as_message(AskText(text=typed)) == sent


SLASHES = "/\\∕／⧸⁄"
FOREIGN = st.text(st.sampled_from(SLASHES + " \t\u200b\u2060!.…a") | st.characters(), max_size=40)


@given(FOREIGN)
def test_no_text_begins_with_a_slash_once_what_cannot_be_seen_is_left_out(typed: str) -> None:
    sent = as_message(AskText(text=typed)).lstrip(" \t\n\r\u200b\u200c\u200d\u2060\ufeff")
    assert sent
    assert sent[0] not in SLASHES


@given(st.text("!. \u200b", max_size=200), st.sampled_from(SLASHES), st.text("ab. /", min_size=400))
def test_a_long_text_hides_no_command_either(dust: str, slash: str, rest: str) -> None:
    sent = as_message(AskText(text=f"{dust}{rest} {slash}restart"))
    assert as_plain_text(sent) == sent


@given(st.text(max_size=1_500))
def test_the_assistant_never_gets_more_than_it_reads_in_no_time(typed: str) -> None:
    assert 0 < len(as_message(AskText(text=typed))) <= LIMIT


def test_only_our_own_buttons_send_a_command() -> None:
    assert as_message(AskCommand(intent="adresses.difference")) == "/adresses.difference"
    clicked = AskCommand(intent="non", entities={"act": "none"})
    assert as_message(clicked) == '/non{"act": "none"}'


async def test_it_is_told_who_asks_and_what_it_knew_when_the_name_is_new() -> None:
    rasa = FakeRasa(payloads(SAY, MEMORY))
    await ask(rasa, "bonjour")
    await ask(rasa, "bonjour", Memory(slots={"misses": 1}, loop="explanation_form"))
    assert rasa.sent == [
        {"sender": "s", "message": "bonjour"},
        {
            "sender": "s",
            "message": "bonjour",
            "metadata": {"memory": {"slots": {"misses": 1}, "loop": "explanation_form"}},
        },
    ]


# What it sends back ----------------------------------------------------------------------------


async def test_replies_directives_and_the_last_memory_are_read() -> None:
    reply = {
        "text": "Lequel ?",
        "choices": [{"id": "", "label": "Un", "answer": "adresses/difference"}],
        "answer": {"decision": "choose", "confidence": 0.4},
        "votable": True,
    }
    order = {"directive": {"do": "open_request", "kind": "ticket"}}
    earlier = {"memory": {"slots": {}, "loop": "explanation_form"}}
    turned = await ask(FakeRasa(payloads({"say": reply}, earlier, {"say": order}, MEMORY)))
    first, second = turned.replies
    assert first.choices == [Choice(id="", label="Un", answer="adresses/difference")]
    assert first.votable
    assert second.directive == OpenRequest(kind=RequestKind.TICKET)
    assert turned.memory == Memory(slots={"misses": 1})


BROKEN: dict[str, Handler] = {
    "nothing": body("[]"),
    "a reply without its memory": payloads(SAY),
    "a memory without a reply": payloads(MEMORY),
    "an empty payload": payloads({}, MEMORY),
    "a text of Rasa's own": body(json.dumps([{"recipient_id": "s", "text": SECRET}])),
    "a field of its own": payloads({"say": {"text": SECRET, "shout": True}}, MEMORY),
    "an unknown directive": payloads({"say": {"directive": {"do": SECRET}}}, MEMORY),
    "a confidence over 1": payloads(
        {"say": {"text": SECRET, "answer": {"decision": "answer", "confidence": 2}}}, MEMORY
    ),
    "no list": body(json.dumps({"text": SECRET})),
    "no JSON": body(f"<html>{SECRET}"),
    "half an answer": body(f'[{{"recipient_id": "{SECRET}'),
    "no UTF-8": body(b"[\xff]"),
    "an error": body(SECRET, status=500),
    "no such page": body(SECRET, status=404),
    "elsewhere": lambda _: httpx2.Response(302, headers={"location": "http://evil/"}),
    "too slow": raising(httpx2.ReadTimeout("slow")),
    "nobody there": raising(httpx2.ConnectError("refused")),
    "hung up": raising(httpx2.RemoteProtocolError("bye")),
}


@pytest.mark.parametrize("how", BROKEN)
async def test_whatever_else_comes_back_counts_as_unreachable_without_what_was_said(
    how: str,
) -> None:
    with pytest.raises(Unreachable) as problem:
        await ask(FakeRasa(BROKEN[how]))
    assert str(problem.value)
    assert SECRET not in str(problem.value)
    assert SECRET not in repr(problem.value.__cause__)
