"""A host site under test: its keys, and the tokens that it signs, well or badly."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc.jwk import ECKey, OKPKey, RSAKey

from kit.clock import now

ISSUER, AUDIENCE = "https://host.example", "claudia"

type Claims = dict[str, Any]


def claims(**changed: Any) -> Claims:
    """A good set of claims, with some of them changed; one changed to `...` is left out."""
    issued = int(now().timestamp())
    good = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "u-1",
        "email": "camille@example.org",
        "role": "gestionnaire_principal",
        "structures": [{"id": "s-1", "name": "Menuiserie", "kind": "entreprise"}],
        "iat": issued,
        "exp": issued + 300,
        "jti": str(uuid4()),
    }
    return {name: value for name, value in (good | changed).items() if value is not ...}


def encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


class HostSite:
    """One key of each kind, each under its own `kid`."""

    def __init__(self) -> None:
        self.ed25519 = ed25519.Ed25519PrivateKey.generate()
        self.p256 = ec.generate_private_key(ec.SECP256R1())
        self.p384 = ec.generate_private_key(ec.SECP384R1())
        self.rsa = rsa.generate_private_key(65537, 2048)

    def jwks(self) -> Any:
        keys: list[OKPKey | ECKey | RSAKey] = [
            OKPKey.import_key(self.ed25519, {"kid": "ed"}),
            ECKey.import_key(self.p256, {"kid": "p256"}),
            ECKey.import_key(self.p384, {"kid": "p384"}),
            RSAKey.import_key(self.rsa, {"kid": "rsa"}),
        ]
        return {"keys": [key.as_dict(private=False) for key in keys]}

    def token(self, payload: Any = None, **header: Any) -> str:
        """Signed as its `alg` says. A header changed to `...` is left out."""
        given = {"alg": "EdDSA", "kid": "ed"} | header
        given = {name: value for name, value in given.items() if value is not ...}
        return self.signed(json.dumps(given), json.dumps(claims() if payload is None else payload))

    def signed(self, header: str, payload: str) -> str:
        """Header and payload as they stand, signed with the Ed25519 key unless `alg` is known."""
        content = f"{encoded(header.encode())}.{encoded(payload.encode())}"
        sign: Callable[[bytes], bytes]
        try:
            algorithm = json.loads(header)["alg"]
            sign = {"ES256": self._es256, "RS256": self._rs256, "HS256": self._hs256}[algorithm]
        except (ValueError, TypeError, KeyError, RecursionError):
            sign = self.ed25519.sign
        return f"{content}.{encoded(sign(content.encode()))}"

    def _es256(self, content: bytes) -> bytes:
        r, s = decode_dss_signature(self.p256.sign(content, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32) + s.to_bytes(32)

    def _rs256(self, content: bytes) -> bytes:
        return self.rsa.sign(content, padding.PKCS1v15(), hashes.SHA256())

    def _hs256(self, content: bytes) -> bytes:
        """With our public key as the secret: what a confused verifier would accept."""
        return hmac.new(self.public_pem(), content, hashlib.sha256).digest()

    def public_pem(self) -> bytes:
        return self.ed25519.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
