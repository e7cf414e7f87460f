// JupyterLab's host (AFM): the kernel sees `values`, and may send `spec`, `values` and `live` arrays.
import { html } from "./dom.js";
import { mount } from "./explorer.js";

const pause = 120;

function render({ model, el }) {
  let handle = null;
  let figure = null;
  let timer = 0;

  const send = () => {
    timer = 0;
    if (!handle) return;
    model.set("values", { ...model.get("values"), ...handle.values });
    model.save_changes();
  };
  const host = {
    changed: () => {
      timer ||= setTimeout(send, pause);
    },
  };
  const rebuild = () => {
    handle?.destroy();
    figure?.remove();
    figure = html("figure", { class: "explorer" });
    el.append(figure);
    handle = mount(figure, model.get("spec"), host);
    takeValues();
    takeLive();
  };
  // While a drag is still to be told, the reader's hand knows better than the kernel's echo.
  const takeValues = () => {
    if (!timer) handle?.receive(model.get("values") ?? {});
  };
  const takeLive = () => handle?.live(model.get("live"));

  // Arrows and letters belong to the focused control, or Lab would move its selected cell; a combination with Ctrl, Cmd or
  // Alt is Lab's. Lab asks the event's target before any listener of the page but the window's.
  const guard = (event) => {
    if (!el.contains(event.target)) return;
    const plain = !(event.ctrlKey || event.metaKey || event.altKey);
    event.target.toggleAttribute("data-lm-suppress-shortcuts", plain);
    if (plain) event.target.setAttribute("data-lm-suppress-shortcuts", "true");
  };
  addEventListener("keydown", guard, true);

  rebuild();
  model.on("change:spec", rebuild);
  model.on("change:values", takeValues);
  model.on("change:live", takeLive);
  return () => {
    if (timer) {
      clearTimeout(timer);
      send();
    }
    removeEventListener("keydown", guard, true);
    model.off("change:spec", rebuild);
    model.off("change:values", takeValues);
    model.off("change:live", takeLive);
    handle?.destroy();
    handle = null;
    figure.remove();
  };
}

export default { render };
