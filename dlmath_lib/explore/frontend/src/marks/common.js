// What several marks share: colour, finite coordinates and paths.
export const paint = (selection, mark) =>
  selection.style("--mark", mark.color ? `var(--explorer-${mark.color})` : null);

const far = 1e5;

/** A coordinate that SVG can draw: far outside values come nearer, NaN stays NaN. */
export const bounded = (v) => (v > far ? far : v < -far ? -far : v);

/**
 * An SVG path through points (pixels), broken at values that are not finite and where a curve jumps from beyond one
 * edge of the plot to beyond the other (a pole), which is no part of the curve.
 */
export function brokenPath(xs, ys, sx, sy, height, from = 0, to = xs.length) {
  let path = "";
  let drawing = false;
  let before = 0;
  for (let i = from; i < to; i++) {
    const px = bounded(sx(xs[i]));
    const py = bounded(sy(ys[i]));
    if (!(Math.abs(px) <= far && Math.abs(py) <= far)) {
      drawing = false;
      continue;
    }
    const pole = drawing && ((before < -height && py > 2 * height) || (before > 2 * height && py < -height));
    path += `${drawing && !pole ? "L" : "M"}${round(px)},${round(py)}`;
    drawing = true;
    before = py;
  }
  return path || null;
}

export const round = (v) => Math.round(v * 100) / 100;

/** The head of an arrow that ends at (x1, y1), as a path; empty for an arrow of no length. */
export function arrowHead(x0, y0, x1, y1, size = 10) {
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (!(length > 0.5)) return "";
  const s = Math.min(size, length) / length;
  const dx = (x1 - x0) * s;
  const dy = (y1 - y0) * s;
  const corner = (side) => `${round(x1 - dx + side * dy * 0.45)},${round(y1 - dy - side * dx * 0.45)}`;
  return `M${round(x1)},${round(y1)}L${corner(1)}L${corner(-1)}Z`;
}
