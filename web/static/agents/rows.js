// A list whose rows stay the same nodes while their contents change: focus and reading stay put.

/** Shows `things` in `list`: `make(thing)` a new row, `update(row, thing)` its contents. */
export function showRows(list, things, key, make, update) {
  const rows = new Map([...list.children].map((row) => [row.dataset.key, row]));
  things.forEach((thing, index) => {
    let row = rows.get(key(thing));
    if (!row) {
      row = make(thing);
      row.dataset.key = key(thing);
    }
    rows.delete(key(thing));
    update(row, thing);
    if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
  });
  for (const row of rows.values()) row.remove();
}

/** Sets a text only when it changed; an empty one hides its node. */
export function setText(row, part, text) {
  const node = row.querySelector(`[data-part="${part}"]`);
  if (node.textContent !== text) node.textContent = text;
  if (node.hidden !== !text) node.hidden = !text;
}
