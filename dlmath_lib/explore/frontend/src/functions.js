// The spec's functions: {args, body} compiled once, and what each part of the spec depends on.
const compiled = new WeakMap();

export function fn(source) {
  let result = compiled.get(source);
  if (!result) {
    result = new Function(...source.args, source.body);
    compiled.set(source, result);
  }
  return result;
}

/** A number, or a function of the parameters. */
export const evaluate = (value, p) => (typeof value === "object" ? fn(value)(p) : value);

/** The parameter indices and "frame:name" keys that a part of the spec reads. */
export function dependencies(part, frames) {
  const text = JSON.stringify(part);
  const found = new Set();
  for (const [, index] of text.matchAll(/\bp\[(\d+)\]/g)) found.add(Number(index));
  for (const [, name] of text.matchAll(/"frame":"((?:[^"\\]|\\.)*)"/g)) {
    found.add(`frame:${name}`);
    for (const index of frames.get(name)?.params ?? []) found.add(index);
  }
  return found;
}

export const intersects = (a, b) => {
  for (const item of a) if (b.has(item)) return true;
  return false;
};
