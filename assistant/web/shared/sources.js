/** What a reply rests on, as a disclosure: each article once, with the words that carry the reply. */

import { h, icon } from "./dom.js";
import { plural } from "./format.js";
import { OUT } from "./icons.js";
import { link, safeUrl } from "./markdown.js";

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
  for (const { evidence_id: id, article_id: article, title, url, quote } of citations) {
    const key = article ?? id;
    const group = groups.get(key) ?? { title: article ? title || article : "Our order system", url, quotes: [] };
    if (quote && !group.quotes.includes(quote)) group.quotes.push(quote);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function drawGroup({ title, url, quotes }) {
  return h("li", null,
    h("p", { class: "source-title" }, safeUrl(url) ? link(url, title, icon(OUT)) : title),
    quotes.map((quote) => h("blockquote", null, plain(quote))));
}

/** A quote without its Markdown marks: it is read as words, not as layout. */
function plain(quote) {
  return quote.replaceAll("**", "").replace(/^\s*[-*|]\s*/gm, "").replace(/\s*\|\s*$/gm, "").replaceAll(/\s*\|\s*/g, " · ").trim();
}
