// Phone calls: my appointments, who asked to be called back, and proposing times to a user.

import { call } from "../chat/api.js";
import { FormDialog } from "../chat/dialog.js";
import { element } from "../chat/dom.js";
import { newId } from "../chat/storage.js";
import { clockTime, moment, say } from "../chat/words.js";
import { nowMs } from "./clock.js";
import { showRows } from "./rows.js";
import { nameOf, sayValue } from "./vocabulary.js";

const EVERY_MS = 30_000;
const MOST = 4; // times in one proposal

/** The part of the list that shows them; read again now and then, and after each act. */
export class CallsPane {
  /** `on`: open(conversationId), propose(callback), failed(). */
  constructor(root, on) {
    this.root = root;
    this.on = on;
    setInterval(() => this.refresh(), EVERY_MS);
  }

  async refresh() {
    const held = this.root.contains(document.activeElement);
    const [appointments, callbacks] = await Promise.all([
      call("GET", "/api/agents/appointments").catch(() => null),
      call("GET", "/api/agents/callbacks").catch(() => null),
    ]);
    if (appointments) {
      const open = appointments.filter((each) => each.state === "booked");
      this.#show("appointments", open, (each) => each.id, (each) => this.#appointment(each));
    }
    if (callbacks) {
      this.#show("callbacks", callbacks, (each) => each.reference, (each) => this.#callback(each));
    }
    // The row that had the focus may be gone.
    if (held && document.activeElement === document.body) this.root.focus();
  }

  /** A row is drawn anew only when what it shows has changed: the focus stays where it is. */
  #show(name, things, key, draw) {
    this.root.querySelector(`#${name}-part`).hidden = things.length === 0;
    const update = (row, thing) => {
      const shown = JSON.stringify([thing, hasBegun(thing)]);
      if (row.dataset.shown === shown) return;
      row.dataset.shown = shown;
      row.replaceChildren(...draw(thing));
    };
    const make = () => element("li", { class: "row-item call" });
    showRows(this.root.querySelector(`#${name}`), things, key, make, update);
  }

  #appointment(each) {
    const who = nameOf(each.who ?? each.email, each.conversation_id);
    const whose = each.mine ? "" : each.orphan ? say("call_orphan") : each.advisor;
    const acts = hasBegun(each)
      ? [this.#conclude(each, who, "done"), this.#conclude(each, who, "no_answer")]
      : [this.#conclude(each, who, "cancelled")];
    if (each.orphan && !each.mine) acts.unshift(this.#button("call_take", who, () => this.#take(each)));
    return [
      element("p", { class: "call__when" }, moment(each.start)),
      element("p", {}, who, " ", element("a", { href: `tel:${each.phone}` }, each.phone_shown)),
      ...(whose ? [element("p", { class: "call__note" }, whose)] : []),
      element(
        "p",
        { class: "call__acts" },
        this.#button("call_open", who, () => this.on.open(each.conversation_id)),
        ...acts,
      ),
    ];
  }

  #callback(each) {
    const who = each.who ?? each.reference;
    const note = each.handled_by ? say("callback_handled", { name: each.handled_by }) : each.explanation;
    return [
      element("p", { class: "call__when" }, say("callback_asked", { reference: each.reference, moment: clockTime(each.asked_at) })),
      ...(each.who ? [element("p", {}, each.who)] : []),
      ...(note ? [element("p", { class: "call__note" }, note)] : []),
      element(
        "p",
        { class: "call__acts" },
        ...(each.conversation_id && !each.handled_by
          ? [this.#button("callback_propose", who, () => this.on.propose(each))]
          : []),
      ),
    ];
  }

  #button(name, who, onclick) {
    const hint = element("span", { class: "visually-hidden" }, ` ${who}`);
    return element("button", { type: "button", class: "btn btn-sm btn-outline-primary", onclick }, say(name), hint);
  }

  #conclude(each, who, outcome) {
    const path = `/api/agents/appointments/${each.id}/outcome`;
    const sure = () => outcome !== "cancelled" || window.confirm(say("call_cancel_sure", { who }));
    return this.#button(`call_${outcome}`, who, () => sure() && this.#act(path, { outcome }));
  }

  #take(each) {
    return this.#act(`/api/agents/appointments/${each.id}/take`, {});
  }

  async #act(path, body) {
    this.root.querySelectorAll(".call button").forEach((button) => (button.disabled = true));
    try {
      await call("POST", path, { body });
    } catch {
      this.on.failed();
    }
    await this.refresh();
    this.root.querySelectorAll(".call button").forEach((button) => (button.disabled = false));
  }
}

/**
 * Some of my free times, for a chat of mine or for somebody who asked to be called back. `on`:
 * proposed().
 */
export class ProposeDialog extends FormDialog {
  #target = null;
  #clientId = null;

  constructor(dialog, on) {
    super(dialog, on);
    this.form.addEventListener("change", () => this.#limit());
  }

  /** `target`: {chat, send(frame)} or {callback}. */
  async open(target) {
    this.#target = target;
    this.#clientId = newId();
    this.form.querySelector("[data-days]").replaceChildren(element("p", {}, say("propose_loading")));
    this.#limit();
    this.show();
    const query = target.chat ? `?chat_id=${encodeURIComponent(target.chat.id)}` : "";
    try {
      const days = await call("GET", `/api/agents/slots${query}`);
      if (target === this.#target) this.#offer(days);
    } catch {
      this.form.querySelector("[data-days]").replaceChildren();
      this.complain("propose_failed");
    }
  }

  #offer(days) {
    const none = element("p", {}, say("propose_none"));
    const parts = days.map(({ label, slots }) =>
      element(
        "fieldset",
        { class: "propose__day" },
        element("legend", {}, label),
        ...slots.map(({ start }) =>
          element("label", { class: "choice" }, element("input", { type: "checkbox", class: "form-check-input", name: "start", value: start }), ` ${hour(start)}`),
        ),
      ),
    );
    this.form.querySelector("[data-days]").replaceChildren(...(parts.length ? parts : [none]));
    this.#limit();
  }

  get #chosen() {
    return [...this.form.querySelectorAll("[name=start]:checked")].map((box) => box.value);
  }

  /** Four at most: more is a list that nobody reads. */
  #limit() {
    const full = this.#chosen.length >= MOST;
    for (const box of this.form.querySelectorAll("[name=start]")) box.disabled = full && !box.checked;
    this.form.querySelector("[type=submit]").disabled = this.#chosen.length === 0;
  }

  async send() {
    const body = { client_id: this.#clientId, starts: this.#chosen };
    const { chat, callback, send } = this.#target;
    if (chat) {
      if (!send({ type: "propose", chat_id: chat.id, ...body })) return this.complain("not_sent");
      this.dialog.close();
      return this.on.proposed();
    }
    try {
      await call("POST", `/api/agents/callbacks/${encodeURIComponent(callback.reference)}/proposal`, { body });
      this.dialog.close();
      this.on.proposed();
    } catch ({ status }) {
      if (status !== 409) return this.complain("propose_failed"); // again under the same id
      await this.open(this.#target); // with what is free now
      this.complain("propose_refused");
    }
  }
}

/** What the staff log says of an appointment: when, and what was done. */
export function appointmentLine({ state, start }) {
  return say("staff_appointment_at", { what: sayValue("staff_appointment", state), moment: moment(start) });
}

function hasBegun({ start }) {
  return Boolean(start) && new Date(start).getTime() <= nowMs();
}

function hour(instant) {
  const shape = { hour: "2-digit", minute: "2-digit", timeZone: say("timezone") };
  return new Intl.DateTimeFormat(document.documentElement.lang, shape).format(new Date(instant));
}
