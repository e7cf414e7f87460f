// Bars with their values; negative ones hang below zero.
import { fn } from "../functions.js";
import { format } from "../format.js";
import { paint, round } from "./common.js";

export const bars = {
  keys: ["values"],
  swatch: "area",
  categories: (mark) => mark.labels,
  compute: (mark, { p }) => ({ values: fn(mark.fn)(p) }),
  create(mark, panel) {
    const group = paint(panel.marks.append("g"), mark);
    const texts = panel.over.append("g");
    return ({ values }) => {
      const width = Math.min(72, (Math.abs(panel.x(1) - panel.x(0)) || 1) * 0.68);
      const zero = panel.y(Math.max(panel.spec.y.min, Math.min(panel.spec.y.max, 0)));
      const top = (v) => Math.min(panel.height, Math.max(0, panel.y(v)));
      const size = Math.max(...values.map(Math.abs));
      const decimals = size >= 100 ? 0 : size >= 10 ? 1 : size > 1 || width < 44 ? 2 : 3;
      const path = (v, i) => {
        if (!Number.isFinite(v)) return null;
        return `M${round(panel.x(i) - width / 2)},${round(zero)}v${round(top(v) - zero)}h${round(width)}V${round(zero)}z`;
      };
      group.selectAll("path").data(values).join("path").attr("class", "explorer-bar").attr("d", path);
      texts
        .selectAll("text")
        .data(values)
        .join("text")
        .attr("class", "explorer-value")
        .attr("text-anchor", "middle")
        .attr("x", (_, i) => panel.x(i))
        .attr("y", (v) => (Number.isFinite(v) ? place(v, top(v), panel.height) : zero - 6))
        .text((v) => format(v, `.${decimals}f`));
    };
  },
};

const place = (v, y, height) => (v < 0 ? Math.min(height - 5, y + 16) : Math.max(13, y - 6));
