// The list that was last looked at, so that the page of a ticket leads to its neighbours and back.
//
// Kept for this tab only.

import { keep, kept } from "../agents/drafts.js";

const NAME = "triage.queue";

/** `numbers`: of the tickets of the list, in its order. */
export function keepQueue(url, numbers) {
  keep(NAME, { url, numbers });
}

/** Where the list is. */
export const queueUrl = () => kept(NAME)?.url ?? "/tickets";

/** The address of the ticket `step` further in the list; null: there is none. */
export function neighbour(number, step) {
  const numbers = kept(NAME)?.numbers ?? [];
  const at = numbers.indexOf(number);
  const found = at < 0 ? undefined : numbers[at + step];
  return found === undefined ? null : `/tickets/${found}`;
}
