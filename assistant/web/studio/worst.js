/** The worst cases of a half, each with what it rested on. */

import { h, icon } from "../shared/dom.js";
import { percent, sentence, words } from "../shared/format.js";
import { CHECK, CROSS } from "../shared/icons.js";
import { markdown } from "../shared/markdown.js";

const FIRST_SHOWN = 8; // the rest waits behind a fold

/** The block of `worst` cases; false where there are none. */
export function drawWorst(worst) {
  const rest = worst.slice(FIRST_SHOWN);
  return worst.length > 0 && h("div", { class: "block", "data-testid": "worst" },
    h("h3", null, "Worst cases"),
    drawCases(worst.slice(0, FIRST_SHOWN)),
    rest.length > 0 && h("details", { class: "rest" }, h("summary", null, `${rest.length} more`), drawCases(rest)));
}

const drawCases = (cases) => h("ul", { class: "worst" }, cases.map((item) => h("li", null, drawCase(item))));

function drawCase({ case_id: id, question, expected, outcome, risk, why, text, draft, evidence, sentences }) {
  const ended = `expected ${words(expected).toLowerCase()}, got ${words(outcome).toLowerCase()}${risk === null ? "" : `, risk ${percent(risk, 0)}`}`;
  return h("details", null,
    h("summary", null, h("span", { class: "question" }, question), h("span", { class: "small muted" }, ended)),
    h("div", { class: "case" },
      why && h("p", null, h("strong", null, "Why: "), sentence(why)),
      drawSaid("What was said", text),
      draft && drawSaid("The draft that was held back", draft),
      drawSentences(sentences), drawEvidence(evidence),
      h("p", { class: "small muted" }, `Case ${id}`)));
}

function drawSaid(label, text) {
  return h("div", null, h("p", { class: "label muted" }, label),
    text ? h("div", { class: "prose got" }, markdown(text)) : h("p", { class: "muted" }, "Nothing was sent."));
}

function drawSentences(sentences) {
  return sentences.length > 0 && h("div", null,
    h("p", { class: "label muted" }, "Is each sentence carried by its evidence?"),
    h("ul", { class: "findings" }, sentences.map(({ text, carried, why }) => h("li", null,
      h("span", { class: `tag ${carried ? "good" : "bad"}` }, icon(carried ? CHECK : CROSS), carried ? "Carried" : "Not carried"),
      h("div", null, h("div", { class: "prose" }, markdown(text)), why && h("p", { class: "small muted" }, sentence(why)))))));
}

function drawEvidence(evidence) {
  return evidence.length > 0 && h("div", null,
    h("p", { class: "label muted" }, "Passages found, best first"),
    h("ol", { class: "passages" }, evidence.map(({ article_id: article, title, score, similarity, text }) => h("li", null,
      h("details", null,
        h("summary", null, title || article, h("span", { class: "small muted" }, ` ${article}, score ${score.toFixed(3)}, cosine ${similarity.toFixed(3)}`)),
        h("blockquote", null, text))))));
}
