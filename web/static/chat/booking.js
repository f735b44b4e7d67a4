// Phone appointments: taking one of the times that an advisor proposes, and finding it again.

import { bookAppointment, readAppointments, readSlots } from "./api.js";
import { FormDialog } from "./dialog.js";
import { element } from "./dom.js";
import { newId } from "./storage.js";
import { moment, say } from "./words.js";

const NAMED = new Set([
  ...["slot_taken", "proposal_over", "too_late"],
  ...["phone_invalid", "phone_costly", "email_invalid"],
]);
const OF_TIME = new Set(["slot_taken", "proposal_over", "too_late"]);

/**
 * The dialog that asks when, and at which number. `on`: conversation(), email() that is known or
 * "", booked().
 */
export class BookingDialog extends FormDialog {
  #conversation = null;
  #proposal = null;
  #clientId = null;

  /** Shows the times of that message; those that are taken meanwhile are gone. */
  async open({ proposal, slots }) {
    this.#conversation = this.on.conversation();
    if (!this.#conversation) return;
    this.#proposal = proposal;
    this.#clientId = newId();
    this.#offer(slots);
    this.form.elements.email.value ||= this.on.email();
    this.show();
    await this.#refresh();
  }

  async #refresh() {
    const asked = this.#proposal;
    const { slots } = await readSlots(this.#conversation, asked).catch(() => ({ slots: null }));
    if (!slots || asked !== this.#proposal || !this.dialog.open) return;
    this.#offer(slots);
    if (slots.length === 0) this.complain("booking_proposal_over");
  }

  #offer(slots) {
    const chosen = this.#chosen;
    const shown = [...this.form.querySelectorAll("[name=start]")].map((radio) => radio.value);
    if (shown.join() === slots.map((slot) => slot.start).join()) return; // the focus stays
    const still = slots.some(({ start }) => start === chosen);
    const rows = slots.map(({ start }, index) => {
      const radio = { type: "radio", class: "form-check-input", name: "start", value: start };
      const checked = still ? start === chosen : index === 0;
      return element("label", { class: "choice" }, element("input", { ...radio, required: true, checked }), ` ${moment(start)}`);
    });
    this.form.querySelector("[data-slots]").replaceChildren(...rows);
    this.form.querySelector("[type=submit]").disabled = rows.length === 0;
  }

  get #chosen() {
    return this.form.querySelector("[name=start]:checked")?.value ?? "";
  }

  async send() {
    const { phone, email } = this.form.elements;
    if (!phone.value.trim()) return this.#refused({ code: "phone_invalid", status: 422 });
    const button = this.form.querySelector("[type=submit]");
    const body = {
      client_id: this.#clientId,
      proposal: this.#proposal,
      start: this.#chosen,
      phone: phone.value,
      ...(email.value.trim() && { email: email.value.trim() }),
    };
    button.disabled = true;
    this.complain("");
    try {
      await bookAppointment(this.#conversation, body);
      this.dialog.close();
      this.on.booked();
    } catch (problem) {
      await this.#refused(problem);
    } finally {
      button.disabled = !this.#chosen;
    }
  }

  /** What was refused may be changed: the next try is another one. */
  async #refused({ code, status }) {
    if (status >= 400 && status < 500) this.#clientId = newId(); // else it may have been stored
    if (OF_TIME.has(code)) await this.#refresh();
    const { phone, email } = this.form.elements;
    const first = this.form.querySelector("[name=start]");
    const field = { phone_invalid: phone, phone_costly: phone, email_invalid: email, slot_taken: first };
    const name = first ? code : "proposal_over";
    this.complain(NAMED.has(name) ? `booking_${name}` : "booking_failed", field[name] ?? null);
  }
}

/** Under an appointment to come: the secret page that moves or cancels it. Nothing when cut off. */
export async function linkAppointment(conversation, node, { id, state, end }) {
  if (state !== "booked" || new Date(end) < new Date()) return;
  const { appointments } = await readAppointments(conversation).catch(() => ({ appointments: [] }));
  const url = appointments.find((each) => each.id === id)?.url;
  if (!url || node.querySelector("a")) return;
  const attributes = { href: new URL(url, location.href).href, target: "_blank", rel: "noopener" };
  const hint = element("span", { class: "visually-hidden" }, ` ${say("new_tab")}`);
  node.append(element("p", {}, element("a", attributes, say("appointment_manage"), hint)));
}
