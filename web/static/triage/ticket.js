// The page of one ticket, on top of what works without scripts: keys, drafts, prepared replies, who
// else looks, the seconds of a reply that may still be taken back.

import { CannedList } from "../agents/canned.js";
import { readDraft, writeDraft } from "../agents/drafts.js";
import { say } from "../chat/words.js";
import { listen, sheet } from "./keys.js";
import { watchHeld, watchNews } from "./news.js";
import { neighbour, queueUrl } from "./queue.js";

const LARGEST = 10 * 1024 * 1024; // bytes of one file
const MOST = 5; // files of one reply
const page = document.getElementById("ticket");
const number = Number(page.dataset.number);
const draftOf = `ticket.${number}`;
const byId = (id) => document.getElementById(id);
const announcer = byId("announcer");
const text = byId("reply");

function announce(words) {
  const line = document.createElement("p");
  line.textContent = words;
  announcer.append(line);
  setTimeout(() => line.remove(), 8_000);
}

// Drafts: one for the reply, one for the note; gone once the server has them.

function keepDraft(field, kind, sent) {
  if (sent.includes(page.dataset.done)) writeDraft(draftOf, kind, "");
  const known = readDraft(draftOf, kind);
  if (known && !field.value && !field.disabled) {
    field.value = known;
    announce(say("restored"));
  }
  field.addEventListener("input", () => writeDraft(draftOf, kind, field.value));
  if (field.value) writeDraft(draftOf, kind, field.value); // what the server kept
}

keepDraft(text, "reply", ["reponse", "envoyee"]);
keepDraft(byId("note"), "note", ["note"]);

// Prepared replies and help answers.

function insert(words) {
  if (text.disabled || text.readOnly) return;
  const { selectionStart: start, selectionEnd: end, value } = text;
  const gap = start > 0 && !/\s$/.test(value.slice(0, start)) ? " " : "";
  text.setRangeText(gap + words, start, end, "end");
  text.dispatchEvent(new Event("input"));
  text.focus();
  announce(say("inserted"));
}

const replies = JSON.parse(byId("canned-replies").textContent);
const canned = new CannedList(text, byId("canned"), {
  choose: (reply) => {
    text.value = "";
    insert(reply.text);
  },
  announce,
});
canned.replies = replies;
text.addEventListener("input", () => canned.look());
byId("insert")?.addEventListener("click", (event) => {
  event.preventDefault();
  const chosen = replies.find((each) => each.id === byId("canned-choice").value);
  if (chosen) insert(chosen.text);
});
for (const button of document.querySelectorAll("[data-insert]")) {
  button.hidden = text.disabled || text.readOnly;
  button.addEventListener("click", () => insert(button.dataset.insert));
}

// Sending.

text.addEventListener("keydown", (event) => {
  if (canned.key(event)) return;
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  const send = byId("answer") ?? byId("ask");
  if (!send) return;
  event.preventDefault();
  send.form.requestSubmit(send);
});
byId("reply-form").addEventListener("submit", (event) => {
  const files = [...(byId("files")?.files ?? [])];
  const large = files.find((file) => file.size > LARGEST);
  if (!large && files.length <= MOST) return;
  event.preventDefault();
  const words = large ? say("file_too_large", { name: large.name }) : say("too_many_files");
  byId("files-error").textContent = words;
  byId("files").focus();
});

// Keys.

const press = (id) => () => byId(id)?.click();
const focus = (id) => () => byId(id)?.focus();
const go = (step) => () => {
  const url = neighbour(number, step);
  if (url) location.assign(url);
  else announce(say("no_neighbour"));
};
byId("back").href = queueUrl();
listen(byId("shortcuts-on"), {
  t: press("take"),
  r: focus("reply"),
  n: focus("note"),
  e: focus("answer"),
  d: focus("ask"),
  j: go(1),
  k: go(-1),
  u: press("back"),
  "?": sheet(byId("sheet"), byId("open-sheet")),
});

// What happens meanwhile. Loaded again, the page says nothing twice and sends nothing twice.

history.replaceState(null, "", `/tickets/${number}${location.hash}`);

const typing = () => Boolean(text.value.trim() || byId("note").value.trim());
watchNews(page, byId("news"));
if (byId("held")) watchHeld(page, byId("held"), typing);
byId("refusal")?.focus();
