// Messages and notes that the server has not acknowledged: sent again after a cut, stored once.

import { newId } from "../chat/storage.js";
import { nowMs } from "./clock.js";
import { keep, kept } from "./drafts.js";

const NAME = "outbox";
const SKEW_MS = 5_000;

export class Outbox {
  /** `send(frame)`: the socket's. */
  constructor(send) {
    this.send = send;
    this.items = kept(NAME) ?? [];
  }

  /** `kind`: "say" or "note". Returns what is now on its way. */
  put(kind, chat, text) {
    const item = {
      kind,
      text,
      client_id: newId(),
      chat_id: chat.id,
      conversation_id: chat.conversation_id,
      at: nowMs(),
    };
    this.items.push(item);
    this.#keep();
    this.#send(item);
    return item;
  }

  sendAgain() {
    for (const item of this.items) this.#send(item);
  }

  of(conversationId) {
    return this.items.filter((item) => item.conversation_id === conversationId);
  }

  /** Takes it out: it was stored or refused. Returns it, or null. */
  settle(clientId) {
    const item = this.items.find((each) => each.client_id === clientId) ?? null;
    this.items = this.items.filter((each) => each !== item);
    this.#keep();
    return item;
  }

  /** A stored note does not say its client's number: it is the oldest on its way. */
  settleNote(event) {
    const at = new Date(event.at).getTime() + SKEW_MS;
    const notes = this.of(event.conversation_id).filter((each) => each.kind === "note");
    const item = notes.find((each) => each.at <= at);
    return item ? this.settle(item.client_id) : null;
  }

  #send({ kind, chat_id, client_id, text }) {
    this.send({ type: kind, chat_id, client_id, text });
  }

  #keep() {
    keep(NAME, this.items);
  }
}
