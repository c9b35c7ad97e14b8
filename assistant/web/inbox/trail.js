/** What stands behind a suggestion: why it was not sent alone, and each sentence with the evidence it cites. */

import { h, icon } from "../shared/dom.js";
import { percent, sentence as asSentence, words } from "../shared/format.js";
import { CHECK, CROSS, OUT } from "../shared/icons.js";
import { link, markdown, safeUrl } from "../shared/markdown.js";
import { plain } from "../shared/quotes.js";
import { nameOf } from "../shared/sources.js";

/** The card that says why a person was asked. */
export function drawWhy(ticket, turn) {
  const decision = turn?.trail.decision;
  const facts = decision
    ? [["Topic", words(decision.topic)], ["Rule", decision.rule && words(decision.rule.replaceAll("-", " "))], ["Risk of being wrong", percent(decision.risk, 0)],
       ["Sent alone up to", decision.permit.mode === "auto" ? percent(decision.permit.threshold, 0) : "never"], ["Permit", words(decision.permit.basis)]]
    : [];
  return h("section", { class: "card" },
    h("h3", null, "Why this was not sent alone"),
    h("p", null, h("strong", null, words(decision?.reason ?? ticket.reason)), decision?.why && `. ${asSentence(decision.why)}`),
    drawFacts(facts),
    drawFailures(turn?.trail.evidence?.failures));
}

/** The card with the draft's sentences; where there is no draft, the best passages that were found. */
export function drawSupport(turn) {
  const trail = turn?.trail;
  const sentences = trail?.draft?.sentences ?? [];
  if (sentences.length > 0) {
    const findings = trail.support?.sentences ?? [];
    return h("section", { class: "card", "data-testid": "support" },
      h("h3", null, "What the suggestion rests on"),
      h("ol", { class: "support" }, sentences.map((sentence, index) => drawSentence(sentence, findings[index]))));
  }
  const found = trail?.evidence?.passages ?? [];
  return found.length > 0 && h("section", { class: "card" },
    h("h3", null, "Closest articles"),
    h("p", { class: "muted small" }, "None carried an answer, so nothing is suggested."),
    h("ul", { class: "support" }, found.slice(0, 3).map(({ passage }) => h("li", null, drawOrigin(passage.title, passage.url), h("blockquote", null, passage.text)))));
}

/** `pairs` of [term, value] as a list; empty values are left out. */
export function drawFacts(pairs) {
  const kept = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return kept.length > 0 && h("dl", { class: "facts" }, kept.map(([term, value]) => [h("dt", null, term), h("dd", null, value)]));
}

function drawSentence({ text, citations }, finding) {
  const mark = finding?.carried
    ? h("span", { class: "tag good" }, icon(CHECK), "Carried")
    : h("span", { class: "tag bad" }, icon(CROSS), finding ? "Not carried" : "Not checked");
  return h("li", null,
    h("div", { class: "prose" }, markdown(text)),
    h("p", { class: "finding" }, mark, h("span", { class: "muted small" }, asSentence(finding?.why))),
    citations.map((citation) => [
      drawOrigin(nameOf(citation), citation.url),
      citation.article_id && citation.quote !== text && h("blockquote", null, plain(citation.quote)),
    ]));
}

function drawOrigin(title, url) {
  return h("p", { class: "source-title small" }, safeUrl(url) ? link(url, title, " ", icon(OUT)) : title);
}

function drawFailures(failures = {}) {
  return Object.entries(failures).map(([tool, why]) => h("p", { class: "error" }, `${words(tool)} failed: ${why}`));
}
