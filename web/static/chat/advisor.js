// While an advisor answers: the header says so, by name, and the user can end the talk.

import { keepFocus } from "./dom.js";
import { say } from "./words.js";

export class AdvisorLine {
  name = null;

  /** `subtitle` says who answers; `button` ends the talk. */
  constructor(subtitle, button) {
    this.subtitle = subtitle;
    this.button = button;
    this.ordinary = subtitle.textContent;
  }

  /** Somebody answers from now on, or nobody does. The name may come later. */
  show(answers, name, elsewhere) {
    this.name = answers ? name : null;
    this.subtitle.textContent = answers ? this.#words() : this.ordinary;
    if (answers) this.button.hidden = false;
    else keepFocus(this.button, elsewhere, () => (this.button.hidden = true));
  }

  /** A message of the advisor says their name. */
  introduce(name) {
    if (this.button.hidden || !name || name === this.name) return;
    this.name = name;
    this.subtitle.textContent = this.#words();
  }

  /** "Claire", or "cette personne". */
  get called() {
    return this.name ?? say("advisor_unnamed");
  }

  #words() {
    return this.name ? say("talking_to", { name: this.name }) : say("talking");
  }
}
