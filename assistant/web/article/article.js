/** One help article, as its source link opens it: at the words that a reply quotes. */

import { client } from "../shared/api.js";
import { h } from "../shared/dom.js";
import { day } from "../shared/format.js";
import { markdown } from "../shared/markdown.js";
import { quotesIn } from "../shared/quotes.js";
import { closestHeading, mark } from "./quoted.js";

const BLOCKS = "p, li, tr, table, h2, h3";
const main = document.getElementById("main");
const id = location.pathname.split("/").at(-1);

try {
  show(await client("", () => ({}), "omit").get(`/v1/articles/${id}`));
} catch (error) {
  const gone = error.status === 404;
  document.title = gone ? "Article not found" : "Article not available";
  main.replaceChildren(h("h1", null, gone ? "This article is not here" : "This article cannot be shown right now"),
    h("p", null, gone ? "It may have been replaced or taken down." : error.message));
}

function show(article) {
  document.title = `${article.title} · ${article.shop}`;
  document.getElementById("shop").textContent = article.shop;
  const note = h("p", { class: "quoted", role: "status" });
  const since = h("p", { class: "muted small" }, article.effective_from && `In force since ${day(article.effective_from)}`);
  const body = h("article");
  main.replaceChildren(h("h1", null, article.title), since, note, body);
  const open = () => {
    body.replaceChildren(...sections(article.body));
    note.textContent = openAt(body, quotesIn(location.hash));
  };
  open();
  addEventListener("hashchange", open);
}

/** Bring the quotes into view. Returns what to tell the reader; "" where nothing was quoted. */
function openAt(body, quotes) {
  if (quotes.length === 0) return "";
  const marks = quotes.flatMap((quote) => mark(body, quote));
  if (marks.length > 0) {
    bring(topmost(marks).closest(BLOCKS) ?? body);
    return "Marked: the words that the reply quotes.";
  }
  const heading = closestHeading(body, quotes[0]);
  if (!heading) return "The quoted words are not in this article any more. It may have been changed since.";
  bring(heading);
  return "The quoted words are not in this article any more as they were. This is the part closest to them.";
}

function topmost(marks) {
  return marks.reduce((first, other) => (first.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_PRECEDING ? other : first));
}

/** Scroll to a block and go on reading from there, also with a screen reader. */
function bring(block) {
  block.tabIndex = -1;
  block.focus({ preventScroll: true });
  block.scrollIntoView({ block: "center" });
}

/** Headings stand by themselves; what is between them is light Markdown. The page's title is the only h1. */
function sections(body) {
  return body.split(/^(#{1,6} .*)$/m).filter((part) => part.trim()).map((part) => {
    const [, marks, text] = /^(#{1,6}) (.*)$/.exec(part) ?? [];
    return marks ? h(marks.length < 3 ? "h2" : "h3", null, text.replaceAll("**", "")) : markdown(part);
  });
}
