// The wait for an advisor: the user's place, how long it may take, and the other ways on.
//
// Each change replaces the last in place. Only a change of place is worth saying aloud: a range
// that moves by a minute is not.

import { keepFocus } from "./dom.js";
import { say } from "./words.js";

const MINUTE_S = 60;
const HOUR_S = 3600;
const LITTLE_HEIGHT = "(max-height: 36rem)"; // there the ways on fold away

/** What a queue event means: {position, wait_low_s, wait_high_s}, each null when unknown. */
export function placeWords({ position, wait_low_s: low, wait_high_s: high }) {
  if (position === null) return say("queue_nobody");
  const place = say(position === 1 ? "queue_next" : "queue_place", { position });
  return `${place} ${waitWords(low, high)}`;
}

/** Whole minutes, the range never narrower than the one that was given. */
function waitWords(lowS, highS) {
  if (lowS === null || highS === null) return say("wait_unknown");
  if (lowS >= HOUR_S) return say("wait_hour");
  const low = Math.floor(lowS / MINUTE_S);
  const high = Math.max(1, Math.ceil(highS / MINUTE_S));
  if (low === high) return say(high === 1 ? "wait_minute" : "wait_about", { high });
  if (low > 0) return say("wait_range", { low, high });
  return say(high === 1 ? "wait_short" : "wait_under", { high });
}

export class QueuePanel {
  #position; // undefined: not told yet; null: nobody is there
  #little = matchMedia(LITTLE_HEIGHT);

  /** `on`: choose(choice, event). */
  constructor(node, on) {
    this.node = node;
    this.place = node.querySelector("[data-place]");
    this.more = node.querySelector("details");
    this.buttons = [...node.querySelectorAll("[data-act]")];
    for (const button of this.buttons) {
      const choice = { id: button.dataset.act, label: button.textContent.trim() };
      button.addEventListener("click", (event) => on.choose(choice, event));
    }
    this.#little.addEventListener("change", () => this.#fold());
  }

  /** The user waits, or no longer waits. */
  show(waits, elsewhere) {
    this.busy(false);
    if (waits) {
      this.#position = undefined;
      this.place.textContent = say("queue_asked");
      if (this.node.hidden) this.#fold();
      this.node.hidden = false;
    } else keepFocus(this.node, elsewhere, () => (this.node.hidden = true));
  }

  /** Takes a queue event. Returns what should be said aloud, or null. */
  update(event) {
    const text = placeWords(event);
    const moved = event.position !== this.#position;
    this.#position = event.position;
    this.place.textContent = text;
    return moved && !this.node.hidden ? text : null;
  }

  /** A way on was chosen and is on its way: a second click would choose twice. */
  busy(chosen) {
    for (const button of this.buttons) button.disabled = chosen;
  }

  #fold() {
    this.more.open = !this.#little.matches;
  }
}
