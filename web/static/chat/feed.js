// Keeps the page up to date: a live socket, polling when none opens, patience when all is cut.
//
// States: "connecting", "live", "polling" (slower, but whole), "cut". The feed heals by itself:
// after a cut it reads on from the last number, so nothing is missed and nothing comes twice.

import { readEvents } from "./api.js";
import { Socket } from "./socket.js";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const OVERLOADED_MS = 5_000;
const POLL_MS = 2_500;
const QUICK_POLL_MS = 600;
const QUICK_FOR_MS = 12_000; // how long an answer may take to come
const CLOSED_OVERLOADED = 1013;

export class Feed {
  #stopped = false;
  #wake = null;
  #tries = 0;
  #quickUntil = 0;
  #leaveMs = null;

  /** `on`: state(name), gone(), typing(frame), read(frame). */
  constructor(conversation, log, on) {
    this.conversation = conversation;
    this.log = log;
    this.on = on;
    this.state = "connecting";
    this.socket = new Socket(conversation, {
      event: (event) => this.#receive([event]),
      typing: (frame) => on.typing(frame),
      read: (frame) => on.read(frame),
      going_away: (frame) => (this.#leaveMs = (frame.delay_s ?? 1) * 1000),
    });
    window.addEventListener("online", this.#hurry);
    window.addEventListener("offline", this.#hangUp);
    document.addEventListener("visibilitychange", this.#hurry);
  }

  async run() {
    while (!this.#stopped) {
      const { served, code } = await this.socket.listen(this.log.last, () => this.#enter("live"));
      if (this.#stopped) return;
      if (served) this.#tries = 0;
      await this.#wait(this.#pauseMs(code));
    }
  }

  stop() {
    this.#stopped = true;
    window.removeEventListener("online", this.#hurry);
    window.removeEventListener("offline", this.#hangUp);
    document.removeEventListener("visibilitychange", this.#hurry);
    this.socket.close();
    this.#wake?.();
  }

  /** An answer is on its way: look again soon, and try the socket now if all is cut. */
  expectAnswer() {
    this.#quickUntil = Date.now() + QUICK_FOR_MS;
    this.#wake?.();
  }

  /** Reads what came after the last number. True when the server answered. */
  async catchUp() {
    try {
      const { events } = await readEvents(this.conversation, this.log.last);
      if (!this.#stopped) this.log.add(events);
      return true;
    } catch (problem) {
      if (problem.gone && !this.#stopped) this.on.gone();
      return problem.status === 429;
    }
  }

  #receive(events) {
    if (this.#stopped) return;
    this.log.add(events);
    if (this.log.gap) this.catchUp();
  }

  #enter(state) {
    if (this.#stopped || state === this.state) return;
    this.state = state;
    this.on.state(state);
  }

  #pauseMs(code) {
    const asked = this.#leaveMs ?? (code === CLOSED_OVERLOADED ? OVERLOADED_MS : 0);
    this.#leaveMs = null;
    const step = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#tries++);
    return asked + step * (0.5 + Math.random() / 2);
  }

  /** Waits for the next try of the socket, and polls meanwhile. */
  async #wait(pauseMs) {
    const until = Date.now() + pauseMs;
    while (!this.#stopped && Date.now() < until) {
      this.#enter((await this.catchUp()) ? "polling" : "cut");
      if (this.#stopped) return;
      const woken = await this.#sleep(Math.min(this.#pollMs(), until - Date.now()));
      if (woken && this.state === "cut") return;
    }
  }

  #pollMs() {
    return Date.now() < this.#quickUntil ? QUICK_POLL_MS : POLL_MS;
  }

  #sleep(ms) {
    return new Promise((done) => {
      const timer = setTimeout(() => done(false), Math.max(0, ms));
      this.#wake = () => {
        clearTimeout(timer);
        done(true);
      };
    });
  }

  #hangUp = () => this.socket.close();

  #hurry = () => {
    if (document.visibilityState === "visible") this.#wake?.();
  };
}
