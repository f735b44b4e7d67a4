// Where the user types: Enter sends, Shift+Enter goes to the line, the draft survives a reload.

import { forget, read, write } from "./storage.js";
import { say } from "./words.js";

const NAME = "draft";
export const LONGEST = 4_000;
const COUNT_FROM = 3_500;
const TALLEST_PX = 160;

export class Composer {
  #limitSaid = "";

  /** `on`: send(text), typing(). */
  constructor(form, on) {
    this.form = form;
    this.text = form.querySelector("textarea");
    this.label = form.querySelector("[data-label]");
    this.counter = form.querySelector("[data-counter]");
    this.error = form.querySelector("[data-error]");
    this.on = on;
    // Who is quick has typed before this script was there, and Enter only went to the line.
    this.sentEarly = /\S\s*\n$/.test(this.text.value);
    this.text.value ||= read(NAME) ?? "";
    this.#changed();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.text.addEventListener("keydown", (event) => this.#key(event));
    this.text.addEventListener("input", () => {
      this.#changed();
      this.on.typing();
    });
  }

  focus() {
    this.text.focus();
  }

  /** Who reads what is written here: an advisor, or null for the assistant. */
  writeTo(name) {
    this.label.textContent = name ? say("write_to", { name }) : say("write");
  }

  /** Gives a refused text back, unless the user is already typing another. */
  restore(text) {
    if (this.text.value.trim()) return;
    this.text.value = text;
    this.#changed();
  }

  /** `also`: beside what it says already. */
  complain(message, { also = false } = {}) {
    if (also && message) this.error.append(`${message} `);
    else this.error.textContent = message;
    this.error.hidden = !this.error.textContent;
    this.text.setAttribute("aria-invalid", String(Boolean(message)));
  }

  /** Shut when the conversation is over. */
  shut(closed) {
    this.form.querySelectorAll("textarea, button").forEach((part) => (part.disabled = closed));
  }

  clear() {
    this.text.value = "";
    this.complain("");
    this.#changed();
  }

  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.submit();
  }

  /** Sends what stands here. */
  submit() {
    const text = this.text.value.trim();
    if (!text) return this.focus();
    if ([...text].length > LONGEST) return this.complain(say("too_long"));
    this.clear();
    this.on.send(text);
    this.focus();
  }

  #changed() {
    const text = this.text.value;
    if (text) write(NAME, text);
    else forget(NAME);
    const length = [...text].length;
    this.counter.hidden = length < COUNT_FROM;
    this.counter.textContent = say("counter", { length, longest: LONGEST });
    this.#sayLimit(length);
    if (length <= LONGEST && this.text.getAttribute("aria-invalid") === "true") this.complain("");
    this.#grow();
  }

  /** The limit is announced when it is crossed, not at each letter. */
  #sayLimit(length) {
    const state = length > LONGEST ? "over" : "";
    if (state === "over" && this.#limitSaid !== state) this.complain(say("too_long"));
    this.#limitSaid = state;
  }

  #grow() {
    this.text.rows = 1;
    const line = parseFloat(getComputedStyle(this.text).lineHeight) || 24;
    const wanted = Math.min(this.text.scrollHeight, TALLEST_PX);
    this.text.rows = Math.max(1, Math.floor((wanted - 12) / line));
  }
}
