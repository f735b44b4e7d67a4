// The numbered events of one conversation, given out in order and once.
//
// An event that comes too early waits for those before it; `gap` says that some are missing.

export class Log {
  #early = new Map();
  #show;

  /** `show(event, fresh)`: fresh is false for what was already there when the page opened. */
  constructor(show) {
    this.last = 0;
    this.#show = show;
  }

  get gap() {
    return this.#early.size > 0;
  }

  add(events, { fresh = true } = {}) {
    for (const event of events) {
      if (event.seq > this.last) this.#early.set(event.seq, event);
    }
    while (this.#early.has(this.last + 1)) {
      const event = this.#early.get(this.last + 1);
      this.#early.delete(event.seq);
      this.last = event.seq;
      this.#show(event, fresh);
    }
  }
}
