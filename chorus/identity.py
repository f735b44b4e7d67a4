"""Who the user is, as the host site vouches for it: a signed token of a few minutes.

Verified strictly: EdDSA or ES256 only, a key of ours by its `kid`, our audience, its issuer, at
most ten minutes of life, used for one conversation only.
"""

import json
import time
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol
from uuid import UUID

import httpx2
from joserfc import jws
from joserfc._rfc7515.model import JWSAlgModel
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, JWKRegistry, KeySetSerialization, OKPKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from chorus.models import UsedToken
from kit.clock import now
from kit.errors import Unauthorised, Unavailable

ALGORITHMS: Mapping[str, type[OKPKey] | type[ECKey]] = {"EdDSA": OKPKey, "ES256": ECKey}
LIFE_S = 600  # a token lives ten minutes at most
SKEW_S = 30  # how far the clocks of two machines may be apart
SIZE = 8_192  # characters of a token
KEYS_LIFE_S = 300  # how long keys fetched from a URL are kept
RETRY_S = 30  # when their server was down: it is asked again after

REFUSED = "This identity token is not valid."

# No database keeps a NUL character in a text.
type Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]


class Signatures(jws.JWSRegistry):
    """The signatures of the contract. It says EdDSA, which RFC 9864 renames: no warning of that."""

    def get_alg(self, name: str) -> JWSAlgModel:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)
            return super().get_alg(name)


SIGNATURES = Signatures(algorithms=list(ALGORITHMS))


class Structure(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    id: Text = Field(min_length=1, max_length=100)
    name: Text = Field(max_length=200)
    kind: Literal["entreprise", "entite_publique", "particulier"]


class Identity(BaseModel):
    """The claims of a verified token."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    iss: str = Field(min_length=1, max_length=200)
    aud: str
    sub: Text = Field(min_length=1, max_length=190)
    email: str = Field(min_length=3, max_length=254, pattern=r"^[^\s@\x00]+@[^\s@\x00]+$")
    role: Literal["gestionnaire_principal", "gestionnaire_secondaire", "utilisateur"]
    structures: tuple[Structure, ...] = Field(max_length=50, strict=False)
    iat: int
    exp: int
    jti: Text = Field(min_length=1, max_length=100)

    @property
    def subject(self) -> str:
        """One person, over all issuers."""
        return f"{self.iss} {self.sub}"

    def kept(self) -> dict[str, Any]:
        """What a conversation keeps of it."""
        return self.model_dump(mode="json", include={"sub", "email", "role", "structures"})


class Keys(Protocol):
    async def key(self, kid: str) -> OKPKey | ECKey | None: ...


class FixedKeys:
    """Keys of a JWKS that does not change while we run. Its keys of other types are left out."""

    def __init__(self, jwks: KeySetSerialization) -> None:
        types = {key_type.key_type for key_type in ALGORITHMS.values()}
        self._keys = {
            str(key["kid"]): JWKRegistry.import_key(key)
            for key in jwks["keys"]
            if key.get("kty") in types and key.get("kid")
        }

    async def key(self, kid: str) -> OKPKey | ECKey | None:
        found = self._keys.get(kid)
        return found if isinstance(found, OKPKey | ECKey) else None


class FetchedKeys:
    """Keys behind a URL, asked for again every five minutes."""

    def __init__(self, url: str, http: httpx2.AsyncClient) -> None:
        self._url, self._http = url, http
        self._due_at = float("-inf")
        self._keys: FixedKeys | None = None

    async def key(self, kid: str) -> OKPKey | ECKey | None:
        if self._keys is None or time.monotonic() >= self._due_at:
            self._keys = await self._fetch()
        return await self._keys.key(kid)

    async def _fetch(self) -> FixedKeys:
        self._due_at = time.monotonic() + RETRY_S
        try:
            response = await self._http.get(self._url, timeout=5)
            response.raise_for_status()
            fetched = FixedKeys(response.json())
        except (httpx2.HTTPError, JoseError, ValueError, TypeError, LookupError, AttributeError):
            if self._keys is None:  # known keys go on serving while their server is down
                raise Unavailable("The identity keys cannot be had.", RETRY_S) from None
            return self._keys
        self._due_at = time.monotonic() + KEYS_LIFE_S
        return fetched


def keys_from(place: str, http: httpx2.AsyncClient) -> Keys:
    """The keys of CLAUDIA_IDENTITY_KEYS: a JWKS file or URL."""
    if place.startswith(("https://", "http://")):
        return FetchedKeys(place, http)
    return FixedKeys(json.loads(Path(place).read_text("utf-8")))


class Verifier:
    def __init__(self, keys: Keys, issuer: str, audience: str) -> None:
        self._keys, self._issuer, self._audience = keys, issuer, audience

    async def verify(self, token: str) -> Identity:
        """Raises Unauthorised, always in the same words."""
        try:
            return self._check(await self._open(token))
        except (JoseError, ValidationError, ValueError, TypeError, KeyError):
            raise Unauthorised(REFUSED) from None

    async def _open(self, token: str) -> bytes:
        if len(token) > SIZE:
            raise ValueError("too long")
        header = jws.extract_compact(token.encode()).headers()
        key_type = ALGORITHMS[header["alg"]]
        key = await self._keys.key(str(header["kid"]))
        if not isinstance(key, key_type):
            raise ValueError("no such key for this algorithm")
        return jws.deserialize_compact(token, key, registry=SIGNATURES).payload

    def _check(self, payload: bytes) -> Identity:
        if b"\\u0000" in payload:
            raise ValueError("a character that no database keeps")
        identity = Identity.model_validate_json(payload)
        at = now().timestamp()
        if identity.iss != self._issuer or identity.aud != self._audience:
            raise ValueError("not for us")
        if not 0 < identity.exp - identity.iat <= LIFE_S:
            raise ValueError("lives too long")
        if not identity.iat - SKEW_S <= at < identity.exp:
            raise ValueError("not now")
        return identity


async def use_once(session: AsyncSession, identity: Identity, conversation_id: UUID) -> None:
    """Bind this token to this conversation. Raises Unauthorised when it served another one."""
    used = await session.get(UsedToken, (identity.iss, identity.jti))
    if used is None:
        used = await _first_use(session, identity, conversation_id)
    if used.conversation_id != conversation_id:
        raise Unauthorised(REFUSED)


async def _first_use(session: AsyncSession, identity: Identity, conversation_id: UUID) -> UsedToken:
    """Its use: ours, or the one of whoever shows the same token at this very moment."""
    used = UsedToken(
        issuer=identity.iss,
        jti=identity.jti,
        conversation_id=conversation_id,
        expires_at=datetime.fromtimestamp(identity.exp, UTC),
    )
    try:
        async with session.begin_nested():
            session.add(used)
    except IntegrityError:
        return await session.get_one(UsedToken, (identity.iss, identity.jti))
    return used
