/** A run against an earlier one: metrics with their differences, and each case that ended otherwise. */

import { h } from "../shared/dom.js";
import { clock, percent, plural, sentence, words } from "../shared/format.js";
import { drawTable } from "./picture.js";

const TONES = { better: "good", worse: "bad" };
const READS = { better: "Better", worse: "Worse", unclear: "Within chance", none: "No change" };
const TITLES = { held_back: "Held-back half", fitted: "Fitted half" };
const FIRST_SHOWN = 12;

/** The card of a `comparison`; `meanings` by metric. */
export function drawComparison(comparison, meanings) {
  const { started_at: started, compared, left_out: left, differences, flips } = comparison;
  return h("section", { class: "card half", "data-testid": "comparison", "aria-labelledby": "comparison-title" },
    h("h2", { id: "comparison-title" }, "Against the evaluation of ", clock(started)),
    h("p", { class: "muted small" }, `${plural(compared, "case")} compared${left.length > 0 ? `, ${left.length} left out (new, gone or with another label)` : ""}. `,
      "Percentage points, new minus old, over the same cases; 95 % intervals over groups."),
    drawVerdict(differences, meanings, flips),
    drawFlips(flips),
    h("details", { class: "rest" }, h("summary", null, "All metrics"),
      Object.entries(differences).map(([half, found]) => h("div", { class: "block" }, h("h3", null, TITLES[half] ?? words(half)), drawDifferences(found, meanings)))));
}

function drawVerdict(differences, meanings, flips) {
  const found = (change) => Object.entries(differences).flatMap(([half, metrics]) =>
    Object.entries(metrics).filter(([, metric]) => metric.change === change).map(([name]) => `${meanings[name]?.label ?? name} (${(TITLES[half] ?? words(half)).toLowerCase()})`));
  const lines = [["worse", found("worse")], ["better", found("better")]].filter(([, names]) => names.length > 0);
  if (lines.length === 0) return h("p", null, flips.length > 0 ? "No metric changed by more than chance." : "Every case ended as before.");
  return h("ul", { class: "changes" }, lines.map(([change, names]) =>
    h("li", null, h("span", { class: `tag ${TONES[change]}` }, READS[change]), h("span", null, names.join(", ")))));
}

function drawDifferences(found, meanings) {
  const rows = Object.entries(found).map(([name, { old, new: now, low, high, change }]) => [
    meanings[name]?.label ?? words(name), percent(old), percent(now), points(now - old), `${points(low)} to ${points(high)}`,
    h("span", { class: `tag ${TONES[change] ?? ""}` }, READS[change]),
  ]);
  return drawTable("Differences", ["Metric", "Then", "Now", "Difference", "95 % interval", "Reads as"], rows);
}

function drawFlips(flips) {
  const rest = flips.slice(FIRST_SHOWN);
  return flips.length > 0 && h("div", { class: "block" },
    h("h3", null, `${plural(flips.length, "case")} ended otherwise`),
    drawList(flips.slice(0, FIRST_SHOWN)),
    rest.length > 0 && h("details", { class: "rest" }, h("summary", null, `${rest.length} more`), drawList(rest)));
}

const drawList = (flips) => h("ul", { class: "flips" }, flips.map(({ case_id: id, half, question, expected, was, now, cost, why }) => h("li", null,
  h("span", { class: `tag ${cost > 0 ? "bad" : cost < 0 ? "good" : ""}` }, cost > 0 ? "Worse" : cost < 0 ? "Better" : "Other"),
  h("div", null,
    h("p", { class: "question" }, question),
    h("p", { class: "small" }, `${words(was)} → ${now}, expected ${expected}`),
    h("p", { class: "small muted" }, [why && sentence(why), `Case ${id}, ${(TITLES[half] ?? words(half)).toLowerCase()}.`].filter(Boolean).join(" "))))));

function points(difference) {
  const text = (difference * 100).toFixed(1);
  return Number(text) === 0 ? "0.0" : difference > 0 ? `+${text}` : text;
}
