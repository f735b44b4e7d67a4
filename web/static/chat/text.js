// Turns the text of a message into paragraphs, lists and, for the assistant, links.
//
// A user's text is only ever text: neither lists nor links are made of it.

import { element } from "./dom.js";
import { say } from "./words.js";

const STEP = /^(\d{1,3})\.\s+(.*)$/;
const POINT = /^[-•]\s+(.*)$/;
const ADDRESS = /https?:\/\/[^\s<>"«»]+/g;
const CLOSING = /[.,;:!?)\]’']+$/;

/** Nodes for a text of the assistant or of an advisor. */
export function richText(text) {
  return blocks(text).map(draw);
}

/** Nodes for a text of the user: paragraphs, line breaks kept by the style sheet. */
export function plainText(text) {
  return [element("p", {}, text)];
}

/** Groups lines: {kind: "p", lines}, {kind: "ol", start, lines} or {kind: "ul", lines}. */
export function blocks(text) {
  const found = [];
  let apart = true; // a blank line stands before this one
  for (const line of text.split("\n")) {
    if (!line.trim()) {
      apart = true;
      continue;
    }
    add(found, line.trim(), apart);
    apart = false;
  }
  return found;
}

function add(found, line, apart) {
  const last = found.at(-1);
  const step = STEP.exec(line);
  const point = POINT.exec(line);
  if (step) {
    const goesOn = last?.kind === "ol" && Number(step[1]) === last.start + last.lines.length;
    if (goesOn) last.lines.push(step[2]);
    else found.push({ kind: "ol", start: Number(step[1]), lines: [step[2]] });
  } else if (point) {
    if (last?.kind === "ul") last.lines.push(point[1]);
    else found.push({ kind: "ul", lines: [point[1]] });
  } else if (last?.kind === "p" && !apart) {
    last.lines.push(line);
  } else {
    found.push({ kind: "p", lines: [line] });
  }
}

function draw(block) {
  if (block.kind === "p") return element("p", {}, ...linked(block.lines.join("\n")));
  const items = block.lines.map((line) => element("li", {}, ...linked(line)));
  const start = block.kind === "ol" && block.start !== 1 ? String(block.start) : null;
  return element(block.kind, { start }, ...items);
}

function linked(text) {
  const nodes = [];
  let done = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = match[0].replace(CLOSING, "");
    nodes.push(text.slice(done, match.index), link(address));
    done = match.index + address.length;
  }
  nodes.push(text.slice(done));
  return nodes.filter((node) => node !== "");
}

function link(address) {
  const title = `${address} ${say("new_tab")}`;
  const attributes = { href: address, target: "_blank", rel: "noopener noreferrer", title };
  return element("a", attributes, address);
}
