// Two ways to make an element.
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

export { select };
