// The book's host: hydrates every figure of the page. Classic script, no request, works from file://.
import { mount } from "./explorer.js";
import { remember, remembered } from "./memory.js";

const seen = new WeakSet();

function hydrate(root = document) {
  for (const figure of root.querySelectorAll("figure.explorer:not(.is-live)")) {
    const source = figure.querySelector("script.explorer-spec");
    if (!source || seen.has(figure) || !isComplete(figure)) continue;
    seen.add(figure);
    try {
      const handle = mount(figure, JSON.parse(source.textContent));
      handle?.receive(remembered(figure.id));
    } catch (error) {
      console.error("explorer:", error);
    }
  }
}

/** While the page is still being read, a figure is complete when something follows it. */
function isComplete(figure) {
  if (document.readyState !== "loading") return true;
  for (let node = figure; node; node = node.parentElement) if (node.nextSibling) return true;
  return false;
}

addEventListener("pagehide", () => remember(document.querySelectorAll("figure.explorer.is-live")));

window.dlmathExplore = { mount, hydrate };

// Loaded in the head without `defer`, the script brings each figure to life before its first paint: nothing shifts.
if (document.readyState === "loading") {
  const observer = new MutationObserver(() => hydrate());
  observer.observe(document, { childList: true, subtree: true });
  document.addEventListener("DOMContentLoaded", () => {
    observer.disconnect();
    hydrate();
  });
} else hydrate();
