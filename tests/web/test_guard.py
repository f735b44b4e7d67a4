"""What browsers are told to obey: one strict policy on every page, and who may frame the chat."""

import re

import pytest
from starlette.testclient import TestClient

from kit.settings import Settings
from tests.web.assistants import ScriptedAssistant
from tests.web.conftest import on_sqlite
from web.app import create_app

pytestmark = on_sqlite

STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; frame-src 'self'; worker-src 'self'; base-uri 'none'; "
    "form-action 'self'; "
)
PAGES = [
    "/",
    "/docs",
    "/aide",
    "/aide?q=facture",
    "/aide/adresses",
    "/confidentialite",
    "/accessibilite",
    "/static/widget.js",
    "/widget.js",
    "/openapi.json",
    "/healthz",
    "/api/hours",
    "/absent",
    "/static/absent.css",
    "/aide/absent",
    "/chat/",
    "/CHAT",
    "/chat%2f",
]
INLINE = re.compile(r"<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]*\bsrc=)", re.IGNORECASE)


def policy_of(client: TestClient, path: str) -> str:
    answer = client.get(path, headers={"Accept": "text/html"}, follow_redirects=False)
    assert answer.headers["x-content-type-options"] == "nosniff"
    # The demo site posts a token to « mes tickets »: without its origin that would be refused.
    expected = "strict-origin" if path == "/" else "no-referrer"
    assert answer.headers["referrer-policy"] == expected
    policy: str = answer.headers["content-security-policy"]
    return policy


def test_every_page_carries_the_strict_policy(
    client: TestClient, subtests: pytest.Subtests
) -> None:
    for path in PAGES:
        with subtests.test(path=path):
            assert policy_of(client, path) == STRICT + "frame-ancestors 'none'"


@pytest.mark.parametrize("path", ["/chat", "/chat?embed=1"])
def test_the_chat_may_be_framed_by_us_and_by_known_sites(client: TestClient, path: str) -> None:
    assert policy_of(client, path) == STRICT + "frame-ancestors 'self' https://host.example"


def test_several_sites_may_frame_the_chat(settings: Settings, assistant: ScriptedAssistant) -> None:
    sites = "https://a.example/, https://b.example"
    changed = Settings(**settings.model_dump() | {"embed_origins": sites})
    with TestClient(create_app(changed, assistant)) as client:
        ends = "frame-ancestors 'self' https://a.example https://b.example"
        assert policy_of(client, "/chat") == STRICT + ends


def test_no_page_has_inline_code_or_style(client: TestClient, subtests: pytest.Subtests) -> None:
    for path in [*PAGES, "/chat", "/chat?embed=1"]:
        answer = client.get(path, headers={"Accept": "text/html"})
        if answer.headers.get("content-type", "").startswith("text/html"):
            with subtests.test(path=path):
                kept = re.sub(r'<script[^>]*type="application/json"[^>]*>', "", answer.text)
                assert INLINE.findall(kept) == []


def test_no_page_sets_a_cookie(client: TestClient) -> None:
    for path in [*PAGES, "/chat"]:
        assert "set-cookie" not in client.get(path).headers


def test_the_script_for_host_pages_is_theirs_to_load(client: TestClient) -> None:
    policies = {
        path: client.get(path).headers["cross-origin-resource-policy"]
        for path in ("/widget.js", "/static/widget.js", "/chat", "/api/hours")
    }
    assert policies == {
        "/widget.js": "cross-origin",
        "/static/widget.js": "cross-origin",
        "/chat": "same-origin",
        "/api/hours": "same-origin",
    }


def test_answers_of_the_api_are_kept_by_no_cache(client: TestClient) -> None:
    assert client.get("/api/hours").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "charset", ["unicode_escape", "undefined", "punycode", '"utf-7"', "utf-16"]
)
@pytest.mark.parametrize("path", ["/ticket", "/tickets/1/reponse", "/api/agents/chats/x/files"])
def test_nobody_chooses_how_a_form_is_decoded(client: TestClient, path: str, charset: str) -> None:
    kind = f"Multipart/Form-Data; boundary=x; Charset={charset}"
    field = 'Content-Disposition: form-data; name="title"\r\n\r\n\\ud800'
    body = f"--x\r\n{field}\r\n--x--\r\n"
    answer = client.post(path, content=body, headers={"Content-Type": kind})
    assert answer.status_code == 415
    usual = kind.replace(charset, "UTF-8")
    assert client.post(path, content=body, headers={"Content-Type": usual}).status_code != 415
