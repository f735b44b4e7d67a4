// What happens to a ticket while its page is open. Nothing is loaded again under whoever types.

import { say } from "../chat/words.js";

const EVERY_MS = 20_000;
const AGAIN_MS = 1_000; // while a reply is about to go
const PATIENCE = 15; // times that it is asked then

const addressOf = (page) => `/tickets/${page.dataset.number}`;

/** One look: who else is here, what came. null: not now, or not logged in any more. */
async function look(page, after) {
  try {
    const answer = await fetch(`${addressOf(page)}/look`, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams({ after }),
      redirect: "error",
    });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null; // cut: asked again later
  }
}

/** Renews the lease of this page, and says who else looks and whether something came. */
export function watchNews(page, place) {
  const looking = place.querySelector("[data-looking]");
  const news = place.querySelector("[data-news]");

  async function ask() {
    if (document.visibilityState === "hidden") return;
    const found = await look(page, page.dataset.seq);
    if (!found) return;
    tell(looking, found.looking.length ? say("looking", { names: found.looking.join(", ") }) : "");
    if (found.last_seq > Number(page.dataset.seq)) tellNews(found.said ? "said" : "changed");
  }

  function tellNews(what) {
    const words = say(what);
    if (news.dataset.said === words) return;
    news.dataset.said = words;
    const again = document.createElement("a");
    again.href = addressOf(page);
    again.className = "alert-link";
    again.textContent = say("reload");
    news.replaceChildren(`${words} `, again);
    news.hidden = false;
  }

  ask();
  setInterval(ask, EVERY_MS);
  document.addEventListener("visibilitychange", ask);
}

function tell(node, words) {
  if (node.textContent !== words) node.textContent = words;
  node.hidden = !words;
}

/** Counts down until the reply goes; then shows what became of it, unless something is being typed. */
export function watchHeld(page, held, typing) {
  const place = held.querySelector("[data-countdown]");
  const goes = Date.now() + Number(held.dataset.left) * 1_000;
  let asked = 0;

  async function tick() {
    const left = Math.ceil((goes - Date.now()) / 1_000);
    if (left > 0) {
      // Not read aloud each second: the words before it have said it.
      if (place) place.textContent = ` (${say("left", { count: left })})`;
      return setTimeout(tick, AGAIN_MS);
    }
    if (place) place.textContent = ` (${say("leaving")})`;
    const found = await look(page, page.dataset.seq);
    asked += 1;
    if (found && !found.held && !typing()) {
      return location.replace(`${addressOf(page)}?fait=${found.sent ? "envoyee" : "retiree"}`);
    }
    if (found?.held === false || asked >= PATIENCE) return undefined; // `watchNews` tells
    return setTimeout(tick, AGAIN_MS);
  }

  place?.setAttribute("aria-hidden", "true");
  tick();
}
