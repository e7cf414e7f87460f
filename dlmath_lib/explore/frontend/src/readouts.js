// Numbers and sentences under the picture.
import { html } from "./dom.js";
import { format } from "./format.js";
import { formula } from "./mathml.js";

export function createReadout(readout) {
  return readout.type === "message" ? message(readout) : number(readout);
}

function number({ label, math, format: spec, color }) {
  const value = html("dd");
  const name = html("dt", {}, math ? formula(math) : label);
  const node = html(
    "div",
    { class: "explorer-readout", style: color ? `--mark: var(--explorer-${color})` : null },
    name,
    value,
  );
  let shown = null;
  const show = (v) => {
    const text = format(v, spec);
    if (text !== shown) value.textContent = shown = text;
  };
  return { node, show };
}

// All sentences lie in one grid cell, so that the tallest keeps the room and nothing below moves.
function message({ texts }) {
  const spans = texts.map((text) => html("span", {}, text));
  const node = html("p", { class: "explorer-message", role: "status" }, ...spans);
  let shown = -1;
  const show = (index) => {
    if (index === shown) return;
    spans[shown]?.classList.remove("is-shown");
    spans[index]?.classList.add("is-shown");
    shown = index;
  };
  return { node, show };
}
