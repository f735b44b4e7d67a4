// Draws one event of the conversation: a message with its source, votes and choices, or a note.

import { element, picture } from "./dom.js";
import { drawFile } from "./files.js";
import { plainText, richText } from "./text.js";
import { calendarDay, clockTime, say } from "./words.js";

/** A message that the server has numbered. `on`: choose(choice), vote(seq, value), fetch(file), book(event). */
export function drawMessage(event, on) {
  const said = event.files?.length
    ? files(event.files, on.fetch)
    : bubble(event.author, event.text);
  const parts = [heading(event.author, event.name, event.at), said];
  if (event.answer?.decision === "answer") parts.push(source(event.answer));
  if (event.slots?.length) parts.push(timesOf(event, on.book));
  if (event.choices?.length) parts.push(choices(event.choices, on.choose));
  if (event.votable) parts.push(votes(event.seq, on.vote));
  if (event.author === "user") parts.push(mark("received"));
  return item(event.author, parts, { "data-seq": event.seq });
}

/** A message of the user that the server has not acknowledged. */
export function drawPending(queued) {
  const parts = [
    heading("user", null, new Date().toISOString()),
    bubble("user", queued.text ?? queued.label),
    mark("sending"),
  ];
  return item("user", parts, { "data-client-id": queued.client_id });
}

/** A line between the messages: a ticket, an appointment, the end. */
export function drawNote(seq, text, url = null) {
  const words = url ? [element("a", { href: url, target: "_blank", rel: "noopener" }, text)] : [text];
  return element("li", { class: "note", "data-seq": seq }, element("p", {}, ...words));
}

/** "sending", "received", "read" or "waiting" on a message of the user. */
export function setMark(node, state) {
  node.querySelector(".message__mark")?.replaceWith(mark(state));
}

/** What one vote looks like once counted: the other button is released. */
export function showVote(node, value) {
  for (const button of node.querySelectorAll("[data-vote]")) {
    button.setAttribute("aria-pressed", String(button.dataset.vote === value));
  }
}

/** Text withdrawn by its author. */
export function blank(node) {
  node.classList.add("message--retracted");
  node.querySelector(".message__bubble")?.replaceChildren(...plainText(say("retracted")));
  const rest = ".message__choices, .message__votes, .message__source";
  node.querySelectorAll(rest).forEach((part) => part.remove());
}

function item(author, parts, attributes) {
  return element("li", { class: `message message--${author}`, ...attributes }, ...parts);
}

function heading(author, name, at) {
  const who = author === "user" ? say("you") : name || say(author);
  const time = element("time", { datetime: at, class: "message__time" }, clockTime(at));
  return element("h3", { class: "message__author" }, who, " ", time);
}

function bubble(author, text) {
  const nodes = author === "user" ? plainText(text) : richText(text);
  return element("div", { class: "message__bubble" }, ...nodes);
}

function timesOf(event, book) {
  const attributes = {
    type: "button",
    class: "btn btn-outline-primary message__booking", // stays open whatever is said meanwhile
    onclick: () => book(event),
  };
  return element("p", { class: "message__choices" }, element("button", attributes, say("booking_choose")));
}

function files(sent, fetch) {
  const button = (file) => (...words) =>
    element(
      "button",
      { type: "button", class: "file__link", onclick: () => fetch(file) },
      ...words,
      element("span", { class: "file__about" }, ` ${say("file_fetch")}`),
    );
  const drawn = sent.map((file) => drawFile(file, button(file)));
  return element("div", { class: "message__bubble" }, ...drawn);
}

function mark(state) {
  return element("p", { class: `message__mark message__mark--${state}` }, say(state));
}

function source(answer) {
  const day = answer.updated_on;
  const date = day ? say("updated", { day: calendarDay(day) }) : say("undated");
  const [article, section] = answer.id.split("/").map(encodeURIComponent);
  const link = element(
    "a",
    { href: `/aide/section/${article}/${section}`, target: "_blank", rel: "noopener" },
    answer.title,
    element("span", { class: "visually-hidden" }, ` ${say("new_tab")}`),
  );
  return element("p", { class: "message__source" }, `${say("source")} `, link, ` (${date})`);
}

function choices(offered, choose) {
  const buttons = offered.map((choice) =>
    element(
      "li",
      {},
      element(
        "button",
        {
          type: "button",
          class: "btn btn-outline-primary message__choice",
          onclick: (event) => choose(choice, event),
        },
        choice.label,
      ),
    ),
  );
  return element("ul", { class: "message__choices", "aria-label": say("choices") }, ...buttons);
}

function votes(seq, vote) {
  const button = (value) =>
    element(
      "button",
      {
        type: "button",
        class: `vote vote--${value}`,
        "data-vote": value,
        "aria-pressed": "false",
        onclick: () => vote(seq, value),
      },
      picture(value),
      say(`vote_${value}`),
    );
  const attributes = { class: "message__votes", role: "group", "aria-label": say("votes") };
  return element("div", attributes, button("up"), button("down"));
}
