// An update rule iterated from a start: its path fades towards the past.
import { evaluate, fn } from "../functions.js";
import { arrowHead, brokenPath, paint, round } from "./common.js";

const most = 5000;
const shades = 6;

/** Runs the rule; stops before a state that is not finite or larger than 1e12. */
export function iterate(mark, p) {
  const update = fn(mark.update);
  const show = fn(mark.show);
  const steps = Math.min(most, Math.max(0, Math.floor(evaluate(mark.steps, p) + 0.5))) || 0;
  let state = fn(mark.start)(p);
  let n = 0;
  const x = [];
  const y = [];
  const keep = () => {
    const [px, py] = show(p, state, n);
    x.push(px);
    y.push(py);
  };
  keep();
  while (n < steps) {
    const next = update(p, state, n);
    if (!next.every((v) => Math.abs(v) <= 1e12)) break;
    state = next;
    n += 1;
    keep();
  }
  return { x, y, state, n };
}

function create(mark, panel) {
  const group = paint(panel.marks.append("g").attr("class", "explorer-trajectory"), mark);
  const layer = (className) =>
    Array.from({ length: shades }, (_, k) =>
      group
        .append("path")
        .attr("class", className)
        .style("opacity", 0.4 + (0.6 * (k + 1)) / shades),
    );
  // A casing in the page's colour keeps the path readable on a field.
  const casing = mark.line === false ? null : group.append("path").attr("class", "explorer-line explorer-casing");
  const lines = mark.line === false ? [] : layer("explorer-line is-thin");
  const heads = mark.arrows ? layer("explorer-tip") : [];
  const dots = mark.dots === false ? [] : layer("explorer-dots");
  const ends = paint(panel.over.append("g"), mark);
  const start = ends.append("circle").attr("class", "explorer-start").attr("r", 5);
  const end = ends.append("circle").attr("class", "explorer-dot").attr("r", 5.5);
  return ({ x, y }) => {
    const last = x.length - 1;
    const px = x.map((v) => panel.x(v));
    const py = y.map((v) => panel.y(v));
    casing?.attr("d", brokenPath(x, y, panel.x, panel.y, panel.height));
    for (let k = 0; k < shades; k++) {
      const from = Math.floor((last * k) / shades);
      const to = Math.floor((last * (k + 1)) / shades) + 1;
      lines[k]?.attr("d", brokenPath(x, y, panel.x, panel.y, panel.height, from, to));
      dots[k]?.attr("d", dotPath(px, py, from, to));
      heads[k]?.attr("d", headPath(px, py, from, to));
    }
    place(start, px[0], py[0], panel);
    place(end, px[last], py[last], panel);
  };
}

function dotPath(px, py, from, to) {
  let path = "";
  for (let i = from; i < to; i++) {
    if (Math.abs(px[i]) < 1e5 && Math.abs(py[i]) < 1e5) path += `M${round(px[i])},${round(py[i])}h0`;
  }
  return path || null;
}

function headPath(px, py, from, to) {
  let path = "";
  for (let i = from + 1; i < to; i++) {
    if (Math.abs(px[i]) < 1e5 && Math.abs(py[i]) < 1e5) path += arrowHead(px[i - 1], py[i - 1], px[i], py[i], 8);
  }
  return path || null;
}

function place(circle, x, y, { width, height }) {
  const drawn = x > -2 && x < width + 2 && y > -2 && y < height + 2;
  circle.attr("display", drawn ? null : "none");
  if (drawn) circle.attr("cx", x).attr("cy", y);
}

export const trajectory = { keys: ["x", "y"], compute: (mark, { p }) => iterate(mark, p), create };
