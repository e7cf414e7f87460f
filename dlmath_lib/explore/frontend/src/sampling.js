// Sample positions: the same floating-point operations as in Python, so that a jump falls on the same sample.
import { evaluate } from "./functions.js";

export function positions(low, high, count, scale) {
  if (count === 1) return [low];
  const part = (i) => i / (count - 1);
  const at = scale === "log" ? (i) => low * (high / low) ** part(i) : (i) => low + (high - low) * part(i);
  return Array.from({ length: count }, (_, i) => at(i));
}

/** The ends of a mark's domain; null stands for the panel's visible range. */
export const ends = (domain, axis, p) => [
  domain?.[0] == null ? axis.min : evaluate(domain[0], p),
  domain?.[1] == null ? axis.max : evaluate(domain[1], p),
];
