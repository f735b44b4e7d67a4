// Finds the number that solves a challenge, beside the page so that it never stutters.
// Answers null where this browser cannot.

onmessage = async ({ data: challenge }) => postMessage(await find(challenge).catch(() => null));

async function find({ algorithm, challenge, salt, maxnumber }) {
  const wanted = Uint8Array.from(challenge.match(/../g), (byte) => parseInt(byte, 16));
  const encoder = new TextEncoder();
  for (let number = 0; number <= maxnumber; number += 1) {
    const digest = await crypto.subtle.digest(algorithm, encoder.encode(salt + number));
    if (new Uint8Array(digest).every((byte, index) => byte === wanted[index])) return number;
  }
  return null;
}
