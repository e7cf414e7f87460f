"""The widget's side of JupyterLab, with a model that stands for the kernel: who is told what, and when."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.browser.mark_specs import CURVE, FRAMES
from tests.browser.serve import served

STATIC = Path(__file__).parents[2] / "dlmath_lib/explore/static"
MOUNT = """async ([source, spec, values]) => {
  const { default: widget } = await import(source);
  const told = [], heard = {}, state = { spec, values, live: null };
  const model = { get: (name) => state[name], set: (name, value) => { state[name] = value; },
    save_changes: () => told.push(state.values), on: (event, hear) => { heard[event] = hear; },
    off: (event) => { delete heard[event]; } };
  const send = (name, value) => { state[name] = value; heard[`change:${name}`]?.(); };
  const el = document.querySelector("main");
  Object.assign(window, { told, send, heard, close: widget.render({ model, el }) });
  window.move = (value) => {
    const input = el.querySelector("input[type=range]");
    input.value = value;
    input.dispatchEvent(new Event("input"));
  };
  window.explorer = () => el.querySelector("figure").explorer;
}"""


def test_the_kernel_and_the_hand_agree(tmp_path: Path, open_page: Any) -> None:
    (tmp_path / "index.html").write_text(
        '<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>Widget</title><main></main>', "utf-8"
    )
    (tmp_path / "explorer.mjs").write_bytes((STATIC / "explorer.mjs").read_bytes())
    with served(tmp_path) as address:
        page = open_page(f"{address}/index.html")
        page.evaluate(MOUNT, [f"{address}/explorer.mjs", CURVE.spec, {"k": 2.0, "other": 7}])
        assert page.evaluate("explorer().values") == {"k": 2, "a": 1}, "it starts where the kernel stands"

        kept = page.evaluate("""() => {
            for (const value of [2.05, 2.1]) move(value);
            send("values", { k: 4 });
            return explorer().values.k;
        }""")
        assert kept == 2.1, "an echo does not move the slider under the hand"
        page.wait_for_function("told.length > 0")
        assert page.evaluate("told") == [{"k": 2.1, "a": 1}], "told once, in one message"
        page.evaluate("send('values', { k: 3, other: 7 })")
        assert page.evaluate("explorer().values.k") == 3
        page.evaluate("move(2.95)")
        page.wait_for_function("told.length > 1")
        assert page.evaluate("told[1]") == {"k": 2.95, "other": 7, "a": 1}, "what the page does not know is kept"

        slider = page.locator("input[type=range]")
        slider.press("ArrowLeft")
        assert slider.get_attribute("data-lm-suppress-shortcuts") == "true"
        slider.press("Control+KeyJ")
        assert slider.get_attribute("data-lm-suppress-shortcuts") is None, "Lab's own keys stay Lab's"

        page.evaluate(f"send('values', {{}}); send('spec', {json.dumps(FRAMES.spec)})")
        assert page.locator("figure").count() == 1
        page.evaluate("send('live', { loss: [3, 2, 1] })")
        assert page.evaluate("explorer().numbers().panels[0][0].y") == [3, 2, 1]
        page.evaluate("() => { move(0); close(); }")
        assert page.evaluate("told.at(-1)") == {"rate": 0.01, "rule": 0}, "the last move is told on closing"
        assert page.locator("figure").count() == 0
        assert page.evaluate("Object.keys(heard)") == []
