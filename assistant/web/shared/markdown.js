/** Light Markdown to DOM nodes: paragraphs, line breaks, bold, code, lists, tables and http(s) links. */

import { h } from "./dom.js";

const KINDS = [
  ["table", /^\s*\|/],
  ["bullets", /^\s*[-*•]\s+/],
  ["numbers", /^\s*\d+[.)]\s+/],
  ["heading", /^#{1,6}\s+/],
];
const SHORT = 14; // characters; a cell this short is kept on one line
const INLINE = /\*\*(?<bold>.+?)\*\*|`(?<code>[^`]+)`|\[(?<label>[^\]]+)\]\((?<href>[^)\s]+)\)|(?<bare>https?:\/\/[^\s<>)]*[^\s<>).,;:!?])/g;
/** The row of dashes under a table's head. */
export const RULE_ROW = /^\s*\|?[\s:|-]+\|?\s*$/;

/** The nodes for `text`; anything not understood stays as it was written. */
export function markdown(text) {
  const fragment = document.createDocumentFragment();
  fragment.append(...blocks(text).map((block) => DRAW[block.kind](block.lines)));
  return fragment;
}

/** `href` as an absolute http(s) address, or null for any other scheme. */
export function safeUrl(href) {
  if (!href) return null;
  try {
    const url = new URL(href, document.baseURI);
    return ["http:", "https:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** A link that opens in a new tab, or plain text where the address is not http(s). */
export function link(href, ...label) {
  const url = safeUrl(href);
  return url ? h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label) : h("span", null, label);
}

function blocks(text) {
  const found = [];
  let open = false;
  for (const line of text.split(/\r?\n/)) {
    const last = found.at(-1);
    if (!line.trim()) open = false;
    else if (open && /^\s{2,}\S/.test(line) && isList(last)) last.lines[last.lines.length - 1] += `\n${line.trim()}`;
    else {
      const kind = kindOf(line);
      // Rows and items belong together even when a blank line stands between them.
      const joins = kind === last?.kind && (kind === "paragraph" ? open : kind !== "heading");
      if (joins) last.lines.push(line);
      else found.push({ kind, lines: [line] });
      open = true;
    }
  }
  return found;
}

const isList = (block) => block?.kind === "bullets" || block?.kind === "numbers";

function kindOf(line) {
  return KINDS.find(([, pattern]) => pattern.test(line))?.[0] ?? "paragraph";
}

const DRAW = {
  paragraph: (lines) => h("p", null, broken(lines.join("\n"))),
  heading: ([line]) => h("p", null, h("strong", null, inline(line.replace(KINDS[3][1], "")))),
  bullets: (lines) => h("ul", null, lines.map((line) => item(line, KINDS[1][1]))),
  numbers: (lines) => h("ol", { start: parseInt(lines[0], 10) || 1 }, lines.map((line) => item(line, KINDS[2][1]))),
  table: drawTable,
};

function item(line, marker) {
  return h("li", null, broken(line.replace(marker, "")));
}

function drawTable(lines) {
  const rows = lines.filter((line) => !RULE_ROW.test(line)).map(cells);
  const headed = lines.length > 1 && RULE_ROW.test(lines[1]);
  const draw = (tag) => (row) => h("tr", null, row.map((cell) => h(tag, { scope: tag === "th" && "col", class: cell.length <= SHORT && "short" }, inline(cell))));
  return h("div", { class: "table-scroll", tabindex: "0", role: "group", "aria-label": "Table" },
    h("table", null,
      headed && h("thead", null, rows.slice(0, 1).map(draw("th"))),
      h("tbody", null, rows.slice(headed ? 1 : 0).map(draw("td")))));
}

function cells(line) {
  return line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
}

function broken(text) {
  return text.split("\n").flatMap((line, index) => [index > 0 && h("br"), ...inline(line)]);
}

function inline(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    nodes.push(text.slice(end, match.index), drawInline(match.groups));
    end = match.index + match[0].length;
  }
  return [...nodes, text.slice(end)];
}

function drawInline({ bold, code, label, href, bare }) {
  if (bold) return h("strong", null, inline(bold));
  if (code) return h("code", null, code);
  return label ? link(href, label) : link(bare, bare);
}
