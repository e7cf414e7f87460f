// A matrix as coloured cells with its numbers.
import { fn } from "../functions.js";
import { format } from "../format.js";
import { colorRange, ramp } from "../palette.js";

const gutter = (mark) => (mark.rows ? Math.max(...mark.rows.map((text) => [...String(text)].length)) * 7.5 + 10 : 0);
const head = (mark) => (mark.cols ? 26 : 0);
const side = (mark, width) => Math.min(64, (width - gutter(mark)) / mark.shape[1]);

export const cells = {
  keys: ["values"],
  swatch: null,
  compute: (mark, scene) => ({ values: mark.data ? scene.data(mark.data) : fn(mark.fn)(scene.p).flat() }),
  height: (mark, outer) => head(mark) + side(mark, outer - 8) * mark.shape[0],
  create(mark, panel) {
    const [rows, columns] = mark.shape;
    const rects = panel.over.append("g");
    const numbers = panel.over.append("g");
    const names = panel.over.append("g").attr("class", "explorer-names");
    let places = ""; // where the cells stand
    let fills = []; // and their colours: a picture of 784 cells is drawn at each move of a slider
    return ({ values }, theme) => {
      const size = side(mark, panel.width);
      const left = gutter(mark) + Math.max(0, (panel.width - gutter(mark) - size * columns) / 2);
      const x = (i) => left + (i % columns) * size;
      const y = (i) => head(mark) + Math.floor(i / columns) * size;
      const palette = mark.palette ?? "diverging";
      const [low, high] = colorRange(values, palette, mark.range);
      const { colors, ink } = ramp(palette, theme.dark);
      const index = (v) => Math.max(0, Math.min(255, Math.round((255 * (v - low)) / (high - low)))) || 0;
      const gap = size > 18 ? 1 : 0;
      const square = rects.selectAll("rect").data(values).join("rect");
      const now = [left, size, values.length].join();
      if (now !== places) {
        places = now;
        fills = [];
        square.attr("class", "explorer-cell").attr("rx", gap ? 3 : 0);
        square.attr("x", (_, i) => x(i) + gap).attr("y", (_, i) => y(i) + gap);
        square.attr("width", Math.max(0.5, size - 2 * gap)).attr("height", Math.max(0.5, size - 2 * gap));
      }
      const before = fills;
      fills = values.map((v) => (Number.isFinite(v) ? colors[index(v)] : "none"));
      square.each(function (_, i) {
        if (fills[i] !== before[i]) this.style.fill = fills[i];
      });
      const text = (v) => (Number.isNaN(v) ? "" : format(v, `.${mark.digits ?? 2}f`));
      const room = (size - 4) / 7.2; // in digits
      const readable = room >= 1 && room >= Math.max(...values.map((v) => text(v).length));
      const number = numbers
        .selectAll("text")
        .data(readable ? values : [])
        .join("text")
        .attr("class", "explorer-value");
      number
        .attr("x", (_, i) => x(i) + size / 2)
        .attr("y", (_, i) => y(i) + size / 2 + 5)
        .attr("text-anchor", "middle");
      number.style("fill", (v) => (Number.isFinite(v) ? ink[index(v)] : null)).text(text);
      const labels = [
        ...(mark.rows ?? [])
          .slice(0, rows)
          .map((t, i) => ({ t, x: left - 8, y: y(i * columns) + size / 2 + 5, anchor: "end" })),
        ...(mark.cols ?? []).slice(0, columns).map((t, i) => ({ t, x: x(i) + size / 2, y: 17, anchor: "middle" })),
      ];
      const name = names
        .selectAll("text")
        .data(labels)
        .join("text")
        .text((d) => d.t);
      name
        .attr("x", (d) => d.x)
        .attr("y", (d) => d.y)
        .attr("text-anchor", (d) => d.anchor);
    };
  },
};
