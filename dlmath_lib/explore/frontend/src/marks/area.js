// The region between two curves.
import { fn } from "../functions.js";
import { ends, positions } from "../sampling.js";
import { bounded, paint, round } from "./common.js";

export const area = {
  keys: ["x", "lower", "upper"],
  swatch: "area",
  compute(mark, { p }, panel) {
    const x = positions(...ends(mark.domain, panel.x, p), mark.samples ?? 300, panel.x.scale);
    const low = fn(mark.lower);
    const high = fn(mark.upper);
    return { x, lower: x.map((v) => low(p, v)), upper: x.map((v) => high(p, v)) };
  },
  create(mark, panel) {
    const path = paint(panel.marks.append("path").attr("class", "explorer-area"), mark);
    // A log axis has no zero: there the region ends at the axis.
    const pixel = (v) => (panel.spec.y.scale === "log" && v <= 0 ? panel.height : bounded(panel.y(v)));
    let shown = null;
    return ({ x, lower, upper }) => {
      let outline = "";
      let there = "";
      let back = [];
      const close = () => {
        if (there) outline += `M${there.slice(1)}${back.reverse().join("")}Z`;
        there = "";
        back = [];
      };
      for (let i = 0; i < x.length; i++) {
        const px = round(panel.x(x[i]));
        const low = round(pixel(lower[i]));
        const high = round(pixel(upper[i]));
        if (Number.isNaN(px + low + high)) {
          close();
          continue;
        }
        there += `L${px},${high}`;
        back.push(`L${px},${low}`);
      }
      close();
      if (outline !== shown) path.attr("d", outline || null);
      shown = outline;
    };
  },
};
