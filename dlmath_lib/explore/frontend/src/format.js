// Numbers as people read them: a true minus, powers of ten, no negative zero.
const superscripts = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

export const power = (exponent) => `10${[...String(exponent)].map((c) => superscripts[c]).join("")}`;

function polish(text) {
  const [mantissa, exponent] = text.split("e");
  const signed = mantissa.replace(/^-(?=0(\.0*)?$)/, "").replace("-", "−");
  return exponent === undefined ? signed : `${signed}·${power(Number(exponent))}`;
}

/** Formats by ".3f", ".3g", ".2e" or ".1%" (also "%.1"). */
export function format(value, spec = ".3g") {
  if (typeof value !== "number" || Number.isNaN(value)) return "undefined";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (spec.includes("%")) return `${polish((100 * value).toFixed(digitsOf(spec, 0)))} %`;
  if (spec.endsWith("f")) return polish(value.toFixed(digitsOf(spec, 3)));
  if (spec.endsWith("e")) return polish(value.toExponential(digitsOf(spec, 2)));
  return general(value, digitsOf(spec, 3));
}

const digitsOf = (spec, fallback) => Number(/\d+/.exec(spec)?.[0] ?? fallback);

function general(value, digits) {
  const rounded = Number(value.toPrecision(Math.max(1, digits)));
  const size = Math.abs(rounded);
  if (size === 0 || (size >= 1e-4 && size < 1e6)) return polish(String(rounded));
  return polish(rounded.toExponential());
}

/** A control's value: `digits` decimals, or as many significant digits on a log scale. */
export function controlText(control, value) {
  if (control.scale === "log" || control.digits == null) return format(value, `.${control.digits || 3}g`);
  return format(value, `.${control.digits}f`);
}
