// A network as a graph: values in the nodes, weights on the edges (width by size, colour by sign).
import { fn } from "../functions.js";
import { format } from "../format.js";

const rowHeight = 84;
const radius = 23;
const headroom = 20;
const pillWidth = 40;
const noteHalf = 30;

/** Nodes {name, layer, row} and edges {from, to}, in the order of values and weights. */
function structure(layers) {
  const nodes = layers.flatMap((names, layer) => names.map((name, row) => ({ name, layer, row, of: names.length })));
  const starts = layers.map((_, k) => layers.slice(0, k).reduce((sum, names) => sum + names.length, 0));
  const edges = [];
  for (let k = 1; k < layers.length; k++) {
    layers[k].forEach((_, i) =>
      layers[k - 1].forEach((__, j) => edges.push({ from: starts[k - 1] + j, to: starts[k] + i, j, i })),
    );
  }
  return { nodes, edges };
}

/** Places the labels between two layers where they keep furthest apart, clear of the nodes, which are 2·half wide. */
function spread(edges, nodes, half) {
  const at = (e, t, axis) => nodes[e.from][axis] + t * (nodes[e.to][axis] - nodes[e.from][axis]);
  const gap = nodes[edges[0].to].x - nodes[edges[0].from].x;
  const clear = Math.min(0.5, (half + pillWidth / 2 + 4) / gap);
  let best = { t: clear, room: -1 };
  for (let t = clear; t <= 1 - clear; t += 0.02) {
    const ys = edges.map((e) => at(e, t, "y")).sort((a, b) => a - b);
    const room = Math.min(...ys.slice(1).map((y, i) => y - ys[i]));
    if (room > best.room + 0.5) best = { t, room };
  }
  for (const e of edges) Object.assign(e, { x: at(e, best.t, "x"), y: at(e, best.t, "y") });
}

const flat = (source, p) => (source ? fn(source)(p).flat(Infinity) : null);

export const network = {
  keys: ["values", "weights", "notes"],
  swatch: null,
  compute: (mark, { p }) => ({
    values: flat(mark.values, p),
    weights: flat(mark.weights, p),
    notes: flat(mark.notes, p),
  }),
  height: (mark) =>
    Math.max(...mark.layers.map((names) => names.length)) * (rowHeight + (mark.notes ? 14 : 0)) + headroom,
  create(mark, panel) {
    const { nodes, edges } = structure(mark.layers);
    const edgeLayer = panel.over.append("g");
    const weightLayer = panel.over.append("g");
    const nodeLayer = panel.over.append("g");
    const line = edgeLayer.selectAll("line").data(edges).join("line").attr("class", "explorer-edge");
    const labelled = edges.length <= 30 ? edges : [];
    const pill = weightLayer.selectAll("rect").data(labelled).join("rect").attr("class", "explorer-pill");
    pill.attr("width", pillWidth).attr("height", 16).attr("rx", 8);
    const weight = weightLayer.selectAll("text").data(labelled).join("text").attr("class", "explorer-weight");
    const node = nodeLayer.selectAll("g").data(nodes).join("g");
    node.append("circle").attr("class", "explorer-node").attr("r", radius);
    const part = (className, y) =>
      node.append("text").attr("class", className).attr("text-anchor", "middle").attr("y", y);
    const value = part("explorer-value", 5);
    part("explorer-node-name", -radius - 8).text((d) => d.name);
    const note = part("explorer-note", radius + 17);
    const text = (v) => format(v, `.${mark.digits ?? 2}f`);
    const rows = Math.max(...mark.layers.map((names) => names.length));
    let placed = null;

    const place = () => {
      placed = panel.width;
      const step = (panel.width - 2 * radius - 24) / Math.max(1, mark.layers.length - 1);
      const row = (panel.height - headroom) / rows;
      for (const d of nodes) {
        d.x = radius + 12 + d.layer * step;
        d.y = headroom + (panel.height - headroom) / 2 + (d.row - (d.of - 1) / 2) * row;
      }
      node.attr("transform", (d) => `translate(${d.x},${d.y})`);
      line.attr("x1", (e) => nodes[e.from].x).attr("y1", (e) => nodes[e.from].y);
      line.attr("x2", (e) => nodes[e.to].x).attr("y2", (e) => nodes[e.to].y);
      mark.layers.slice(1).forEach((_, k) =>
        spread(
          edges.filter((e) => nodes[e.to].layer === k + 1),
          nodes,
          mark.notes ? noteHalf : radius,
        ),
      );
      weight.attr("x", (e) => e.x).attr("y", (e) => e.y + 4);
      pill.attr("x", (e) => e.x - pillWidth / 2).attr("y", (e) => e.y - 8);
    };

    return ({ values, weights, notes }) => {
      if (placed !== panel.width) place();
      const largest = Math.max(1e-9, ...weights.map(Math.abs));
      line
        .attr("stroke-width", (_, i) => 1 + (5 * Math.abs(weights[i])) / largest)
        .attr("data-sign", (_, i) => sign(weights[i]));
      weight.text((_, i) => text(weights[i])).attr("data-sign", (_, i) => sign(weights[i]));
      value.text((_, i) => text(values[i]));
      note.text((_, i) => (notes && Number.isFinite(notes[i]) ? `${mark.notes_label ?? "δ"} = ${text(notes[i])}` : ""));
    };
  },
};

const sign = (v) => (v < 0 ? "negative" : v > 0 ? "positive" : "zero");
