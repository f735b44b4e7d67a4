// Words that several parts of the console need: durations, names, and values of the server.

import { say } from "../chat/words.js";

/** The words for a value of the server, or that value: the server may learn a new one first. */
export function sayValue(prefix, value) {
  try {
    return say(`${prefix}_${value}`);
  } catch {
    return String(value);
  }
}

/** "45 s", "3 min", "1 h 05". `seconds` ≥ 0. */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return say("seconds", { count: whole });
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return say("minutes", { count: minutes });
  const rest = String(minutes % 60).padStart(2, "0");
  return say("hours", { hours: Math.floor(minutes / 60), minutes: rest });
}

/** Who talks: a connected user by their address, another by the beginning of their number. */
export function nameOf(who, conversationId) {
  return who ?? say("anonymous", { mark: conversationId.slice(0, 4).toUpperCase() });
}

export function percent(share) {
  const locale = document.documentElement.lang;
  return new Intl.NumberFormat(locale, { style: "percent" }).format(share);
}
