// Colour ramps of fields and cells: 256 colours each, in light and dark.
import { scaleLinear } from "d3-scale";
import { luminance } from "./theme.js";

/* global SEQUENTIAL_STOPS -- set by build.mjs */
const diverging = {
  light: ["#8a3d00", "#dc8a3e", "#f5f3ee", "#5aa5d8", "#0a4f87"],
  dark: ["#ffb870", "#b0651f", "#252a31", "#2f7db5", "#93d2ff"],
};

const ramps = new Map();

/** {colors: 256 css colours, bytes: their r, g, b, ink: the readable text colour on each}. */
export function ramp(name, dark) {
  const key = `${name}${dark}`;
  if (!ramps.has(key)) ramps.set(key, build(name, dark));
  return ramps.get(key);
}

function build(name, dark) {
  const sequential = dark ? ["#131c27", "#12304f", ...SEQUENTIAL_STOPS.slice(2).reverse()] : SEQUENTIAL_STOPS;
  const stops = name === "diverging" ? diverging[dark ? "dark" : "light"] : sequential;
  const color = scaleLinear(
    stops.map((_, i) => i / (stops.length - 1)),
    stops,
  );
  const colors = Array.from({ length: 256 }, (_, i) => color(i / 255));
  const bytes = new Uint8Array(768);
  colors.forEach((css, i) => bytes.set(css.match(/\d+/g).map(Number), 3 * i));
  // Black above this luminance and white below it give the better contrast.
  const ink = colors.map((css) => (luminance(css) > 0.179 ? "#000" : "#fff"));
  return { colors, bytes, ink };
}

/** The range that the colours cover; a diverging one is symmetric about 0. */
export function colorRange(values, palette, fixed, positive = false) {
  if (fixed) return fixed;
  let low = Infinity;
  let high = -Infinity;
  for (const v of values) {
    if (!Number.isFinite(v) || (positive && v <= 0)) continue;
    if (v < low) low = v;
    if (v > high) high = v;
  }
  if (low > high) return positive ? [1, 10] : [0, 1];
  if (palette === "diverging") {
    const size = Math.max(Math.abs(low), Math.abs(high)) || 1;
    return [-size, size];
  }
  if (low === high) return positive ? [low / 2, high * 2] : [low - 0.5, high + 0.5];
  return [low, high];
}
