/** One evaluation's report: gates, metrics of both halves, outcomes, worst cases, what was left out. */

import { h, icon } from "../shared/dom.js";
import { percent, plural, words } from "../shared/format.js";
import { CHECK, CROSS } from "../shared/icons.js";
import { markdown } from "../shared/markdown.js";
import { drawInterval } from "./interval.js";

const HALVES = {
  held_back: ["Held-back half", "Cases that nothing was fitted to: read this one."],
  fitted: ["Fitted half", "Cases that thresholds were fitted to: it flatters."],
};
const MEANINGS = {
  false_answer_rate: ["answered alone, of cases that must not be", true],
  wrong_rate: ["wrong, of replies sent alone", true],
  needlessly_handed_off: ["handed to a person, of cases with an answer", true],
  right_reason: ["handed over for the reason expected", false],
  citation_precision: ["cited articles that are the right ones", false],
  "hit@1": ["the right article came first", false],
  "hit@3": ["the right article was among the first three", false],
  recall: ["of all right articles, found", false],
};

/** The nodes of `report`. */
export function drawReport(report) {
  return [
    drawGates(report.gates),
    ...Object.keys(HALVES).filter((name) => report.halves[name]).map((name) => drawHalf(name, report.halves[name])),
    drawLeftOut(report.left_out),
  ].filter(Boolean);
}

function drawGates(gates) {
  const failed = gates.filter((gate) => !gate.passed).length;
  return h("section", { class: "card", "data-testid": "report", "aria-labelledby": "gates-title" },
    h("h2", { id: "gates-title" }, "Gates ",
      h("span", { class: `tag ${failed > 0 ? "bad" : "good"}` }, failed > 0 ? `${failed} of ${gates.length} failed` : "All passed")),
    h("ul", { class: "gates" }, gates.map((gate) => h("li", null,
      h("span", { class: `tag ${gate.passed ? "good" : "bad"}` }, icon(gate.passed ? CHECK : CROSS), gate.passed ? "Passed" : "Failed"),
      h("span", null, h("strong", null, words(gate.name)), h("span", { class: "muted" }, ` · ${(HALVES[gate.half]?.[0] ?? gate.half).toLowerCase()}`)),
      h("span", { class: "number muted" }, drawBound(gate))))));
}

function drawBound({ value, bound, direction, compares }) {
  const measured = value === null ? "nothing to measure" : `${compares === "bad_end" ? "bad end " : ""}${percent(value)}`;
  return `${measured}, must be ${words(direction).toLowerCase()} ${percent(bound)}`;
}

function drawHalf(name, half) {
  const [title, meaning] = HALVES[name];
  return h("section", { class: "card half", "aria-labelledby": `half-${name}` },
    h("h2", { id: `half-${name}` }, title),
    h("p", { class: "muted small" }, `${plural(half.cases, "case")}. ${meaning}`),
    drawMetrics(half.metrics), drawOutcomes(half.outcomes), drawErrors(half.errors), drawWorst(half.worst));
}

function drawMetrics(metrics) {
  return h("div", { class: "table-scroll", tabindex: "0", role: "group", "aria-label": "Metrics" }, h("table", { class: "metrics" },
    h("thead", null, h("tr", null, ["Metric", "Value", "95 % interval", "Cases"].map((label) => h("th", { scope: "col" }, label)))),
    h("tbody", null, Object.entries(metrics).map(([name, metric]) => drawMetric(name, metric)))));
}

function drawMetric(name, { value, low, high, n }) {
  const [meaning, lowerIsBetter] = MEANINGS[name] ?? ["", false];
  return h("tr", null,
    h("th", { scope: "row" }, words(name), meaning && h("span", { class: "meaning" }, meaning, lowerIsBetter && " (lower is better)")),
    h("td", { class: "number" }, percent(value)),
    h("td", null, drawInterval(value, low, high), value !== null && h("span", { class: "small muted number" }, `${percent(low)} – ${percent(high)}`)),
    h("td", { class: "number" }, n));
}

function drawOutcomes(outcomes) {
  const rows = Object.entries(outcomes);
  const columns = [...new Set(rows.flatMap(([, got]) => Object.keys(got)))].sort();
  return rows.length > 0 && h("div", { class: "block" },
    h("h3", null, "Expected (rows) and got (columns)"),
    h("div", { class: "table-scroll", tabindex: "0", role: "group", "aria-label": "Outcomes, expected and got" }, h("table", { class: "outcomes" },
      h("thead", null, h("tr", null, h("th", { scope: "col" }, "Expected"), columns.map((name) => h("th", { scope: "col" }, words(name))))),
      h("tbody", null, rows.map(([expected, got]) => h("tr", null,
        h("th", { scope: "row" }, words(expected)),
        columns.map((name) => h("td", { class: expected === name ? "number agrees" : "number" }, got[name] ?? 0))))))));
}

function drawErrors(errors = []) {
  return errors.length > 0 && h("div", { class: "block" },
    h("h3", null, "Cases that failed to run"),
    h("ul", { class: "left-out" }, errors.map(({ case_id: id, error }) => h("li", { class: "error" }, `${id}: ${error}`))));
}

function drawWorst(worst) {
  return worst.length > 0 && h("div", { class: "block" },
    h("h3", null, "Worst cases"),
    h("ul", { class: "worst" }, worst.map((item) => h("li", null, h("details", null,
      h("summary", null, h("span", { class: "question" }, item.question),
        h("span", { class: "small muted" }, `expected ${words(item.expected).toLowerCase()}, got ${words(item.outcome).toLowerCase()}`)),
      h("div", { class: "case" },
        item.why && h("p", null, item.why),
        item.text ? h("div", { class: "prose got" }, markdown(item.text)) : h("p", { class: "muted" }, "Nothing was sent."),
        item.evidence.length > 0 && h("p", { class: "small muted" }, "Found: ", item.evidence.map(({ article_id: id, score }) => `${id} (${score.toFixed(2)})`).join(", ")),
        h("p", { class: "small muted" }, `Case ${item.case_id}`)))))));
}

function drawLeftOut(names) {
  return names?.length > 0 && h("section", { class: "card" }, h("h2", null, "Left out"), h("ul", { class: "left-out" }, names.map((name) => h("li", null, name))));
}
