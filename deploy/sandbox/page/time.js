// Times as a person in a given zone reads them. Instants are epoch seconds; zones are IANA names.

const formatters = new Map();

function formatter(zone, options) {
  const key = zone + JSON.stringify(options);
  if (!formatters.has(key)) {
    let made;
    try {
      made = new Intl.DateTimeFormat("en-GB", { timeZone: zone || "UTC", ...options });
    } catch {
      made = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options });
    }
    formatters.set(key, made);
  }
  return formatters.get(key);
}

const format = (epoch, zone, options) => formatter(zone, options).format(new Date(epoch * 1000));

export const clockTime = (epoch, zone) => format(epoch, zone, { hour: "2-digit", minute: "2-digit" });
export const clockSeconds = (epoch, zone) =>
  format(epoch, zone, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
export const dayKey = (epoch, zone) => format(epoch, zone, { year: "numeric", month: "2-digit", day: "2-digit" });
export const weekdayTime = (epoch, zone) =>
  format(epoch, zone, { weekday: "short", hour: "2-digit", minute: "2-digit" });
export const fullTime = (epoch, zone) =>
  format(epoch, zone, {
    weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit",
  });
export const longDate = (epoch, zone) =>
  format(epoch, zone, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
export const date = (epoch, zone) => format(epoch, zone, { day: "numeric", month: "long", year: "numeric" });
export const shortDate = (epoch, zone) => format(epoch, zone, { day: "numeric", month: "short", year: "numeric" });
export const dayAndMonth = (epoch, zone) => format(epoch, zone, { day: "numeric", month: "short" });
export const numericDate = (epoch, zone) => dayKey(epoch, zone).split("/").reverse().join("-");

/** "Today", "Yesterday", or null: the two days that are named rather than dated. */
export function nearDay(epoch, zone, now) {
  const key = dayKey(epoch, zone);
  if (key === dayKey(now, zone)) return "Today";
  if (key === dayKey(now - 86_400, zone)) return "Yesterday";
  return null;
}

/** The heading over a day's messages. The year is said only when it is not this one. */
export function dayHeading(epoch, zone, now) {
  const near = nearDay(epoch, zone, now);
  if (near) return near;
  const sameYear = format(epoch, zone, { year: "numeric" }) === format(now, zone, { year: "numeric" });
  return format(epoch, zone, {
    weekday: "long", day: "numeric", month: "long", ...(sameYear ? {} : { year: "numeric" }),
  });
}

/** How long ago, in the largest unit that says it. */
export function ago(epoch, now) {
  const seconds = Math.max(0, Math.round(now - epoch));
  for (const [unit, size] of [["day", 86_400], ["hour", 3_600], ["minute", 60]]) {
    const count = Math.floor(seconds / size);
    if (count) return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
  }
  return "just now";
}

const STAMP = {
  year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
  hourCycle: "h23",
};

/** What a wall clock in the zone shows, as the value of a datetime-local input. */
export function toLocalInput(epoch, zone) {
  const part = Object.fromEntries(
    formatter(zone, STAMP).formatToParts(new Date(epoch * 1000)).map(({ type, value }) => [type, value]),
  );
  return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}`;
}

/** The instant at which a wall clock in the zone shows a datetime-local value. */
export function fromLocalInput(value, zone) {
  const wanted = Date.parse(`${value}Z`) / 1000;
  let guess = wanted;
  // The offset depends on the instant sought; the second pass settles it on days that clocks change.
  for (let pass = 0; pass < 2; pass++) guess += wanted - Date.parse(`${toLocalInput(guess, zone)}Z`) / 1000;
  return guess;
}
