// Messages on their way: kept in this browser until the server says that they are stored.
//
// Each has a client id, so it may be sent any number of times and is stored once. One at a time,
// in order; a message that the server refuses for good leaves the queue and says why.

import { Problem, postMessage, postVote } from "./api.js";
import { forget, newId, read, write } from "./storage.js";

const NAME = "outbox";
const RETRY_MS = 3_000;

export class Outbox {
  #busy = false;
  #stopped = false;
  #again = null;

  /** `on`: stored(item, seq, events), refused(item, status), delayed(status, seconds), gone(). */
  constructor(conversation, feed, on) {
    this.conversation = conversation;
    this.feed = feed;
    this.on = on;
  }

  get items() {
    return (read(NAME) ?? []).filter((item) => item.conversation === this.conversation.id);
  }

  static clear() {
    forget(NAME);
  }

  /** `what`: {text}, {choice, label} or {vote: {seq, value}}. Returns the queued item. */
  add(what) {
    const item = { conversation: this.conversation.id, client_id: newId(), ...what };
    write(NAME, [...this.items, item]);
    this.flush();
    return item;
  }

  async flush() {
    clearTimeout(this.#again);
    if (this.#busy || this.#stopped) return;
    this.#busy = true;
    while (!this.#stopped && this.items.length > 0 && (await this.#deliver(this.items[0])));
    this.#busy = false;
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#again);
  }

  /** True when the next one may go. */
  async #deliver(item) {
    try {
      const { seq, events } = await this.#send(item);
      this.#remove(item);
      if (!this.#stopped) this.on.stored(item, seq, events ?? []);
      return true;
    } catch (problem) {
      return !this.#stopped && this.#undelivered(item, problem);
    }
  }

  async #send(item) {
    if (item.vote) return postVote(this.conversation, item.vote);
    const said = item.choice ? { choice: item.choice } : { text: item.text };
    const message = { client_id: item.client_id, ...said };
    const seq = await this.feed.socket.say(message);
    if (seq !== null) return { seq };
    return postMessage(this.conversation, message); // whose refusals say why
  }

  #undelivered(item, problem) {
    const known = problem instanceof Problem;
    if (known && problem.gone && !item.vote) {
      this.on.gone();
      return false;
    }
    if (known && !problem.passing) {
      this.#remove(item);
      this.on.refused(item, problem.status);
      return true;
    }
    if (known) this.on.delayed(problem.status, problem.retryAfterS);
    const waitMs = known ? problem.retryAfterS * 1000 : RETRY_MS * (1 + Math.random());
    this.#again = setTimeout(() => this.flush(), waitMs);
    return false;
  }

  #remove(item) {
    const left = (read(NAME) ?? []).filter((one) => one.client_id !== item.client_id);
    write(NAME, left);
  }
}
