/** What stands behind a suggestion: why it was not sent alone, and each sentence with the evidence it cites. */

import { h, icon, svg } from "../shared/dom.js";
import { percent, sentence as asSentence, words } from "../shared/format.js";
import { CHECK, CROSS, OUT } from "../shared/icons.js";
import { link, markdown, safeUrl } from "../shared/markdown.js";
import { placeOf, plain } from "../shared/quotes.js";
import { nameOf } from "../shared/sources.js";

const WHY = {
  customer_asked: "The customer asked for a person.",
  no_permit: "On this topic the assistant suggests, and a person sends.",
  not_supported: "A sentence of the draft is not carried by the evidence it cites.",
  identity_needed: "It is about the customer's own order, and the customer could not be verified.",
  conflicting_sources: "The articles contradict each other.",
  tool_failed: "The shop system gave no answer.",
  assistant_unavailable: "The assistant could not work on this message.",
};
const MODES = {
  auto: "Answered alone while the risk is low", suggest: "Suggested to a person, never sent alone", human: "Always answered by a person",
};
const BASES = { trial: "On trial: no bound is claimed", certified: "Certified" };
const WHATEVER_THE_RISK = ["customer_asked", "topic_reserved"];
const WORD_FOR_WORD = "word for word in";

/** The card that says why a person was asked. */
export function drawWhy(ticket, turn) {
  const { decision, draft, evidence } = turn.trail;
  return h("section", { class: "card", "data-testid": "why" },
    h("h3", null, "Why this was not sent alone"),
    h("p", null, explain(ticket, decision, draft)),
    decision && !WHATEVER_THE_RISK.includes(decision.reason) && draft?.sentences.length > 0 && drawRisk(decision),
    decision && drawFacts([
      ["Topic", words(decision.topic)],
      ["Permit", `${MODES[decision.permit.mode]}.${decision.permit.mode === "human" ? "" : ` ${BASES[decision.permit.basis]}.`}`],
      ["Risk", WHATEVER_THE_RISK.includes(decision.reason) && "Did not count: a person answers this whatever the draft says."],
    ]),
    Object.entries(evidence?.failures ?? {}).filter(([what]) => what !== "identity").map(([what, why]) => h("p", { class: "error" }, `${words(what)}: ${asSentence(why)}`)));
}

function explain(ticket, decision, draft) {
  const reason = decision?.reason ?? ticket.reason;
  if (reason === "topic_reserved") {
    if (decision?.rule) return `The rule “${ruleName(decision.rule)}” keeps messages like this for people.`;
    if (decision?.permit.mode === "human") return `Messages about “${words(decision.topic)}” are kept for people.`;
    return asSentence(decision?.why) || "Kept for a person.";
  }
  if (reason === "nothing_found") {
    return draft?.answers_question ? "The articles are too weak a ground: the draft would be wrong too often." : "No article and no order fact answers this.";
  }
  return WHY[reason] ?? asSentence(decision?.why ?? words(reason));
}

/** The risk on a line from 0 to 1, up to the threshold in the tone of what may be sent. */
function drawRisk({ risk, permit }) {
  const limit = permit.mode === "auto" ? permit.threshold : 0;
  const text = `Risk that the draft is wrong: ${percent(risk, 0)}. ${permit.mode === "auto" ? `Sent alone up to ${percent(limit, 0)}` : "Never sent alone"}.`;
  const at = (share) => 8 + 284 * Math.min(1, Math.max(0, share));
  return h("figure", { class: "risk" },
    svg("svg", { viewBox: "0 0 300 30", role: "img", "aria-label": text },
      svg("rect", { x: 8, y: 12, width: 284, height: 6, rx: 3, class: "track" }),
      limit > 0 && svg("rect", { x: 8, y: 12, width: at(limit) - 8, height: 6, rx: 3, class: "allowed" }),
      svg("line", { x1: at(limit), x2: at(limit), y1: 5, y2: 25, class: "limit" }),
      svg("circle", { cx: at(risk), cy: 15, r: 7, class: risk > limit ? "over" : "under" })),
    h("figcaption", { class: "small" }, text));
}

/** The card with the draft's sentences; where there is no draft, the best passages that were found. */
export function drawSupport({ turn, verdict }) {
  const { draft, support, evidence } = turn.trail;
  const sentences = draft?.sentences ?? [];
  if (sentences.length === 0) return drawClosest(evidence?.passages ?? []);
  const findings = support?.sentences ?? [];
  const carried = findings.filter((finding) => finding.carried).length;
  return h("section", { class: "card", "data-testid": "support" },
    h("h3", { class: "titled" }, "What it rests on ", h("span", { class: `tag ${carried === sentences.length ? "good" : "bad"}` }, `${carried} of ${sentences.length} carried`)),
    verdict && h("p", { class: "muted small", "data-testid": "verdict-given" }, verdictText(verdict)),
    h("ol", { class: "support" }, sentences.map((sentence, index) => drawSentence(sentence, findings[index]))));
}

function verdictText({ sent, reason, human_agent: who }) {
  if (!sent) return `${who} rejected this suggestion: ${words(reason).toLowerCase()}.`;
  return reason === "as_is" ? `${who} sent this suggestion as it was.` : `${who} changed this suggestion before sending: ${words(reason).toLowerCase()}.`;
}

function drawClosest(found) {
  return found.length > 0 && h("section", { class: "card" },
    h("h3", null, "Closest articles"),
    h("p", { class: "muted small" }, "None carried an answer, so nothing is suggested."),
    h("ul", { class: "support" }, found.slice(0, 3).map(({ passage }) => h("li", null, h("p", null, drawOrigin(passage)), h("blockquote", null, plain(passage.text))))));
}

/** `pairs` of [term, value] as a list; empty values are left out. */
function drawFacts(pairs) {
  const kept = pairs.filter(([, value]) => value);
  return kept.length > 0 && h("dl", { class: "facts" }, kept.map(([term, value]) => [h("dt", null, term), h("dd", null, value)]));
}

function drawSentence({ text, citations }, finding) {
  const carried = Boolean(finding?.carried);
  return h("li", { class: carried ? "carried" : "uncarried" },
    h("div", { class: "prose" }, markdown(text)),
    h("p", { class: "finding small" }, h("span", { class: `tag ${carried ? "good" : "bad"}` }, icon(carried ? CHECK : CROSS), carried ? "Carried" : finding ? "Not carried" : "Not checked"),
      !carried && finding && h("span", null, asSentence(finding.why))),
    citations.map((citation) => drawCitation(citation, text)));
}

function drawCitation(citation, text) {
  const quoted = citation.article_id && plain(citation.quote) !== plain(text);
  return h("div", { class: "cited small" },
    h("p", null, citation.article_id && !quoted ? `${WORD_FOR_WORD} ` : "", drawOrigin(citation)),
    quoted && h("blockquote", null, plain(citation.quote)));
}

/** The source's name; it opens at the quoted words. */
function drawOrigin(source) {
  const name = nameOf(source);
  const url = source.article_id && safeUrl(source.url);
  return h("span", { class: "source-title" }, url
    ? link(placeOf(new URL(url), source.quote ? [source.quote] : []), name, " ", icon(OUT), h("span", { class: "unseen" }, " (opens in a new tab)")) : name);
}

const ruleName = (rule) => words(rule.replaceAll("-", "_"));
