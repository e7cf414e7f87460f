// A word at a place; it turns to the side that has room.
import { fn } from "../functions.js";
import { paint } from "./common.js";

export const label = {
  keys: ["x", "y"],
  compute(mark, { p }) {
    const [x, y] = fn(mark.fn)(p);
    return { x, y };
  },
  create(mark, panel) {
    const text = paint(panel.over.append("text").attr("class", "explorer-label"), mark).text(mark.text);
    const room = [...mark.text].length * 7.2 + 12;
    return ({ x, y }) => {
      const px = panel.x(x);
      const py = panel.y(y);
      const inside = px >= -1 && px <= panel.width + 1 && py >= -1 && py <= panel.height + 1;
      const left = px + room > panel.width;
      text.attr("display", inside ? null : "none");
      if (!inside) return;
      text
        .attr("text-anchor", left ? "end" : "start")
        .attr("x", px + (left ? -8 : 8))
        .attr("y", py < 22 ? py + 18 : py - 8);
    };
  },
};
