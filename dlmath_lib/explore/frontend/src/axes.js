// Ticks and axes of a panel, drawn when its size changes.
import { axisBottom, axisLeft } from "d3-axis";
import { scaleLinear, scaleLog } from "d3-scale";
import { power } from "./format.js";

export const makeScale = ({ min, max, scale }) => (scale === "log" ? scaleLog() : scaleLinear()).domain([min, max]);

/** Tick values and their text: about `count` of them. */
export function ticks(scale, axis, count) {
  if (axis.scale === "log") return logTicks(axis.min, axis.max, count);
  const values = scale.ticks(count);
  const text = scale.tickFormat(count);
  const small = Math.max(...values.map(Math.abs)) < 1e-4;
  return { values, text: small ? scientific : text };
}

const scientific = (v) => {
  if (v === 0) return "0";
  const [mantissa, exponent] = v.toExponential().split("e");
  return `${mantissa.replace("-", "−")}·${power(Number(exponent))}`;
};

function logTicks(min, max, count) {
  const low = Math.ceil(Math.log10(min) - 1e-9);
  const high = Math.floor(Math.log10(max) + 1e-9);
  const stride = Math.max(1, Math.ceil((high - low + 1) / count));
  const plain = low >= -3 && high <= 4;
  const text = (v) => {
    const exponent = Math.round(Math.log10(v));
    return plain || Math.abs(v / 10 ** exponent - 1) > 1e-9 ? String(Number(v.toPrecision(6))) : power(exponent);
  };
  const values = [];
  for (let k = low - 1; k <= high; k++) {
    const fine = high - low <= 1 ? [1, 2, 5] : [1];
    if (k % stride) continue;
    for (const f of fine) {
      const v = Number(`${f}e${k}`);
      if (v >= min * (1 - 1e-9) && v <= max * (1 + 1e-9)) values.push(v);
    }
  }
  return { values, text };
}

/** Grid lines, tick labels, zero lines and axis names into a group. `categories` replaces the x ticks. */
export function drawAxes(group, { x, y, width, height, spec, xTicks, yTicks, categories, grid }) {
  group.selectAll("*").remove();
  const axis = (className, draw) => group.append("g").attr("class", `explorer-axis ${className}`).call(draw);
  if (categories)
    drawCategories(
      axis("is-x", () => {}),
      categories,
      x,
      height,
    );
  else {
    const draw = axisBottom(x)
      .tickValues(xTicks.values)
      .tickFormat(xTicks.text)
      .tickSize(grid ? -height : 5)
      .tickPadding(grid ? 9 : 4);
    axis("is-x", draw).attr("transform", `translate(0,${height})`);
  }
  axis(
    "is-y",
    axisLeft(y)
      .tickValues(yTicks.values)
      .tickFormat(yTicks.text)
      .tickSize(grid ? -width : 5)
      .tickPadding(grid ? 8 : 4),
  );
  group.selectAll(".domain").remove();
  const zero = (axisSpec) => axisSpec.scale !== "log" && axisSpec.min <= 0 && axisSpec.max >= 0;
  const line = (x1, y1, x2, y2) =>
    group.append("line").attr("class", "explorer-zero").attr("x1", x1).attr("y1", y1).attr("x2", x2).attr("y2", y2);
  if (grid && zero(spec.y)) line(0, y(0), width, y(0));
  if (grid && zero(spec.x) && !categories) line(x(0), 0, x(0), height);
  name(group, spec.x.label, width, height + (categories?.slant ? 62 : 40), "end");
  name(group, spec.y.label, 0, -14, "start");
}

function name(group, text, x, y, anchor) {
  if (!text) return;
  const node = group.append("text").attr("class", "explorer-axis-name").attr("x", x).attr("y", y);
  node.attr("text-anchor", anchor).text(text);
  if (/^\p{L}[₀-₉′]*$/u.test(text)) node.classed("is-symbol", true);
}

function drawCategories(group, { labels, slant }, x, height) {
  const text = group
    .selectAll("text")
    .data(labels)
    .join("text")
    .text((d) => d);
  const place = (_, i) => `translate(${x(i)},${height + 18})${slant ? "rotate(-35)" : ""}`;
  text.attr("transform", place).attr("text-anchor", slant ? "end" : "middle");
}
