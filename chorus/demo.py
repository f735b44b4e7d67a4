"""The demo host site: a few made-up people of each kind, and the key that vouches for them.

A real mode, clearly marked: it lets anybody see what a connected user sees, on their own machine.
"""

import json
import secrets as randomness
from base64 import urlsafe_b64decode
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jws
from joserfc.jwk import KeySetSerialization, OKPKey

from chorus import words
from chorus.identity import SIGNATURES
from kit.clock import now
from kit.errors import NotFound
from kit.secrets import Secrets
from kit.settings import Settings

KID = "demo"
LIFE_S = 300


@dataclass(frozen=True)
class DemoUser:
    key: str
    name: str
    role: str
    structure: str
    kind: str

    @property
    def role_label(self) -> str:
        return words.ROLES[self.role]


USERS = (
    DemoUser("camille", *words.CAMILLE, kind="entreprise"),
    DemoUser("nadia", *words.NADIA, kind="entreprise"),
    DemoUser("louis", *words.LOUIS, kind="entite_publique"),
    DemoUser("jeanne", *words.JEANNE, kind="particulier"),
)


def mint(key: str, settings: Settings) -> str:
    """An identity token for this demo user, as a host site would make it. Raises NotFound."""
    user = next((user for user in USERS if user.key == key), None)
    if user is None:
        raise NotFound("There is no such demo user.")
    issued = int(now().timestamp())
    claims = {
        "iss": settings.identity_issuer,
        "aud": settings.identity_audience,
        "sub": user.key,
        "email": f"{user.key}@example.org",
        "role": user.role,
        "structures": [{"id": f"demo-{user.key}", "name": user.structure, "kind": user.kind}],
        "iat": issued,
        "exp": issued + LIFE_S,
        "jti": randomness.token_urlsafe(16),
    }
    header = {"alg": "EdDSA", "kid": KID}
    payload = json.dumps(claims)
    return jws.serialize_compact(header, payload, _key(settings.secrets), registry=SIGNATURES)


def jwks(secrets: Secrets) -> KeySetSerialization:
    """The public key of the demo host site."""
    return {"keys": [_key(secrets).as_dict(private=False)]}


def _key(secrets: Secrets) -> OKPKey:
    seed = urlsafe_b64decode(secrets.demo_key + "=" * (-len(secrets.demo_key) % 4))
    private = Ed25519PrivateKey.from_private_bytes(seed[:32])
    return OKPKey.import_key(private, {"kid": KID})
