// A point; if it can be dragged, a handle for mouse, touch and keys.
import { drag } from "d3-drag";
import { fn } from "../functions.js";
import { format } from "../format.js";
import { ruler } from "../state.js";
import { paint } from "./common.js";

function compute(mark, { p }) {
  const [x, y] = fn(mark.fn)(p);
  return { x, y };
}

function create(mark, panel, tools) {
  const movable = mark.drag && (mark.drag.x != null || mark.drag.y != null);
  const group = paint((movable ? panel.handles : panel.over).append("g"), mark);
  group.attr("class", movable ? "explorer-point is-handle" : "explorer-point");
  if (movable) {
    group.append("circle").attr("class", "explorer-touch").attr("r", 23);
    group.append("circle").attr("class", "explorer-halo").attr("r", 14);
  }
  group
    .append("circle")
    .attr("class", "explorer-dot")
    .attr("r", mark.radius ?? (movable ? 7 : 5));
  const word = isShort(mark) ? group.append("text").text(mark.label) : null;
  const place = { x: 0, y: 0 };
  const announce = movable ? handle(mark, panel, tools, group, place) : null;
  return ({ x, y }) => {
    const px = panel.x(x);
    const py = panel.y(y);
    const seen = Number.isFinite(px) && Number.isFinite(py) && inside(px, panel.width) && inside(py, panel.height);
    // A handle outside the plot stays at its edge: it must not get lost.
    const keep = movable && Number.isFinite(px) && Number.isFinite(py);
    group.attr("display", seen || keep ? null : "none").classed("is-outside", !seen);
    if (seen || keep) {
      Object.assign(place, { x: clamp(px, panel.width), y: clamp(py, panel.height) });
      group.attr("transform", `translate(${place.x},${place.y})`);
      const left = place.x > 40;
      word
        ?.attr("x", left ? -11 : 11)
        .attr("y", place.y < 24 ? 22 : -12)
        .attr("text-anchor", left ? "end" : "start");
    }
    announce?.(x, y);
  };
}

/** A short name is written beside the point and needs no legend. */
const isShort = (mark) => Boolean(mark.label) && [...mark.label].length <= 3;

const inside = (v, size) => v >= -2 && v <= size + 2;
const clamp = (v, size) => Math.min(size, Math.max(0, v));

function handle(mark, panel, { state, change }, group, place) {
  const axes = ["x", "y"].filter((axis) => mark.drag[axis] != null);
  const control = Object.fromEntries(axes.map((axis) => [axis, state.control(mark.drag[axis])]));
  const rulers = Object.fromEntries(axes.map((axis) => [axis, ruler(control[axis])]));
  const name = (axis) => state.nameOf(mark.drag[axis]);
  const current = (axis) => state.p[mark.drag[axis]];
  const main = axes[0];
  const bounds = control[main];
  group
    .attr("tabindex", 0)
    .attr("role", "slider")
    .attr("aria-label", mark.label || axes.map((axis) => control[axis].label || name(axis)).join(", "))
    .attr("aria-valuemin", bounds.min ?? bounds.values?.[0])
    .attr("aria-valuemax", bounds.max ?? bounds.values?.at(-1));

  group.call(
    drag()
      .container(() => panel.handleSvg.node())
      .subject(() => ({ ...place }))
      .on("start", () => {
        group.node().focus({ preventScroll: true });
        group.classed("is-dragged", true);
      })
      .on("drag", (event) => {
        const to = { x: panel.x.invert(clamp(event.x, panel.width)), y: panel.y.invert(clamp(event.y, panel.height)) };
        for (const axis of axes) change(name(axis), rulers[axis].snap(to[axis]));
      })
      .on("end", () => group.classed("is-dragged", false)),
  );

  const keys = {
    ArrowRight: ["x", 1],
    ArrowLeft: ["x", -1],
    ArrowUp: ["y", 1],
    ArrowDown: ["y", -1],
    PageUp: [main, 10],
    PageDown: [main, -10],
  };
  group.on("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Home" || event.key === "End") {
      const [low, high] = [rulers[main].input.min, rulers[main].input.max];
      change(name(main), rulers[main].fromInput(event.key === "Home" ? low : high));
    } else if (keys[event.key]) {
      const [wanted, steps] = keys[event.key];
      const axis = axes.includes(wanted) ? wanted : main;
      change(name(axis), rulers[axis].move(current(axis), steps * (event.shiftKey ? 10 : 1)));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });

  return (x, y) => {
    const now = current(main);
    group.attr("aria-valuenow", now).attr("aria-valuetext", `x = ${format(x, ".3g")}, y = ${format(y, ".3g")}`);
  };
}

export const point = { keys: ["x", "y"], swatch: "dot", isShort, compute, create };
