// Hand over, finish, the sheet of shortcuts. The browser's <dialog> keeps and returns the focus.

import { element } from "../chat/dom.js";
import { say } from "../chat/words.js";
import { sayValue } from "./vocabulary.js";

/** Opens it; its buttons with `data-close` and Escape shut it. */
function show(dialog) {
  if (!dialog.open) dialog.showModal();
}

function prepare(dialog) {
  dialog.querySelectorAll("[data-close]").forEach((button) =>
    button.addEventListener("click", () => dialog.close()),
  );
  return dialog;
}

export class TransferDialog {
  #chat = null;

  /** `on`: transfer(chat, {member_id, skill, note}). */
  constructor(dialog, on) {
    this.dialog = prepare(dialog);
    this.form = dialog.querySelector("form");
    this.form.addEventListener("change", () => this.#follow());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      dialog.close();
      on.transfer(this.#chat, this.#wanted());
    });
  }

  open(chat, colleagues, skills) {
    this.#chat = chat;
    this.form.reset();
    const people = colleagues.map((each) => {
      const status = sayValue("status", each.status);
      return [each.id, say("colleague", { ...each, status })];
    });
    this.#fill("member", people);
    this.#fill("skill", skills.map((skill) => [skill, skill]));
    this.form.elements.to.value = people.length ? "member" : "anyone";
    this.#follow();
    show(this.dialog);
  }

  #fill(name, options) {
    const made = options.map(([value, label]) => element("option", { value }, label));
    this.form.elements[name].replaceChildren(...made);
    this.form.querySelector(`[name=to][value=${name}]`).disabled = options.length === 0;
    this.form.querySelector(`[data-none=${name}]`).hidden = options.length > 0;
  }

  #follow() {
    const to = this.form.elements.to.value;
    for (const name of ["member", "skill"]) this.form.elements[name].disabled = to !== name;
  }

  #wanted() {
    const { to, member, skill, note } = this.form.elements;
    return {
      member_id: to.value === "member" ? member.value : null,
      skill: to.value === "skill" ? skill.value : null,
      note: note.value.trim(),
    };
  }
}

export class FinishDialog {
  #chat = null;

  /** `on`: finish(chat, wrapUp). */
  constructor(dialog, on) {
    this.dialog = prepare(dialog);
    const form = dialog.querySelector("form");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      dialog.close();
      on.finish(this.#chat, form.elements.wrap_up.value);
    });
  }

  open(chat) {
    this.#chat = chat;
    this.dialog.querySelector("form").reset();
    show(this.dialog);
  }
}

export class Sheet {
  constructor(dialog) {
    this.dialog = prepare(dialog);
  }

  open() {
    show(this.dialog);
  }
}
