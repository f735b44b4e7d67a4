// The keys of the console. They can be turned off (WCAG 2.1.4), and the choice is remembered.
//
// Alt+Shift with a digit, an arrow or Enter: taken by no browser and no screen reader for itself.
// `?` alone opens the sheet, and only where nothing is being typed. No letter means anything.

import { read, write } from "../chat/storage.js";

const NAME = "agents.shortcuts";
const TYPED_IN = "input:not([type=radio], [type=checkbox], [type=button]), textarea, select";

/** `on`: sheet(), accept(), write(), open(index from 0), step(+1 or -1). */
export function listen(toggle, on) {
  let active = read(NAME) !== false;
  toggle.checked = active;
  toggle.addEventListener("change", () => {
    active = toggle.checked;
    write(NAME, active);
  });
  document.addEventListener("keydown", (event) => {
    if (!active || event.defaultPrevented || event.isComposing || event.repeat) return;
    const act = wanted(event, on);
    if (!act) return;
    event.preventDefault();
    act();
  });
}

function wanted(event, on) {
  if (event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return null;
  if (event.key === "?" && !event.altKey) return event.target.closest?.(TYPED_IN) ? null : on.sheet;
  if (!event.altKey || !event.shiftKey || event.getModifierState("AltGraph")) return null;
  if (event.code === "Enter") return on.accept;
  if (event.code === "ArrowDown") return () => on.step(1);
  if (event.code === "ArrowUp") return () => on.step(-1);
  const digit = /^Digit(\d)$/.exec(event.code)?.[1];
  if (digit === "0") return on.write;
  return digit ? () => on.open(Number(digit) - 1) : null;
}
