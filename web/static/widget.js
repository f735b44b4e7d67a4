// The icon at the bottom right of a host page, and the panel that it opens on the right.
//
// One line on any page: <script src="https://…/widget.js" defer></script>
//
// The panel is an iframe on the assistant's own origin, loaded when first opened: the host page
// never sees the conversation, and the conversation never sees the host page. The two talk only
// by postMessage, with exact origins both ways. Everything is drawn in a shadow root with a
// constructed stylesheet, which a strict content policy of the host does not block.
//
// WIDGET_WORDS (the words that users read) is put before this code by the route that serves it,
// web/pages.py: one file, one request, no French here, no cross-origin fetch for a label.
/* global WIDGET_WORDS */

const script = document.currentScript;
const origin = new URL(script.src).origin;
const words = { ...WIDGET_WORDS, ...wordsOfTheTag(script) };
// data-identity="kept": this page does not know who the user is, and ends nobody's conversation.
const kept = script.dataset.identity === "kept" ? "&identity=kept" : "";
const MEMORY = "claudia.connected"; // on the host's origin: a conversation here knows who the user is
const READY_TIMEOUT_MS = 10_000;

const STYLE = `
  :host { all: initial; }
  * { box-sizing: border-box; }
  [hidden] { display: none !important; }
  .icon {
    position: fixed; right: 1.25rem; bottom: 1.25rem; z-index: 2147483000;
    width: 3.75rem; height: 3.75rem; padding: 0;
    border: 2px solid #ffffff; border-radius: 50%; cursor: pointer;
    background: var(--claudia-widget-accent, #12596b);
    color: var(--claudia-widget-on-accent, #ffffff);
    box-shadow: 0 4px 16px rgba(0, 0, 0, 0.3);
  }
  .icon:hover { filter: brightness(1.15); }
  .icon svg {
    width: 1.75rem; height: 1.75rem; vertical-align: middle;
    fill: none; stroke: currentcolor; stroke-width: 2;
    stroke-linecap: round; stroke-linejoin: round;
  }
  .leaving, .open .still { display: none; }
  .open .leaving { display: inline; }
  button:focus-visible, a:focus-visible {
    outline: 3px solid #ffffff; outline-offset: 0;
    box-shadow: 0 0 0 6px var(--claudia-widget-accent, #12596b);
  }
  .badge {
    position: absolute; top: -0.4rem; right: -0.4rem; min-width: 1.5rem; padding: 0 0.35rem;
    border: 2px solid #ffffff; border-radius: 1rem; background: #a8201a; color: #ffffff;
    font: 700 0.8125rem/1.25rem system-ui, sans-serif;
  }
  .panel {
    position: fixed; right: 1.25rem; bottom: 5.75rem; z-index: 2147483000;
    width: min(26rem, calc(100vw - 2.5rem)); height: min(52rem, calc(100vh - 7rem));
    height: min(52rem, calc(100dvh - 7rem));
    overflow: hidden; border: 1px solid #71818c; border-radius: 0.75rem; background: #ffffff;
    box-shadow: 0 8px 32px rgba(0, 0, 0, 0.3);
    animation: rise 0.15s ease-out;
  }
  iframe { width: 100%; height: 100%; border: 0; display: block; color-scheme: normal; }
  .waiting {
    position: absolute; inset: 0; display: flex; flex-direction: column; gap: 1rem;
    align-items: flex-start; padding: 1.5rem; background: #ffffff; color: #17222b;
    font: 1rem/1.5 system-ui, sans-serif;
  }
  .waiting p { margin: 0; }
  .waiting a { color: #0b5568; }
  .waiting button {
    padding: 0.5rem 1rem; border: 1px solid #71818c; border-radius: 0.5rem;
    background: #ffffff; color: #0b5568; font: inherit; cursor: pointer;
  }
  .unseen {
    position: absolute; width: 1px; height: 1px; overflow: hidden;
    clip-path: inset(50%); white-space: nowrap;
  }
  @keyframes rise { from { transform: translateY(0.5rem); opacity: 0; } }
  @media (max-width: 32rem), (max-height: 30rem) {
    .panel { inset: 0; width: 100%; height: 100%; border: 0; border-radius: 0; }
    .open .icon { display: none; }
  }
  @media (prefers-color-scheme: dark) {
    .panel, .waiting { background: #10171c; color: #e8eef1; }
    .waiting a { color: #8fd3e3; }
    .waiting button { background: #10171c; color: #8fd3e3; }
  }
  @media (prefers-reduced-motion: reduce) { .panel { animation: none; } }
  @media print { .icon, .panel { display: none; } }
`;

let opened = false;
let frame = null;
let ready = false;
let identity = null; // a token, a function that gives one, or null: the user is not connected
let telling = 0;
let wish = null; // what the user clicked on this page, until the chat can be told

const { host, root, icon, badge, panel, waiting, waitingText, waitingExit, announcer } = draw();

// Drawing ---------------------------------------------------------------------------------

function wordsOfTheTag(tag) {
  const own = {};
  for (const name of Object.keys(WIDGET_WORDS)) {
    if (tag.dataset[name]) own[name] = tag.dataset[name];
  }
  return own;
}

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function shape(path, name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", name);
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(space, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

function draw() {
  const host = element("div", { id: "claudia-widget" });
  const shadow = host.attachShadow({ mode: "open" });
  dress(shadow);
  const badge = element("span", { class: "badge", hidden: "", "aria-hidden": "true" });
  const icon = element("button", {
    type: "button", class: "icon", "aria-label": words.open,
    "aria-expanded": "false", "aria-haspopup": "dialog",
  }, shape("M4 5h16v11H9l-5 4z", "still"), shape("M6 6l12 12M18 6L6 18", "leaving"), badge);
  const waitingText = element("p");
  const waitingExit = element("button", { type: "button" }, words.close);
  const help = element("a", { href: `${origin}/aide`, target: "_blank", rel: "noopener" }, words.help);
  const waiting = element("div", { class: "waiting" }, waitingText, help, waitingExit);
  const panel = element("div", {
    class: "panel", role: "dialog", "aria-label": words.title, hidden: "",
  }, waiting);
  const announcer = element("div", { class: "unseen", role: "status" });
  const root = element("div", {}, panel, icon, announcer);
  shadow.append(root);
  return { host, root, icon, badge, panel, waiting, waitingText, waitingExit, announcer };
}

function dress(shadow) {
  if ("adoptedStyleSheets" in shadow && "replaceSync" in CSSStyleSheet.prototype) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    shadow.adoptedStyleSheets = [sheet];
  } else {
    shadow.append(element("style", {}, STYLE)); // older browsers, where the host's policy allows it
  }
}

// Opening and closing ----------------------------------------------------------------------

function open() {
  if (opened) return;
  opened = true;
  load();
  panel.hidden = false;
  root.classList.add("open");
  icon.setAttribute("aria-expanded", "true");
  showUnread(0);
  if (ready) {
    enter();
  } else {
    waitingExit.focus();
  }
}

function enter() {
  frame.focus();
  send({ type: "opened" });
  if (wish) send({ type: "act", act: wish });
  wish = null;
}

/** Opens the panel and asks there, in the user's own conversation, for "advisor" and the like. */
function ask(act) {
  wish = act;
  if (opened && ready) enter();
  else open();
}

function close() {
  if (!opened) return;
  opened = false;
  wish = null;
  panel.hidden = true;
  root.classList.remove("open");
  icon.setAttribute("aria-expanded", "false");
  if (document.activeElement === host || document.activeElement === document.body) icon.focus();
  send({ type: "closed" });
}

function load() {
  if (frame) return;
  waitingText.textContent = words.loading;
  frame = element("iframe", {
    src: `${origin}/chat?embed=1#host=${encodeURIComponent(location.origin)}${kept}`,
    title: words.title, referrerpolicy: "no-referrer",
  });
  panel.prepend(frame);
  setTimeout(() => {
    if (!ready) waitingText.textContent = words.unreachable;
  }, READY_TIMEOUT_MS);
}

function showUnread(count) {
  badge.hidden = count === 0;
  badge.textContent = count > 9 ? "9+" : String(count);
  const label = count === 0 ? words.open : words.unread.replace("{count}", count);
  icon.setAttribute("aria-label", label);
  announcer.textContent = count === 0 ? "" : label;
}

// Talking to the conversation ---------------------------------------------------------------

function send(message) {
  if (ready) frame.contentWindow.postMessage({ claudia: 1, ...message }, origin);
}

async function tellIdentity() {
  const turn = ++telling;
  let token = null;
  try {
    token = typeof identity === "function" ? await identity() : identity;
  } catch (error) {
    console.warn("ClaudIA: the host page gave no identity.", error);
  }
  if (turn === telling) send({ type: "identity", token: token || null });
}

const heard = {
  ready() {
    ready = true;
    waiting.hidden = true;
    tellIdentity();
    if (opened) enter();
  },
  close,
  identity_wanted: tellIdentity,
  identity_refused() {
    window.dispatchEvent(new CustomEvent("claudia:identity-refused"));
  },
  connected({ connected }) {
    remember(connected === true);
  },
  unread({ count }) {
    if (!opened && Number.isInteger(count) && count >= 0) showUnread(count);
  },
};

window.addEventListener("message", (event) => {
  if (event.origin !== origin || !frame || event.source !== frame.contentWindow) return;
  if (event.data?.claudia !== 1 || !Object.hasOwn(heard, event.data.type)) return;
  heard[event.data.type](event.data);
});

function remember(connected) {
  try {
    if (connected) localStorage.setItem(MEMORY, "1");
    else localStorage.removeItem(MEMORY);
  } catch {
    // Storage refused by the browser: signing out then waits for the next opening.
  }
}

function remembersConnection() {
  try {
    return localStorage.getItem(MEMORY) === "1";
  } catch {
    return false;
  }
}

// What the host page may call -----------------------------------------------------------------

window.ClaudIA = Object.freeze({
  /** Says who the user is: a token, or a function (async allowed) that gives a fresh one. */
  identify(tokenOrFunction) {
    identity = tokenOrFunction;
    tellIdentity();
  },
  /** Ends access to a connected conversation, even when the panel was not opened on this page. */
  signOut() {
    identity = null;
    if (remembersConnection()) load();
    tellIdentity();
  },
  open,
  close,
  /** For our own pages alone: of another site the chat takes no wish, and the panel just opens. */
  ask,
});

icon.addEventListener("click", () => (opened ? close() : open()));
waitingExit.addEventListener("click", close);
root.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close();
});

function place() {
  document.body.append(host);
}

if (document.body) place();
else document.addEventListener("DOMContentLoaded", place);
