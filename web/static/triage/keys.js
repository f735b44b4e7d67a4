// Single keys of the pages of triage. They can be turned off (WCAG 2.1.4); the choice is remembered.
//
// Never while something is typed or chosen, and never with Ctrl, Alt or the system's key: what
// belongs to the browser and to screen readers stays theirs.

import { read, write } from "../chat/storage.js";
import { closeable } from "../chat/dialog.js";

const NAME = "triage.shortcuts";
const TYPED_IN = "input:not([type=radio], [type=checkbox], [type=button]), textarea, select";

/** `acts`: by key, what it does. `?` opens the sheet, which holds the check box `toggle`. */
export function listen(toggle, acts) {
  let active = read(NAME) !== false;
  toggle.checked = active;
  toggle.addEventListener("change", () => {
    active = toggle.checked;
    write(NAME, active);
  });
  document.addEventListener("keydown", (event) => {
    if (!active || event.defaultPrevented || event.isComposing || event.repeat) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.(TYPED_IN) || document.querySelector("dialog[open]")) return;
    const act = Object.hasOwn(acts, event.key) ? acts[event.key] : null;
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/** The sheet of keys and its button. Returns what opens it. */
export function sheet(dialog, button) {
  closeable(dialog);
  const open = () => {
    if (!dialog.open) dialog.showModal();
  };
  button.hidden = false;
  button.addEventListener("click", open);
  return open;
}
