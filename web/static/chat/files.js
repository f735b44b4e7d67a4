// Files, on both sides: picking, dropping or pasting one, and showing what was sent.

import { element } from "./dom.js";
import { say } from "./words.js";

const UNITS = ["o", "Ko", "Mo"];

/** The button that picks files, what is pasted into its form, and what is dropped on the page. */
export class FilePicker {
  #own = false; // what is dragged is a part of this page, and no file of somebody's

  /** `on`: place() whom files go to now, or null; take(files, place). */
  constructor(form, on) {
    this.button = form.querySelector("[data-attach]");
    this.input = form.querySelector("input[type=file]");
    this.on = on;
    this.button.addEventListener("click", () => this.input.click());
    this.input.addEventListener("change", () => {
      this.#take(this.input.files);
      this.input.value = "";
    });
    form.addEventListener("paste", (event) => this.#paste(event));
    document.addEventListener("dragstart", () => this.#dragOwn());
    document.addEventListener("dragover", (event) => this.#hold(event));
    document.addEventListener("drop", (event) => this.#hold(event) && this.#take(event.dataTransfer.files));
  }

  /** Only a person reads files: the button is there when one is, or is waited for. */
  show(shown) {
    this.button.hidden = !shown;
  }

  /** Whether files are taken now: the button can be seen, and no dialog is before it. */
  get #open() {
    const seen = this.button.getClientRects().length > 0 && !this.button.disabled;
    return seen && !document.querySelector("dialog[open]");
  }

  /** What office programs copy is a text that comes with its picture: it is pasted as a text. */
  #paste(event) {
    const { files, types } = event.clipboardData ?? {};
    if (!this.#open || !files?.length || types.includes("text/plain")) return;
    event.preventDefault();
    this.#take(files);
  }

  /** Files over this page: never opened by the browser instead of it. True when they are taken. */
  #hold(event) {
    if (!event.dataTransfer?.types.includes("Files")) return false;
    event.preventDefault();
    const taken = this.#open && !this.#own;
    event.dataTransfer.dropEffect = taken ? "copy" : "none";
    return taken;
  }

  /** No mouse moves in the page while something is dragged. */
  #dragOwn() {
    this.#own = true;
    document.addEventListener("mousemove", () => (this.#own = false), { once: true });
  }

  #take(files) {
    const place = this.on.place();
    if (place && files.length) this.on.take(files, place);
  }
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
