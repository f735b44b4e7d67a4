"""Nobody is anybody else: only a token that the host site signed for us, just now, is believed."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from chorus import identity as identities
from chorus.identity import FixedKeys, Identity, Keys, Verifier, keys_from, use_once
from kit.database import Database
from kit.errors import Unauthorised, Unavailable
from tests.chorus.host_sites import AUDIENCE, ISSUER, HostSite, claims, encoded

HOST = HostSite()
STRANGER = HostSite()  # the same names of keys, other keys


def verifier(keys: Keys | None = None) -> Verifier:
    return Verifier(keys or FixedKeys(HOST.jwks()), ISSUER, AUDIENCE)


async def refused(token: str) -> None:
    """Refused, and always in the same words."""
    with pytest.raises(Unauthorised) as caught:
        await verifier().verify(token)
    assert str(caught.value) == identities.REFUSED


# Believed --------------------------------------------------------------------------------


@pytest.mark.parametrize(("algorithm", "kid"), [("EdDSA", "ed"), ("ES256", "p256")])
async def test_a_signed_token_says_who_the_user_is(algorithm: str, kid: str) -> None:
    person = await verifier().verify(HOST.token(alg=algorithm, kid=kid))
    assert person.subject == "https://host.example u-1"
    assert person.role == "gestionnaire_principal"
    assert [structure.kind for structure in person.structures] == ["entreprise"]


@pytest.mark.parametrize("role", ["gestionnaire_secondaire", "utilisateur"])
async def test_every_role_is_known(role: str) -> None:
    assert (await verifier().verify(HOST.token(claims(role=role)))).role == role


@pytest.mark.parametrize("kind", ["entreprise", "entite_publique", "particulier"])
async def test_every_kind_of_structure_is_known(kind: str) -> None:
    structure = {"id": "s", "name": "S", "kind": kind}
    person = await verifier().verify(HOST.token(claims(structures=[structure])))
    assert person.structures[0].kind == kind


async def test_a_person_may_have_no_structure() -> None:
    assert (await verifier().verify(HOST.token(claims(structures=[])))).structures == ()


async def test_a_token_may_say_that_it_is_one() -> None:
    await verifier().verify(HOST.token(typ="JWT"))


async def test_a_token_may_live_ten_minutes() -> None:
    issued = claims()["iat"]
    await verifier().verify(HOST.token(claims(iat=issued, exp=issued + 600)))


# Forged ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "None"},
        {"alg": "HS256"},
        {"alg": "HS256", "kid": "rsa"},
        {"alg": "RS256", "kid": "rsa"},
        {"alg": "ES256"},
        {"alg": "ES256", "kid": "p384"},
        {"alg": "EdDSA", "kid": "p256"},
        {"alg": "eddsa"},
        {"alg": ["EdDSA"]},
        {"alg": None},
        {"alg": ...},
        {"kid": "unknown"},
        {"kid": "rsa"},
        {"kid": None},
        {"kid": ["ed"]},
        {"kid": ...},
        {"b64": False, "crit": ["b64"]},
        {"crit": ["something"], "something": 1},
    ],
    ids=str,
)
async def test_a_header_that_is_not_ours_is_refused(header: dict[str, Any]) -> None:
    await refused(HOST.token(**header))


async def test_a_token_without_a_signature_is_refused() -> None:
    header, payload, _ = HOST.token(alg="none").split(".")
    await refused(f"{header}.{payload}.")


@pytest.mark.parametrize(("algorithm", "kid"), [("EdDSA", "ed"), ("ES256", "p256")])
async def test_a_token_signed_with_another_key_is_refused(algorithm: str, kid: str) -> None:
    await refused(STRANGER.token(alg=algorithm, kid=kid))


async def test_a_key_that_comes_with_the_token_is_not_used() -> None:
    own_key = STRANGER.jwks()["keys"][0]
    await refused(STRANGER.token(jwk=own_key))
    await refused(STRANGER.token(jwk=own_key, kid="its-own"))


async def test_a_changed_payload_is_refused() -> None:
    header, _, signature = HOST.token().split(".")
    changed = json.dumps(claims(sub="somebody else")).encode()
    await refused(f"{header}.{encoded(changed)}.{signature}")


@pytest.mark.parametrize(
    "token",
    ["", ".", "..", "...", "a.b", "a.b.c", "é.é.é", "\ud800.a.b", "{}", "null.null.null"],
    ids=ascii,
)
async def test_what_is_no_token_is_refused(token: str) -> None:
    await refused(token)


@pytest.mark.parametrize(
    "header", ["[]", "null", "1", '"EdDSA"', "{", "", '{"alg":"EdDSA","kid":"ed","x":' + "[" * 5000]
)
async def test_a_header_of_another_shape_is_refused(header: str) -> None:
    await refused(HOST.signed(header, json.dumps(claims())))


@pytest.mark.parametrize("payload", ["[]", "null", "1", '"u-1"', "{", "", '{"iss":' + "[" * 5000])
async def test_a_payload_of_another_shape_is_refused(payload: str) -> None:
    await refused(HOST.signed('{"alg":"EdDSA","kid":"ed"}', payload))


async def test_a_token_of_10_kib_is_refused_though_its_signature_is_good() -> None:
    token = HOST.token(claims(structures=[], filling="x" * 10_240))
    assert len(token) > 10_240
    await refused(token)


# For somebody else, or at another time -----------------------------------------------------


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://elsewhere.example"},
        {"iss": "https://host.example/"},
        {"aud": "another"},
        {"aud": ["claudia"]},
        {"aud": ["claudia", "another"]},
        {"aud": ""},
    ],
    ids=str,
)
async def test_another_issuer_or_audience_is_refused(changed: dict[str, Any]) -> None:
    await refused(HOST.token(claims(**changed)))


@pytest.mark.parametrize(
    ("issued", "expires"),
    [
        (-400, -1),  # expired
        (-100, 0),  # expires now
        (0, 601),  # lives too long
        (-300, 301),  # lives too long, half of it gone
        (120, 300),  # issued in two minutes
        (0, 0),
        (10, -10),
        (0, 10**12),
    ],
)
async def test_a_token_of_another_time_is_refused(issued: int, expires: int) -> None:
    at = claims()["iat"]
    await refused(HOST.token(claims(iat=at + issued, exp=at + expires)))


@pytest.mark.parametrize("name", sorted(claims()))
async def test_a_missing_claim_is_refused(name: str) -> None:
    await refused(HOST.token(claims(**{name: ...})))


@pytest.mark.parametrize("name", sorted(claims()))
@pytest.mark.parametrize("value", [None, True, 1.5, {}, [1], "", "\0"], ids=repr)
async def test_a_claim_of_another_type_is_refused(name: str, value: Any) -> None:
    await refused(HOST.token(claims(**{name: value})))


@pytest.mark.parametrize(
    "changed",
    [
        {"role": "administrateur"},
        {"role": "Gestionnaire_Principal"},
        {"email": "not an address"},
        {"email": "a@b@c"},
        {"sub": "u" * 191},
        {"sub": "u-1\0"},
        {"email": "a\0@example.org"},
        {"jti": "j" * 101},
        {"jti": "j\0"},
        pytest.param({"iat": str(claims()["iat"])}, id="the time as text"),
        {"exp": float("inf")},
        {"structures": [{"id": "s", "name": "S", "kind": "association"}]},
        {"structures": [{"id": "s", "name": "S"}]},
        {"structures": [{"id": 1, "name": "S", "kind": "entreprise"}]},
        {"structures": [{"id": "s", "name": "S\0", "kind": "entreprise"}]},
        {"structures": ["s"]},
        {"structures": {"id": "s", "name": "S", "kind": "entreprise"}},
        {"structures": [{"id": "s", "name": "S", "kind": "entreprise"}] * 51},
    ],
    ids=ascii,
)
async def test_a_claim_out_of_its_values_is_refused(changed: dict[str, Any]) -> None:
    await refused(HOST.token(claims(**changed)))


# Used once -------------------------------------------------------------------------------


def person(**changed: Any) -> Identity:
    return Identity.model_validate_json(json.dumps(claims(**changed)))


async def use(database: Database, who: Identity, conversation_id: UUID) -> None:
    async with database.writing.begin() as session:
        await use_once(session, who, conversation_id)


async def test_a_token_serves_one_conversation_only(database: Database) -> None:
    who, conversation = person(), uuid4()
    await use(database, who, conversation)
    await use(database, who, conversation)
    with pytest.raises(Unauthorised):
        await use(database, who, uuid4())


async def test_a_token_used_in_two_places_at_once_serves_one(database: Database) -> None:
    who = person()
    uses = [use(database, who, uuid4()) for _ in range(8)]
    outcomes = await asyncio.gather(*uses, return_exceptions=True)
    assert [type(each) for each in outcomes if each is not None] == [Unauthorised] * 7


async def test_the_same_number_of_another_issuer_is_another_token(database: Database) -> None:
    await use(database, person(jti="1"), uuid4())
    await use(database, person(jti="1", iss="https://elsewhere.example"), uuid4())


# Where the keys come from ------------------------------------------------------------------


class KeyServer:
    """A web server of the host site. `answer` None: it fails."""

    def __init__(self) -> None:
        self.answer: str | None = json.dumps(HOST.jwks())
        self.asked = 0
        self.url = ""

    @contextmanager
    def running(self) -> Iterator["KeyServer"]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked += 1
                self.send_response(500 if outer.answer is None else 200)
                self.end_headers()
                self.wfile.write((outer.answer or "").encode())

            def log_message(self, *_: Any) -> None:
                pass

        with HTTPServer(("127.0.0.1", 0), Handler) as server:
            self.url = f"http://127.0.0.1:{server.server_port}/jwks.json"
            thread = Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            yield self
            server.shutdown()
            thread.join()


@pytest.fixture
def key_server() -> Iterator[KeyServer]:
    with KeyServer().running() as server:
        yield server


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> "Clock":
    clock = Clock()
    monkeypatch.setattr(identities, "time", clock)
    return clock


class Clock:
    """Stands in for `time` in the module under test."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def monotonic(self) -> float:
        return self.at


async def test_keys_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps(HOST.jwks()), encoding="utf-8")
    async with httpx2.AsyncClient() as http:
        await verifier(keys_from(str(path), http)).verify(HOST.token())


async def test_keys_come_from_a_url_and_are_kept(key_server: KeyServer) -> None:
    async with httpx2.AsyncClient() as http:
        checking = verifier(keys_from(key_server.url, http))
        await checking.verify(HOST.token())
        await checking.verify(HOST.token(alg="ES256", kid="p256"))
    assert key_server.asked == 1


async def test_new_keys_are_fetched_after_a_while(key_server: KeyServer, moved: Clock) -> None:
    async with httpx2.AsyncClient() as http:
        checking = verifier(keys_from(key_server.url, http))
        await checking.verify(HOST.token())
        key_server.answer = json.dumps(STRANGER.jwks())
        moved.at += identities.KEYS_LIFE_S + 1
        await checking.verify(STRANGER.token())
        with pytest.raises(Unauthorised):
            await checking.verify(HOST.token())


async def test_known_keys_serve_while_their_server_is_down(
    key_server: KeyServer, moved: Clock
) -> None:
    async with httpx2.AsyncClient() as http:
        checking = verifier(keys_from(key_server.url, http))
        await checking.verify(HOST.token())
        key_server.answer = None
        moved.at += identities.KEYS_LIFE_S + 1
        await checking.verify(HOST.token())
        await checking.verify(HOST.token())
        assert key_server.asked == 2  # a server that is down is not asked at each token
        key_server.answer = json.dumps(STRANGER.jwks())
        moved.at += identities.RETRY_S + 1
        await checking.verify(STRANGER.token())


@pytest.mark.parametrize(
    "answer",
    [None, "", "no JSON", "[]", "{}", "null", '{"keys": 1}', '{"keys": [1]}'],
)
async def test_without_keys_nobody_is_believed_or_called_a_liar(
    key_server: KeyServer, answer: str | None
) -> None:
    key_server.answer = answer
    async with httpx2.AsyncClient() as http:
        with pytest.raises(Unavailable):
            await verifier(keys_from(key_server.url, http)).verify(HOST.token())


async def test_a_server_of_keys_that_is_not_there_is_a_reason_to_come_back() -> None:
    async with httpx2.AsyncClient() as http:
        with pytest.raises(Unavailable) as caught:
            await verifier(keys_from("http://127.0.0.1:9/jwks.json", http)).verify(HOST.token())
    assert caught.value.retry_after >= 1
