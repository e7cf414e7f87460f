// What the picture is drawn from: every mark's numbers, recomputed only when something that they read has changed.
import { dependencies, fn, intersects } from "./functions.js";
import { iterate } from "./marks/trajectory.js";
import { marks as modules } from "./marks/index.js";
import { createState } from "./state.js";

export function createScene(spec) {
  const state = createState(spec);
  const { p } = state;
  const frames = new Map();
  for (const frame of spec.frames ?? []) {
    for (const [name, array] of Object.entries(frame.arrays))
      frames.set(name, { ...frame, data: array.data.map(withNaN) });
  }
  let live = {};

  const scene = {
    spec,
    state,
    p,
    /** The array behind a DATA entry: given, sent live by the kernel, or stored at the nearest grid point. */
    data(source) {
      if (source.values) return source.values;
      if (live[source.frame]) return live[source.frame];
      const frame = frames.get(source.frame);
      if (!frame) throw new RangeError(`no frames named ${source.frame}`);
      return frame.data[nearest(frame, p)];
    },
    setLive(arrays) {
      live = {};
      for (const [name, values] of Object.entries(arrays ?? {})) if (values) live[name] = withNaN(values);
      for (const name of frames.keys()) state.changed.add(`frame:${name}`);
      for (const name of Object.keys(live)) state.changed.add(`frame:${name}`);
    },
  };

  const derived = (spec.derived ?? []).map((entry) => {
    const mark = spec.panels[entry.panel].marks[entry.mark];
    return { ...entry, source: mark, deps: dependencies([mark, entry.fn], frames) };
  });
  scene.panels = spec.panels.map((panel) =>
    panel.marks.map((mark) => {
      const module = modules[mark.type];
      if (!module) throw new TypeError(`unknown mark ${mark.type}`);
      return { mark, module, panel, deps: dependencies(mark, frames), data: null };
    }),
  );
  scene.readouts = (spec.readouts ?? []).map((readout) => ({ readout, deps: dependencies(readout, frames), value: 0 }));

  /** Brings every number up to date; returns the entries that were recomputed. */
  scene.update = (everything = false) => {
    const { changed } = state;
    const stale = (entry) => everything || intersects(entry.deps, changed);
    for (const entry of derived) {
      if (!stale(entry)) continue;
      p[entry.param] = NaN;
      try {
        const run = iterate(entry.source, p);
        p[entry.param] = fn(entry.fn)(p, run.state, run.n);
      } catch (error) {
        console.error(`explorer ${spec.name}: ${spec.parameters[entry.param]}:`, error);
      }
      changed.add(entry.param);
    }
    const fresh = new Set();
    for (const entry of scene.panels.flat()) {
      if (!stale(entry)) continue;
      entry.data = entry.module.compute(entry.mark, scene, entry.panel);
      fresh.add(entry);
    }
    for (const entry of scene.readouts) {
      if (!stale(entry)) continue;
      entry.value = fn(entry.readout.fn)(p);
      fresh.add(entry);
    }
    changed.clear();
    return fresh;
  };

  scene.numbers = () => ({
    panels: scene.panels.map((entries) =>
      entries.map(({ module, data }) => Object.fromEntries(module.keys.map((key) => [key, plain(data[key])]))),
    ),
    readouts: scene.readouts.map((entry) => entry.value),
    derived: Object.fromEntries(derived.map((entry) => [spec.parameters[entry.param], p[entry.param]])),
  });
  return scene;
}

const withNaN = (values) => (values.includes(null) ? values.map((v) => v ?? NaN) : values);

const plain = (value) => (value != null && typeof value === "object" ? Array.from(value) : value);

function nearest(frame, p) {
  let index = 0;
  frame.grid.forEach((points, k) => {
    const value = p[frame.params[k]];
    let best = 0;
    for (let i = 1; i < points.length; i++) {
      if (Math.abs(points[i] - value) < Math.abs(points[best] - value)) best = i;
    }
    index = index * points.length + best;
  });
  return index;
}
