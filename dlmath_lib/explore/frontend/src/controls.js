// Sliders and choices. Every control has a visible name, its value, and an accessible name.
import { html, uniqueId } from "./dom.js";
import { controlText } from "./format.js";
import { ruler } from "./state.js";

// On the way back to a page a browser fills in forms as they were, behind the explorer's back.
const own = { autocomplete: "off" };

/**
 * Makes the control's element; returns {node, show(value), rest(reason)}. `change(value)` is called when a reader moves
 * it. `rest` says why it has no effect now; null wakes it.
 */
export function createControl(control, change) {
  const made = control.type === "choice" ? choice(control, change) : slider(control, change);
  if (!control.active) return { ...made, rest() {} };
  const note = html("p", { class: "explorer-rest", id: uniqueId("explorer-rest") });
  made.node.append(note);
  let said = null;
  const rest = (reason) => {
    if (reason === said) return;
    said = reason;
    note.textContent = reason ?? "";
    made.node.classList.toggle("is-resting", reason !== null);
    for (const input of made.inputs) {
      input.disabled = reason !== null;
      if (reason === null) input.removeAttribute("aria-describedby");
      else input.setAttribute("aria-describedby", note.id);
    }
  };
  return { ...made, rest };
}

function slider(control, change) {
  const scale = ruler(control);
  const id = uniqueId("explorer-control");
  const output = html("output", { for: id });
  const input = html("input", { id, type: "range", ...scale.input, ...own });
  input.addEventListener("input", () => {
    const value = scale.fromInput(Number(input.value));
    show(value);
    change(value);
  });
  let shown = null;
  const show = (value) => {
    const position = scale.toInput(value);
    if (Number(input.value) !== position) input.value = position;
    if (value === shown) return;
    shown = value;
    const text = controlText(control, value);
    input.style.setProperty("--part", (position - scale.input.min) / (scale.input.max - scale.input.min));
    input.setAttribute("aria-valuetext", text);
    output.textContent = text;
  };
  const label = html("label", { for: id }, control.label);
  return { node: html("div", { class: "explorer-control" }, label, output, input), inputs: [input], show };
}

function choice(control, change) {
  const id = uniqueId("explorer-control");
  const letters = control.options.join("").length;
  return letters <= 44 && control.options.length <= 5 ? segments(control, change, id) : menu(control, change, id);
}

function segments(control, change, id) {
  const group = html("div", { class: "explorer-segments" });
  const inputs = control.options.map((option, i) => {
    const input = html("input", { type: "radio", name: id, value: i, ...own });
    input.addEventListener("change", () => change(i));
    group.append(html("label", {}, input, html("span", {}, option)));
    return input;
  });
  const node = html("fieldset", { class: "explorer-control is-choice" }, html("legend", {}, control.label), group);
  const show = (value) => {
    inputs[value].checked = true;
  };
  return { node, inputs, show };
}

function menu(control, change, id) {
  const options = control.options.map((option, i) => html("option", { value: i }, option));
  const input = html("select", { id, ...own }, ...options);
  input.addEventListener("change", () => change(Number(input.value)));
  const node = html("div", { class: "explorer-control is-choice" }, html("label", { for: id }, control.label), input);
  const show = (value) => {
    if (Number(input.value) !== value) input.value = value;
  };
  return { node, inputs: [input], show };
}
