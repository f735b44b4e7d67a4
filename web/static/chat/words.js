// What users read, in one place: the JSON block that the page carries (web/templates/web/).

const words = JSON.parse(document.getElementById("words").textContent);
const locale = document.documentElement.lang;

/** The words of that name, with {placeholders} replaced. An unknown name is a bug: it throws. */
export function say(name, values = {}) {
  if (!Object.hasOwn(words, name)) throw new Error(`no words for ${name}`);
  return words[name].replaceAll(/\{(\w+)\}/g, (_, key) => String(values[key] ?? ""));
}

/** "10:32" today, "23 nov., 10:32" on another day, in the user's own time zone. */
export function clockTime(instant) {
  const at = new Date(instant);
  const today = at.toDateString() === new Date().toDateString();
  const day = today ? {} : { day: "numeric", month: "short" };
  return new Intl.DateTimeFormat(locale, { ...day, hour: "2-digit", minute: "2-digit" }).format(at);
}

/** A calendar day "2022-09-22" as "22/09/2022", never moved by a time zone. */
export function calendarDay(day) {
  const [year, month, date] = day.split("-").map(Number);
  const shape = { timeZone: "UTC", day: "2-digit", month: "2-digit", year: "numeric" };
  return new Intl.DateTimeFormat(locale, shape).format(Date.UTC(year, month - 1, date));
}

/** "mardi 1 décembre à 10:20", where the service is, not where the reader is. */
export function moment(instant) {
  const shape = { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" };
  const zone = { timeZone: say("timezone") };
  return new Intl.DateTimeFormat(locale, { ...shape, ...zone }).format(
    new Date(instant),
  );
}
