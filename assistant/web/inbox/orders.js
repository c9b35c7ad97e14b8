/** The order panel: whatever facts the shop system gave, in its own order. */

import { h } from "../shared/dom.js";
import { day, words } from "../shared/format.js";
import { link } from "../shared/markdown.js";
import { drawFacts } from "./trail.js";

const TONES = {
  delivered: "good", refunded: "good", paid: "good", unpaid: "warn", delayed: "warn", partly_shipped: "warn", cancelled: "bad", lost: "bad", failure: "bad",
};
// Told elsewhere: in the title, by the ticket itself, or again with each parcel.
const LEFT_OUT = ["number", "state", "needs_human", "days_late", "items_to_follow"];
const OF_PARCEL = ["carrier", "tracking_code", "tracking_url", "status", "shipped_on", "last_scan_on"];

/** The card with the orders among `receipts` (each an order, or a history {orders}), each once; false where there are none. */
export function drawOrders(receipts) {
  const found = new Map(receipts.flatMap((receipt) => receipt.orders ?? [receipt]).filter(({ number }) => number).map((order) => [order.number, order]));
  return found.size > 0 && h("section", { class: "card", "data-testid": "orders" }, [...found.values()].map(drawOrder));
}

function drawOrder(order) {
  const { number, state, parcels } = order;
  return h("div", { class: "order" },
    h("h3", null, `Order ${number} `, state && h("span", { class: `tag ${TONES[state] ?? ""}` }, words(state))),
    drawFields(order, parcels?.length > 0 ? [...LEFT_OUT, ...OF_PARCEL] : LEFT_OUT));
}

function drawFields(fields, left = []) {
  return drawFacts(Object.entries(fields).filter(([name]) => !left.includes(name)).map(([name, value]) => [words(name), drawValue(value)]));
}

function drawValue(value) {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.length > 0 ? value.map((item) => h("div", { class: "item" }, drawValue(item))) : null;
  return typeof value === "object" ? drawFields(value) : drawScalar(value);
}

function drawScalar(value) {
  if (typeof value === "boolean") return value ? "Yes" : "No";
  const text = String(value);
  if (/^\d{4}-\d\d-\d\d/.test(text)) return day(text);
  if (/^https?:/.test(text)) return link(text, "Open");
  return /^[a-z]+(_[a-z]+)+$/.test(text) ? words(text) : text;
}
