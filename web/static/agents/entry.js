// Draws one line of the thread: a message, a note of the staff, a change of who answers.
//
// What a user typed is only ever text; links and lists are made for the assistant and advisors.

import { element } from "../chat/dom.js";
import { drawFile } from "../chat/files.js";
import { plainText, richText } from "../chat/text.js";
import { clockTime, say } from "../chat/words.js";
import { percent, sayValue } from "./vocabulary.js";

/** A stored message of that conversation. */
export function drawMessage(event, conversationId) {
  const said = event.files?.length ? files(event.files, conversationId) : bubble(event);
  const parts = [heading(event.name || say(`author_${event.author}`), event.at), said];
  if (event.answer?.title) parts.push(source(event.answer));
  if (event.choices?.length) parts.push(choices(event.choices));
  return item(`message message--${event.author}`, parts, event.at, { "data-seq": event.seq });
}

/** What I sent and the server has not acknowledged. */
export function drawPending({ kind, text, client_id }, name) {
  const author = kind === "note" ? "note" : "advisor";
  const at = new Date().toISOString();
  const parts = [
    heading(kind === "note" ? say("note_by", { name }) : name, at),
    bubble({ author, text }),
    element("p", { class: "message__mark" }, say("sending")),
  ];
  const attributes = { "data-client-id": client_id };
  return item(`message message--${author} message--pending`, parts, null, attributes);
}

export function drawStaffNote(event) {
  const parts = [
    heading(say("note_by", { name: event.member ?? say("author_system") }), event.at),
    element("div", { class: "message__bubble" }, ...plainText(event.payload.text ?? "")),
  ];
  return item("message message--note", parts, event.at, { "data-staff-seq": event.staff_seq });
}

/** A small line: `staff` when the user does not see it. */
export function drawLine(text, at, staff = false) {
  const words = staff ? say("staff_line", { text }) : text;
  const time = element("time", { datetime: at, class: "message__time" }, clockTime(at));
  const line = element("p", {}, words, " ", time);
  return item(staff ? "note note--staff" : "note", [line], at, {});
}

export function showVote(node, value) {
  const line = element("p", { class: "message__mark", "data-vote": value }, say(`vote_${value}`));
  node.querySelector("[data-vote]")?.remove();
  node.append(line);
}

export function blank(node) {
  node.querySelector(".message__bubble")?.replaceChildren(...plainText(say("retracted")));
  node.querySelector("[data-retract]")?.remove();
}

export function addRetract(node, retract) {
  const attributes = {
    type: "button",
    class: "btn btn-outline-primary btn-sm message__retract",
    "data-retract": true,
    onclick: retract,
  };
  node.append(element("button", attributes, say("retract")));
}

/** "sent" or "read" under a message of mine; null takes it away. */
export function setMark(node, state) {
  node.querySelector("[data-mark]")?.remove();
  if (!state) return;
  node.append(element("p", { class: "message__mark", "data-mark": state }, say(`mark_${state}`)));
}

function item(kind, parts, at, attributes) {
  const made = element("li", { class: kind, ...attributes }, ...parts);
  made.at = at ? new Date(at).getTime() : Infinity;
  return made;
}

function heading(who, at) {
  const time = element("time", { datetime: at, class: "message__time" }, clockTime(at));
  return element("h3", { class: "message__author" }, who, " ", time);
}

function bubble({ author, text }) {
  const nodes = author === "user" || author === "note" ? plainText(text) : richText(text);
  const shown = text ? nodes : plainText(say("retracted"));
  return element("div", { class: "message__bubble" }, ...shown);
}

/** The server sends each as an attachment; an image was encoded again there, so it may be shown. */
function files(sent, conversationId) {
  const drawn = sent.map((file) => {
    const address = `/api/agents/conversations/${conversationId}/files/${file.id}`;
    const shown = file.media_type.startsWith("image/")
      ? [element("img", { class: "file__picture", src: address, alt: "", loading: "lazy" })]
      : [];
    const attributes = { href: address, download: file.name, class: "file__link" };
    return drawFile(file, (...words) => element("a", attributes, ...shown, ...words));
  });
  return element("div", { class: "message__bubble" }, ...drawn);
}

function source(answer) {
  const decision = sayValue("decision", answer.decision);
  const values = { decision, title: answer.title, confidence: percent(answer.confidence) };
  return element("p", { class: "message__source" }, say("answered", values));
}

function choices(offered) {
  const labels = offered.map((choice) => choice.label).join(" · ");
  return element("p", { class: "message__source" }, say("choices", { labels }));
}
