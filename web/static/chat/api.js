// The HTTP calls of the contract. Answers are JSON; refusals are problems with a status.

const TIMEOUT_MS = 15_000;
const DEFAULT_RETRY_S = 5;

/** A refusal by the server. `retryAfterS`: seconds to wait before the next try. */
export class Problem extends Error {
  constructor(status, retryAfterS) {
    super(`refused with ${status}`);
    this.status = status;
    this.retryAfterS = retryAfterS;
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

async function call(method, path, { token = null, body = null } = {}) {
  const headers = { Accept: "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, {
    method,
    headers,
    body: body && JSON.stringify(body),
    credentials: "omit",
    cache: "no-store",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!answer.ok) {
    const wait = Number(answer.headers.get("Retry-After"));
    throw new Problem(answer.status, wait > 0 ? wait : DEFAULT_RETRY_S);
  }
  return answer.status === 204 ? null : answer.json();
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

export function socketAddress({ id }) {
  const address = new URL(`${place(id)}/socket`, location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  return address.href;
}
