// What an advisor has typed and not sent, what is on its way, and what was last looked at.
//
// Kept for this tab only, and gone with it: it may hold what a user confided.

const PREFIX = "claudia.agents.";
const memory = new Map();

export function keep(name, value) {
  const raw = JSON.stringify(value);
  memory.set(name, raw);
  try {
    sessionStorage.setItem(PREFIX + name, raw);
  } catch {
    // Full or refused: memory has it.
  }
}

export function kept(name) {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + name) ?? memory.get(name) ?? "null");
  } catch {
    return null;
  }
}

export function drop(name) {
  memory.delete(name);
  try {
    sessionStorage.removeItem(PREFIX + name);
  } catch {
    // Refused: there was nothing to drop.
  }
}

/** `kind`: "say" or "note". Each has a draft of its own, so that no note is sent as a message. */
const draftName = (conversationId, kind) => `draft.${conversationId}.${kind}`;

export const readDraft = (conversationId, kind) => kept(draftName(conversationId, kind)) ?? "";

export function writeDraft(conversationId, kind, text) {
  if (text) keep(draftName(conversationId, kind), text);
  else drop(draftName(conversationId, kind));
}
