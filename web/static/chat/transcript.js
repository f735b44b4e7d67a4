// A copy of the conversation by mail, to an address that the user gives or that is known.

import { sendTranscript } from "./api.js";
import { FormDialog } from "./dialog.js";
import { newId } from "./storage.js";

/** `on`: conversation(), email() that is known or "", sent(). */
export class TranscriptDialog extends FormDialog {
  #conversation = null;
  #clientId = null;

  open() {
    this.#conversation = this.on.conversation();
    if (!this.#conversation) return;
    this.#clientId = newId();
    this.form.elements.email.value ||= this.on.email();
    this.show();
  }

  async send() {
    const { email } = this.form.elements;
    try {
      await sendTranscript(this.#conversation, { client_id: this.#clientId, email: email.value.trim() });
      this.dialog.close();
      this.on.sent();
    } catch ({ status }) {
      if (status < 500) this.#clientId = newId(); // else it may have been stored
      this.complain(status === 422 ? "transcript_email" : "transcript_failed", email);
    }
  }
}
