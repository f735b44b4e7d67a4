// The right side: what is known of the user and of how they came here, and help to answer.

import { element } from "../chat/dom.js";
import { clockTime, say } from "../chat/words.js";
import { percent, sayValue } from "./vocabulary.js";

const CALM_MS = 800; // several events make one reading

export class Dossier {
  #timer = null;
  #conversationId = null;

  /** `on`: insert(text), open(conversationId), loaded(dossier). */
  constructor(root, on) {
    this.root = root;
    this.on = on;
    this.known = null;
    root.querySelector("#help-search").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#search(new FormData(event.target).get("q").trim());
    });
  }

  open(conversationId) {
    if (conversationId !== this.#conversationId) {
      this.known = null;
      this.root.querySelector("#dossier-parts").hidden = true;
      this.root.querySelector("#no-dossier").hidden = conversationId !== null;
      this.root.querySelector("#help-search").reset();
    }
    this.#conversationId = conversationId;
    if (conversationId) this.#load(conversationId);
  }

  /** Something happened that may be in it. */
  refresh() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#conversationId) this.#load(this.#conversationId);
    }, CALM_MS);
  }

  async #load(conversationId) {
    const found = await read(`/api/agents/conversations/${encodeURIComponent(conversationId)}`);
    if (!found || conversationId !== this.#conversationId) return;
    this.known = found;
    this.#draw(found);
    this.on.loaded(found);
  }

  async #search(query) {
    const path = `/api/agents/help?q=${encodeURIComponent(query)}`;
    const found = query ? await read(path) : this.known?.help;
    if (found) this.#show("help", found.map((each) => this.#help(each)), "no_help");
  }

  #draw({ who, chat, path, past, help, decisions }) {
    this.root.querySelector("#dossier-parts").hidden = false;
    this.#show("who", drawWho(who));
    this.#show("why", drawWhy(chat));
    this.#show("path", path.map(drawStep), "no_path");
    if (!this.root.querySelector("#help-search [name=q]").value.trim()) {
      this.#show("help", help.map((each) => this.#help(each)), "no_help");
    }
    this.#show("past", past.map((each) => this.#past(each)), "no_past");
    this.#show("decisions", decisions.map(drawDecision), "no_decision");
  }

  #show(name, nodes, empty = null) {
    const place = this.root.querySelector(`#dossier-${name}`);
    const none = empty ? [element("li", { class: "dossier__none" }, say(empty))] : [];
    place.replaceChildren(...(nodes.length ? nodes : none));
  }

  #help({ title, url }) {
    const address = new URL(url, location.href).href;
    const insert = () => this.on.insert(`${title}${say("colon")}${address}`);
    return element(
      "li",
      { class: "dossier__help" },
      element(
        "a",
        { href: url, target: "_blank", rel: "noopener" },
        title,
        element("span", { class: "visually-hidden" }, ` ${say("new_tab")}`),
      ),
      element(
        "button",
        { type: "button", class: "btn btn-sm btn-outline-primary", onclick: insert },
        say("insert"),
        element("span", { class: "visually-hidden" }, ` ${title}`),
      ),
    );
  }

  #past({ conversation_id: id, at, summary }) {
    const open = () => this.on.open(id);
    const words = [clockTime(at), summary].filter(Boolean).join(" – ");
    const attributes = { type: "button", class: "dossier__past", onclick: open };
    return element("li", {}, element("button", attributes, words));
  }
}

async function read(path) {
  try {
    const headers = { Accept: "application/json" };
    const answer = await fetch(path, { headers, cache: "no-store" });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null; // cut: read again at the next event
  }
}

function drawWho(who) {
  if (!who) return fact("who", say("not_signed_in"));
  const structures = (who.structures ?? []).map(({ name, kind }) =>
    [name, kind && sayValue("kind", kind)].filter(Boolean).join(", "),
  );
  return [
    fact("who", who.email ?? say("not_signed_in")),
    fact("role", who.role && sayValue("role", who.role)),
    fact("structures", structures.join("\n")),
  ].flat();
}

function drawWhy(chat) {
  if (!chat) return fact("asked", say("never_asked"));
  return [
    fact("asked", clockTime(chat.queued_at)),
    fact("disliked", chat.disliked_answer),
    fact("explanation", chat.explanation),
    fact("wanted_skill", chat.skill),
  ].flat();
}

/** A name and its value, or nothing when it has none. */
function fact(name, value) {
  if (!value) return [];
  return [
    element("div", {}, element("dt", {}, say(`fact_${name}`)), element("dd", {}, value)),
  ];
}

function drawStep({ text, decision, title, confidence }) {
  const values = { decision: sayValue("decision", decision), confidence: percent(confidence) };
  const made = [say("step", values), title].filter(Boolean).join(say("colon"));
  return element(
    "li",
    {},
    element("p", { class: "dossier__quote" }, text),
    element("p", { class: "dossier__made" }, made),
  );
}

function drawDecision({ at, chosen, passed_over: passedOver }) {
  const choice = chosen ? say("chosen", { name: chosen }) : say("chosen_nobody");
  const reasons = passedOver.map(({ name, reason }) =>
    element("li", {}, `${name}${say("colon")}${sayValue("passed_over", reason)}`),
  );
  return element(
    "li",
    {},
    element("p", {}, choice, " ", element("span", { class: "message__time" }, clockTime(at))),
    element("ul", {}, ...reasons),
  );
}
