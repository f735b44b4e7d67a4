// The host page round the frame: what it tells us, what we tell it.
//
// The host's exact origin is in the address of the frame; a wrong one makes every message to it
// and from it be dropped by the browser. On the full page there is no host: nothing is sent.

const FRESH_IDENTITY_MS = 5_000;
const FIRST_IDENTITY_MS = 10_000;

export class Host {
  #told = new URLSearchParams(location.hash.slice(1));
  #origin = this.#told.get("host");
  #awaiting = [];

  /** `vouches`: the host says who is signed in; when it says nobody, a connected talk ends. */
  constructor(embedded) {
    this.embedded = embedded && window.parent !== window && this.#origin !== null;
    this.vouches = this.embedded && this.#told.get("identity") !== "kept";
    this.opened = !this.embedded;
  }

  /** `on`: opened(), act(name), identity(token or null) when nobody waits for it. */
  listen(on) {
    if (!this.embedded) return;
    window.addEventListener("message", (event) => {
      if (event.origin !== this.#origin || event.source !== window.parent) return;
      if (event.data?.claudia !== 1) return;
      this.#take(event.data, on);
    });
  }

  /** The identity that the host gives at the start: a token or null. */
  async firstIdentity() {
    if (!this.embedded) return null;
    const token = this.#nextIdentity(FIRST_IDENTITY_MS);
    this.#tell({ type: "ready" });
    return token;
  }

  /** A new token of the same user, for a new conversation. */
  async freshIdentity() {
    if (!this.embedded) return null;
    const token = this.#nextIdentity(FRESH_IDENTITY_MS);
    this.#tell({ type: "identity_wanted" });
    return token;
  }

  close() {
    this.#tell({ type: "close" });
  }

  identityRefused() {
    this.#tell({ type: "identity_refused" });
  }

  connected(connected) {
    this.#tell({ type: "connected", connected });
  }

  unread(count) {
    this.#tell({ type: "unread", count });
  }

  #tell(message) {
    if (this.embedded) window.parent.postMessage({ claudia: 1, ...message }, this.#origin);
  }

  #take(message, on) {
    if (message.type === "opened") {
      this.opened = true;
      on.opened();
    } else if (message.type === "closed") {
      this.opened = false;
    } else if (message.type === "act" && this.#origin === location.origin) {
      on.act(message.act); // of a page of ours only: another site could say that somebody clicked
    } else if (message.type === "identity") {
      this.#identity(typeof message.token === "string" ? message.token : null, on);
    }
  }

  #identity(token, on) {
    const awaiting = this.#awaiting.splice(0);
    for (const give of awaiting) give(token);
    if (awaiting.length === 0) on.identity(token);
  }

  #nextIdentity(patienceMs) {
    return new Promise((done) => {
      this.#awaiting.push(done);
      setTimeout(() => {
        this.#awaiting = this.#awaiting.filter((one) => one !== done);
        done(null);
      }, patienceMs);
    });
  }
}
