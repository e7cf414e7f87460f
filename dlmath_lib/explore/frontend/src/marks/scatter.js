// Points of data; classes differ by colour and by shape.
import { paint, round } from "./common.js";

const shapes = [
  "m-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0",
  "m0,-5l5,8.5h-10z",
  "m-3.7,-3.7h7.4v7.4h-7.4z",
  "m0,-5.4l4.6,5.4l-4.6,5.4l-4.6,-5.4z",
  "m-1.5,-5h3v3.5h3.5v3h-3.5v3.5h-3v-3.5h-3.5v-3h3.5z",
];
const colors = ["blue", "orange", "green", "purple", "red", "brown"];

export const scatter = {
  keys: ["x", "y", "classes"],
  swatch: "dot",
  compute: (mark, scene) => ({
    x: scene.data(mark.x),
    y: scene.data(mark.y),
    classes: mark.classes ? scene.data(mark.classes) : null,
  }),
  create(mark, panel) {
    const group = panel.marks.append("g");
    return ({ x, y, classes }) => {
      const paths = new Map();
      for (let i = 0; i < x.length; i++) {
        const kind = classes ? classes[i] : 0;
        if (Number.isNaN(kind)) continue;
        const px = panel.x(x[i]);
        const py = panel.y(y[i]);
        if (!(Math.abs(px) < 1e5 && Math.abs(py) < 1e5)) continue;
        paths.set(kind, `${paths.get(kind) ?? ""}M${round(px)},${round(py)}${shapes[Math.abs(kind) % shapes.length]}`);
      }
      const kinds = [...paths.keys()].sort((a, b) => a - b);
      const path = group.selectAll("path").data(kinds).join("path").attr("class", "explorer-symbols");
      path.attr("d", (kind) => paths.get(kind));
      if (!classes) paint(path, mark);
      else path.style("--mark", (kind) => `var(--explorer-${colors[Math.abs(kind) % colors.length]})`);
    };
  },
};
