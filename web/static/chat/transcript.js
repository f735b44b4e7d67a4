// A copy of the conversation by mail, to an address that the user gives or that is known.

import { sendTranscript } from "./api.js";
import { newId } from "./storage.js";
import { say } from "./words.js";

export class TranscriptDialog {
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
    this.#clientId = newId();
    this.#complain("");
    this.email.value ||= this.on.email();
    this.dialog.showModal();
  }

  async #send() {
    const body = { client_id: this.#clientId, email: this.email.value.trim() };
    try {
      await sendTranscript(this.on.conversation(), body);
      this.dialog.close();
      this.on.sent();
    } catch ({ status }) {
      this.#clientId = newId(); // the next try may be another address
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
