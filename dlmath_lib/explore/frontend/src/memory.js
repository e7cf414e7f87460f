// A reader who goes on to another page and comes back finds the explorers as they were left. The tab's own storage keeps
// the values; a page that is opened anew starts at the start.
const key = `dlmath-explorers:${location.pathname}`;

/** The values that the figure had when the reader left this page, if this is a return or a reload. */
export function remembered(id) {
  try {
    const [entry] = performance.getEntriesByType("navigation");
    if (!["back_forward", "reload"].includes(entry?.type)) return {};
    return JSON.parse(sessionStorage.getItem(key) ?? "{}")[id] ?? {};
  } catch {
    return {}; // a browser may forbid storage
  }
}

export function remember(figures) {
  try {
    const values = [...figures].map((figure) => [figure.id, figure.explorer.values]);
    sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(values)));
  } catch {
    // Then the reader starts anew.
  }
}
