// Where the advisor writes: to the user, or a note that only the staff reads. Each has its draft.

import { say } from "../chat/words.js";
import { CannedList, fill } from "./canned.js";
import { readDraft, writeDraft } from "./drafts.js";

const LONGEST = 4_000;
const TYPING_EVERY_MS = 3_000;

export class Composer {
  #typedAt = 0;
  #conversationId = null;
  #forced = false; // notes are shown because nothing else may be written

  /** `on`: send(kind, text), typing(), values() of the variables, announce(text). */
  constructor(form, on) {
    this.form = form;
    this.on = on;
    this.text = form.querySelector("textarea");
    this.label = form.querySelector("label[for=text]");
    this.error = form.querySelector("[data-error]");
    this.canned = new CannedList(this.text, form.querySelector("#canned"), {
      choose: (reply) => this.#replace(fill(reply.text, on.values())),
      announce: on.announce,
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.text.addEventListener("keydown", (event) => this.#key(event));
    this.text.addEventListener("input", () => this.#changed());
    form.querySelectorAll("[name=kind]").forEach((radio) =>
      radio.addEventListener("change", () => this.#load()),
    );
    this.shut(true, true);
  }

  get kind() {
    return this.form.querySelector("[name=kind]:checked").value;
  }

  /** Shows the draft of that conversation; null: none is watched. */
  open(conversationId) {
    this.#conversationId = conversationId;
    this.#choose("say");
    this.#load();
  }

  /** Which of both may be written; a supervisor may note without owning the chat. */
  shut(sayShut, noteShut) {
    const radio = (kind) => this.form.querySelector(`[name=kind][value=${kind}]`);
    radio("say").disabled = sayShut;
    radio("note").disabled = noteShut;
    if (sayShut && !noteShut && this.kind === "say") {
      this.#forced = true;
      this.#choose("note");
    } else if (!sayShut && this.#forced) {
      this.#choose("say"); // nobody chose to write notes
    }
    if (!sayShut) this.#forced = false;
    const shut = this.kind === "say" ? sayShut : noteShut;
    if (this.text.disabled !== shut) this.text.disabled = shut;
    this.form.querySelector("[type=submit]").disabled = shut;
    this.form.dataset.shut = String(sayShut && noteShut);
    this.#label();
  }

  focus() {
    this.text.focus();
  }

  /** At the caret, with a space on either side where one is needed. */
  insert(text) {
    const { selectionStart, selectionEnd, value } = this.text;
    const before = value.slice(0, selectionStart);
    const gap = before && !/\s$/.test(before) ? " " : "";
    this.#replace(before + gap + text + value.slice(selectionEnd));
  }

  /** Gives a refused text back, unless another was begun meanwhile. */
  restore(conversationId, kind, text) {
    if (readDraft(conversationId, kind).trim()) return;
    writeDraft(conversationId, kind, text);
    if (conversationId === this.#conversationId && kind === this.kind) this.#load();
  }

  /** `also`: beside what it says already. */
  complain(message, { also = false } = {}) {
    if (also && message) this.error.append(`${message} `);
    else this.error.textContent = message;
    this.error.hidden = !this.error.textContent;
    this.text.setAttribute("aria-invalid", String(Boolean(message)));
  }

  #key(event) {
    if (this.canned.key(event)) return;
    if (event.key !== "Enter" || event.shiftKey || event.altKey || event.isComposing) return;
    event.preventDefault();
    this.#send();
  }

  #send() {
    const text = this.text.value.trim();
    if (!text || this.text.disabled) return;
    if ([...text].length > LONGEST) return this.complain(say("too_long"));
    if (!this.on.send(this.kind, text)) return;
    this.#replace("");
    this.complain("");
  }

  #replace(text) {
    this.text.value = text;
    this.#keepDraft();
    this.focus();
  }

  #changed() {
    this.#keepDraft();
    this.canned.look();
    if ([...this.text.value].length <= LONGEST) this.complain("");
    if (this.kind !== "say" || Date.now() - this.#typedAt < TYPING_EVERY_MS) return;
    if (!this.text.value.trim() || this.text.value.startsWith("/")) return;
    this.#typedAt = Date.now();
    this.on.typing();
  }

  #keepDraft() {
    if (this.#conversationId) writeDraft(this.#conversationId, this.kind, this.text.value);
  }

  #load() {
    this.text.value = this.#conversationId ? readDraft(this.#conversationId, this.kind) : "";
    this.canned.close();
    this.complain("");
    this.#label();
  }

  #choose(kind) {
    this.form.querySelector(`[name=kind][value=${kind}]`).checked = true;
    this.#load();
  }

  #label() {
    this.form.dataset.kind = this.kind;
    this.label.textContent = say(`write_${this.kind}`);
  }
}
