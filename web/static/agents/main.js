// Puts the console together: what the server says, what the advisor does, what the screen shows.

import { sendFileAsAdvisor } from "../chat/api.js";
import { FilePicker } from "../chat/files.js";
import { Banner, TypingLine } from "../chat/notices.js";
import { forgetAll } from "../chat/unsent.js";
import { Uploads } from "../chat/uploads.js";
import { say } from "../chat/words.js";
import { BoardPane } from "./board.js";
import { loadReplies, valuesOf } from "./canned.js";
import { CallsPane, ProposeDialog } from "./calls.js";
import { nowMs } from "./clock.js";
import { Composer } from "./composer.js";
import { FinishDialog, Sheet, TransferDialog } from "./dialogs.js";
import { Dossier } from "./dossier.js";
import { drop, keep, kept } from "./drafts.js";
import { Notifications } from "./notifications.js";
import { Outbox } from "./outbox.js";
import { Panes } from "./panes.js";
import { listen as listenToKeys } from "./shortcuts.js";
import { Socket } from "./socket.js";
import { Thread } from "./thread.js";
import { nameOf } from "./vocabulary.js";

const LOGIN = "/equipe/connexion?suite=/agents";
const NOTICE_S = 10;
const READ_MS = 150;
const ASKED_MS = 8_000; // a refusal that comes later is of something else
const NAMED_REFUSALS = new Set(["not_found", "too_many", "conflict"]);
const NAMED_FAILURES = new Set(["accept", "retract", "transfer", "finish", "status", "propose"]);
const WATCHED = "watched";

const part = (id) => document.getElementById(id);
const banner = new Banner(part("banner"));
const typingLine = new TypingLine(part("typing"));
const panes = new Panes(part("console"), document.querySelectorAll("button[data-pane]"));
const notifications = new Notifications(part("announcer"), part("sound"), part("notices"));

let watched = kept(WATCHED); // the conversation on this screen
let watchedSince = 0; // the server's time: what is older is history, and never announced
let readUpTo = 0;
let seenSoon = null;
let leaving = false;
let accepting = null; // the chat whose thread takes the focus once it is mine
let asked = null; // {type, at}: the last request whose refusal names no message
const seenOffers = new Set();

const socket = new Socket({
  opened() {
    banner.clear();
    if (watched) sendWatch();
    outbox.sendAgain();
    uploads.hurry();
  },
  frame: (frame) => frames[frame.type]?.(frame),
  cut: () => banner.showSoon(say("cut")),
  refused: () => banner.show(say("refused")),
  // Who logs out here is on the way to another page already.
  loggedOut() {
    if (leaving) return;
    forgetUnsent();
    location.assign(LOGIN);
  },
});
const outbox = new Outbox((frame) => socket.send(frame));
const thread = new Thread(part("messages"), part("scroller"), {
  retract: (seq) => request({ type: "retract", chat_id: myChat()?.id, seq }),
});
const board = new BoardPane(part("list-pane"), {
  status: (status) => request({ type: "status", status }),
  open: (chat) => open(chat.conversation_id, { focus: true }),
  accept,
  decline(chat) {
    request({ type: "decline", chat_id: chat.id });
    part("offers-title").focus();
  },
});
const dossier = new Dossier(part("dossier-pane"), {
  insert(text) {
    if (!myChat()) return banner.showFor(say("insert_nowhere"), NOTICE_S);
    panes.show("thread");
    composer.insert(text);
  },
  open: (conversationId) => open(conversationId, { focus: true }),
  loaded: () => showTitle(),
});
const composer = new Composer(part("composer"), {
  send,
  announce: (text) => notifications.announce(text),
  typing() {
    if (myChat()) socket.send({ type: "typing", chat_id: myChat().id });
  },
  values: () => valuesOf(board.board?.me.name, dossier.known?.who),
});
const uploads = new Uploads("agents", {
  isMine: ({ member_id: id }) => id === board.board?.me.id,
  send: ({ id }, clientId, file, signal) => sendFileAsAdvisor(id, clientId, file, signal),
  queue: (item, place) => isWatched(place) && thread.queue({ kind: "say", ...item }),
  node: (clientId) => thread.pending(clientId),
  stored: (clientId, seq, place) => isWatched(place) && thread.stored(clientId, seq),
  gone: (clientId) => thread.settle(clientId),
  complain: (message, place, how) =>
    isWatched(place) ? composer.complain(message, how) : message && banner.showFor(message, NOTICE_S),
  announce: (text) => notifications.announce(text),
  elsewhere: () => composer.text,
});
const picker = new FilePicker(part("composer"), {
  place() {
    const chat = composer.kind === "say" && myChat();
    return chat && { id: chat.id, conversation_id: chat.conversation_id, member_id: chat.advisor_id };
  },
  take: (files, place) => uploads.take(files, place),
});
const transferDialog = new TransferDialog(part("transfer-dialog"), {
  transfer(chat, wanted) {
    if (!request({ type: "transfer", chat_id: chat.id, ...wanted })) return;
    leave(chat);
    if (!board.oversees) open(null); // it is no longer theirs to read
  },
});
const proposeDialog = new ProposeDialog(part("propose-dialog"), { proposed: () => calls.refresh() });
const calls = new CallsPane(part("list-pane"), {
  open: (conversationId) => open(conversationId, { focus: true }),
  propose: (callback) => proposeDialog.open({ callback }),
  failed: () => banner.showFor(say("call_failed"), NOTICE_S),
});
const finishDialog = new FinishDialog(part("finish-dialog"), {
  finish(chat, wrapUp) {
    if (request({ type: "finish", chat_id: chat.id, wrap_up: wrapUp })) leave(chat);
  },
});
const sheet = new Sheet(part("sheet"));

// What the server says --------------------------------------------------------------------

const frames = {
  board(frame) {
    const before = new Map((board.board ? board.mine : []).map((chat) => [chat.id, chat]));
    const first = !board.board;
    board.show(frame);
    if (first) uploads.restore(); // it says who I am
    transferDialog.follow(board.takersOf(transferDialog.chat), board.skills);
    board.offers.filter((chat) => !seenOffers.has(chat.id)).forEach(announceOffer);
    for (const chat of board.mine) announceMessage(chat, before.get(chat.id));
    forgetOldOffers();
    showState();
    seen();
    const accepted = board.mine.find((chat) => chat.id === accepting);
    if (accepted) {
      accepting = null;
      open(accepted.conversation_id, { focus: true });
    }
  },
  event({ conversation_id: id, event }) {
    if (id !== watched || !thread.show(event)) return;
    if (asked?.type === "watch") asked = null;
    if (event.type === "message" && event.author !== "advisor") typingLine.hide();
    const fresh = new Date(event.at).getTime() >= watchedSince;
    if (fresh && event.type !== "queue") dossier.refresh();
    if (fresh && event.type === "message" && event.author === "user" && myChat()) {
      notifications.message(currentName(), event.text, true);
    }
    seen();
  },
  staff_event(event) {
    if (event.conversation_id !== watched || !thread.showStaff(event)) return;
    if (new Date(event.at).getTime() >= watchedSince) dossier.refresh();
    if (event.kind === "appointment") calls.refresh();
    if (event.kind !== "note" || event.member !== board.board?.me.name) return;
    const item = outbox.settleNote(event);
    if (item) thread.settle(item.client_id);
  },
  typing({ conversation_id: id, author }) {
    if (id === watched && author !== "advisor") typingLine.show(author);
  },
  read({ conversation_id: id, seq }) {
    if (id === watched) thread.read(seq);
  },
  stored({ client_id: clientId, seq }) {
    outbox.settle(clientId);
    thread.stored(clientId, seq);
  },
  failed({ client_id: clientId, code }) {
    const item = clientId ? outbox.settle(clientId) : null;
    if (item) return giveBack(item, code);
    const type = accepting ? "accept" : takeAsked();
    const foreign = code === "not_found" && watched && !board.chatOf(watched);
    if (type === "watch" || (!type && foreign)) return open(null); // not ours to read, or no more
    if (type === "transfer" || type === "finish") board.takeBack();
    if (accepting) part("offers-title").focus();
    accepting = null;
    // A refused "read" or "typing" is no news: the board says what has changed.
    if (type) banner.showFor(failure(type), NOTICE_S);
  },
};

// What the advisor does -------------------------------------------------------------------

function open(conversationId, { focus = false } = {}) {
  if (conversationId && conversationId === watched) {
    panes.show("thread");
    if (focus) focusThread();
    return;
  }
  watched = conversationId;
  if (watched) keep(WATCHED, watched);
  else drop(WATCHED);
  thread.clear(watched);
  typingLine.hide();
  readUpTo = 0;
  watchedSince = nowMs();
  composer.open(watched);
  dossier.open(watched);
  board.select(watched);
  showState();
  if (watched) {
    outbox.of(watched).forEach((item) => thread.queue(item));
    uploads.redraw(isWatched);
    sendWatch();
    panes.show("thread");
    if (focus) focusThread();
  } else {
    socket.send({ type: "unwatch" });
    panes.show("list");
  }
}

/** To the composer where one may write; else to the heading of the thread. */
function focusThread() {
  if (myChat()) composer.focus();
  else part("thread-title").focus();
}

function accept(chat) {
  if (!request({ type: "accept", chat_id: chat.id })) return;
  accepting = chat.id; // it opens when the board says that it is mine
}

function send(kind, text) {
  const chat = board.chatOf(watched);
  if (!chat) return false;
  thread.queue(outbox.put(kind, chat, text));
  return true;
}

function leave(chat) {
  board.release(chat.id);
  showState();
  panes.show("list");
  part("mine-title").focus();
}

/** Somebody else may come. */
function forgetUnsent() {
  uploads.stop();
  forgetAll("agents");
}

/** Sends what names no message; false, and says so, when the line is cut. */
function request(frame) {
  asked = { type: frame.type, at: Date.now() };
  const sent = socket.send(frame);
  if (!sent) banner.showFor(say("not_sent"), NOTICE_S);
  return sent;
}

function sendWatch() {
  const numbers = { after: thread.last, staff_after: thread.lastStaff };
  if (socket.send({ type: "watch", conversation_id: watched, ...numbers })) {
    asked = { type: "watch", at: Date.now() };
  }
}

function takeAsked() {
  const type = asked && Date.now() - asked.at < ASKED_MS ? asked.type : null;
  asked = null;
  return type;
}

function failure(type) {
  return say(NAMED_FAILURES.has(type) ? `failed_${type}` : "failed_other");
}

function step(by) {
  const chats = board.mine;
  if (chats.length === 0) return;
  const at = chats.findIndex((chat) => chat.conversation_id === watched);
  const next = at < 0 ? 0 : (at + by + chats.length) % chats.length;
  open(chats[next].conversation_id, { focus: true });
}

// What the screen shows -------------------------------------------------------------------

/** Whoever oversees moves a chat that waits, too. */
const isWatched = (chat) => chat.conversation_id === watched;
const mayMove = (chat) => board.oversees && chat && chat.state !== "ended" && !board.isReleased(chat);

const watchedChat = () => board.chatOf(watched);

/** The watched chat, when it is mine to answer. */
function myChat() {
  const mine = board.board ? board.mine : [];
  return mine.find((chat) => chat.conversation_id === watched && !board.isReleased(chat)) ?? null;
}

function currentName() {
  return nameOf(board.chatOf(watched)?.who ?? dossier.known?.who?.email, watched);
}

function showTitle() {
  const title = watched ? say("talk_with", { name: currentName() }) : say("no_talk");
  part("thread-title").textContent = title;
}

function showState() {
  if (!board.board) return;
  const chat = watched && board.chatOf(watched);
  const mine = myChat();
  const over = board.over.some((each) => each.id === chat?.id);
  showTitle();
  thread.own(board.board.me.name, Boolean(mine));
  composer.shut(!mine, !mine && !(board.oversees && chat && !over));
  part("composer").hidden = !watched;
  picker.show(Boolean(mine) && composer.kind === "say"); // a note holds no files
  part("transfer").hidden = !mine && !mayMove(chat);
  part("propose").hidden = !mine;
  part("finish").hidden = !mine && !over;
  part("thread-state").textContent = watched ? threadState(chat, mine, over) : "";
}

function threadState(chat, mine, over) {
  const names = chat?.looking ?? [];
  const looking = names.length ? say("looking", { names: names.join(", ") }) : "";
  return [whose(chat, mine, over), looking].filter(Boolean).join(" ");
}

function whose(chat, mine, over) {
  if (mine) return mine.user_gone ? say("user_gone") : "";
  if (over) return say("over_wrap_up");
  if (!chat || board.isReleased(chat)) return say("not_open");
  if (chat.state === "offered" && board.isMine(chat)) return say("offered_to_me");
  return chat.advisor ? say("held_by", { name: chat.advisor }) : say("waits");
}

function announceOffer(chat) {
  seenOffers.add(chat.id);
  notifications.offer(nameOf(chat.who, chat.conversation_id));
}

/** An offer that moved on may come back: it is then a new one. */
function forgetOldOffers() {
  const current = new Set(board.offers.map((chat) => chat.id));
  for (const id of seenOffers) if (!current.has(id)) seenOffers.delete(id);
}

/** Of the chats that this screen does not watch; the watched one speaks through its events. */
function announceMessage(chat, before) {
  if (!before || chat.conversation_id === watched || chat.unread <= before.unread) return;
  notifications.message(nameOf(chat.who, chat.conversation_id), chat.last ?? "", false);
}

function giveBack(item, code) {
  thread.settle(item.client_id);
  composer.restore(item.conversation_id, item.kind, item.text);
  if (item.conversation_id === watched) composer.complain(refusal(code));
}

function refusal(code) {
  return say(NAMED_REFUSALS.has(code) ? `failed_say_${code}` : "failed_say_invalid");
}

/** Says how far I have read, once for events that come together. */
function seen() {
  clearTimeout(seenSoon);
  seenSoon = setTimeout(sayRead, READ_MS);
}

function sayRead() {
  const chat = myChat();
  if (!chat || document.visibilityState !== "visible" || thread.last <= readUpTo) return;
  if (socket.send({ type: "read", chat_id: chat.id, seq: thread.last })) readUpTo = thread.last;
}

// To begin with ---------------------------------------------------------------------------

document.addEventListener("visibilitychange", seen);
part("composer").addEventListener("change", showState);
part("log-out").addEventListener("submit", () => {
  leaving = true;
  forgetUnsent();
});
part("open-sheet").addEventListener("click", () => sheet.open());
part("transfer").addEventListener("click", () =>
  transferDialog.open(watchedChat(), board.takersOf(watchedChat()), board.skills),
);
part("propose").addEventListener("click", () =>
  proposeDialog.open({ chat: board.chatOf(watched), send: request }),
);
part("finish").addEventListener("click", () => finishDialog.open(watchedChat()));
listenToKeys(part("shortcuts-on"), {
  sheet: () => sheet.open(),
  accept: () => board.offers[0] && accept(board.offers[0]),
  write: () => composer.focus(),
  open: (index) => board.mine[index] && open(board.mine[index].conversation_id, { focus: true }),
  step,
});
loadReplies().then(
  (replies) => (composer.canned.replies = replies),
  () => {}, // without them one still writes
);
if (watched) {
  const before = watched;
  watched = null;
  open(before);
} else showTitle();
calls.refresh();
socket.run();
