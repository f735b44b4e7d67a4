// Builds nodes. The only way this page makes any: text is always text, never HTML.

/**
 * One element. `attributes`: false or null leaves one out, true gives an empty one, `on…` is a
 * listener. `children`: nodes or strings.
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

const SHAPES = {
  up: "M7 11v9H4v-9zM7 11l4-8c1.7 0 2.6 1.2 2.3 2.8L12.7 9H19c1.2 0 2 1.1 1.7 2.2l-1.8 7.2c-.2.9-1 1.6-2 1.6H7",
  down: "M17 13V4h3v9zM17 13l-4 8c-1.7 0-2.6-1.2-2.3-2.8l.6-3.2H5c-1.2 0-2-1.1-1.7-2.2l1.8-7.2C5.3 4.7 6.1 4 7.1 4H17",
};

/** A drawing beside a word that says the same. */
export function picture(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(space, "path");
  line.setAttribute("d", SHAPES[name]);
  svg.append(line);
  return svg;
}

/** Does `change`, which hides `node`; a focus inside it goes to `elsewhere`, not nowhere. */
export function keepFocus(node, elsewhere, change) {
  const held = node.contains(document.activeElement);
  change();
  if (held) elsewhere.focus({ preventScroll: true });
}
