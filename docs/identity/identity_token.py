"""A token that vouches for the person who is signed in on your site. Needs: pip install joserfc

Usage: identity_token.py KEY.pem KID ISSUER AUDIENCE < person.json
KEY.pem is an Ed25519 private key: openssl genpkey -algorithm ed25519 -out KEY.pem
"""

import json
import secrets
import sys
import time
from pathlib import Path

from joserfc import jws
from joserfc.jwk import OKPKey

LIFE_S = 300  # ten minutes at most


def identity_token(
    pem: bytes, kid: str, issuer: str, audience: str, person: dict[str, object]
) -> str:
    """`person`: sub, email, role and structures, as docs/operations.md names them."""
    issued = int(time.time())
    claims = person | {
        "iss": issuer,
        "aud": audience,
        "iat": issued,
        "exp": issued + LIFE_S,
        "jti": secrets.token_urlsafe(16),
    }
    header = {"alg": "EdDSA", "kid": kid}
    registry = jws.JWSRegistry(algorithms=["EdDSA"])
    return jws.serialize_compact(
        header, json.dumps(claims), OKPKey.import_key(pem), registry=registry
    )


if __name__ == "__main__":
    key, kid, issuer, audience = sys.argv[1:]
    print(identity_token(Path(key).read_bytes(), kid, issuer, audience, json.load(sys.stdin)))
