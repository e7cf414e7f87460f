// The legend of a panel: one entry for each labelled mark, if there is more than one.
import { html } from "./dom.js";
import { isShort } from "./marks/point.js";

const shapes = { area: "area", point: "dot", label: null, field: null, cells: null, network: null, bars: "area" };

export function createLegend(panel) {
  const labelled = panel.marks.filter((mark) => mark.label && shapes[mark.type] !== null && !isShort(mark));
  if (labelled.length < 2) return null;
  const list = html("ul", { class: "explorer-legend" });
  for (const mark of labelled) {
    const shape = `${shapes[mark.type] ?? "line"}${mark.dash ? " is-dashed" : ""}`;
    const swatch = html("span", { class: `explorer-swatch is-${shape}`, "aria-hidden": "true" });
    const style = mark.color ? `--mark: var(--explorer-${mark.color})` : null;
    list.append(html("li", { style }, swatch, mark.label));
  }
  return list;
}
