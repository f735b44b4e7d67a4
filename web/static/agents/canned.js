// Replies prepared by the team, put in by "/" and some letters: a list below the keyboard's hand.
//
// The text field keeps the focus; the arrows move through the list (aria-activedescendant).

import { element } from "../chat/dom.js";
import { say } from "../chat/words.js";
import { sayValue } from "./vocabulary.js";

const MOST = 8;
const VARIABLE = /\{\{\s*(\w+)\s*(?:\|\s*([^}]*?)\s*)?\}\}/g;

/** Replaces {{ name }} and {{ name | default }}; what is unknown and has no default goes away. */
export function fill(text, values) {
  const known = (name) => (Object.hasOwn(values, name) ? values[name] : "");
  const filled = text.replaceAll(VARIABLE, (_, name, fallback) => known(name) || fallback || "");
  return filled.replaceAll(/[ \u00a0]+(?=[,.\n]|$)/g, "");
}

/** What the variables stand for: `advisor` writes, `who` is the connected user, or nothing. */
export function valuesOf(advisor, who) {
  const structures = who?.structures ?? [];
  return {
    conseiller: advisor,
    organisation: say("organisation"),
    adresse: who?.email,
    role: who?.role && sayValue("role", who.role),
    structure: structures.length === 1 ? structures[0].name : "", // of several, we know none
  };
}

export async function loadReplies() {
  const answer = await fetch("/api/agents/canned", { headers: { Accept: "application/json" } });
  return answer.ok ? answer.json() : [];
}

export class CannedList {
  #found = [];
  #active = 0;

  /** `on`: choose(reply), announce(text). */
  constructor(text, list, on) {
    this.text = text;
    this.list = list;
    this.on = on;
    this.replies = [];
    text.setAttribute("aria-autocomplete", "list");
    text.setAttribute("aria-haspopup", "listbox");
    text.addEventListener("blur", () => this.close());
  }

  get open() {
    return !this.list.hidden;
  }

  /** The text changed: shows what its letters find, or nothing. */
  look() {
    const typed = this.text.value;
    if (!typed.startsWith("/") || typed.includes("\n")) return this.close();
    const wanted = plain(typed.slice(1));
    const matches = ({ shortcut, title }) =>
      plain(shortcut).startsWith(wanted) || plain(title).includes(wanted);
    this.#found = this.replies.filter(matches).slice(0, MOST);
    if (this.#found.length === 0) return this.close();
    const wasOpen = this.open;
    this.#active = 0;
    this.#draw();
    if (!wasOpen) this.on.announce(say("canned_found", { count: this.#found.length }));
  }

  close() {
    this.list.hidden = true;
    this.list.replaceChildren();
    this.text.removeAttribute("aria-activedescendant");
    this.text.removeAttribute("aria-controls");
  }

  /** True when the key was for the list. */
  key(event) {
    if (!this.open || event.isComposing) return false;
    const count = this.#found.length;
    if (event.key === "ArrowDown") this.#active = (this.#active + 1) % count;
    else if (event.key === "ArrowUp") this.#active = (this.#active + count - 1) % count;
    else if (event.key === "Escape") this.close();
    else if (event.key === "Enter") this.#choose(this.#active);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    if (this.open) this.#draw();
    return true;
  }

  #choose(index) {
    const reply = this.#found[index];
    this.close();
    this.on.choose(reply);
  }

  #draw() {
    const options = this.#found.map((reply, index) =>
      element(
        "li",
        {
          id: `canned-${index}`,
          role: "option",
          "aria-selected": String(index === this.#active),
          class: "canned__option",
          // Before the field loses the focus, which would close the list.
          onmousedown: (event) => {
            event.preventDefault();
            this.#choose(index);
          },
        },
        element("span", { class: "canned__shortcut" }, `/${reply.shortcut}`),
        " ",
        element("span", { class: "canned__title" }, reply.title),
      ),
    );
    this.list.replaceChildren(...options);
    this.list.hidden = false;
    this.text.setAttribute("aria-controls", this.list.id);
    this.text.setAttribute("aria-activedescendant", `canned-${this.#active}`);
    options[this.#active].scrollIntoView({ block: "nearest" });
  }
}

/** Without capitals and accents. */
function plain(text) {
  return text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();
}
