/** The order panel: the customer's orders as the shop system told them, parcels and money as timelines. */

import { h, icon } from "../shared/dom.js";
import { clock, day, plural, sentence, words } from "../shared/format.js";
import { OUT } from "../shared/icons.js";
import { link, safeUrl } from "../shared/markdown.js";

const TONES = {
  delivered: "good", refunded: "good", paid: "good", received: "good", closed: "good", available_for_pickup: "warn", pending: "warn", unpaid: "warn",
  delayed: "warn", late: "warn", partly_shipped: "warn", delivery_attempted: "warn", cancelled: "bad", lost: "bad", failure: "bad", error: "bad", return_to_sender: "bad",
};
const SITUATIONS = {
  late: ({ days_late: days }) => `Late by ${plural(days, "working day")}.`,
  lost: () => "No scan for so long that it counts as lost.",
  return_to_sender: () => "The parcel is on its way back to us.",
  delivery_attempted: () => "The carrier tried to deliver it.",
  available_for_pickup: () => "It waits for the customer at a pick-up point.",
  out_for_delivery: () => "It is out for delivery.",
};

/** The orders among a turn's receipts, each once. */
export function ordersOf(turn) {
  const receipts = turn.trail.evidence?.receipts ?? [];
  const found = receipts.flatMap(({ result, fetched_at: at }) => (result.orders ?? [result]).map((order) => ({ ...order, at })));
  return [...new Map(found.filter(({ number }) => number).map((order) => [order.number, order])).values()];
}

/** The card with the orders, or why there are none. */
export function drawOrders({ conversation, turn }) {
  const orders = ordersOf(turn);
  return h("section", { class: "card orders", "data-testid": "orders", "aria-label": "Orders" },
    orders.length > 0 ? orders.map(drawOrder) : [h("h3", null, "Order"), h("p", { class: "muted" }, whyNone(conversation.customer, turn))]);
}

function whyNone(customer, turn) {
  const failure = turn.trail.evidence?.failures.orders;
  if (failure) return `The shop system gave no answer: ${failure}`;
  if (customer.verified_by === "nobody") return "Nobody has verified who the customer is, so no order was looked up.";
  return "No order was looked up for this message.";
}

function drawOrder(order) {
  const { number, state, situation, at } = order;
  const shown = state ?? situation;
  return h("div", { class: "order" },
    h("h3", { class: "titled" }, `Order ${number} `, shown && h("span", { class: `tag ${TONES[shown] ?? ""}` }, words(shown))),
    h("p", { class: "muted small" }, [`Placed ${day(order.placed_on)}`, order.total, `as of ${clock(at)}`].filter(Boolean).join(" · ")),
    situation !== state && SITUATIONS[situation] && h("p", { class: "situation" }, SITUATIONS[situation](order)),
    drawItems(order.items),
    (order.parcels ?? []).map((parcel, index, all) => drawParcel(parcel, all.length > 1 ? `Parcel ${index + 1} of ${all.length}` : "Parcel")),
    order.items_to_follow?.length > 0 && order.parcels?.length > 0 && h("div", { class: "part" }, h("h4", null, "Still to follow"), drawItems(order.items_to_follow)),
    (order.returns ?? []).map(drawReturn),
    (order.refunds ?? []).map(drawRefund));
}

function drawItems(items) {
  return items?.length > 0 && h("ul", { class: "items" }, items.map((item) => h("li", null, item)));
}

function drawParcel(parcel, title) {
  const { carrier, tracking_code: code, tracking_url: url, status, items } = parcel;
  return h("div", { class: "part" },
    drawTitle([title, carrier].filter(Boolean).join(" · "), status),
    drawTimeline([
      ["Shipped", parcel.shipped_on], parcel.last_scan_on !== parcel.delivered_on && ["Last scan", parcel.last_scan_on],
      parcel.delivered_on ? ["Delivered", parcel.delivered_on] : ["Expected", parcel.expected_on, "ahead"],
    ]),
    code && h("p", { class: "small code" }, safeUrl(url) ? link(url, code, " ", icon(OUT)) : code),
    items?.length > 0 && h("p", { class: "muted small" }, items.join(", ")));
}

function drawReturn({ state, announced_on: announced, received_on: received, items }) {
  return h("div", { class: "part" }, drawTitle("Return", state),
    drawTimeline([["Announced", announced], received ? ["Received", received] : ["Not received yet", null, "ahead"]]),
    items?.length > 0 && h("p", { class: "muted small" }, items.join(", ")));
}

function drawRefund({ amount, state, requested_on: requested, paid_on: paid, method }) {
  return h("div", { class: "part" }, drawTitle(`Refund · ${amount}`, state),
    drawTimeline([["Requested", requested], paid ? ["Paid", paid] : ["Not paid yet", null, "ahead"]]),
    method && h("p", { class: "muted small" }, sentence(`to ${words(method).toLowerCase()}`)));
}

function drawTitle(title, state) {
  return h("h4", { class: "titled" }, `${title} `, state && h("span", { class: `tag ${TONES[state] ?? ""}` }, words(state)));
}

/** `steps` of [name, ISO date, "ahead"]; a step without a date is left out unless it is still ahead. */
function drawTimeline(steps) {
  const kept = steps.filter((step) => step && (step[1] || (step[2] && step[0].startsWith("Not"))));
  return kept.length > 0 && h("ol", { class: "timeline" }, kept.map(([name, date, ahead]) =>
    h("li", { class: ahead }, h("span", null, name), date && h("time", { datetime: date }, day(date)))));
}
