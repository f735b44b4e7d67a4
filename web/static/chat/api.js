// The HTTP calls of the contract. Answers are JSON; refusals are problems with a status.

const TIMEOUT_MS = 15_000;
const DEFAULT_RETRY_S = 5;

const UPLOAD_MS = 300_000;

/** A refusal by the server. `retryAfterS`: seconds to wait before the next try. `code`: why. */
export class Problem extends Error {
  constructor(status, retryAfterS, code = null) {
    super(`refused with ${status}`);
    this.status = status;
    this.retryAfterS = retryAfterS;
    this.code = code;
  }

  /** The conversation is not, or no longer, ours. */
  get gone() {
    return this.status === 401 || this.status === 404;
  }

  /** The same request may succeed later. */
  get passing() {
    return this.status === 429 || this.status >= 500;
  }
}

/** The JSON of an answer, or null. Raises Problem. */
export async function call(method, path, { token = null, body = null } = {}) {
  const type = body && { "Content-Type": "application/json" };
  const answer = await ask(method, path, token, { ...type }, body && JSON.stringify(body));
  return answer.status === 204 ? null : answer.json();
}

async function ask(method, path, token, more = {}, body = null, signal = AbortSignal.timeout(TIMEOUT_MS)) {
  const headers = { Accept: "application/json", ...more };
  if (token) headers.Authorization = `Bearer ${token}`;
  // A page with a session (the console) says who it is by its cookie, all others by the token.
  const credentials = token ? "omit" : "same-origin";
  const answer = await fetch(path, { method, headers, body, credentials, cache: "no-store", signal });
  if (answer.ok) return answer;
  const wait = Number(answer.headers.get("Retry-After"));
  const { code = null } = await answer.json().catch(() => ({}));
  throw new Problem(answer.status, wait > 0 ? wait : DEFAULT_RETRY_S, code);
}

const place = (id) => `/api/conversations/${encodeURIComponent(id)}`;

export const createConversation = (body) => call("POST", "/api/conversations", { body });

export const connect = ({ id, token }, identity) =>
  call("POST", `${place(id)}/identity`, { token, body: { identity } });

export const disconnect = ({ id, token }) => call("DELETE", `${place(id)}/identity`, { token });

export const readEvents = ({ id, token }, after) =>
  call("GET", `${place(id)}/events?after=${after}`, { token });

export const postMessage = ({ id, token }, body) =>
  call("POST", `${place(id)}/messages`, { token, body });

export const postVote = ({ id, token }, body) =>
  call("POST", `${place(id)}/votes`, { token, body });

export const readAppointments = ({ id, token }) =>
  call("GET", `${place(id)}/appointments`, { token });

export const bookAppointment = ({ id, token }, body) =>
  call("POST", `${place(id)}/appointments`, { token, body });

/** What can still be taken of a proposal. */
export const readSlots = ({ id, token }, proposal) =>
  call("GET", `${place(id)}/slots?proposal=${encodeURIComponent(proposal)}`, { token });

export const sendTranscript = ({ id, token }, body) =>
  call("POST", `${place(id)}/transcript`, { token, body });

/** `signal` gives it up. */
export const sendFile = ({ id, token }, clientId, file, signal) =>
  upload(`${place(id)}/files`, token, clientId, file, signal);

/** Of an advisor, whose session the browser knows. */
export const sendFileAsAdvisor = (chatId, clientId, file, signal) =>
  upload(`/api/agents/chats/${encodeURIComponent(chatId)}/files`, null, clientId, file, signal);

export async function fetchFile({ id, token }, fileId) {
  const path = `${place(id)}/files/${encodeURIComponent(fileId)}`;
  return (await ask("GET", path, token, {}, null, AbortSignal.timeout(UPLOAD_MS))).blob();
}

async function upload(path, token, clientId, file, givenUp) {
  const form = new FormData();
  form.append("client_id", clientId);
  form.append("file", file);
  const late = AbortSignal.timeout(UPLOAD_MS);
  const signal = AbortSignal.any?.([late, givenUp]) ?? late; // older browsers cannot give up
  return (await ask("POST", path, token, {}, form, signal)).json();
}

export function socketAddress({ id }) {
  const address = new URL(`${place(id)}/socket`, location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  return address.href;
}
