/** Quotes of articles: as words, and as the place in an article that a link opens. */

import { RULE_ROW } from "./markdown.js";

const ARTICLES = new URL("../../articles/", import.meta.url).href;
const WHOLE = 10; // words; a longer stretch is named by its ends
const END = 4; // words at each end

/** A quote without its Markdown marks: it is read as words, not as layout. */
export function plain(quote) {
  return rows(quote).map((cells) => cells.join(" · ")).join("\n").trim();
}

/** `url` (a URL) so that it opens at `quotes`: our own articles mark the words, other sites get text fragments. */
export function placeOf(url, quotes) {
  if (quotes.length === 0) return url.href;
  const place = new URL(url);
  if (place.href.startsWith(ARTICLES)) place.hash = new URLSearchParams(quotes.map((quote) => ["quote", quote]));
  else place.hash = `${place.hash}:~:${quotes.map((quote) => `text=${stretch(quote)}`).join("&")}`;
  return place.href;
}

/** The quotes in an article page's `hash`. */
export function quotesIn(hash) {
  return new URLSearchParams(hash.slice(1)).getAll("quote");
}

/** The stretch of text from a quote's first words to its last, as a text fragment names it. */
function stretch(quote) {
  const pieces = rows(quote).flat().map((piece) => piece.split(/\s+/).filter(Boolean)).filter((words) => words.length > 0);
  const [first, last] = [pieces[0] ?? [], pieces.at(-1) ?? []];
  if (pieces.length === 1 && first.length <= WHOLE) return encode(first);
  return `${encode(first.slice(0, END))},${encode(last.slice(-END))}`;
}

const encode = (words) => encodeURIComponent(words.join(" ")).replaceAll("-", "%2D"); // a dash is syntax there

/** The lines of a quote, each as its cells; a line that is no table row has one. */
function rows(quote) {
  return quote.split("\n").filter((line) => line.trim() && !RULE_ROW.test(line)).map((line) => words(line).split("|").map((cell) => cell.trim()).filter(Boolean));
}

function words(line) {
  return line.replace(/^\s*(?:[-*•]|#{1,6})\s+/, "").replaceAll("**", "").replaceAll("`", "").replace(/\[([^\]]+)\]\([^)\s]*\)/g, "$1");
}
