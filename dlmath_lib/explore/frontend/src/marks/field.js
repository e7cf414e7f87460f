// A function of two variables: heat on a canvas, contour lines, and the scale of its colours.
import { axisRight } from "d3-axis";
import { ticks as niceTicks } from "d3-array";
import { ticks as axisTicks, makeScale } from "../axes.js";
import { traceContour } from "../contours.js";
import { evaluate, fn } from "../functions.js";
import { colorRange, ramp } from "../palette.js";
import { positions } from "../sampling.js";

const range = (ends, p) => ends.map((v) => evaluate(v, p));

export const field = {
  keys: ["z"],
  swatch: null,
  covers: true,
  hasBar: (mark) => mark.bar !== false,
  compute(mark, scene, panel) {
    const { p } = scene;
    const [x0, x1] = range(mark.x, p);
    const [y0, y1] = range(mark.y, p);
    const box = { x0, x1, y0, y1 };
    if (mark.data) return { z: scene.data(mark.data), box };
    const f = fn(mark.fn);
    const xs = positions(x0, x1, mark.n[0], panel.x.scale);
    const ys = positions(y0, y1, mark.n[1], panel.y.scale);
    const z = new Array(xs.length * ys.length);
    let i = 0;
    for (const y of ys) for (const x of xs) z[i++] = f(p, x, y);
    return { z, box };
  },
  create(mark, panel) {
    const { image, paint } = createImage(mark.n);
    const bar = field.hasBar(mark) ? createBar(mark, panel) : null;
    return ({ z, box }, theme) => {
      const log = mark.scale === "log";
      const palette = mark.palette ?? "sequential";
      const limits = colorRange(z, palette, null, log);
      const colors = ramp(palette, theme.dark);
      const unit = log ? logUnit(limits) : (v) => (v - limits[0]) / (limits[1] - limits[0]);
      paint(z, unit, colors.bytes);
      const context = panel.context();
      const ratio = context.canvas.width / panel.width;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, panel.width, panel.height);
      context.save();
      const [left, right] = [panel.x(box.x0), panel.x(box.x1)];
      const [bottom, top] = [panel.y(box.y0), panel.y(box.y1)];
      context.beginPath();
      context.rect(left, top, right - left, bottom - top);
      context.clip();
      const [nx, ny] = mark.n;
      // Row 0 of the image is the smallest y: it is drawn upside down. Sample points are pixel centres.
      context.save();
      context.translate(0, bottom);
      context.scale(1, -1);
      context.drawImage(image, 0.5, 0.5, nx - 1, ny - 1, left, 0, right - left, bottom - top);
      context.restore();
      const sx = (right - left) / (nx - 1);
      const sy = (bottom - top) / (ny - 1);
      strokeContours(context, z, mark, levels(mark.levels, limits, log), {
        x: (c) => left + c * sx,
        y: (c) => bottom - c * sy,
        ink: (level) => colors.ink[clamp(unit(level))],
      });
      context.restore();
      bar?.(limits, colors.colors, log);
    };
  },
};

const clamp = (t) => Math.max(0, Math.min(255, Math.round(255 * t))) || 0;
const logUnit =
  ([low, high]) =>
  (v) =>
    Math.log(v / low) / Math.log(high / low);

/** A small image of one pixel for each sample; what is not a number stays transparent. */
function createImage([width, height]) {
  const image = document.createElement("canvas");
  Object.assign(image, { width, height });
  const context = image.getContext("2d");
  const pixels = context.createImageData(width, height);
  const { data } = pixels;
  const paint = (z, unit, bytes) => {
    for (let i = 0, k = 0; i < z.length; i++, k += 4) {
      const color = 3 * clamp(unit(z[i]));
      data[k] = bytes[color];
      data[k + 1] = bytes[color + 1];
      data[k + 2] = bytes[color + 2];
      data[k + 3] = Number.isNaN(z[i]) ? 0 : 255;
    }
    context.putImageData(pixels, 0, 0);
  };
  return { image, paint };
}

export function levels(wanted, [low, high], log) {
  if (Array.isArray(wanted)) return wanted;
  if (!wanted) return [];
  if (!log) return niceTicks(low, high, wanted);
  return Array.from({ length: wanted }, (_, i) => low * (high / low) ** ((i + 1) / (wanted + 1)));
}

function strokeContours(context, z, mark, thresholds, { x, y, ink }) {
  context.lineWidth = 0.8;
  context.globalAlpha = 0.5;
  const line = (x0, y0, x1, y1) => {
    context.moveTo(x(x0), y(y0));
    context.lineTo(x(x1), y(y1));
  };
  for (const level of thresholds) {
    context.strokeStyle = ink(level);
    context.beginPath();
    traceContour(z, ...mark.n, level, line);
    context.stroke();
  }
  context.globalAlpha = 1;
}

function createBar(mark, panel) {
  const group = panel.over.append("g").attr("class", "explorer-bar-scale");
  const strip = group.append("g");
  const axis = group.append("g").attr("class", "explorer-axis");
  const title = mark.label ? group.append("text").attr("class", "explorer-axis-name").text(mark.label) : null;
  const pieces = 32;
  let drawn = null;
  const fill = (height, colors) => {
    if (drawn?.height === height && drawn.colors === colors) return;
    drawn = { height, colors };
    strip
      .selectAll("rect")
      .data(Array.from({ length: pieces }, (_, i) => i))
      .join("rect")
      .attr("width", 12)
      .attr("height", height / pieces + 0.6)
      .attr("y", (i) => height - ((i + 1) * height) / pieces)
      .style("fill", (i) => colors[Math.round((255 * (i + 0.5)) / pieces)]);
  };
  return ([low, high], colors, log) => {
    const height = panel.height;
    group.attr("transform", `translate(${panel.width + 14},0)`);
    fill(height, colors);
    const spec = { min: low, max: high, scale: log ? "log" : "linear" };
    const scale = makeScale(spec).range([height, 0]);
    const { values, text } = axisTicks(scale, spec, Math.max(3, height / 60));
    axis.attr("transform", "translate(12,0)").call(axisRight(scale).tickValues(values).tickFormat(text).tickSize(4));
    axis.select(".domain").remove();
    title?.attr("x", 58).attr("y", -14).attr("text-anchor", "end");
  };
}
