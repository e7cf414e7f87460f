// A vector with its head, and a segment without.
import { fn } from "../functions.js";
import { arrowHead, bounded, paint } from "./common.js";

const compute = (mark, { p }) => ({ points: fn(mark.fn)(p) });

function create(mark, panel, head) {
  const group = paint(panel.marks.append("g"), mark);
  const line = group.append("path").attr("class", "explorer-line").classed("is-dashed", Boolean(mark.dash));
  const tip = head ? group.append("path").attr("class", "explorer-tip") : null;
  return ({ points }) => {
    const [x0, y0, x1, y1] = points.map((v, i) => bounded(i % 2 ? panel.y(v) : panel.x(v)));
    const finite = [x0, y0, x1, y1].every(Number.isFinite);
    // The shaft stops inside the head, so that the tip stays sharp.
    const length = Math.hypot(x1 - x0, y1 - y0);
    const cut = head && length > 0 ? Math.min(7, length) / length : 0;
    line.attr("d", finite ? `M${x0},${y0}L${x1 - (x1 - x0) * cut},${y1 - (y1 - y0) * cut}` : null);
    tip?.attr("d", finite ? arrowHead(x0, y0, x1, y1, 11) : null);
  };
}

export const arrow = { keys: ["points"], compute, create: (mark, panel) => create(mark, panel, true) };
export const segment = { keys: ["points"], compute, create: (mark, panel) => create(mark, panel, false) };
