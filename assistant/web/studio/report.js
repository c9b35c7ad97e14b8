/** One evaluation's report: gates, comparison, metrics, and of each half its pictures and worst cases. */

import { h, icon } from "../shared/dom.js";
import { percent, plural, sentence, words } from "../shared/format.js";
import { CHECK, CROSS } from "../shared/icons.js";
import { drawComparison } from "./comparison.js";
import { drawPicture } from "./picture.js";
import { drawWorst } from "./worst.js";

const HALVES = {
  held_back: ["Held-back half", "Cases that nothing was fitted to: read this one."],
  fitted: ["Fitted half", "Cases that weights and threshold were fitted to: it flatters."],
};
const BOUNDS = { at_most: ["at most", "upper"], at_least: ["at least", "lower"] };

/** The title of a half, and what to make of it. */
export const half = (name) => HALVES[name] ?? [words(name), ""];

/** The nodes of a report with its pictures. */
export function drawReport({ report, pictures, passed }) {
  return [
    drawGates(report, passed),
    report.comparison && drawComparison(report.comparison, report.meanings),
    pictures.intervals && drawMetrics(pictures.intervals, report),
    ...Object.entries(report.halves).map(([name, found]) => drawHalf(name, found, pictures.halves[name] ?? [])),
    drawLeftOut(report.left_out),
  ].filter(Boolean);
}

function drawGates({ gates, meanings }, passed) {
  const failed = gates.filter((gate) => !gate.passed).length;
  const verdict = failed > 0 ? `${failed} of ${gates.length} failed` : passed ? "All passed" : "A case failed to run";
  return h("section", { class: "card", "data-testid": "report", "aria-labelledby": "gates-title" },
    h("h2", { id: "gates-title" }, "Gates ", h("span", { class: `tag ${passed ? "good" : "bad"}` }, verdict)),
    gates.length === 0 && h("p", { class: "muted" }, "There are none."),
    h("ul", { class: "gates" }, gates.map((gate) => h("li", null,
      h("span", { class: `tag ${gate.passed ? "good" : "bad"}` }, icon(gate.passed ? CHECK : CROSS), gate.passed ? "Passed" : "Failed"),
      h("span", null, h("strong", null, meanings[gate.name]?.label ?? words(gate.name)), h("span", { class: "muted" }, ` · ${half(gate.half)[0].toLowerCase()}`)),
      h("span", { class: "number muted" }, drawBound(gate))))));
}

function drawBound({ value, bound, direction, compares }) {
  const [limit, badEnd] = BOUNDS[direction];
  const compared = compares === "bad_end" ? `${badEnd} end of the 95 % interval` : "measured";
  const found = value === null ? "nothing to measure" : `${compared} ${percent(value)}`;
  return `${found}, must be ${limit} ${percent(bound)}`;
}

function drawMetrics(picture, { meanings, judge }) {
  const explained = Object.values(meanings).map(({ label, says, judged }) =>
    h("div", null, h("dt", null, label), h("dd", null, says, judged && ", in the judge's opinion")));
  return h("section", { class: "card metrics", "aria-labelledby": "metrics-title" },
    h("h2", { id: "metrics-title" }, "Metrics"),
    drawPicture(picture, h("dl", null, explained)),
    judge && drawJudge(judge));
}

function drawJudge({ name, version, replies, shown, scored, not_scored: not, why_not: why }) {
  const counts = Object.entries(scored).map(([metric, count]) => `${words(metric).toLowerCase()} ${count} scored, ${not[metric] ?? 0} not`);
  return h("div", { class: "judge small muted", "data-testid": "judge" },
    h("p", null, `Judged by ${name} (${version}), which is another model's opinion. It was shown ${shown} of ${replies} replies: ${counts.join("; ")}.`),
    why.map((line) => h("p", null, `Not scored: ${sentence(line)}`)));
}

function drawHalf(name, found, pictures) {
  const [title, meaning] = half(name);
  return h("section", { class: "card half", "aria-labelledby": `half-${name}` },
    h("h2", { id: `half-${name}` }, title),
    h("p", { class: "muted small" }, `${plural(found.count, "case")}. ${meaning}`),
    h("div", { class: "block" }, h("div", { class: "pictures" }, pictures.map((picture) => drawPicture(picture)))),
    drawErrors(found.errors), drawWorst(found.worst));
}

function drawErrors(errors) {
  return errors.length > 0 && h("div", { class: "block" },
    h("h3", null, "Cases that failed to run"),
    h("p", { class: "small muted" }, `${plural(errors.length, "case")} stopped with an error. No figure counts them, and the evaluation fails.`),
    h("ul", { class: "left-out" }, errors.map(({ case_id: id, error }) => h("li", { class: "error" }, `${id}: ${error}`))));
}

function drawLeftOut(lines) {
  return lines.length > 0 && h("section", { class: "card", "aria-labelledby": "left-out-title" },
    h("h2", { id: "left-out-title" }, "Left out"), h("ul", { class: "left-out" }, lines.map((line) => h("li", null, line))));
}
