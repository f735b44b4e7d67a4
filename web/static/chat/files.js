// Files, on both sides: picking, dropping or pasting one, and showing what was sent.

import { element } from "./dom.js";
import { newId } from "./storage.js";
import { say } from "./words.js";

const LARGEST = 10 * 1024 * 1024; // bytes; the server says so too
const NAMED = new Set(["type", "empty", "damaged", "too_large", "quota"]);
const UNITS = ["o", "Ko", "Mo"];

/** The button that sends files, and what is dropped on or pasted into the form it stands in. */
export class FilePicker {
  /**
   * `on`: queue(item) shows a file on its way; send(clientId, file) resolves with its number;
   * stored(clientId, seq); refused(clientId); complain(message).
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

  #given(event, transfer) {
    if (this.button.hidden || !transfer?.files.length) return;
    event.preventDefault();
    this.#take(transfer.files);
  }

  async #take(files) {
    this.on.complain("");
    for (const file of [...files]) await this.#send(file);
  }

  async #send(file) {
    if (file.size > LARGEST) return this.on.complain(say("file_too_large", { name: file.name }));
    const clientId = newId();
    this.on.queue({ client_id: clientId, text: say("file_sending", { name: file.name }) });
    try {
      const { seq } = await this.on.send(clientId, file);
      this.on.stored(clientId, seq);
    } catch (problem) {
      this.on.refused(clientId);
      this.on.complain(say(reason(problem), { name: file.name }));
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
