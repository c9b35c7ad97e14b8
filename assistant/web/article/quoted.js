/** Finding quoted words in an article as it is shown, whatever list, table or bold type they stand in. */

import { h } from "../shared/dom.js";
import { plain } from "../shared/quotes.js";

const WORD = /[\p{L}\p{N}]+/gu;
const AROUND = /[^\s\p{L}\p{N}]/u; // what belongs to a word without being one: "£", "."
const FEWEST = 3; // words; a shorter piece of a quote may stand anywhere
const SHARE = 0.5; // of a quote's words; a section with fewer is not about it

/** Mark the words of `quote` under `root`. Returns the <mark> nodes, in reading order; none where they do not stand there. */
export function mark(root, quote) {
  const whole = markRun(root, wordsOf(quote));
  if (whole.length > 0) return whole;
  return plain(quote).split("\n").map(wordsOf).filter((words) => words.length >= FEWEST).flatMap((words) => markRun(root, words));
}

/** The heading of the section under `root` that shares most words with `quote`; null where none shares half of them. */
export function closestHeading(root, quote) {
  const wanted = new Set(wordsOf(quote));
  let best = { share: SHARE, heading: null };
  for (const heading of root.querySelectorAll("h2, h3")) {
    const there = new Set(wordsOf(sectionText(heading)));
    const share = [...wanted].filter((word) => there.has(word)).length / wanted.size;
    if (share >= best.share) best = { share: share + Number.EPSILON, heading };
  }
  return best.heading;
}

function sectionText(heading) {
  let text = heading.textContent;
  for (let next = heading.nextElementSibling; next && !/^H[1-6]$/.test(next.tagName); next = next.nextElementSibling) text += ` ${next.textContent}`;
  return text;
}

/** The words of a quote. The number of a list item is layout: the page draws its own. */
function wordsOf(quote) {
  return [...plain(quote).replace(/^\s*\d+[.)]\s+/gm, "").matchAll(WORD)].map(([word]) => alike(word));
}

const alike = (word) => word.normalize("NFKC").toLowerCase();

function markRun(root, wanted) {
  const shown = shownWords(root);
  const at = wanted.length > 0 ? shown.findIndex((_, start) => wanted.every((word, i) => shown[start + i]?.word === word)) : -1;
  if (at < 0) return [];
  const stretches = new Map(); // by text node: from the first to the last of its words
  for (const { node, start, end } of shown.slice(at, at + wanted.length)) {
    stretches.set(node, { start: stretches.get(node)?.start ?? start, end });
  }
  return [...stretches].map(([node, stretch]) => wrap(node, stretch));
}

function shownWords(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    for (const match of walker.currentNode.data.matchAll(WORD)) {
      found.push({ word: alike(match[0]), node: walker.currentNode, start: match.index, end: match.index + match[0].length });
    }
  }
  return found;
}

function wrap(node, { start, end }) {
  while (start > 0 && AROUND.test(node.data[start - 1])) start -= 1;
  while (end < node.data.length && AROUND.test(node.data[end])) end += 1;
  const range = document.createRange();
  range.setStart(node, start);
  range.setEnd(node, end);
  const marked = h("mark");
  range.surroundContents(marked);
  return marked;
}
