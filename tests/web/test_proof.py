"""Challenges for public forms: fresh, in the ALTCHA format, kept by no cache, not without end."""

import re
from datetime import timedelta

from starlette.testclient import TestClient

from kit.proof_of_work import LIFE
from kit.settings import Settings
from tests.web.assistants import ScriptedAssistant
from tests.web.conftest import on_sqlite
from web.app import STATIC, create_app

PROOF_JS = STATIC / "proof" / "proof.js"


@on_sqlite
def test_a_challenge_is_fresh_each_time(client: TestClient) -> None:
    answers = [client.get("/api/proof") for _ in range(2)]
    for answer in answers:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json().keys() == {"algorithm", "challenge", "maxnumber", "salt", "signature"}
    assert answers[0].json()["challenge"] != answers[1].json()["challenge"]


@on_sqlite
def test_the_page_of_another_site_gets_none(client: TestClient) -> None:
    headers = {"Origin": "https://evil.example"}
    assert client.get("/api/proof", headers=headers).status_code == 403


@on_sqlite
def test_who_asks_without_end_waits(settings: Settings, assistant: ScriptedAssistant) -> None:
    counting = Settings(**settings.model_dump() | {"rate_limits": "on"})
    with TestClient(create_app(counting, assistant)) as client:
        statuses = [client.get("/api/proof").status_code for _ in range(101)]
        refused = client.get("/api/proof")
    assert statuses == [200] * 100 + [429]
    assert 1 <= int(refused.headers["retry-after"]) <= 61


def test_the_browser_solves_another_one_before_the_first_is_void() -> None:
    found = re.search(r"FRESH_MS = (\d+) \* 60_000;", PROOF_JS.read_text(encoding="utf-8"))
    assert found
    # Sending the form and its files takes its time, too.
    assert timedelta(minutes=int(found[1])) <= LIFE - timedelta(minutes=10)
