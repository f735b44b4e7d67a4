// The list of triage, on top of what works without scripts: keys, the choice of tickets, the bar of
// what is done to them.
//
// The row where one is has the real focus, on the link of its number: screen readers say it.

import { say } from "../chat/words.js";
import { listen, sheet } from "./keys.js";
import { keepQueue } from "./queue.js";

const byId = (id) => document.getElementById(id);
const rows = [...document.querySelectorAll("#list tbody tr")];
const form = byId("bulk");
const linkOf = (row) => row?.querySelector("[data-open]");
const boxOf = (row) => row.querySelector("[name=numbers]");
const rowHere = () => document.activeElement?.closest("#list tbody tr") ?? null;

keepQueue(
  location.pathname + location.search,
  rows.map((row) => Number(row.dataset.number)),
);

// Which tickets.

function showChosen() {
  const count = rows.filter((row) => boxOf(row).checked).length;
  const name = ["chosen_none", "chosen_one"][count] ?? "chosen_many";
  byId("chosen").textContent = say(name, { count });
  byId("bulk-bar").classList.toggle("bulk--chosen", count > 0);
  const all = byId("choose-all");
  all.checked = count > 0 && count === rows.length;
  all.indeterminate = count > 0 && count < rows.length;
}

function showFields() {
  for (const field of form.querySelectorAll("[data-for]")) {
    field.hidden = !field.dataset.for.split(" ").includes(byId("act").value);
  }
}

if (form) {
  byId("choose-all").hidden = false;
  byId("choose-all").addEventListener("change", (event) => {
    for (const row of rows) boxOf(row).checked = event.target.checked;
    showChosen();
  });
  form.addEventListener("change", (event) => {
    if (event.target.name === "numbers") showChosen();
    if (event.target.name === "act") showFields();
  });
  form.addEventListener("submit", (event) => {
    if (rows.some((row) => boxOf(row).checked)) return;
    event.preventDefault();
    byId("chosen").textContent = say("nothing_chosen");
  });
  // A page that the browser shows again keeps its choices.
  window.addEventListener("pageshow", () => {
    showChosen();
    showFields();
  });
}

// On a small screen the tickets come first.

const queues = document.querySelector(".triage__fold");
queues.open = !matchMedia("(max-width: 61.99rem)").matches;

// Keys.

function step(by) {
  const here = rowHere();
  const next = here ? rows[rows.indexOf(here) + by] : rows[by > 0 ? 0 : rows.length - 1];
  if (next) linkOf(next).focus();
  else if (form) byId("chosen").textContent = say("no_row");
}

function choose() {
  const row = rowHere();
  if (row) boxOf(row).click();
}

function take() {
  if (!form) return;
  const row = rowHere();
  if (row && !rows.some((each) => boxOf(each).checked)) boxOf(row).checked = true;
  byId("act").value = "take";
  form.requestSubmit();
}

byId("list")?.addEventListener("keydown", (event) => {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (!event.target.matches("[data-open]")) return;
  event.preventDefault();
  step(by);
});

listen(byId("shortcuts-on"), {
  j: () => step(1),
  k: () => step(-1),
  o: () => linkOf(rowHere())?.click(),
  x: choose,
  t: take,
  "/": () => {
    byId("search").focus();
    byId("search").select();
  },
  "?": sheet(byId("sheet"), byId("open-sheet")),
});

// Loaded again, the page does not say again what was done before.
const shown = new URL(location.href);
for (const name of ["fait", "lot", "faits", "refus"]) shown.searchParams.delete(name);
history.replaceState(null, "", shown);
byId("refusal")?.focus();
