// Files on their way: sent one after the other, again after a cut or a reload, stored once.
//
// Each has a client id, so it may be sent any number of times. Until the server has it, refuses it
// for good, or it is taken away, it stands in the thread and in this browser (unsent.js).

import { element, keepFocus } from "./dom.js";
import { newId } from "./storage.js";
import { drop, keep, restore, whenDropped } from "./unsent.js";
import { say } from "./words.js";

const LARGEST = 10 * 1024 * 1024; // bytes; the server says so too
const FIRST_PAUSE_S = 3;
const LONGEST_PAUSE_S = 30;
const NAMED = new Set(["type", "empty", "damaged", "too_large", "quota", "no_reader"]);

export class Uploads {
  #items = [];
  #busy = false;
  #again = null;

  /**
   * `side`: "chat" or "agents". `on`: isMine(place); send(place, clientId, file, signal) resolves
   * with {seq}; queue(item, place) shows one; node(clientId) is what it is shown by;
   * stored(clientId, seq, place); gone(clientId); complain(message, place, {also});
   * announce(text); elsewhere() takes the focus. A place is plain data, and without any token.
   */
  constructor(side, on) {
    this.side = side;
    this.on = on;
    whenDropped((clientId) => this.#end(this.#items.find((item) => item.client_id === clientId)));
    window.addEventListener("online", () => this.hurry());
    window.addEventListener("beforeunload", (event) => this.#warn(event));
  }

  /** All files of one act go to the same place, whatever is looked at meanwhile. */
  async take(files, place) {
    this.on.complain("", place);
    for (const file of [...files]) {
      const copy = file.size > LARGEST ? null : await copyOf(file);
      const record = { client_id: newId(), side: this.side, place, file: copy, at: Date.now() };
      if (copy && this.on.isMine(place)) this.#begin(record);
      else if (!copy) this.#complain(file.size > LARGEST ? "file_too_large" : "file_unreadable", { file, place });
    }
  }

  /** What a reload cut off goes on; what is not mine any more is forgotten. */
  async restore() {
    for (const record of await restore(this.side, this.on.isMine)) {
      const file = await copyOf(record.file);
      const known = this.#items.some((item) => item.client_id === record.client_id);
      if (file && !known && this.on.isMine(record.place)) this.#begin({ ...record, file }, true);
    }
  }

  /** The connection is back: what waited for it goes now. */
  hurry() {
    for (const item of this.#items) if (item.problem && !item.problem.status) item.due = 0;
    this.#run();
  }

  /** Their thread was emptied and is filled anew. */
  redraw(isShown) {
    this.#items.filter((item) => isShown(item.place)).forEach((item) => this.#show(item));
  }

  /** Nothing more leaves from here. */
  stop() {
    for (const item of this.#items) item.abort.abort();
    this.#items = [];
  }

  // `kept`: null until this browser said whether it can. `told`: of this try the user has heard.
  #begin(record, kept = null) {
    const state = { kept, due: 0, tries: 0, told: false, sending: false, problem: null };
    const item = { ...record, ...state, abort: new AbortController() };
    this.#items.push(item);
    if (!kept) keep(record).then((done) => this.#mark(Object.assign(item, { kept: done })));
    this.#show(item);
    this.#run();
  }

  async #run() {
    if (this.#busy) return;
    this.#busy = true;
    clearTimeout(this.#again);
    const due = () => this.#items.find((item) => item.due <= Date.now());
    for (let item = due(); item; item = due()) await this.#deliver(item);
    this.#busy = false;
    const next = Math.min(...this.#items.map((item) => item.due));
    if (next < Infinity) this.#again = setTimeout(() => this.#run(), next - Date.now());
  }

  async #deliver(item) {
    if (!item.told) this.#announce("file_leaving", item);
    this.#mark(Object.assign(item, { sending: true }));
    try {
      const { seq } = await this.on.send(item.place, item.client_id, item.file, item.abort.signal);
      if (!this.#release(item)) return;
      this.on.stored(item.client_id, seq, item.place);
      this.#announce("file_arrived", item);
    } catch (problem) {
      if (problem.status === undefined || problem.passing) this.#wait(item, problem);
      else if (this.#end(item)) this.#complain(refusal(problem), item);
    }
  }

  #wait(item, problem) {
    if (!this.#items.includes(item)) return; // it was given up, and so aborted
    const step = Math.min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** item.tries++);
    Object.assign(item, { problem, sending: false });
    item.due = Date.now() + 1000 * (problem.retryAfterS ?? step);
    if (!item.told) this.#announce("file_unsent_spoken", item);
    item.told = true;
    this.#mark(item);
  }

  #retry(item) {
    if (item.sending) return;
    Object.assign(item, { due: 0, told: false });
    this.#run();
  }

  /** False when it was released already. */
  #release(item) {
    if (!this.#items.includes(item)) return false;
    this.#items = this.#items.filter((each) => each !== item);
    drop(item);
    const acts = this.on.node(item.client_id)?.querySelector("[data-acts]");
    if (acts) keepFocus(acts, this.on.elsewhere(), () => acts.remove());
    return true;
  }

  /** It will not be sent. */
  #end(item) {
    if (!this.#release(item)) return false;
    item.abort.abort();
    this.on.gone(item.client_id);
    return true;
  }

  #show(item) {
    const text = say("file_pending", { name: item.file.name });
    this.on.queue({ client_id: item.client_id, text }, item.place);
    this.#mark(item);
  }

  /** Under it, how far it is; once it had to wait, what can be done. */
  #mark(item) {
    const node = this.on.node(item.client_id);
    const unsent = item.problem && !item.sending;
    const mark = node?.querySelector(".message__mark");
    if (mark) mark.textContent = unsent ? say("file_unsent", said(item)) : say("sending");
    if (!item.problem || !node || node.querySelector("[data-acts]")) return;
    const act = (words, done) => element(
      "button",
      { type: "button", class: "btn btn-sm btn-outline-primary", onclick: done },
      say(words),
      element("span", { class: "visually-hidden" }, ` ${item.file.name}`),
    );
    const acts = [act("file_retry", () => this.#retry(item)), act("file_remove", () => this.#end(item))];
    node.append(element("p", { class: "file__acts", "data-acts": true }, ...acts));
  }

  #announce(words, item) {
    this.on.announce(say(words, said(item)));
  }

  #complain(words, { file, place }) {
    this.on.complain(say(words, { name: file.name }), place, { also: true });
  }

  /** Only of what this browser could not keep. */
  #warn(event) {
    if (this.#items.every((item) => item.kept)) return;
    event.preventDefault();
    event.returnValue = ""; // what older browsers go by
  }
}

/** As it is now: what is changed or removed on the disk meanwhile is sent all the same. */
async function copyOf(file) {
  try {
    return new File([await file.arrayBuffer()], file.name, { type: file.type });
  } catch {
    return null; // a folder, or what may not be read
  }
}

/** The values of the words about it. */
function said({ file, problem, kept }) {
  const why = problem?.status === 429 ? "often" : problem?.status ? "busy" : "cut";
  const warning = kept === false ? ` ${say("file_not_kept")}` : "";
  return { name: file.name, why: say(`file_why_${why}`), warning };
}

/** The name of what to say when it was refused for good. */
function refusal(problem) {
  const code = problem.status === 413 ? "too_large" : problem.code?.replace("file_", "");
  if (problem.status === 401 || problem.status === 404) return "file_no_place";
  return NAMED.has(code) ? `file_${code}` : "file_not_sent";
}
