// Proof of work in a form, solved while its user writes (kit/templates/components/proof.html).
//
// Where a browser cannot solve it (no crypto.subtle over plain HTTP, no workers) this takes itself
// away: the form goes without `proof`, and the server asks for a confirmation by mail instead.

import { call } from "../chat/api.js";
import { element, keepFocus } from "../chat/dom.js";

const FRESH_MS = 45 * 60_000; // of the hour that a challenge lives: large files take their time
const LONGEST_MS = 60_000; // a browser that needs longer cannot
const SAME_CLICK_MS = 10_000; // another click while the form is on its way is the same one

class Proof {
  #work = null; // solving, at this moment
  #since = 0; // when the solution's challenge was asked for
  #sentAt = 0;
  #waits = false; // a click on the button waits for the solution
  #listening = new AbortController();

  constructor(place) {
    this.place = place;
    this.form = place.closest("form");
    this.status = place.querySelector("[role=status]");
    this.retry = place.querySelector("button");
    this.field = element("input", { type: "hidden", name: "proof", autocomplete: "off" });
    place.append(this.field);
    place.hidden = false;
    this.#listen();
  }

  #listen() {
    const { signal } = this.#listening;
    // Not before: who only reads the page computes nothing.
    this.form.addEventListener("focusin", () => this.#solve(), { once: true, signal });
    // First of all listeners: what else reads the form then reads one that is complete.
    const first = { capture: true, signal };
    this.form.addEventListener("submit", (event) => this.#submit(event), first);
    this.retry.addEventListener("click", () => this.#solve(), { signal });
    // Back on a page that was kept: sending again is meant.
    addEventListener("pageshow", () => (this.#sentAt = 0), { signal });
  }

  get #isReady() {
    return this.field.value !== "" && Date.now() - this.#since < FRESH_MS;
  }

  async #submit(event) {
    if (this.#isReady) return setTimeout(() => event.defaultPrevented || this.#spend());
    event.preventDefault();
    event.stopImmediatePropagation();
    if (this.#waits || Date.now() - this.#sentAt < SAME_CLICK_MS) return;
    this.#waits = true;
    const release = occupy(event.submitter, this.place.dataset.solving);
    await this.#solve();
    release();
    this.#waits = false;
    if (this.#isReady || !this.place.isConnected) this.form.requestSubmit(event.submitter);
  }

  /** The form has left with it: it serves once. */
  #spend() {
    this.field.value = "";
    this.#sentAt = Date.now();
  }

  /** Returns once there is a solution, or none to be had. */
  async #solve() {
    if (!this.#isReady) await (this.#work ??= this.#find().finally(() => (this.#work = null)));
  }

  async #find() {
    this.field.value = "";
    this.#show("solving");
    try {
      this.#since = Date.now();
      const challenge = await call("GET", "/api/proof");
      const number = await find(challenge).catch(() => null);
      if (number === null) return this.#giveWay();
      const { maxnumber, ...solution } = challenge;
      this.field.value = btoa(JSON.stringify({ ...solution, number }));
      this.#show("solved");
    } catch {
      this.#show("failed");
    }
  }

  #show(state) {
    this.place.dataset.proof = state;
    keepFocus(this.retry, this.status, () => (this.retry.hidden = state !== "failed"));
    this.status.textContent = this.place.dataset[state];
  }

  #giveWay() {
    this.#listening.abort();
    this.place.remove();
  }
}

/** The number, or null when this browser finds none. */
async function find(challenge) {
  const worker = new Worker(new URL("worker.js", import.meta.url));
  const found = new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = () => resolve(null);
    setTimeout(resolve, LONGEST_MS, null);
  });
  worker.postMessage(challenge);
  return found.finally(() => worker.terminate());
}

/** Makes the button say `text` until what this returns is called. It keeps the focus. */
function occupy(button, text) {
  if (!button) return () => {};
  const kept = [...button.childNodes];
  button.replaceChildren(text);
  button.setAttribute("aria-busy", "true");
  return () => {
    button.replaceChildren(...kept);
    button.removeAttribute("aria-busy");
  };
}

const able = globalThis.crypto?.subtle && globalThis.Worker;
for (const place of document.querySelectorAll("form [data-proof]")) {
  if (able) new Proof(place);
  else place.remove();
}
