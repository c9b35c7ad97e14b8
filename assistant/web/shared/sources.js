/** What a reply rests on, as a disclosure: each article once, with the words that carry the reply. */

import { h, icon } from "./dom.js";
import { plural } from "./format.js";
import { OUT } from "./icons.js";
import { link, RULE_ROW, safeUrl } from "./markdown.js";

const SERVICE = new URL("../..", import.meta.url);

/** A closed <details> for `citations`, or null where there are none. */
export function sources(citations) {
  const groups = byOrigin(citations);
  if (groups.length === 0) return null;
  return h("details", { class: "sources", "data-testid": "sources", ontoggle: showAll },
    h("summary", null, plural(groups.length, "source")),
    h("ul", null, groups.map(drawGroup)));
}

function showAll({ target }) {
  if (target.open) target.scrollIntoView({ block: "nearest" });
}

function byOrigin(citations) {
  const groups = new Map();
  for (const { article_id: article, title, url: path, quote } of citations) {
    const url = path && new URL(path.replace(/^\//, ""), SERVICE).href; // on a shop's page a relative path would lead into the shop
    const name = nameOf({ article_id: article, title });
    const group = groups.get(article ?? name) ?? { title: name, url, quotes: [] };
    // A receipt's quote is the sentence above it; only an article has words of its own.
    if (article && quote && !group.quotes.includes(quote)) group.quotes.push(quote);
    groups.set(article ?? name, group);
  }
  return [...groups.values()];
}

function drawGroup({ title, url, quotes }) {
  return h("li", null,
    h("p", { class: "source-title" }, safeUrl(url) ? link(url, title, icon(OUT)) : title),
    quotes.length > 0 ? quotes.map((quote) => h("blockquote", null, plain(quote))) : h("p", { class: "source-note" }, "Looked up for this reply."));
}

/** What a citation's source is called. */
export function nameOf({ article_id: article, title }) {
  return article ? title || article : "Our order system";
}

/** A quote without its Markdown marks: it is read as words, not as layout. */
export function plain(quote) {
  const lines = quote.replaceAll("**", "").split("\n").filter((line) => !RULE_ROW.test(line));
  return lines.map((line) => line.replace(/^\s*[-*|]\s*/, "").replace(/\s*\|\s*$/, "").replaceAll(/\s*\|\s*/g, " · ")).join("\n").trim();
}
