// The console's one socket: frames both ways, opened again by itself whenever it is cut.
//
// What comes after a cut is read on from the last numbers by whoever watches (on.opened).

const HEARTBEAT_MS = 20_000;
const SILENCE_MS = 30_000; // the board comes every few seconds: the line is dead
const OPEN_TIMEOUT_MS = 6_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 20_000;
const REFUSED = 1008;
const LOG_IN_AGAIN = 4001;

export class Socket {
  #socket = null;
  #tries = 0;
  #lastFrame = 0;
  #leaveMs = 0;
  #wake = null;
  #over = null;

  /** `on`: opened(), frame(frame), cut(), refused(), loggedOut(). */
  constructor(on) {
    this.on = on;
    window.addEventListener("online", () => this.#wake?.());
    window.addEventListener("offline", () => this.#hangUp());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.#wake?.();
    });
  }

  get live() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** False when it could not leave: the line is cut. */
  send(frame) {
    if (!this.live) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  async run() {
    for (;;) {
      const code = await this.#listen();
      if (code === LOG_IN_AGAIN) return this.on.loggedOut();
      if (code === REFUSED) return this.on.refused();
      this.on.cut();
      await this.#pause();
    }
  }

  async #listen() {
    const address = new URL("/api/agents/socket", location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address.href);
    this.#socket = socket;
    this.#lastFrame = Date.now();
    const timer = setTimeout(() => this.live || this.#hangUp(), OPEN_TIMEOUT_MS);
    const heart = setInterval(() => this.#beat(), HEARTBEAT_MS);
    socket.addEventListener("open", () => this.#socket === socket && this.on.opened());
    socket.addEventListener("message", (message) => {
      if (this.#socket === socket) this.#take(JSON.parse(message.data));
    });
    const { code } = await new Promise((over) => {
      this.#over = over;
      socket.addEventListener("close", over);
    });
    this.#socket = null;
    clearTimeout(timer);
    clearInterval(heart);
    return code;
  }

  #take(frame) {
    this.#lastFrame = Date.now();
    this.#tries = 0;
    if (frame.type === "going_away") this.#leaveMs = frame.delay_s * 1000;
    else this.on.frame(frame);
  }

  #beat() {
    if (Date.now() - this.#lastFrame > SILENCE_MS) this.#hangUp();
    else this.send({ type: "heartbeat" });
  }

  /** Now, without waiting for the other side: it may be out of reach. */
  #hangUp() {
    this.#socket?.close(1000);
    this.#over?.({ code: 1006 });
  }

  #pause() {
    const step = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#tries++);
    const pauseMs = this.#leaveMs + step * (0.5 + Math.random() / 2);
    this.#leaveMs = 0;
    return new Promise((done) => {
      const timer = setTimeout(done, pauseMs);
      this.#wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  }
}
