/** Numbers, dates and identifiers as people read them. */

const UNITS = [["d", 86400], ["h", 3600], ["min", 60]];

/** How long ago `iso` was: "now", "12 min", "3 h", "2 d". */
export function age(iso) {
  const seconds = Math.max(0, (Date.now() - Date.parse(iso)) / 1000);
  const unit = UNITS.find(([, size]) => seconds >= size);
  return unit ? `${Math.floor(seconds / unit[1])} ${unit[0]}` : "now";
}

/** The time of day of `iso`, with the date when it was not today. */
export function clock(iso) {
  const date = new Date(iso);
  const today = date.toDateString() === new Date().toDateString();
  return date.toLocaleString(undefined, today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" });
}

/** The time of day of `iso`, such as "18:00". */
export function hour(iso) {
  return new Date(iso).toLocaleTimeString(undefined, { timeStyle: "short" });
}

/** When `iso` will be: "at 18:00" where that is today, else "on Thursday at 08:00". */
export function moment(iso) {
  const date = new Date(iso);
  const today = date.toDateString() === new Date().toDateString();
  return `${today ? "" : `on ${date.toLocaleDateString(undefined, { weekday: "long" })} `}at ${hour(iso)}`;
}

/** A day such as "3 Mar 2026"; text that is no date comes back unchanged. */
export function day(iso) {
  const date = new Date(iso);
  if (Number.isNaN(date.valueOf())) return iso;
  const zone = /^\d{4}-\d\d-\d\d$/.test(iso) ? "UTC" : undefined; // a day without a time is the same day everywhere
  return date.toLocaleDateString(undefined, { dateStyle: "medium", timeZone: zone });
}

/** `topic_reserved` as "Topic reserved". */
export function words(name) {
  const text = String(name ?? "").replaceAll("_", " ").trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `detail` as a sentence: "name is wrong" becomes "Name is wrong." */
export function sentence(detail) {
  return detail && `${detail.charAt(0).toUpperCase()}${detail.slice(1)}${/[.!?)]$/.test(detail) ? "" : "."}`;
}

/** A share 0..1 as "93.1 %"; a dash for null. */
export function percent(share, digits = 1) {
  return share === null || share === undefined ? "–" : `${(share * 100).toFixed(digits)} %`;
}

/** `count` with the right form of the noun: "1 source", "3 sources". */
export function plural(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
