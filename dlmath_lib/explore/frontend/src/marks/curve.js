// Lines through points: the graph of a function, a parametric curve, given points.
import { fn } from "../functions.js";
import { ends, positions } from "../sampling.js";
import { brokenPath, paint } from "./common.js";

function create(mark, panel) {
  const path = paint(panel.marks.append("path").attr("class", "explorer-line"), mark);
  path.classed("is-dashed", Boolean(mark.dash));
  if (mark.width) path.style("stroke-width", mark.width);
  return ({ x, y }) => path.attr("d", brokenPath(x, y, panel.x, panel.y, panel.height));
}

export const curve = {
  keys: ["x", "y"],
  compute(mark, { p }, panel) {
    const x = positions(...ends(mark.domain, panel.x, p), mark.samples ?? 300, panel.x.scale);
    const f = fn(mark.fn);
    return { x, y: x.map((v) => f(p, v)) };
  },
  create,
};

export const parametric = {
  keys: ["x", "y"],
  compute(mark, { p }, panel) {
    const f = fn(mark.fn);
    const points = positions(...ends(mark.domain, panel.x, p), mark.samples ?? 300).map((t) => f(p, t));
    return { x: points.map((q) => q[0]), y: points.map((q) => q[1]) };
  },
  create,
};

export const polyline = {
  keys: ["x", "y"],
  compute: (mark, scene) => ({ x: scene.data(mark.x), y: scene.data(mark.y) }),
  create,
};
