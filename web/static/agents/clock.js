// The server's time on this screen: due times are the server's, and the clock here may be off.

let offsetMs = 0;

/** The server said that it is now `instant`. */
export function setClock(instant) {
  offsetMs = new Date(instant).getTime() - Date.now();
}

export const nowMs = () => Date.now() + offsetMs;

/** Seconds from that instant until now; negative when it is still to come. */
export const secondsSince = (instant) => (nowMs() - new Date(instant).getTime()) / 1000;
