// The conversation that this screen watches: both its logs, merged by time, each event once.

import { moment, say } from "../chat/words.js";
import { appointmentLine } from "./calls.js";
import { secondsSince } from "./clock.js";
import * as draw from "./entry.js";
import { sayValue } from "./vocabulary.js";

const NEAR_BOTTOM_PX = 120;
const RETRACTABLE_S = 10;
const LATE_S = 1; // a request on its way needs some time too

export class Thread {
  #atEnd = true;
  #numbered = new Map(); // seq → client id, for messages whose event is still to come

  /** `on`: retract(seq). */
  constructor(list, scroller, on) {
    this.list = list;
    this.scroller = scroller;
    this.on = on;
    scroller.addEventListener("scroll", () => (this.#atEnd = this.#nearEnd()));
    new ResizeObserver(() => this.#follow()).observe(scroller);
    this.clear();
  }

  /** Begins anew, with that conversation; null: with none. */
  clear(conversationId = null) {
    this.conversationId = conversationId;
    this.list.replaceChildren();
    this.#numbered.clear();
    this.last = 0;
    this.lastStaff = 0;
    this.readUpTo = 0;
    this.me = null;
    this.mine = false;
    this.#atEnd = true;
  }

  /** Whose screen it is, and whether the chat is theirs: only then can messages be taken back. */
  own(name, mine) {
    this.me = name;
    this.mine = mine;
    if (!mine) this.list.querySelectorAll("[data-retract]").forEach((button) => button.remove());
    this.#mark();
  }

  /** False when it was shown already. */
  show(event) {
    if (event.seq <= this.last) return false;
    this.last = event.seq;
    this.#shows[event.type]?.(event);
    this.#follow();
    return true;
  }

  showStaff(event) {
    if (event.staff_seq <= this.lastStaff) return false;
    this.lastStaff = event.staff_seq;
    if (event.kind === "note") this.#place(draw.drawStaffNote(event));
    else this.#place(draw.drawLine(staffLine(event), event.at, true));
    this.#follow();
    return true;
  }

  queue(item) {
    this.list.append(draw.drawPending(item, this.me ?? say("author_advisor")));
    this.#atEnd = true;
    this.#follow();
  }

  /** Known under that number: what stands for it goes once the event itself is here. */
  stored(clientId, seq) {
    if (seq <= this.last) this.settle(clientId);
    else this.#numbered.set(seq, clientId);
  }

  /** Nothing stands for it any more. */
  settle(clientId) {
    this.pending(clientId)?.remove();
  }

  /** What stands for that one until its event is here, or null. */
  pending(clientId) {
    return this.list.querySelector(`[data-client-id="${CSS.escape(clientId)}"]`);
  }

  read(seq) {
    this.readUpTo = Math.max(this.readUpTo, seq);
    this.#mark();
  }

  #shows = {
    message: (event) => {
      const node = draw.drawMessage(event, this.conversationId);
      if (event.author === "advisor") node.dataset.by = event.name ?? "";
      this.settle(this.#numbered.get(event.seq) ?? "");
      this.#numbered.delete(event.seq);
      this.#place(node);
      this.#offerRetract(node, event);
      this.#mark();
    },
    vote: (event) => {
      const node = this.#message(event.target_seq);
      if (node) draw.showVote(node, event.value);
    },
    retracted: (event) => {
      const node = this.#message(event.target_seq);
      if (node) draw.blank(node);
    },
    mode: (event) => this.#place(draw.drawLine(say(`mode_${event.mode}`), event.at)),
    ticket: ({ reference, at }) => this.#place(draw.drawLine(say("ticket_kept", { reference }), at)),
    appointment: (event) => {
      const values = { moment: moment(event.start), phone: event.phone };
      this.#place(draw.drawLine(say(`appointment_${event.state}`, values), event.at));
    },
    queue: (event) => {
      const nobody = event.position === null;
      const text = nobody ? say("queue_nobody") : say("queue", { position: event.position });
      this.#place(draw.drawLine(text, event.at));
    },
  };

  #offerRetract(node, event) {
    const leftS = RETRACTABLE_S - LATE_S - secondsSince(event.at);
    if (!this.mine || event.name !== this.me || event.author !== "advisor") return;
    if (leftS <= 0 || !event.text) return;
    draw.addRetract(node, () => this.on.retract(event.seq));
    setTimeout(() => node.querySelector("[data-retract]")?.remove(), leftS * 1000);
  }

  /** "read" or "sent" under my last message only. */
  #mark() {
    const own = [...this.list.querySelectorAll(".message--advisor[data-seq]")].filter(
      (node) => node.dataset.by === this.me,
    );
    const last = own.pop();
    own.forEach((node) => draw.setMark(node, null));
    if (!last) return;
    draw.setMark(last, this.readUpTo >= Number(last.dataset.seq) ? "read" : "sent");
  }

  /** After everything that is not later: each log keeps its order, pending ones stay last. */
  #place(node) {
    let before = this.list.lastElementChild;
    while (before && before.at > node.at) before = before.previousElementSibling;
    if (before) before.after(node);
    else this.list.prepend(node);
  }

  #message(seq) {
    return this.list.querySelector(`[data-seq="${seq}"]`);
  }

  #nearEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM_PX;
  }

  #follow() {
    if (this.#atEnd) this.scroller.scrollTop = this.scroller.scrollHeight;
  }
}

function staffLine(event) {
  const called = event.kind === "appointment";
  const text = called ? appointmentLine(event.payload) : sayValue("staff", event.kind);
  return event.member ? say("staff_by", { text, name: event.member }) : text;
}
