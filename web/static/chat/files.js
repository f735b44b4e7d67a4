// Files, on both sides: picking, dropping or pasting one, and showing what was sent.

import { element } from "./dom.js";
import { newId } from "./storage.js";
import { say } from "./words.js";

const LARGEST = 10 * 1024 * 1024; // bytes; the server says so too
const TRIES = 3;
const PAUSE_S = 3;
const NAMED = new Set(["type", "empty", "damaged", "too_large", "quota"]);
const UNITS = ["o", "Ko", "Mo"];

/** The button that sends files, and what is dropped on or pasted into the form it stands in. */
export class FilePicker {
  /**
   * `on`: target() whom files go to now, or null; queue(item, target) shows one on its way;
   * send(target, clientId, file) resolves with its number; stored(clientId, seq);
   * refused(clientId); complain(message, target). All files of one act go to the same target,
   * whatever is looked at meanwhile.
   */
  constructor(form, on) {
    this.button = form.querySelector("[data-attach]");
    this.input = form.querySelector("input[type=file]");
    this.on = on;
    this.button.addEventListener("click", () => this.input.click());
    this.input.addEventListener("change", () => {
      this.#take(this.input.files);
      this.input.value = "";
    });
    form.addEventListener("paste", (event) => this.#given(event, event.clipboardData));
    form.addEventListener("dragover", (event) => this.#wanted(event) && event.preventDefault());
    form.addEventListener("drop", (event) => this.#given(event, event.dataTransfer));
  }

  /** Only a person reads files: the button is there when one is, or is waited for. */
  show(shown) {
    this.button.hidden = !shown;
  }

  open() {
    if (!this.button.hidden) this.input.click();
  }

  #wanted(event) {
    return !this.button.hidden && event.dataTransfer?.types.includes("Files");
  }

  /** What office programs copy is a text that comes with its picture: it is pasted as a text. */
  #given(event, transfer) {
    if (this.button.hidden || !transfer?.files.length) return;
    if (event.type === "paste" && transfer.types.includes("text/plain")) return;
    event.preventDefault();
    this.#take(transfer.files);
  }

  async #take(files) {
    const target = this.on.target();
    if (!target) return;
    const complaints = [];
    this.on.complain("", target);
    for (const file of [...files]) {
      const wrong = await this.#send(target, file);
      if (wrong) complaints.push(say(wrong, { name: file.name }));
      if (wrong) this.on.complain(complaints.join(" "), target);
    }
  }

  /** The name of what to say when it was refused. */
  async #send(target, file) {
    if (file.size > LARGEST) return "file_too_large";
    const clientId = newId();
    this.on.queue({ client_id: clientId, text: say("file_sending", { name: file.name }) }, target);
    try {
      const { seq } = await patiently(() => this.on.send(target, clientId, file));
      this.on.stored(clientId, seq);
      return null;
    } catch (problem) {
      this.on.refused(clientId);
      return reason(problem);
    }
  }
}

/** Tries again what may pass later, under the same id: it is stored once. */
async function patiently(send) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await send();
    } catch (problem) {
      const passing = problem.status === undefined || problem.passing;
      if (!passing || tries === TRIES) throw problem;
      await new Promise((done) => setTimeout(done, 1000 * (problem.retryAfterS ?? PAUSE_S)));
    }
  }
}

function reason(problem) {
  if (problem.status === 413) return "file_too_large";
  const code = problem.code?.replace("file_", "");
  if (code === "no_reader") return "file_no_reader";
  return NAMED.has(code) ? `file_${code}` : "file_not_sent";
}

/** `file` as the server describes it; `link`: what fetches it, given its words. */
export function drawFile(file, link) {
  const kind = file.name.split(".").pop().toUpperCase();
  const about = element("span", { class: "file__about" }, say("file_about", { kind, size: size(file.size) }));
  return element("div", { class: "file" }, link(element("span", { class: "file__name" }, file.name), " ", about));
}

/** As people count: "24 Ko". */
function size(bytes) {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1024)));
  const digits = { maximumFractionDigits: step > 1 ? 1 : 0 };
  const number = new Intl.NumberFormat(document.documentElement.lang, digits);
  return `${number.format(bytes / 1024 ** step)}\u00a0${UNITS[step]}`;
}
