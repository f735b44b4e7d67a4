// The contact page: its buttons open the chat beside it, its state of the service is read anew.
//
// Nothing is asked for by itself: only a click on this page, which no other site may frame, tells
// the chat what is wanted. Without this script, or without the widget, the links lead to /chat.

import { element, keepFocus } from "./chat/dom.js";

const EVERY_MS = 30_000;

const reception = document.getElementById("reception");
const title = document.getElementById("conseiller");
const shown = new Map(); // the name of a live part → its HTML, as the server wrote it

/** Makes the links that stand for an act into the buttons that they are. */
function enliven(place) {
  for (const link of place.querySelectorAll("a[data-act]")) {
    const attributes = { type: "button", class: link.className, onclick: () => act(link) };
    link.replaceWith(element("button", attributes, link.textContent));
  }
}

function act(link) {
  if (!window.ClaudIA) return location.assign(link.href); // the widget could not be had
  if (link.dataset.act === "open") window.ClaudIA.open();
  else window.ClaudIA.ask(link.dataset.act);
}

async function refresh() {
  if (document.visibilityState !== "visible") return;
  try {
    const answer = await fetch(location.pathname, { cache: "no-store", credentials: "omit" });
    if (answer.ok) show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // Cut: what stands here stays, and is read anew at the next round.
  }
}

/** Puts in what changed, so that a screen reader says it once and the focus stays where it is. */
function show(page) {
  for (const fresh of page.querySelectorAll("#reception [data-live]")) {
    const name = fresh.dataset.live;
    if (shown.get(name) === fresh.innerHTML) continue;
    shown.set(name, fresh.innerHTML);
    const part = reception.querySelector(`[data-live="${name}"]`);
    keepFocus(part, title, () => part.replaceChildren(...fresh.childNodes));
    enliven(part);
  }
}

for (const part of reception.querySelectorAll("[data-live]")) {
  shown.set(part.dataset.live, part.innerHTML);
}
enliven(document);
setInterval(refresh, EVERY_MS);
document.addEventListener("visibilitychange", refresh);
