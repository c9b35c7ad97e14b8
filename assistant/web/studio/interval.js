/** A share with its interval, drawn on a scale from 0 to 100 %. */

import { svg } from "../shared/dom.js";
import { percent } from "../shared/format.js";

const WIDTH = 200;
const INSET = 6;

/** An SVG picture of `value` between `low` and `high` (all 0..1); null where there is nothing to draw. */
export function drawInterval(value, low, high) {
  if (value === null || value === undefined) return null;
  const [start, point, end] = [low ?? value, value, high ?? value].map((share) => INSET + share * (WIDTH - 2 * INSET));
  return svg("svg", { class: "interval", viewBox: `0 0 ${WIDTH} 20`, role: "img", "aria-label": `${percent(value)} on a scale from 0 to 100 %` },
    svg("line", { class: "scale", x1: INSET, x2: WIDTH - INSET, y1: 10, y2: 10 }),
    svg("rect", { class: "range", x: start, y: 6, width: Math.max(end - start, 2), height: 8, rx: 4 }),
    svg("circle", { class: "value", cx: point, cy: 10, r: 5 }));
}
