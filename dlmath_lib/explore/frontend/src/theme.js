// The page's theme: who listens when it changes, and its colours for what CSS cannot reach (canvas).
const listeners = new Set();
let stop = null;

export function onTheme(listener) {
  listeners.add(listener);
  stop ??= watch();
  return () => {
    listeners.delete(listener);
    if (listeners.size || !stop) return;
    stop();
    stop = null;
  };
}

function watch() {
  const notify = () => listeners.forEach((listener) => listener());
  const observer = new MutationObserver(notify);
  const attributeFilter = ["data-theme", "data-mode", "data-jp-theme-light", "data-jp-theme-name", "class"];
  for (const node of [document.documentElement, document.body])
    observer.observe(node, { attributes: true, attributeFilter });
  const queries = ["(prefers-color-scheme: dark)", "print", "(forced-colors: active)"].map((query) =>
    matchMedia(query),
  );
  for (const query of queries) query.addEventListener("change", notify);
  addEventListener("beforeprint", notify);
  addEventListener("afterprint", notify);
  return () => {
    observer.disconnect();
    for (const query of queries) query.removeEventListener("change", notify);
    removeEventListener("beforeprint", notify);
    removeEventListener("afterprint", notify);
  };
}

/** Reads the colours in force at a node: {text, background, …, dark}, each "rgb(…)". */
export function readTheme(node) {
  const probe = document.createElement("span");
  node.append(probe);
  const style = getComputedStyle(probe);
  const theme = {};
  for (const name of ["text", "background", "blue", "orange"]) {
    probe.style.color = `var(--explorer-${name})`;
    theme[name] = style.color;
  }
  probe.remove();
  theme.key = Object.values(theme).join();
  theme.dark = luminance(theme.background) < luminance(theme.text);
  return theme;
}

/** Relative luminance (WCAG) of "rgb(r, g, b)". */
export function luminance(color) {
  const channels = color
    .match(/[\d.]+/g)
    .slice(0, 3)
    .map(Number);
  const [r, g, b] = channels.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
