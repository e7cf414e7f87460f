// The legend of a panel: one entry for each labelled mark, if there is more than one.
import { html } from "./dom.js";
import { marks as modules } from "./marks/index.js";

export function createLegend(panel) {
  const labelled = panel.marks
    .map((mark) => ({ mark, module: modules[mark.type] }))
    .filter(({ mark, module }) => mark.label && module.swatch !== null && !module.isShort?.(mark));
  if (labelled.length < 2) return null;
  const list = html("ul", { class: "explorer-legend" });
  for (const { mark, module } of labelled) {
    const shape = `${module.swatch ?? "line"}${mark.dash ? " is-dashed" : ""}`;
    const swatch = html("span", { class: `explorer-swatch is-${shape}`, "aria-hidden": "true" });
    const style = mark.color ? `--mark: var(--explorer-${mark.color})` : null;
    list.append(html("li", { style }, swatch, mark.label));
  }
  return list;
}
