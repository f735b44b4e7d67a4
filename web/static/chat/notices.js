// What is said around the messages: the banner, who types, and the voice for screen readers.

import { say } from "./words.js";

const CALM_MS = 1_500; // shorter cuts are not worth a word
const THINKING_MS = 15_000; // the assistant says once that it has begun
const TYPING_MS = 6_000; // a person is reported every few seconds
const SPOKEN_MS = 8_000;

/** One line above the messages. A cut, or a passing trouble; empty when all is well. */
export class Banner {
  #timer = null;
  #held = false; // a notice that must be read, whatever goes well meanwhile

  constructor(node) {
    this.node = node;
  }

  show(text) {
    clearTimeout(this.#timer);
    this.#held = false;
    if (this.node.textContent !== text) this.node.textContent = text;
    this.node.hidden = !text;
  }

  /** Shows it unless something else happens within a moment. */
  showSoon(text) {
    clearTimeout(this.#timer);
    this.#held = false;
    this.#timer = setTimeout(() => this.show(text), CALM_MS);
  }

  /** All is well again. */
  clear() {
    if (!this.#held) this.show("");
  }

  /** Shows it for some seconds. */
  showFor(text, seconds) {
    this.show(text);
    this.#held = true;
    this.#timer = setTimeout(() => this.show(""), seconds * 1000);
  }
}

/** "ClaudIA écrit…", "Claire écrit…" until the message comes, or until it becomes unlikely. */
export class TypingLine {
  #timer = null;

  constructor(node) {
    this.node = node;
  }

  show(author, name = null) {
    clearTimeout(this.#timer);
    const text = name ? say("typing_named", { name }) : say(`typing_${author}`);
    this.node.querySelector("[data-who]").textContent = text;
    this.node.hidden = false;
    this.#timer = setTimeout(() => this.hide(), author === "assistant" ? THINKING_MS : TYPING_MS);
  }

  hide() {
    clearTimeout(this.#timer);
    this.node.hidden = true;
  }
}

/** Says new messages to screen readers, politely, and never the history. */
export class Announcer {
  constructor(node) {
    this.node = node;
  }

  say(text) {
    const line = document.createElement("p");
    line.textContent = text;
    this.node.append(line);
    setTimeout(() => line.remove(), SPOKEN_MS);
  }
}
