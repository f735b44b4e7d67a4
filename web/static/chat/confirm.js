// Asks before something that cannot be undone. The safe way out has the focus; Escape takes it.

export class Confirm {
  #answer = null;

  constructor(dialog) {
    this.dialog = dialog;
    const button = (name) => dialog.querySelector(`[data-${name}]`);
    this.parts = { title: button("title"), text: button("text"), yes: button("yes"), no: button("no") };
    this.parts.yes.addEventListener("click", () => this.#give(true));
    this.parts.no.addEventListener("click", () => this.#give(false));
    dialog.addEventListener("close", () => dialog.open || this.#give(false));
  }

  get open() {
    return this.dialog.open;
  }

  /** `words`: {title, text, yes, no}. True when the user confirms. */
  ask(words) {
    this.close();
    for (const [name, part] of Object.entries(this.parts)) part.textContent = words[name];
    this.dialog.showModal();
    this.parts.no.focus();
    return new Promise((done) => (this.#answer = done));
  }

  /** What was asked has been overtaken. */
  close() {
    this.#give(false);
  }

  #give(answer) {
    const give = this.#answer;
    this.#answer = null;
    if (this.dialog.open) this.dialog.close();
    give?.(answer);
  }
}
