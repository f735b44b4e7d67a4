// One live socket: join, then frames both ways, until it closes.

import { socketAddress } from "./api.js";

const OPEN_TIMEOUT_MS = 6_000;
const HEARTBEAT_MS = 20_000;
const LASTING_MS = 10_000; // a silent socket that held so long was accepted
const SILENCE_MS = 65_000; // no frame at all, heartbeats included: the line is dead
const STORED_TIMEOUT_MS = 8_000;

export class Socket {
  #socket = null;
  #waiting = new Map(); // client_id → what to do once stored (with a seq) or not (with null)
  #lastFrame = 0;
  #over = null;

  constructor(conversation, frames) {
    this.conversation = conversation;
    this.frames = frames; // what to do with each type of frame; `event` takes all numbered ones
  }

  get live() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Resolves when the socket is over: whether it was of use, and the close code. */
  async listen(after, onOpen) {
    const socket = new WebSocket(socketAddress(this.conversation));
    this.#socket = socket;
    let openedAt = Infinity;
    this.#lastFrame = 0;
    const timer = setTimeout(() => openedAt < Infinity || this.close(), OPEN_TIMEOUT_MS);
    const heart = setInterval(() => this.#beat(), HEARTBEAT_MS);
    socket.addEventListener("open", () => {
      if (this.#socket !== socket) return;
      openedAt = Date.now();
      this.#send({ type: "join", token: this.conversation.token, after });
      onOpen();
    });
    socket.addEventListener("message", (message) => {
      if (this.#socket === socket) this.#take(message.data);
    });
    const { code } = await new Promise((over) => {
      this.#over = over;
      socket.addEventListener("close", over);
    });
    this.#socket = null;
    clearTimeout(timer);
    clearInterval(heart);
    this.#release();
    const served = this.#lastFrame > 0 || Date.now() - openedAt > LASTING_MS;
    return { served, code };
  }

  /** Sends a message; the number that it got, or null when nobody said that it is stored. */
  async say(message) {
    if (!this.live) return null;
    const stored = new Promise((done) => this.#waiting.set(message.client_id, done));
    const timer = setTimeout(() => this.#settle(message.client_id, null), STORED_TIMEOUT_MS);
    this.#send({ type: "say", ...message });
    const seq = await stored;
    clearTimeout(timer);
    return seq;
  }

  typing() {
    if (this.live) this.#send({ type: "typing" });
  }

  read(seq) {
    if (this.live) this.#send({ type: "read", seq });
  }

  /** Hangs up now, without waiting for the other side: it may be out of reach. */
  close() {
    this.#socket?.close(1000);
    this.#over?.({ code: 1006 });
  }

  #take(data) {
    this.#lastFrame = Date.now();
    const frame = JSON.parse(data);
    if (frame.type === "stored") this.#settle(frame.client_id, frame.seq);
    if (frame.type === "failed") this.#settle(frame.client_id, null);
    const numbered = Number.isInteger(frame.seq) && !["stored", "read"].includes(frame.type);
    if (numbered) this.frames.event(frame);
    else this.frames[frame.type]?.(frame);
  }

  #beat() {
    if (!this.live) return;
    const silent = this.#lastFrame > 0 && Date.now() - this.#lastFrame > SILENCE_MS;
    if (silent) this.close();
    else this.#send({ type: "heartbeat" });
  }

  #send(frame) {
    this.#socket.send(JSON.stringify(frame));
  }

  #settle(clientId, seq) {
    this.#waiting.get(clientId)?.(seq);
    this.#waiting.delete(clientId);
  }

  #release() {
    for (const clientId of [...this.#waiting.keys()]) this.#settle(clientId, null);
  }
}
