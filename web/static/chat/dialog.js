// A dialog with a form: shown, sent, refused in words, and emptied for whoever comes next.
//
// The browser's <dialog> keeps the focus inside and gives it back; Escape closes it.

import { say } from "./words.js";

/** Its buttons with `data-close` shut it. */
export function closeable(dialog) {
  for (const button of dialog.querySelectorAll("[data-close]")) {
    button.addEventListener("click", () => dialog.close());
  }
  return dialog;
}

/** `send()`, of each dialog, is what its form does. */
export class FormDialog {
  constructor(dialog, on) {
    this.dialog = closeable(dialog);
    this.form = dialog.querySelector("form");
    this.error = dialog.querySelector("[data-error]");
    this.on = on;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
  }

  show() {
    this.complain("");
    if (!this.dialog.open) this.dialog.showModal();
  }

  /** Nothing of it is left for who comes next. */
  reset() {
    this.dialog.close();
    this.form.reset();
  }

  /** Says what is wrong by the name of its words, and which field it is in; "" takes it back. */
  complain(name, field = null) {
    if (this.error) this.error.textContent = name ? say(name) : "";
    if (this.error) this.error.hidden = !name;
    for (const each of this.form.querySelectorAll("[aria-invalid]")) each.removeAttribute("aria-invalid");
    field?.setAttribute("aria-invalid", "true");
    field?.focus();
  }
}
