// The values of the controls, and how a control moves: its positions, its steps, its bounds.
const tidy = (value) => Number(value.toPrecision(12));

/** How a control turns positions into values. A range input works on positions for log and value-list sliders. */
export function ruler(control) {
  if (control.type === "choice") return list(control.options.map((_, i) => i));
  if (control.values?.length) return list(control.values);
  const { min, max } = control;
  if (control.scale === "log") return logarithmic(min, max, control.step);
  const step = control.step || (max - min) / 100;
  // Where 0 is on the grid, positions are counted from it, and rounded to 12 digits of the largest: 0 is 0, 0.3 is 0.3.
  const base = Math.abs(min / step - Math.round(min / step)) < 1e-9 ? 0 : min;
  const decimals = Math.min(100, Math.max(0, 12 - Math.ceil(Math.log10(Math.max(Math.abs(min), Math.abs(max))))));
  const exact = (v) => Number(v.toFixed(decimals)) + 0;
  const snap = (v) => {
    if (v >= max) return max;
    return Math.min(max, Math.max(min, exact(base + Math.round((v - base) / step) * step)));
  };
  return {
    input: { min, max, step },
    toInput: (v) => v,
    fromInput: exact,
    snap,
    move: (v, steps) => snap(v + steps * step),
  };
}

function list(values) {
  const last = values.length - 1;
  const nearest = (v) => {
    let best = 0;
    for (let i = 1; i <= last; i++) if (Math.abs(values[i] - v) < Math.abs(values[best] - v)) best = i;
    return best;
  };
  const at = (i) => values[Math.min(last, Math.max(0, Math.round(i)))];
  return {
    input: { min: 0, max: last, step: 1 },
    toInput: nearest,
    fromInput: at,
    snap: (v) => values[nearest(v)],
    move: (v, steps) => at(nearest(v) + steps),
  };
}

// The step of a log slider is in decades.
function logarithmic(min, max, step) {
  const ratio = Math.log(max / min);
  const count = Math.max(1, Math.round(ratio / Math.LN10 / (step || 0.02)));
  const toInput = (v) => Math.round((Math.log(Math.min(max, Math.max(min, v)) / min) / ratio) * count);
  const fromInput = (i) => {
    if (i <= 0) return min;
    if (i >= count) return max;
    return tidy(min * Math.exp((ratio * i) / count));
  };
  const move = (v, steps) => fromInput(toInput(v) + steps);
  return { input: { min: 0, max: count, step: 1 }, toInput, fromInput, snap: (v) => fromInput(toInput(v)), move };
}

export function createState(spec) {
  const p = new Array(spec.parameters.length).fill(0);
  const controls = new Map(spec.controls.map((control) => [spec.parameters[control.param], control]));
  const changed = new Set();
  for (const control of spec.controls) p[control.param] = control.value;

  const bounded = (control, value) => {
    if (control.type === "choice") return Math.min(control.options.length - 1, Math.max(0, Math.round(value)));
    const low = control.min ?? control.values?.[0];
    const high = control.max ?? control.values?.[control.values.length - 1];
    return Math.min(high ?? Infinity, Math.max(low ?? -Infinity, value));
  };

  return {
    p,
    changed,
    controls,
    values: () => Object.fromEntries([...controls].map(([name, { param }]) => [name, p[param]])),
    nameOf: (param) => spec.parameters[param],
    control: (param) => controls.get(spec.parameters[param]),
    /** Sets one value; true if it is another than before. */
    set(name, value) {
      const control = controls.get(name);
      if (!control) throw new RangeError(`unknown parameter ${name}`);
      const number = Number(value);
      if (!Number.isFinite(number)) throw new RangeError(`${name} must be a finite number, got ${value}`);
      const next = bounded(control, number);
      if (p[control.param] === next) return false;
      p[control.param] = next;
      changed.add(control.param);
      return true;
    },
  };
}
