// A token that vouches for the person who is signed in on your site. Needs nothing but Node.
//
// Usage: node identity_token.mjs KEY.pem KID ISSUER AUDIENCE < person.json
// KEY.pem is an Ed25519 private key: openssl genpkey -algorithm ed25519 -out KEY.pem

import { createPrivateKey, randomUUID, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const LIFE_S = 300; // ten minutes at most

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** `person`: sub, email, role and structures, as docs/operations.md names them. */
export function identityToken(pem, kid, issuer, audience, person) {
  const issued = Math.floor(Date.now() / 1000);
  const claims = {
    ...person,
    iss: issuer,
    aud: audience,
    iat: issued,
    exp: issued + LIFE_S,
    jti: randomUUID(),
  };
  const body = `${encoded({ alg: "EdDSA", kid })}.${encoded(claims)}`;
  return `${body}.${sign(null, Buffer.from(body), createPrivateKey(pem)).toString("base64url")}`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [key, kid, issuer, audience] = process.argv.slice(2);
  const person = JSON.parse(readFileSync(0, "utf8"));
  console.log(identityToken(readFileSync(key), kid, issuer, audience, person));
}
