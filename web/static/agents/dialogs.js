// Hand over, finish, the sheet of shortcuts.

import { FormDialog, closeable } from "../chat/dialog.js";
import { element } from "../chat/dom.js";
import { say } from "../chat/words.js";
import { sayValue } from "./vocabulary.js";

/** `on`: transfer(chat, {member_id, skill, note}). */
export class TransferDialog extends FormDialog {
  #chat = null;

  constructor(dialog, on) {
    super(dialog, on);
    this.form.addEventListener("change", () => this.#enable());
  }

  send() {
    this.dialog.close();
    this.on.transfer(this.#chat, this.#wanted());
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
    this.show();
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

/** `on`: finish(chat, wrapUp). */
export class FinishDialog extends FormDialog {
  #chat = null;

  send() {
    this.dialog.close();
    this.on.finish(this.#chat, this.form.elements.wrap_up.value);
  }

  open(chat) {
    this.#chat = chat;
    this.form.reset();
    this.show();
  }
}

export class Sheet {
  constructor(dialog) {
    this.dialog = closeable(dialog);
  }

  open() {
    if (!this.dialog.open) this.dialog.showModal();
  }
}
