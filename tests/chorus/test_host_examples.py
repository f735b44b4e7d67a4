"""The examples for host sites: what they sign is believed, as it stands in docs/identity/."""

import base64
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from joserfc.jwk import KeySetSerialization

from chorus.identity import FixedKeys, Verifier

EXAMPLES = Path(__file__).parents[2] / "docs" / "identity"
KID, ISSUER, AUDIENCE = "2026-11", "https://host.example", "claudia"
PERSON = {
    "sub": "u-1",
    "email": "a.dupont@exemple.fr",
    "role": "gestionnaire_principal",
    "structures": [{"id": "12345678900011", "name": "Épicerie d’Été", "kind": "entreprise"}],
}
LANGUAGES = {
    "identity_token.py": sys.executable,
    "identity_token.mjs": "node",
    "identity_token.php": "php",
}


def signed(program: str, example: str, key: Path) -> str:
    command = [program, str(EXAMPLES / example), str(key), KID, ISSUER, AUDIENCE]
    person = json.dumps(PERSON)
    done = subprocess.run(command, input=person, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize(("example", "program"), LANGUAGES.items(), ids=LANGUAGES.values())
async def test_what_an_example_signs_is_believed(
    example: str, program: str, tmp_path: Path
) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not on this machine; the service itself does not need it.")
    key = Ed25519PrivateKey.generate()
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    said = signed(program, example, tmp_path / "key.pem")
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    x = base64.urlsafe_b64encode(public).decode().rstrip("=")
    jwks: KeySetSerialization = {"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": KID, "x": x}]}
    person = await Verifier(FixedKeys(jwks), ISSUER, AUDIENCE).verify(said)
    assert person.subject == f"{ISSUER} u-1"
    assert person.structures[0].name == "Épicerie d’Été"
