// Puts the chat page together: what happens in the conversation, and what the page then shows.

import { account } from "./account.js";
import { AdvisorLine } from "./advisor.js";
import { fetchFile, sendFile } from "./api.js";
import { BookingDialog, linkAppointment } from "./booking.js";
import { Composer } from "./composer.js";
import { Confirm } from "./confirm.js";
import { element } from "./dom.js";
import { FilePicker } from "./files.js";
import { Host } from "./host.js";
import { Announcer, Banner, TypingLine } from "./notices.js";
import { QueuePanel } from "./queue.js";
import { Session } from "./session.js";
import { Thread } from "./thread.js";
import { TranscriptDialog } from "./transcript.js";
import { Uploads } from "./uploads.js";
import { say } from "./words.js";

const TYPING_EVERY_MS = 3_000;
const NOTICE_S = 12;
const KEPT_MS = 60_000; // until the browser has surely saved it
const LEAVE = "act:leave";
const TRANSCRIPT = "act:transcript";
const WISHES = new Set(["advisor", "ticket", "callback"]);

const part = (id) => document.getElementById(id);
const banner = new Banner(part("banner"));
const typingLine = new TypingLine(part("typing"));
const announcer = new Announcer(part("announcer"));
const host = new Host(part("chat").hasAttribute("data-embedded"));
const thread = new Thread(part("messages"), part("scroller"), { choose, vote, fetch: download, book, appointment });
const composer = new Composer(part("composer"), { send, typing });
const uploads = new Uploads("chat", {
  isMine: ({ id }) => id === session.conversation?.id,
  send: (_, clientId, file, signal) => sendFile(session.conversation, clientId, file, signal),
  queue: (item) => thread.queue([item]),
  node: (clientId) => thread.pending(clientId),
  stored: (clientId, seq) => thread.stored(clientId, seq),
  gone: (clientId) => thread.refused(clientId),
  complain: (message, _, how) => composer.complain(message, how),
  announce: (text) => announcer.say(text),
  elsewhere: () => elsewhere(),
});
const picker = new FilePicker(part("composer"), {
  place: () => session.conversation && { id: session.conversation.id },
  take: (files, place) => uploads.take(files, place),
});
const queuePanel = new QueuePanel(part("queue"), { choose: chooseInQueue });
const advisorLine = new AdvisorLine(part("subtitle"), part("end"));
const confirm = new Confirm(part("confirm"));

const bookingDialog = new BookingDialog(part("booking"), {
  conversation: () => session.conversation,
  email: () => knownEmail,
  booked: () => composer.focus(),
});

const transcriptDialog = new TranscriptDialog(part("transcript"), {
  conversation: () => session.conversation,
  email: () => knownEmail,
  sent: () => composer.focus(),
});

let mode = "assistant";
let knownEmail = ""; // of who is signed in
let unread = 0;
let typedAt = 0;
let wish = null; // what was clicked on the page round us, until there is a conversation
let early = composer.sentEarly; // before there was a conversation: it goes as soon as there is one

const session = new Session(host, {
  opened(conversation, identity) {
    banner.clear();
    uploads.restore();
    showAccount(conversation.connected, identity);
    host.connected(conversation.connected);
    if (early) setTimeout(() => composer.submit());
    early = false;
    if (wish) setTimeout(fulfil); // once the page knows who answers
  },
  event(event, fresh) {
    if (event.type === "mode") setMode(event.mode, event.name);
    if (event.type === "message" && event.author !== "user") typingLine.hide();
    if (event.author === "advisor") introduce(event.name);
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
    if (name !== "cut") uploads.hurry();
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
    uploads.stop();
    bookingDialog.reset();
    transcriptDialog.reset();
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
  if (choice.id === TRANSCRIPT) return transcriptDialog.open();
  const queued = queue({ choice: choice.id, label: choice.label });
  if (queued && (event.detail === 0 || pointsFinely())) composer.focus();
  return queued;
}

function chooseInQueue(choice, event) {
  if (choose(choice, event)) queuePanel.busy(true);
}

/** Does what was clicked on the page round us. Who talks to an advisor, or waits, has it already. */
function fulfil() {
  const act = wish;
  wish = null;
  if (!act || mode === "advisor" || (mode === "queued" && act === "advisor")) return;
  const queued = mode !== "closed" && queue({ choice: `act:${act}`, label: say(`act_${act}`) });
  if (queued) return;
  wish = act;
  if (mode === "closed") session.startAnew();
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

function book(event) {
  bookingDialog.open(event);
}

function appointment(node, event) {
  linkAppointment(session.conversation, node, event);
}

/** A file comes with the token of the conversation, which no address may carry. */
async function download(file) {
  try {
    const address = URL.createObjectURL(await fetchFile(session.conversation, file.id));
    element("a", { href: address, download: file.name }).click();
    setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
  } catch {
    banner.showFor(say("file_not_fetched"), NOTICE_S);
  }
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
  queuePanel.show(name === "queued", elsewhere());
  advisorLine.show(name === "advisor", advisor, elsewhere());
  picker.show(name === "queued" || name === "advisor");
  composer.writeTo(name === "advisor" ? advisorLine.called : null);
  if (following) thread.toEnd(); // the panel took its room from the thread
}

/** An advisor who speaks says their name, which the mode may not have told. */
function introduce(name) {
  advisorLine.introduce(name);
  if (mode === "advisor") composer.writeTo(advisorLine.called);
}

/** What has no line in the thread is said aloud all the same. */
function announce(event, moved) {
  if (moved) announcer.say(moved);
  if (event.type === "retracted") announcer.say(say("retracted"));
}

/** What takes the focus of a part that goes. */
function elsewhere() {
  return pointsFinely() ? composer.text : part("scroller");
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
  const { email, structure } = connected && identity ? account(identity) : {};
  knownEmail = email ?? "";
  if (!connected) return;
  const who = [email, structure].filter(Boolean).join(", ");
  if (who) line.textContent = say("account", { who });
  else if (!line.textContent) line.textContent = say("account_unknown");
}

part("new-conversation").addEventListener("click", startAnew);
part("end").addEventListener("click", endTalk);
part("close")?.addEventListener("click", () => host.close());
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) host.close();
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
  act(name) {
    if (!WISHES.has(name)) return;
    wish = name;
    if (session.conversation) fulfil();
  },
  identity: (token) => session.identify(token),
});
session.start();
