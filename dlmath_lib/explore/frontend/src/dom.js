// Two ways to make an element, and a name for it.
import { select } from "d3-selection";

export function html(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

/** Appends an SVG element to a d3 selection. */
export const svg = (parent, name, className) => {
  const child = parent.append(name);
  return className ? child.attr("class", className) : child;
};

/** An id that no other figure of the document has. In JupyterLab each widget loads this module anew, so a count kept here
 * would start again with each of them; the count is kept where all of them see it. */
export function uniqueId(prefix) {
  const key = Symbol.for("dlmath.explorer.ids");
  globalThis[key] = (globalThis[key] ?? 0) + 1;
  return `${prefix}-${globalThis[key]}`;
}

export { select };
