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
    this.form.addEventListener("change", () => this.#enable());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      dialog.close();
      on.transfer(this.#chat, this.#wanted());
    });
  }

  /** The chat that is being handed over. */
  get chat() {
    return this.#chat;
  }

  open(chat, colleagues, skills) {
    this.#chat = chat;
    this.form.reset();
    for (const name of ["member", "skill"]) this.form.elements[name].replaceChildren();
    this.#offer(colleagues, skills);
    const { to, member } = this.form.elements;
    to.value = member.options.length ? "member" : "anyone";
    this.#enable();
    show(this.dialog);
  }

  /** Who is there changed: what was chosen stays, if it is still to be had. */
  follow(colleagues, skills) {
    if (!this.dialog.open) return;
    this.#offer(colleagues, skills);
    const { to, member, skill } = this.form.elements;
    const gone = { member, skill }[to.value]?.options.length === 0;
    if (gone) to.value = "anyone";
    this.#enable();
  }

  #offer(colleagues, skills) {
    const people = colleagues.map((each) => {
      const status = sayValue("status", each.status);
      return [each.id, say("colleague", { ...each, status })];
    });
    this.#fill("member", people);
    this.#fill("skill", skills.map((skill) => [skill, skill]));
  }

  /** Nothing is moved under the advisor's hands while it is the same; nobody is chosen for them. */
  #fill(name, options) {
    const list = this.form.elements[name];
    const known = list.options.length > 0;
    const chosen = list.value;
    const same = [...list.options].map((each) => each.textContent).join("\n");
    if (same === options.map(([, label]) => label).join("\n")) return;
    list.replaceChildren(...options.map(([value, label]) => element("option", { value }, label)));
    if (known) list.value = chosen; // none, when whoever was chosen has left
  }

  #enable() {
    const to = this.form.elements.to.value;
    for (const name of ["member", "skill"]) {
      const list = this.form.elements[name];
      list.disabled = to !== name;
      this.form.querySelector(`[name=to][value=${name}]`).disabled = list.options.length === 0;
      this.form.querySelector(`[data-none=${name}]`).hidden = list.options.length > 0;
    }
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
