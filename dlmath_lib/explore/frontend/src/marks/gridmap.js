// A grid carried by a map of the plane: lines of constant u, then lines of constant v.
import { evaluate, fn } from "../functions.js";
import { positions } from "../sampling.js";
import { brokenPath, paint } from "./common.js";

export const gridmap = {
  keys: ["x", "y"],
  compute(mark, { p }) {
    const f = fn(mark.fn);
    const [u0, u1] = mark.u.map((v) => evaluate(v, p));
    const [v0, v1] = mark.v.map((v) => evaluate(v, p));
    const us = positions(u0, u1, mark.lines);
    const vs = positions(v0, v1, mark.lines);
    const x = [];
    const y = [];
    const keep = ([a, b]) => {
      x.push(a);
      y.push(b);
    };
    const alongV = positions(v0, v1, mark.samples);
    const alongU = positions(u0, u1, mark.samples);
    for (const u of us) for (const v of alongV) keep(f(p, u, v));
    for (const v of vs) for (const u of alongU) keep(f(p, u, v));
    return { x, y };
  },
  create(mark, panel) {
    const group = paint(panel.marks.append("g").attr("class", "explorer-gridmap"), mark);
    const paths = ["is-u", "is-v"].map((name) => group.append("path").attr("class", `explorer-line is-thin ${name}`));
    return ({ x, y }) => {
      const half = mark.lines * mark.samples;
      paths.forEach((path, k) => {
        let d = "";
        for (let i = k * half; i < (k + 1) * half; i += mark.samples) {
          d += brokenPath(x, y, panel.x, panel.y, panel.height, i, i + mark.samples) ?? "";
        }
        path.attr("d", d || null);
      });
    };
  },
};
