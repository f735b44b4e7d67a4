// Phone appointments: taking one of the times that an advisor proposes, and finding it again.

import { bookAppointment, readAppointments, readSlots } from "./api.js";
import { element } from "./dom.js";
import { newId } from "./storage.js";
import { say } from "./words.js";

const NAMED = new Set([
  ...["slot_taken", "proposal_over", "too_late"],
  ...["phone_invalid", "phone_costly", "email_invalid"],
]);
const OF_TIME = new Set(["slot_taken", "proposal_over", "too_late"]);

/** "mardi 1 décembre à 10:20", where the service is, not where the reader is. */
export function moment(instant) {
  const shape = { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" };
  const zone = { timeZone: say("timezone") };
  return new Intl.DateTimeFormat(document.documentElement.lang, { ...shape, ...zone }).format(
    new Date(instant),
  );
}

/** The dialog that asks when, and at which number. */
export class BookingDialog {
  #conversation = null;
  #proposal = null;
  #clientId = null;

  /** `on`: conversation(), email() that is known or "", booked(). */
  constructor(dialog, on) {
    this.dialog = dialog;
    this.form = dialog.querySelector("form");
    this.error = dialog.querySelector("[data-error]");
    this.on = on;
    dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#book();
    });
  }

  /** Shows the times of that message; those that are taken meanwhile are gone. */
  async open({ proposal, slots }) {
    this.#conversation = this.on.conversation();
    if (!this.#conversation) return;
    this.#proposal = proposal;
    this.#clientId = newId();
    this.#complain("");
    this.#show(slots);
    this.form.elements.email.value ||= this.on.email();
    this.dialog.showModal();
    await this.#refresh();
  }

  /** Nothing of it is left for who comes next. */
  reset() {
    this.#proposal = null;
    this.dialog.close();
    this.form.reset();
  }

  async #refresh() {
    const asked = this.#proposal;
    const { slots } = await readSlots(this.#conversation, asked).catch(() => ({ slots: null }));
    if (!slots || asked !== this.#proposal || !this.dialog.open) return;
    this.#show(slots);
    if (slots.length === 0) this.#complain("booking_proposal_over");
  }

  #show(slots) {
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

  async #book() {
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
    this.#complain("");
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
    if (code === "slot_taken") this.form.querySelector("[name=start]")?.focus();
    if (!this.#chosen) return this.#complain("booking_proposal_over");
    this.#complain(NAMED.has(code) ? `booking_${code}` : "booking_failed");
    const { phone, email } = this.form.elements;
    phone.setAttribute("aria-invalid", String(Boolean(code?.startsWith("phone"))));
    email.setAttribute("aria-invalid", String(Boolean(code?.startsWith("email"))));
    if (code?.startsWith("phone")) phone.focus();
    if (code?.startsWith("email")) email.focus();
  }

  #complain(name) {
    this.error.textContent = name ? say(name) : "";
    this.error.hidden = !name;
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
