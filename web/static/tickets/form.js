// The forms of senders, on top of what works without scripts: the list of sub-categories follows the
// category, files that are too large are named before anything is sent, and what was refused is read.

import { element } from "../chat/dom.js";

const LARGEST = 10 * 1024 * 1024; // bytes of one file
const MOST = 5; // files of one message

/** Makes two lists of the one that holds all pairs; the pair is still what is sent. */
function split(place) {
  const pairs = place.querySelector("select");
  const label = place.querySelector("label");
  const groups = [...pairs.querySelectorAll("optgroup")];
  const chosen = groups.findIndex((group) => group.contains(pairs.selectedOptions[0]));
  const [none] = pairs.options;
  const list = element("select", { id: "category", class: "form-select mb-3", required: true });
  list.append(none.cloneNode(true));
  groups.forEach((group, index) => list.append(element("option", { value: index }, group.label)));
  list.value = chosen < 0 ? "" : chosen;
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (pairs.hasAttribute(name)) list.setAttribute(name, pairs.getAttribute(name));
  }
  const narrow = () => {
    const group = groups[list.value];
    pairs.disabled = !group;
    pairs.replaceChildren(none, ...(group?.children ?? []));
    pairs.selectedIndex = pairs.length === 2 ? 1 : 0; // there may be only one
  };
  const keep = new Map(groups.map((group) => [group, [...group.children]]));
  list.addEventListener("change", () => {
    for (const [group, options] of keep) group.replaceChildren(...options);
    narrow();
  });
  label.before(element("label", { for: "category", class: "form-label" }, place.dataset.category));
  pairs.before(list, label);
  label.textContent = place.dataset.subcategory;
  const value = pairs.value; // moving options about may choose another one
  narrow();
  pairs.value = value;
  if (chosen >= 0) return;
  for (const link of document.querySelectorAll('a[href="#pair"]')) link.hash = "category";
}

/** Says which file is too large as soon as it is chosen; sends nothing while there is one. */
function watch(field) {
  const error = document.getElementById("files-error");
  const problem = () => {
    const large = [...field.files].find((file) => file.size > LARGEST);
    if (large) return field.dataset.tooLarge.replace("{name}", large.name);
    const kept = field.form.querySelectorAll("input[name=kept]:checked").length;
    return kept + field.files.length > MOST ? field.dataset.tooMany : "";
  };
  field.addEventListener("change", () => (error.textContent = problem()));
  field.form.addEventListener(
    "submit",
    (event) => {
      error.textContent = problem();
      if (!error.textContent) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      field.focus();
    },
    { capture: true },
  );
}

for (const place of document.querySelectorAll("[data-pair]")) split(place);
for (const field of document.querySelectorAll("#files")) watch(field);
document.querySelector("#mistakes, #similar")?.focus();
