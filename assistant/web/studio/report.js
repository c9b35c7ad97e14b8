/** One evaluation's report: gates, metrics of both halves, outcomes, worst cases, what was left out. */

import { h, icon } from "../shared/dom.js";
import { percent, plural, sentence, words } from "../shared/format.js";
import { CHECK, CROSS } from "../shared/icons.js";
import { markdown } from "../shared/markdown.js";
import { drawInterval } from "./interval.js";

const HALVES = {
  held_back: ["Held-back half", "Cases that nothing was fitted to: read this one."],
  fitted: ["Fitted half", "Cases that thresholds were fitted to: it flatters."],
};
const OUTCOMES = ["reply", "clarification", "handoff"];
const FIRST_SHOWN = 8; // of the worst cases; the rest waits behind a fold
const NAMES = { "hit@1": "Hit at 1", "hit@3": "Hit at 3", ragas_context_precision: "Context precision (ragas)", ragas_context_recall: "Context recall (ragas)" };
const BOUNDS = { at_most: ["at most", "upper"], at_least: ["at least", "lower"] };
const MEANINGS = {
  false_answer_rate: ["answered alone, of cases that must not be", true],
  wrong_rate: ["wrong, of replies sent alone", true],
  needlessly_handed_off: ["handed to a person, of cases with an answer", true],
  right_reason: ["handed over for the reason expected", false],
  right_outcome: ["answered, asked back or handed over, as expected", false],
  citation_precision: ["cited articles that are the right ones", false],
  "hit@1": ["the right article came first", false],
  "hit@3": ["the right article was among the first three", false],
  recall: ["of all right articles, found", false],
  ragas_context_precision: ["of the articles found, right ones; many are found on purpose", false],
  ragas_context_recall: ["of all right articles, found", false],
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
      h("span", null, h("strong", null, named(gate.name)), h("span", { class: "muted" }, ` · ${(HALVES[gate.half]?.[0] ?? gate.half).toLowerCase()}`)),
      h("span", { class: "number muted" }, drawBound(gate))))));
}

function drawBound({ value, bound, direction, compares }) {
  const [limit, badEnd] = BOUNDS[direction];
  const compared = compares === "bad_end" ? `${badEnd} end of the 95 % interval` : "measured";
  const found = value === null ? "nothing to measure" : `${compared} ${percent(value)}`;
  return `${found}, must be ${limit} ${percent(bound)}`;
}

const named = (metric) => NAMES[metric] ?? words(metric);

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
    h("th", { scope: "row" }, named(name), meaning && h("span", { class: "meaning" }, meaning, lowerIsBetter && " (lower is better)")),
    h("td", { class: "number" }, percent(value)),
    h("td", null, drawInterval(value, low, high), value !== null && h("span", { class: "small muted number" }, `${percent(low)} – ${percent(high)}`)),
    h("td", { class: "number" }, n));
}

function drawOutcomes(outcomes) {
  const rows = OUTCOMES.filter((kind) => outcomes[kind]).map((kind) => [kind, outcomes[kind]]);
  const columns = OUTCOMES.filter((kind) => rows.some(([, got]) => got[kind]));
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
    h("p", { class: "small muted" }, `${plural(errors.length, "case")} stopped with an error. No figure counts them, and the evaluation fails.`),
    h("ul", { class: "left-out" }, errors.map(({ case_id: id, error }) => h("li", { class: "error" }, `${id}: ${error}`))));
}

function drawWorst(worst) {
  const rest = worst.slice(FIRST_SHOWN);
  return worst.length > 0 && h("div", { class: "block" },
    h("h3", null, "Worst cases"),
    drawCases(worst.slice(0, FIRST_SHOWN)),
    rest.length > 0 && h("details", { class: "rest" }, h("summary", null, `${rest.length} more`), drawCases(rest)));
}

const drawCases = (cases) => h("ul", { class: "worst" }, cases.map((item) => h("li", null, drawCase(item))));

function drawCase({ case_id: id, question, expected, outcome, why, text, evidence }) {
  const found = evidence.map(({ article_id: article, score }) => `${article} (${score.toFixed(2)})`);
  return h("details", null,
    h("summary", null, h("span", { class: "question" }, question),
      h("span", { class: "small muted" }, `expected ${words(expected).toLowerCase()}, got ${words(outcome).toLowerCase()}`)),
    h("div", { class: "case" },
      why && h("p", null, sentence(why)),
      text ? h("div", { class: "prose got" }, markdown(text)) : h("p", { class: "muted" }, "Nothing was sent."),
      found.length > 0 && h("p", { class: "small muted" }, "Found: ", found.join(", ")),
      h("p", { class: "small muted" }, `Case ${id}`)));
}

function drawLeftOut(names) {
  return names?.length > 0 && h("section", { class: "card" }, h("h2", null, "Left out"), h("ul", { class: "left-out" }, names.map((name) => h("li", null, name))));
}
