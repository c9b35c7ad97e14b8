/** What a reply rests on, as a disclosure: each article once, with the words that carry the reply. */

import { h, icon } from "./dom.js";
import { plural } from "./format.js";
import { OUT } from "./icons.js";
import { link, safeUrl } from "./markdown.js";
import { placeOf, plain } from "./quotes.js";

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
    const url = path && new URL(path.replace(/^\//, ""), SERVICE); // on a shop's page a relative path would lead into the shop
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
    h("p", { class: "source-title" }, url && safeUrl(url) ? link(placeOf(url, quotes), title, icon(OUT), h("span", { class: "unseen" }, " (opens in a new tab)")) : title),
    quotes.length > 0 ? quotes.map((quote) => h("blockquote", null, plain(quote))) : h("p", { class: "source-note" }, "Looked up for this reply."));
}

/** What a citation's source is called. */
export function nameOf({ article_id: article, title }) {
  return article ? title || article : "Our order system";
}
