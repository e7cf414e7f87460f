// Every mark by its name in the spec. A mark is {keys, compute(mark, scene, panel) → numbers, create(mark, panel, tools) → draw(numbers, theme)}.
import { area } from "./area.js";
import { arrow, segment } from "./arrow.js";
import { bars } from "./bars.js";
import { cells } from "./cells.js";
import { curve, parametric, polyline } from "./curve.js";
import { field } from "./field.js";
import { gridmap } from "./gridmap.js";
import { label } from "./label.js";
import { network } from "./network.js";
import { point } from "./point.js";
import { scatter } from "./scatter.js";
import { trajectory } from "./trajectory.js";

export const marks = {
  area,
  arrow,
  bars,
  cells,
  curve,
  field,
  gridmap,
  label,
  network,
  parametric,
  point,
  polyline,
  scatter,
  segment,
  trajectory,
};
