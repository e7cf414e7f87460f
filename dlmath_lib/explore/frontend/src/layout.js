// The order of an explorer's parts, and the sizes of panels that share a row.
import { html } from "./dom.js";
import { createLegend } from "./legend.js";

/** Puts the parts of an explorer into its figure, in the order in which they are read. */
export function assemble(figure, live, spec, panels, controls, readouts, reset) {
  const grid = html("div", { class: "explorer-panels" });
  if (panels.length > 1) grid.classList.add(panels.length === 2 ? "is-pair" : "is-several");
  // A field has its scale beside it: it gets the larger part of a row.
  grid.style.setProperty("--columns", panels.map((panel) => (panel.filled ? "1.5fr" : "1fr")).join(" "));
  panels.forEach((panel) => {
    const legend = createLegend(panel.spec);
    if (legend) panel.plot.before(legend);
    grid.append(panel.root);
  });
  live.append(grid);
  if (panels.length > 1) live.prepend(html("p", { class: "explorer-alt" }, spec.alt));
  const numbers = [...readouts]
    .filter(([entry]) => entry.readout.type !== "message")
    .map(([, readout]) => readout.node);
  const messages = [...readouts]
    .filter(([entry]) => entry.readout.type === "message")
    .map(([, readout]) => readout.node);
  const desk = html("div", { class: "explorer-desk" });
  if (controls.length)
    desk.append(html("div", { class: "explorer-controls" }, ...controls.map((control) => control.node)));
  else desk.classList.add("is-bare");
  if (numbers.length) desk.append(html("dl", { class: "explorer-readouts" }, ...numbers));
  if (desk.children.length) live.append(desk);
  live.append(...messages);
  let caption = figure.querySelector(".explorer-title");
  if (!caption)
    figure.prepend((caption = html("figcaption", { class: "explorer-title" }, html("span", {}, spec.title))));
  caption.append(reset);
  figure.querySelector(".explorer-error")?.remove();
  figure.classList.add("is-live");
  figure.append(live);
}

/** Sizes all panels; those that may have any height take that of the tallest that may not, or of the tallest. */
export function arrange(panels, widths) {
  const plans = panels.map((panel, i) => panel.measure(widths[i]));
  const tops = panels.map(({ root }) => root.offsetTop);
  panels.forEach((panel, i) => {
    if (!panel.flexible) return;
    const row = panels.filter((_, k) => tops[k] === tops[i]);
    const fixed = row.filter((other) => !other.flexible);
    const total = (plan) => plan.height + plan.margin.top + plan.margin.bottom;
    const tallest = Math.max(210, ...(fixed.length ? fixed : row).map((other) => total(plans[panels.indexOf(other)])));
    plans[i].height += tallest - total(plans[i]);
  });
  panels.forEach((panel, i) => panel.layout(plans[i]));
}
