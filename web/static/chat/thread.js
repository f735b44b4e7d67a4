// The list of messages: what the server has numbered, then what is still on its way.

import { blank, drawMessage, drawNote, drawPending, setMark, showVote } from "./message.js";
import { moment, say } from "./words.js";

const NEAR_BOTTOM_PX = 120;
const MARGIN_PX = 8;
const TALL = 0.3; // of the height that messages have

export class Thread {
  #numbered = new Map(); // seq → node, for messages whose event is still to come
  #anchor = null; // what stays in view while its answer comes: see toEnd
  #atEnd = true;
  #readTo = 0; // what the advisor has read of it, by number

  constructor(list, scroller, on) {
    this.list = list;
    this.scroller = scroller;
    this.on = on;
    scroller.addEventListener("scroll", () => (this.#atEnd = this.nearEnd));
    // The banner and a longer draft take room from the messages: their end stays in view.
    new ResizeObserver(() => this.#atEnd && this.#scroll(Infinity)).observe(scroller);
  }

  clear() {
    this.list.replaceChildren();
    this.#numbered.clear();
    this.#anchor = null;
    this.#readTo = 0;
  }

  /** Shows one event. Returns what a screen reader should say about it, or null. */
  show(event) {
    const show = this.#shows[event.type];
    return show ? show(event) : null;
  }

  /** Shows what is queued and not shown yet (a reload, a choice, a fresh message). */
  queue(items) {
    for (const item of items) {
      if (item.vote || this.pending(item.client_id)) continue;
      this.#anchor = drawPending(item);
      this.list.append(this.#anchor);
      this.#closeChoices();
    }
    this.toEnd();
  }

  /** The server has stored it under that number: the event itself may come before or after. */
  stored(clientId, seq) {
    const node = this.pending(clientId);
    if (!node) return;
    if (this.#message(seq)) node.remove();
    else {
      this.#numbered.set(seq, node);
      setMark(node, this.#markOf(seq));
    }
  }

  /** The advisor has read up to that number. */
  read(seq) {
    this.#readTo = Math.max(this.#readTo, seq);
    for (const node of this.list.querySelectorAll(".message--user[data-seq]")) {
      if (Number(node.dataset.seq) <= this.#readTo) setMark(node, "read");
    }
  }

  refused(clientId) {
    this.pending(clientId)?.remove();
  }

  waiting(clientId, state) {
    const node = this.pending(clientId);
    if (node) setMark(node, state);
  }

  vote(seq, value) {
    const node = this.#message(seq);
    if (node) showVote(node, value);
  }

  get nearEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM_PX;
  }

  /**
   * Scrolls to the end, but never past what the user did last: a long answer is read from its
   * top. That is their last message or, after a vote, whatever comes next; a message that takes
   * much of a small screen makes room for its answer.
   */
  toEnd() {
    const tall = this.#anchor?.offsetHeight > this.scroller.clientHeight * TALL;
    const first = (tall && this.#anchor.nextElementSibling) || this.#anchor;
    this.#scroll(first ? first.offsetTop - MARGIN_PX : Infinity);
  }

  #scroll(top) {
    const end = this.scroller.scrollHeight - this.scroller.clientHeight;
    this.scroller.scrollTop = Math.min(end, top);
    this.#atEnd = this.nearEnd;
  }

  #shows = {
    message: (event) => {
      const follow = this.nearEnd || event.author === "user" || this.#anchor === null;
      const node = drawMessage(event, this.on);
      const waiting = this.#numbered.get(event.seq);
      this.#numbered.delete(event.seq);
      if (waiting) waiting.replaceWith(node);
      else this.#place(node);
      if (event.author === "user") {
        setMark(node, this.#markOf(event.seq));
        this.#closeChoices();
      }
      if (event.author === "user" || this.#anchor === null) this.#anchor = node;
      if (follow) this.toEnd();
      return event.author === "user" ? null : this.#spoken(event);
    },
    vote: (event) => {
      this.vote(event.target_seq, event.value);
      this.#anchor = null;
      return null;
    },
    retracted: (event) => {
      const node = this.#message(event.target_seq);
      if (node) blank(node);
      return null;
    },
    // A message of the system tells the change, and brings the choices that now make sense.
    mode: ({ seq, mode }) => {
      this.#shut(this.list);
      return mode === "closed" ? this.#note(seq, say("mode_closed")) : null;
    },
    ticket: (event) =>
      this.#note(event.seq, say("ticket", { reference: event.reference }), event.url),
    appointment: (event) => {
      const values = { moment: moment(event.start), phone: event.phone ?? "" };
      const text = this.#note(event.seq, say(`appointment_${event.state}`, values));
      // Only the last state of it may be changed.
      this.list.querySelectorAll("[data-appointment]").forEach((node) => node.querySelector("a")?.parentElement.remove());
      const node = this.#message(event.seq);
      node.dataset.appointment = event.id;
      this.on.appointment(node, event);
      return text;
    },
  };

  #note(seq, text, url = null) {
    if (!text) return null;
    const follow = this.nearEnd;
    this.#place(drawNote(seq, text, url));
    if (follow) this.toEnd();
    return text;
  }

  #spoken(event) {
    const offered = (event.choices ?? []).map((choice) => choice.label).join(", ");
    const who = event.name || say(event.author);
    const text = `${who}${say("says")} ${event.text}`;
    return offered ? `${text} ${say("choices_spoken", { choices: offered })}` : text;
  }

  #place(node) {
    const pending = this.list.querySelector("[data-client-id]");
    if (pending) pending.before(node);
    else this.list.append(node);
  }

  #closeChoices() {
    let later = false;
    for (const node of [...this.list.children].reverse()) {
      if (later) this.#shut(node);
      if (node.classList.contains("message--user")) later = true;
    }
  }

  #shut(node) {
    node.querySelectorAll(".message__choice").forEach((one) => (one.disabled = true));
  }

  #markOf(seq) {
    return seq <= this.#readTo ? "read" : "received";
  }

  /** What stands for that one until its event is here, or null. */
  pending(clientId) {
    return this.list.querySelector(`[data-client-id="${CSS.escape(clientId)}"]`);
  }

  #message(seq) {
    return this.list.querySelector(`[data-seq="${seq}"]`);
  }
}
