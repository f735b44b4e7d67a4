// A copy of the conversation by mail, to an address that the user gives or that is known.

import { sendTranscript } from "./api.js";
import { newId } from "./storage.js";
import { say } from "./words.js";

export class TranscriptDialog {
  #conversation = null;
  #clientId = null;

  /** `on`: conversation(), email() that is known or "", sent(). */
  constructor(dialog, on) {
    this.dialog = dialog;
    this.email = dialog.querySelector("[name=email]");
    this.error = dialog.querySelector("[data-error]");
    this.on = on;
    dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
    dialog.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
  }

  open() {
    this.#conversation = this.on.conversation();
    if (!this.#conversation) return;
    this.#clientId = newId();
    this.#complain("");
    this.email.value ||= this.on.email();
    this.dialog.showModal();
  }

  /** Nothing of it is left for who comes next. */
  reset() {
    this.dialog.close();
    this.email.value = "";
  }

  async #send() {
    const body = { client_id: this.#clientId, email: this.email.value.trim() };
    try {
      await sendTranscript(this.#conversation, body);
      this.dialog.close();
      this.on.sent();
    } catch ({ status }) {
      if (status < 500) this.#clientId = newId(); // else it may have been stored
      this.#complain(status === 422 ? "transcript_email" : "transcript_failed");
      this.email.focus();
    }
  }

  #complain(name) {
    this.error.textContent = name ? say(name) : "";
    this.error.hidden = !name;
    this.email.setAttribute("aria-invalid", String(Boolean(name)));
  }
}
