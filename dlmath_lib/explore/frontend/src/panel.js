// One panel: its layers, its size and its scales. Marks draw into `marks` (clipped), `over` (not clipped) or `handles`.
import { drawAxes, makeScale, ticks } from "./axes.js";
import { html, select, svg, uniqueId } from "./dom.js";
import { marks as modules } from "./marks/index.js";

const edge = 2;
const characterWidth = 6.9;
const widest = (texts) => Math.max(0, ...texts.map((text) => [...text].length));

export function createPanel(spec, alt) {
  const clip = uniqueId("explorer-clip");
  const plot = html("div", { class: "explorer-plot" });
  const root = html("div", { class: "explorer-panel" });
  if (spec.title) root.append(html("p", { class: "explorer-panel-title" }, spec.title));
  root.append(plot);
  const picture = svg(select(plot), "svg", "explorer-picture").attr("role", "img").attr("aria-label", alt);
  const clipRect = picture.append("clipPath").attr("id", clip).append("rect");
  const origin = svg(picture, "g");
  const handleSvg = svg(select(plot), "svg", "explorer-handles");
  const panel = {
    spec,
    root,
    plot,
    filled: spec.marks.some((mark) => modules[mark.type]?.covers),
    handleSvg,
    width: 0,
    height: 0,
    axes: svg(origin, "g"),
    marks: svg(origin, "g").attr("clip-path", `url(#${clip})`),
    over: svg(origin, "g"),
    handles: svg(handleSvg, "g"),
    x: makeScale(spec.x ?? { min: 0, max: 1 }),
    y: makeScale(spec.y ?? { min: 0, max: 1 }),
    canvas: null,
    /** The canvas under the picture, made on first use; it covers the plot area. */
    context() {
      if (!panel.canvas) {
        panel.canvas = html("canvas", { class: "explorer-canvas", "aria-hidden": "true" });
        plot.prepend(panel.canvas);
        sizeCanvas(panel);
      }
      return panel.canvas.getContext("2d");
    },
  };
  const lone = spec.marks.find((mark) => modules[mark.type]?.height);
  const bare = spec.axes === false || Boolean(lone);

  /** Margins, plot area and total height for a given outer width. */
  panel.measure = (outer) => {
    if (bare) {
      const height = lone ? modules[lone.type].height(lone, outer) : outer * 0.6;
      return { outer, margin: { top: 4, right: 4, bottom: 4, left: 4 }, width: outer - 8, height };
    }
    const guess = Math.min(400, Math.max(240, outer * 0.56));
    panel.y.range([guess, 0]);
    const yTicks = ticks(panel.y, spec.y, Math.max(3, guess / 52));
    const bar = spec.marks.some((mark) => modules[mark.type]?.hasBar?.(mark));
    const names = spec.marks.map((mark) => modules[mark.type]?.categories?.(mark)).find((labels) => labels?.length);
    const left = Math.max(30, widest(yTicks.values.map(yTicks.text)) * characterWidth + 14);
    const right = bar ? 74 : 16;
    let width = outer - left - right;
    const slant = names && widest(names) * characterWidth > (0.95 * width) / names.length;
    const margin = { top: spec.y.label ? 30 : 14, right, bottom: (slant ? 50 : 28) + (spec.x.label ? 20 : 0), left };
    let height = guess - 40;
    if (spec.equal) {
      const ratio = (spec.y.max - spec.y.min) / (spec.x.max - spec.x.min);
      height = Math.min(width * ratio, 440);
      margin.left += Math.max(0, (width - height / ratio) / 2);
      width = height / ratio;
    }
    const categories = names ? { labels: names, slant } : null;
    return { outer, margin, width, height, categories };
  };

  panel.flexible = !bare && !spec.equal;
  root.classList.toggle("is-bare", bare);

  panel.layout = ({ outer, margin, width, height, categories }) => {
    const total = height + margin.top + margin.bottom;
    Object.assign(panel, { width, height, margin });
    plot.style.height = `${total}px`;
    for (const node of [picture, handleSvg]) node.attr("width", outer).attr("height", total);
    for (const node of [origin, panel.handles]) node.attr("transform", `translate(${margin.left},${margin.top})`);
    // A little room, so that a line along the edge keeps its whole width.
    clipRect
      .attr("x", -edge)
      .attr("y", -edge)
      .attr("width", width + 2 * edge)
      .attr("height", height + 2 * edge);
    panel.x.range([0, width]);
    panel.y.range([height, 0]);
    if (panel.canvas) sizeCanvas(panel);
    if (bare) return;
    const xTicks = ticks(panel.x, spec.x, Math.max(3, Math.min(10, width / 76)));
    const yTicks = ticks(panel.y, spec.y, Math.max(3, height / 52));
    drawAxes(panel.axes, { ...panel, xTicks, yTicks, categories, grid: !panel.filled });
  };
  return panel;
}

function sizeCanvas({ canvas, width, height, margin }) {
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round(height * ratio));
  Object.assign(canvas.style, {
    left: `${margin?.left ?? 0}px`,
    top: `${margin?.top ?? 0}px`,
    width: `${width}px`,
    height: `${height}px`,
  });
}

/** The panel as one mark sees it: what it appends to `marks`, `over` and `handles` carries its number. */
export function layersOf(panel, number) {
  const view = Object.create(panel);
  for (const layer of ["marks", "over", "handles"]) {
    let own = null;
    Object.defineProperty(view, layer, { get: () => (own ??= svg(panel[layer], "g").attr("data-mark", number)) });
  }
  return view;
}
