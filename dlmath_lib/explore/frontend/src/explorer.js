// Mounts one explorer into a figure: builds it, keeps it in step with its values, and takes it down again.
import { createControl } from "./controls.js";
import { html } from "./dom.js";
import { arrange, assemble } from "./layout.js";
import { controlText } from "./format.js";
import { evaluate } from "./functions.js";
import { createPanel, layersOf } from "./panel.js";
import { createReadout } from "./readouts.js";
import { createScene } from "./scene.js";
import { onTheme, readTheme } from "./theme.js";

const kept = 500;

/**
 * @param {HTMLElement} figure `figure.explorer`
 * @param {object} spec
 * @param {{changed?: (values: object) => void}} host told when a reader moved something
 */
export function mount(figure, spec, host = {}) {
  figure.explorer?.destroy();
  const live = html("div", { class: "explorer-live" });
  try {
    return start(figure, spec, host, live);
  } catch (error) {
    live.remove();
    figure.classList.remove("is-live");
    complain(figure, spec, error);
    return null;
  }
}

function complain(figure, spec, error) {
  console.error(`explorer ${spec?.name}:`, error);
  let line = figure.querySelector(".explorer-error");
  if (!line) figure.append((line = html("p", { class: "explorer-error", role: "alert" })));
  line.textContent = `This explorer stopped: ${error.message}`;
}

function start(figure, spec, host, live) {
  const scene = createScene(spec);
  const { state } = scene;
  const times = [];
  let request = 0;
  let dead = false;

  const change = (name, value) => {
    if (state.set(name, value)) {
      schedule();
      host.changed?.(state.values());
    }
  };
  const tools = { state, change };
  const panels = spec.panels.map((panel, i) => {
    const name = panel.title || (panel.y?.label && `${panel.y.label} against ${panel.x.label}`) || `panel ${i + 1}`;
    return createPanel(panel, spec.panels.length === 1 ? spec.alt : name);
  });
  const entries = scene.panels.flatMap((marks, i) => marks.map((entry, k) => ({ entry, panel: layersOf(panels[i], k) })));
  const draws = new Map(entries.map(({ entry, panel }) => [entry, entry.module.create(entry.mark, panel, tools)]));
  const controls = spec.controls
    .filter((control) => control.type !== "state")
    .map((control) => ({
      name: spec.parameters[control.param],
      active: control.active,
      ...createControl(control, (v) => change(spec.parameters[control.param], v)),
    }));
  const readouts = new Map(scene.readouts.map((entry) => [entry, createReadout(entry.readout)]));

  const reset = html(
    "button",
    { type: "button", class: "explorer-reset", "aria-label": `Reset: ${spec.title}` },
    "Reset",
  );
  reset.addEventListener("click", () => handle.reset());
  assemble(figure, live, spec, panels, controls, readouts, reset);

  let theme = null;
  const draw = (fresh) => {
    for (const [entry, paint] of draws) if (fresh.has(entry)) paint(entry.data, theme);
    for (const [entry, readout] of readouts) if (fresh.has(entry)) readout.show(entry.value);
    const values = state.values();
    for (const control of controls) {
      control.show(values[control.name]);
      control.rest(control.active && !evaluate(control.active.fn, state.p) ? because(control.active.params) : null);
    }
  };
  /** Why a control has no effect: the controls that decide it, as they stand. */
  const because = (params) => {
    const now = params.map((param) => {
      const control = state.control(param);
      const value = state.p[param];
      return control ? `${control.label}: ${control.options?.[value] ?? controlText(control, value)}` : "";
    });
    return `no effect here (${now.filter(Boolean).join(", ")})`;
  };
  const all = () => new Set([...draws.keys(), ...readouts.keys()]);

  const frame = () => {
    request = 0;
    if (dead) return;
    const began = performance.now();
    try {
      const fresh = scene.update();
      if (shape) draw(fresh);
    } catch (error) {
      complain(figure, spec, error);
    }
    times.push(performance.now() - began);
    if (times.length > kept) times.shift();
  };
  const schedule = () => {
    request ||= requestAnimationFrame(frame);
  };

  let shape = "";
  // JupyterLab mounts before the figure is in the page: then it has no width and no colours yet.
  const layout = () => {
    const widths = panels.map((panel) => Math.floor(panel.plot.clientWidth));
    if (widths.some((width) => width < 40) || shape === widths.join()) return;
    shape = widths.join();
    theme ??= readTheme(live);
    arrange(panels, widths);
    draw(all());
  };

  scene.update(true);
  layout();
  const resize = new ResizeObserver(layout);
  for (const panel of panels) resize.observe(panel.plot);
  const forget = onTheme(() => {
    if (!theme) return;
    const next = readTheme(live);
    if (next.key === theme.key) return;
    theme = next;
    draw(all());
  });

  const handle = {
    drawTimes: times,
    get values() {
      return state.values();
    },
    /** Sets one value, exactly, within its bounds. */
    set: change,
    /** Takes values from the host without telling it back. */
    receive(values) {
      for (const [name, value] of Object.entries(values))
        if (state.controls.has(name) && state.set(name, value)) schedule();
    },
    live(arrays) {
      scene.setLive(arrays);
      schedule();
    },
    numbers() {
      if (request) {
        cancelAnimationFrame(request);
        frame();
      }
      return scene.numbers();
    },
    reset() {
      for (const control of spec.controls) change(spec.parameters[control.param], control.value);
      // Even where no value changes: a control may show another one.
      schedule();
    },
    destroy() {
      dead = true;
      cancelAnimationFrame(request);
      resize.disconnect();
      forget();
      live.remove();
      reset.remove();
      figure.classList.remove("is-live");
      delete figure.explorer;
    },
  };
  figure.explorer = handle;
  return handle;
}
