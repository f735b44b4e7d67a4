// Puts the chat page together: what happens in the conversation, and what the page then shows.

import { account } from "./account.js";
import { AdvisorLine } from "./advisor.js";
import { Composer } from "./composer.js";
import { Confirm } from "./confirm.js";
import { Host } from "./host.js";
import { Announcer, Banner, TypingLine } from "./notices.js";
import { QueuePanel } from "./queue.js";
import { Session } from "./session.js";
import { Thread } from "./thread.js";
import { say } from "./words.js";

const TYPING_EVERY_MS = 3_000;
const NOTICE_S = 12;
const LEAVE = "act:leave";

const part = (id) => document.getElementById(id);
const banner = new Banner(part("banner"));
const typingLine = new TypingLine(part("typing"));
const announcer = new Announcer(part("announcer"));
const host = new Host(part("chat").hasAttribute("data-embedded"));
const thread = new Thread(part("messages"), part("scroller"), { choose, vote });
const composer = new Composer(part("composer"), { send, typing });
const queuePanel = new QueuePanel(part("queue"), { choose: chooseInQueue });
const advisorLine = new AdvisorLine(part("subtitle"), part("end"));
const confirm = new Confirm(part("confirm"));

let mode = "assistant";
let unread = 0;
let typedAt = 0;
let early = false; // sent before there was a conversation: it goes as soon as there is one

const session = new Session(host, {
  opened(conversation, identity) {
    banner.clear();
    showAccount(conversation.connected, identity);
    host.connected(conversation.connected);
    if (early) setTimeout(() => composer.submit());
    early = false;
  },
  event(event, fresh) {
    if (event.type === "mode") setMode(event.mode, event.name);
    if (event.type === "message" && event.author !== "user") typingLine.hide();
    if (event.author === "advisor") advisorLine.introduce(event.name);
    const moved = event.type === "queue" ? queuePanel.update(event) : null;
    if (fresh && host.opened) announce(event, moved);
    const spoken = thread.show(event);
    if (!fresh || !spoken) return;
    if (host.opened) announcer.say(spoken);
    else host.unread(++unread);
    seen();
  },
  queued(items) {
    thread.queue(items);
  },
  state(name) {
    if (name === "cut") banner.showSoon(say("cut"));
    else banner.clear();
    if (name === "live") seen();
    markWaiting(name === "cut" ? "waiting" : "sending");
  },
  typing({ author }) {
    if (author === "user") return;
    typingLine.show(author, author === "advisor" ? advisorLine.name : null);
  },
  read({ seq }) {
    thread.read(seq);
  },
  stored(item, seq) {
    thread.stored(item.client_id, seq);
    const unanswered = session.log.last <= seq;
    const assisted = mode === "assistant" || mode === "queued";
    if (!item.vote && assisted && unanswered) typingLine.show("assistant");
  },
  refused(item, status) {
    thread.refused(item.client_id);
    if (item.choice) queuePanel.busy(false);
    if (item.text) composer.restore(item.text);
    composer.complain(say(refusal(status, item)));
  },
  delayed(status, seconds) {
    markWaiting("waiting");
    banner.showFor(say(status === 429 ? "too_many" : "unavailable", { seconds }), seconds);
  },
  trouble(status, seconds) {
    if (seconds === null) banner.show(say("broken"));
    else if (status === 429) banner.show(say("too_many", { seconds }));
    else banner.showSoon(say(status ? "starting" : "cut"));
  },
  left(signedOut) {
    if (signedOut) composer.clear();
    thread.clear();
    typingLine.hide();
    setMode("assistant");
    showAccount(false, null);
    host.connected(false);
  },
  lost(unsent) {
    composer.restore(unsent.join("\n"));
    banner.showFor(say(unsent.length ? "lost_kept" : "lost"), NOTICE_S);
  },
});

function send(text) {
  if (queue({ text })) return;
  composer.restore(text); // no conversation yet; should that last, the banner says why
  early = true;
}

/** Puts it on its way and shows it. False while there is no conversation. */
function queue(what) {
  const item = session.say(what);
  if (!item) return false;
  thread.queue([item]);
  if (session.feed.state === "cut") thread.waiting(item.client_id, "waiting");
  return true;
}

function choose(choice, event) {
  const queued = queue({ choice: choice.id, label: choice.label });
  if (queued && (event.detail === 0 || pointsFinely())) composer.focus();
  return queued;
}

function chooseInQueue(choice, event) {
  if (choose(choice, event)) queuePanel.busy(true);
}

async function endTalk(event) {
  const sure = await confirm.ask({
    title: say("end_title"),
    text: say("end_text", { name: advisorLine.called }),
    yes: say("end_yes"),
    no: say("end_no"),
  });
  if (sure && mode === "advisor") choose({ id: LEAVE, label: say("end_yes") }, event);
}

/** Leaving takes the place in the queue, or the advisor, away: not by a slip of the hand. */
async function startAnew() {
  const expected = mode === "queued" || mode === "advisor";
  if (expected && !(await sureToLeave())) return;
  session.startAnew(expected ? LEAVE : null);
  composer.focus();
}

function sureToLeave() {
  return confirm.ask({
    title: say("anew_title"),
    text: say(`anew_${mode}`, { name: advisorLine.called }),
    yes: say("anew_yes"),
    no: say("anew_no"),
  });
}

function vote(seq, value) {
  session.say({ vote: { seq, value } });
  thread.vote(seq, value);
  announcer.say(say(`voted_${value}`));
}

function typing() {
  early = false; // it is being written anew
  if (mode !== "advisor" || Date.now() - typedAt < TYPING_EVERY_MS) return;
  typedAt = Date.now();
  session.feed?.socket.typing();
}

function seen() {
  if (host.opened && document.visibilityState === "visible") {
    session.feed?.socket.read(session.log.last);
  }
}

/** `advisor`: the name of who answers from now on, when it is known. */
function setMode(name, advisor = null) {
  const following = thread.nearEnd;
  mode = name;
  confirm.close();
  composer.shut(name === "closed");
  if (name !== "advisor") typingLine.hide();
  const elsewhere = pointsFinely() ? composer.text : part("scroller");
  queuePanel.show(name === "queued", elsewhere);
  advisorLine.show(name === "advisor", advisor, elsewhere);
  if (following) thread.toEnd(); // the panel took its room from the thread
}

/** What has no line in the thread is said aloud all the same. */
function announce(event, moved) {
  if (moved) announcer.say(moved);
  if (event.type === "retracted") announcer.say(say("retracted"));
}

/** A keyboard on the screen does not open by itself. */
function pointsFinely() {
  return matchMedia("(pointer: fine)").matches;
}

function markWaiting(mark) {
  for (const item of session.outbox?.items ?? []) thread.waiting(item.client_id, mark);
}

function refusal(status, item) {
  if (item.vote) return "vote_refused";
  if (status === 413) return "too_long";
  if (status === 409) return "closed_refused";
  return item.choice ? "choice_refused" : "refused";
}

function showAccount(connected, identity) {
  const line = part("account");
  line.hidden = !connected;
  if (!connected) return;
  const { email, structure } = identity ? account(identity) : {};
  const who = [email, structure].filter(Boolean).join(", ");
  if (who) line.textContent = say("account", { who });
  else if (!line.textContent) line.textContent = say("account_unknown");
}

part("new-conversation").addEventListener("click", startAnew);
part("end").addEventListener("click", endTalk);
part("close")?.addEventListener("click", () => host.close());
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !confirm.open) host.close();
});
document.addEventListener("visibilitychange", () => session.log && seen());

host.listen({
  opened() {
    unread = 0;
    composer.focus();
    thread.toEnd();
    session.wake();
    if (session.log) seen();
  },
  identity: (token) => session.identify(token),
});
session.start();
