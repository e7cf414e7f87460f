// The book's host: hydrates every figure of the page. Classic script, no request, works from file://.
import { mount } from "./explorer.js";

function hydrate(root = document) {
  for (const figure of root.querySelectorAll("figure.explorer:not(.is-live)")) {
    const source = figure.querySelector("script.explorer-spec");
    if (!source) continue;
    try {
      mount(figure, JSON.parse(source.textContent));
    } catch (error) {
      console.error("explorer:", error);
    }
  }
}

window.dlmathExplore = { mount, hydrate };
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => hydrate());
else hydrate();
