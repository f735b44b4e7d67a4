// What this browser keeps: the conversation's token, unsent messages, the text being typed.
//
// Kept in localStorage of our own origin (in a frame: partitioned by host site), never in a
// cookie. A browser that refuses storage still gets a chat: everything then lives in memory.

const PREFIX = "claudia.";
const memory = new Map();

function store() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

export function read(name) {
  try {
    const raw = store()?.getItem(PREFIX + name) ?? memory.get(name) ?? null;
    return raw === null ? null : JSON.parse(raw);
  } catch {
    return null;
  }
}

export function write(name, value) {
  const raw = JSON.stringify(value);
  memory.set(name, raw);
  try {
    store()?.setItem(PREFIX + name, raw);
  } catch {
    // Full or refused: memory has it.
  }
}

export function forget(name) {
  memory.delete(name);
  try {
    store()?.removeItem(PREFIX + name);
  } catch {
    // Refused: there was nothing to forget.
  }
}

/** Calls back when another tab changed that value. */
export function watch(name, changed) {
  window.addEventListener("storage", (event) => {
    if (event.key === PREFIX + name || event.key === null) changed();
  });
}

/** A random UUID, also over plain HTTP, where crypto.randomUUID does not exist. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
