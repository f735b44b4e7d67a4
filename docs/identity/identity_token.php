<?php
// A token that vouches for the person who is signed in on your site. Needs PHP 7.2 (sodium).
//
// Usage: php identity_token.php KEY.pem KID ISSUER AUDIENCE < person.json
// KEY.pem is an Ed25519 private key: openssl genpkey -algorithm ed25519 -out KEY.pem

const LIFE_S = 300; // ten minutes at most

function encoded(string $bytes): string
{
    return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
}

/** `$person`: sub, email, role and structures, as docs/operations.md names them. */
function identity_token(string $pem, string $kid, string $issuer, string $audience, array $person): string
{
    $issued = time();
    $claims = array_merge($person, [
        'iss' => $issuer,
        'aud' => $audience,
        'iat' => $issued,
        'exp' => $issued + LIFE_S,
        'jti' => encoded(random_bytes(16)),
    ]);
    $body = encoded(json_encode(['alg' => 'EdDSA', 'kid' => $kid]))
        . '.' . encoded(json_encode($claims, JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR));
    // The last 32 bytes of the key file are the seed of the key (RFC 8410).
    $seed = substr(base64_decode(preg_replace('/-----[^-]+-----|\s/', '', $pem)), -32);
    $secret = sodium_crypto_sign_secretkey(sodium_crypto_sign_seed_keypair($seed));
    return $body . '.' . encoded(sodium_crypto_sign_detached($body, $secret));
}

if (realpath($argv[0] ?? '') === __FILE__) {
    [, $key, $kid, $issuer, $audience] = $argv;
    $person = json_decode(file_get_contents('php://stdin'), true, 16, JSON_THROW_ON_ERROR);
    echo identity_token(file_get_contents($key), $kid, $issuer, $audience, $person), "\n";
}
