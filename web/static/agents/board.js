// The left side: my status, the queue, what is offered to me, my chats; for who oversees, all.

import { element } from "../chat/dom.js";
import { clockTime, say } from "../chat/words.js";
import { nowMs, secondsSince, setClock } from "./clock.js";
import { setText, showRows } from "./rows.js";
import { duration, nameOf, sayValue } from "./vocabulary.js";

const STATUS_MS = 3_000; // how long one's own choice stands before the server has repeated it
const OVERSEERS = ["supervisor", "administrator"];

export class BoardPane {
  #chosenAt = -Infinity;
  #released = new Set(); // ids of chats that are being finished or handed over from here

  /** `on`: status(value), open(chat), accept(chat), decline(chat), wrapUp(chat). */
  constructor(root, on) {
    this.root = root;
    this.on = on;
    this.board = null;
    this.watched = null;
    root.querySelectorAll("[name=status]").forEach((radio) =>
      radio.addEventListener("change", () => {
        this.#chosenAt = Date.now();
        on.status(radio.value);
      }),
    );
    setInterval(() => this.board && this.#draw(), 1000);
  }

  get offers() {
    return this.#chats((chat) => chat.state === "offered" && this.isMine(chat));
  }

  get mine() {
    return this.#chats((chat) => chat.state === "active" && this.isMine(chat));
  }

  /** Mine that the user ended: what came of them is still to be said. */
  get over() {
    const over = (chat) => chat.state === "ended" && this.isMine(chat);
    return this.#chats((chat) => over(chat) && !this.isReleased(chat));
  }

  /** Who is there to take a chat from whoever has it: me too, when it is a colleague's. */
  takersOf(chat) {
    const { advisors = [] } = this.board ?? {};
    return advisors.filter((each) => each.present && each.id !== chat?.advisor_id);
  }

  get skills() {
    return [...new Set((this.board?.advisors ?? []).flatMap((each) => each.skills))].sort();
  }

  get oversees() {
    return OVERSEERS.includes(this.board?.me.role);
  }

  isMine(chat) {
    return chat.advisor_id === this.board.me.id;
  }

  /** The chat of that conversation: the one under way rather than one that is over; or null. */
  chatOf(conversationId) {
    const found = this.#chats((chat) => chat.conversation_id === conversationId);
    return found.find((chat) => chat.state !== "ended") ?? found[0] ?? null;
  }

  show(board) {
    setClock(board.at);
    this.board = board;
    for (const id of this.#released) if (!this.#holds(id)) this.#released.delete(id);
    this.#draw();
  }

  /** It is being finished or handed over from here: nothing more is wanted of it. */
  release(chatId) {
    if (this.#holds(chatId)) this.#released.add(chatId);
    this.#draw();
  }

  /** Whether it is mine by more than an offer: what I hand over may be offered back to me. */
  #holds(chatId) {
    const held = (chat) => chat.id === chatId && chat.state !== "offered" && this.isMine(chat);
    return this.#chats(held).length > 0;
  }

  isReleased(chat) {
    return this.#released.has(chat.id);
  }

  /** It was refused: they stay mine. */
  takeBack() {
    this.#released.clear();
    this.#draw();
  }

  select(conversationId) {
    this.watched = conversationId;
    if (this.board) this.#draw();
  }

  #chats(wanted) {
    return (this.board?.chats ?? []).filter(wanted);
  }

  #part(name) {
    return this.root.querySelector(`#${name}`);
  }

  #draw() {
    this.#drawQueue();
    this.#drawOffers();
    this.#drawChats("mine", this.mine);
    this.#drawChats("over", this.over, "over-part");
    const others = this.oversees ? this.#chats((chat) => !this.isMine(chat)) : [];
    this.#drawChats("others", others);
    this.#part("oversight").hidden = !this.oversees;
    if (this.oversees) this.#drawAdvisors();
  }

  #drawQueue() {
    const { me, waiting, longest_wait_s: longest, at, open, until, next_opening } = this.board;
    if (Date.now() - this.#chosenAt > STATUS_MS) {
      const radio = this.root.querySelector(`[name=status][value=${me.status}]`);
      if (radio && !radio.checked) radio.checked = true;
    }
    const elapsed = (nowMs() - new Date(at).getTime()) / 1000;
    setText(this.root, "load", say("load", me));
    setText(this.root, "waiting", String(waiting));
    setText(this.root, "longest", longest === null ? say("nobody") : duration(longest + elapsed));
    const closed = next_opening
      ? say("opens_at", { moment: clockTime(next_opening) })
      : say("closed");
    const opened = open && until ? say("open_until", { moment: clockTime(until) }) : closed;
    setText(this.root, "hours", opened);
  }

  #drawOffers() {
    this.#part("no-offer").hidden = this.offers.length > 0;
    const make = (chat) => this.#makeOffer(chat);
    showRows(this.#part("offers"), this.offers, (chat) => chat.id, make, (row, chat) => {
      const name = nameOf(chat.who, chat.conversation_id);
      setText(row, "name", name);
      setText(row, "last", chat.last ?? "");
      setText(row, "since", say("waits_for", { time: duration(secondsSince(chat.since)) }));
      setText(row, "skill", chat.skill ? say("skill", { skill: chat.skill }) : "");
      const left = chat.offered_until ? Math.ceil(-secondsSince(chat.offered_until)) : null;
      setText(row, "left", left === null ? "" : say("seconds_left", { count: Math.max(0, left) }));
    });
  }

  #makeOffer(chat) {
    const spoken = ` ${nameOf(chat.who, chat.conversation_id)}`;
    const button = (word, kind, act) =>
      element(
        "button",
        { type: "button", class: `btn btn-sm ${kind}`, onclick: act },
        say(word),
        element("span", { class: "visually-hidden" }, spoken),
      );
    return element(
      "li",
      { class: "offer" },
      element("p", { class: "row__name", "data-part": "name" }),
      element("p", { class: "row__last", "data-part": "last" }),
      element("p", { class: "row__facts" }, part("since"), part("skill"), part("left")),
      element(
        "p",
        { class: "offer__acts" },
        button("accept", "btn-primary", () => this.on.accept(chat)),
        button("decline", "btn-outline-primary", () => this.on.decline(chat)),
        button("read", "btn-outline-primary", () => this.on.open(chat)),
      ),
    );
  }

  #drawChats(id, chats, empty = `no-${id}`) {
    const shown = this.#part(empty);
    shown.hidden = id === "over" ? chats.length === 0 : chats.length > 0;
    const make = (chat) => this.#makeChat(chat);
    showRows(this.#part(id), chats, (chat) => chat.id, make, (row, chat) => {
      const button = row.firstElementChild;
      if (chat.conversation_id === this.watched) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
      setText(row, "name", nameOf(chat.who, chat.conversation_id));
      setText(row, "unread", id === "mine" ? this.#unread(chat) : "");
      setText(row, "last", chat.last ?? "");
      const ago = chat.last_at && duration(secondsSince(chat.last_at));
      setText(row, "since", ago ? say("ago", { time: ago }) : "");
      setText(row, "gone", chat.user_gone ? say("user_gone") : "");
      const owner = chat.advisor ?? "";
      const state = id === "others" ? sayValue("state", chat.state) : "";
      setText(row, "state", [state, owner].filter((each) => each && id === "others").join(", "));
      setText(row, "over", id === "over" ? say("wrap_up_wanted") : "");
    });
  }

  /** What is on the screen is read: the board says so some seconds later. */
  #unread(chat) {
    const seen = chat.conversation_id === this.watched && document.visibilityState === "visible";
    return chat.unread && !seen ? say("unread", { count: chat.unread }) : "";
  }

  #makeChat(chat) {
    return element(
      "li",
      {},
      element(
        "button",
        { type: "button", class: "chat-row", onclick: () => this.on.open(chat) },
        element("span", { class: "row__name" }, part("name"), " ", part("unread")),
        element("span", { class: "row__last", "data-part": "last" }),
        element(
          "span",
          { class: "row__facts" },
          part("since"),
          part("gone"),
          part("state"),
          part("over"),
        ),
      ),
    );
  }

  #drawAdvisors() {
    const make = () => element("li", { class: "advisor" }, part("name"), " ", part("facts"));
    showRows(this.#part("advisors"), this.board.advisors, (each) => each.id, make, (row, each) => {
      row.classList.toggle("advisor--absent", !each.present);
      setText(row, "name", each.name);
      const status = each.present ? sayValue("status", each.status) : say("not_connected");
      const { load, capacity } = each;
      setText(row, "facts", say("advisor_facts", { status, load, capacity }));
    });
  }
}

const part = (name) => element("span", { "data-part": name, hidden: true });
