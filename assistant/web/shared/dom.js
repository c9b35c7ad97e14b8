/** Building DOM without markup strings: text stays text, so nothing a customer or an article says can become HTML. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element. `props`: functions under `on…` are listeners, `true` is an empty attribute, null/false/undefined are
 * left out, `value` is set as a property, the rest are attributes. Strings among `children` become text nodes.
 */
export function h(tag, props, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** Like h(), for SVG. */
export function svg(tag, props, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

/** A 20-unit line icon, hidden from screen readers; `path` is an SVG path. */
export function icon(path) {
  return svg("svg", { viewBox: "0 0 20 20", class: "icon", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: path }));
}

/** Replace the children of `node`; the focus goes to the new child with the data-testid of the one that had it. */
export function keepingFocus(node, ...children) {
  const hook = node.contains(document.activeElement) ? document.activeElement.dataset.testid : null;
  node.replaceChildren(...children);
  if (hook) node.querySelector(`[data-testid="${hook}"]`)?.focus();
}

/** Whether `a` and `b` are the same JSON. */
export function same(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) set(node, name, value);
  node.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function set(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (typeof value === "function") node.addEventListener(name.slice(2), value);
  else if (name === "value") node.value = value;
  else node.setAttribute(name, value === true ? "" : value);
}
