/** Pictures that the service has laid out: shapes to SVG, with their figures as a table. */

import { h, svg } from "../shared/dom.js";

const WIDTH = 360;
const KINDS = new Set(["line", "rect", "circle", "path", "text"]);

/** The figure for one `picture`; `more` stands beside the drawing. */
export function drawPicture(picture, ...more) {
  const { name, title, says, height, shapes, key, columns, rows } = picture;
  return h("figure", { class: `picture ${name}`, "data-testid": `picture-${name}` },
    h("figcaption", null, h("h3", null, title), h("p", null, says)),
    svg("svg", { class: "drawing mark", viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": `${title}; the table below has the figures` },
      shapes.map(drawShape)),
    key.length > 0 && h("ul", { class: "key" }, key.map(([style, meaning]) => h("li", null, drawMark(style), meaning))),
    more,
    h("details", null, h("summary", null, "The figures as a table"), drawTable(title, columns, rows)));
}

/** A table of `rows` under `columns`; cells are text or nodes. */
export function drawTable(label, columns, rows) {
  return h("div", { class: "table-scroll", tabindex: "0", role: "group", "aria-label": label }, h("table", null,
    h("thead", null, h("tr", null, columns.map((column) => h("th", { scope: "col" }, column)))),
    h("tbody", null, rows.map(([first, ...rest]) => h("tr", null, h("th", { scope: "row" }, first), rest.map((cell) => h("td", null, cell)))))));
}

function drawShape({ kind, style, at, text }) {
  return KINDS.has(kind) && svg(kind, { ...at, class: style }, text);
}

function drawMark(style) {
  const line = (y1, x1, y2, x2) => svg("line", { class: style, x1, y1, x2, y2 });
  const marks = { bound: () => [line(0, 9, 12, 9)], ideal: () => [line(6, 1, 6, 17)], curve: () => [line(6, 1, 6, 17)] };
  const dot = () => [
    svg("rect", { class: `range ${style}`, x: 0, y: 2.5, width: 18, height: 7, rx: 3.5 }),
    svg("circle", { class: `dot ${style}`, cx: 9, cy: 6, r: 4 }),
  ];
  return svg("svg", { class: "mark", viewBox: "0 0 18 12", "aria-hidden": "true" }, (marks[style] ?? dot)());
}
