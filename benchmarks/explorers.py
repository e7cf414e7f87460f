"""How fast an explorer answers, how heavy a page is: `make bench`, or `python -m benchmarks.explorers`.

Every explorer of the built book is moved 100 times by real key presses, as a held key repeats, in headless Chromium.
Measured are the time from the input event to the end of the frame that shows it, and the time of drawing. Beside it, in
the same run, stands the round trip of `ipywidgets.interact` with matplotlib in JupyterLab: the same key, until the new
picture is in the page.
"""

from __future__ import annotations

import gzip
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import QUIET
from tests.browser.find import find_chromium
from tests.browser.lab import jupyterlab, run_all
from tests.browser.serve import served

ROOT = Path(__file__).parents[1]
BOOK = ROOT / "_build/html"
MOVES = 100
REPEAT = 33  # ms between two presses, as a held key repeats

# A message posted in an animation frame is received after that frame was painted.
WATCH_INPUT = """input => {
  window.latencies = [];
  const channel = new MessageChannel();
  // A point that is dragged has no input event: its keys move it. A choice hears of it in whichever of its options.
  const point = input.getAttribute('role') === 'slider';
  (point ? input : input.closest('figure')).addEventListener(point ? 'keydown' : 'input', event => {
    const began = event.timeStamp;
    requestAnimationFrame(() => {
      channel.port1.onmessage = () => window.latencies.push(performance.now() - began);
      channel.port2.postMessage(0);
    });
  });
}"""
WATCH_PICTURE = """input => {
  window.latencies = [];
  window.began = null;
  input.addEventListener('keydown', event => { window.began = event.timeStamp; }, true);
  const area = document.querySelector('.jp-OutputArea-output .widget-output, .widget-output');
  new MutationObserver(() => {
    const image = area.querySelector('img');
    if (window.began === null || !image) return;
    const started = window.began;
    window.began = null;
    const done = () => requestAnimationFrame(() => window.latencies.push(performance.now() - started));
    image.complete ? done() : image.addEventListener('load', done);
  }).observe(area, {childList: true, subtree: true});
}"""
VITALS = """new Promise(done => {
  const found = {cls: 0, lcp: 0};
  new PerformanceObserver(list => list.getEntries().forEach(e => { if (!e.hadRecentInput) found.cls += e.value; }))
    .observe({type: 'layout-shift', buffered: true});
  new PerformanceObserver(list => list.getEntries().forEach(e => { found.lcp = e.startTime; }))
    .observe({type: 'largest-contentful-paint', buffered: true});
  setTimeout(() => done(found), 300);
})"""
INTERACT = """%matplotlib inline
import matplotlib.pyplot as plt
import numpy as np
from ipywidgets import interact
x = np.linspace(-6, 6, 400)
@interact(k=(0.1, 5, 0.01))
def show(k=1.0):
    plt.plot(x, 1 / (1 + np.exp(-k * x)))
    plt.plot(x, k * np.exp(-k * x) / (1 + np.exp(-k * x)) ** 2)
    plt.show()
"""


def percentiles(values: list[float]) -> dict[str, float]:
    return {"p50": round(float(np.percentile(values, 50)), 2), "p95": round(float(np.percentile(values, 95)), 2)}


def press(page: Page, control: Any) -> None:
    """One key press that changes the value of a control: to and fro, away from the ends."""
    at_end = control.evaluate(
        """s => s.type === 'range' ? Number(s.value) >= (Number(s.min) + Number(s.max)) / 2
          : s.tagName === 'SELECT' ? s.selectedIndex > 0
          : s.type === 'radio' ? !s.checked
          : Number(s.ariaValueNow) >= (Number(s.ariaValueMin) + Number(s.ariaValueMax)) / 2"""
    )
    page.keyboard.press("ArrowLeft" if at_end else "ArrowRight")


def wake(figure: Any) -> None:
    """Choose options until a slider has an effect."""
    for option in figure.locator("option").all() if figure.locator("input[type=range]:disabled").count() else []:
        if figure.locator("input[type=range]:enabled").count():
            return
        figure.locator("select").first.select_option(option.get_attribute("value"))
        figure.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def mover(figure: Any) -> Any:
    """The control that is moved: a slider or a point where there is one, else a choice."""
    for kind in ("input[type=range]:enabled, [role=slider]", "select", "input[type=radio]"):
        if (controls := figure.locator(kind)).count():
            return controls.first
    raise LookupError(f"benchmarks.explorers: explorer {figure.get_attribute('id')} has no control that this moves")


def measure_explorers(page: Page) -> dict[str, Any]:
    measured = {}
    for figure in page.locator("figure.explorer").all():
        wake(figure)
        control = mover(figure)
        control.scroll_into_view_if_needed()
        control.evaluate(WATCH_INPUT)
        control.focus()
        figure.evaluate("figure => { figure.explorer.drawTimes.length = 0; }")
        for _ in range(MOVES):
            press(page, control)
            page.wait_for_timeout(REPEAT)
        page.wait_for_timeout(100)
        latencies, draws = page.evaluate("latencies"), figure.evaluate("figure => figure.explorer.drawTimes")
        measured[figure.get_attribute("id")] = {
            "moves": len(latencies),
            "input_to_paint_ms": percentiles(latencies),
            "draw_ms": percentiles(draws),
        }
    return measured


def measure_page(browser: Browser, address: str, path: str) -> dict[str, Any]:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    loaded: set[str] = set()
    page.on("response", lambda response: loaded.add(response.url.split("?")[0]))
    page.goto(f"{address}/{path}")
    page.wait_for_load_state("networkidle")
    vitals = page.evaluate(VITALS)
    files = [BOOK / url.removeprefix(f"{address}/") for url in loaded if url.startswith(address)]
    weight = sum(len(gzip.compress(file.read_bytes())) for file in files if file.is_file())
    result = {"gzipped_kb": round(weight / 1024, 1), "cls": round(vitals["cls"], 4), "lcp_ms": round(vitals["lcp"])}
    # What a reader moves stands on a page that has come to rest.
    page.wait_for_function("document.documentElement.classList.contains('settled')")
    result["explorers"] = measure_explorers(page)
    page.context.close()
    return result


def measure_interact(browser: Browser) -> dict[str, Any]:
    """The round trip of `ipywidgets.interact`: key, kernel, matplotlib, picture."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(INTERACT)])
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(notebook, folder / "interact.ipynb")
        with jupyterlab(folder) as (url, _):
            page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
            page.set_default_timeout(60_000)
            page.goto(f"{url}/lab/tree/interact.ipynb")
            page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
            run_all(page)
            page.locator(".widget-output img").wait_for()
            handle = page.locator(".widget-slider .noUi-handle").first
            handle.evaluate(WATCH_PICTURE)
            handle.focus()
            for i in range(MOVES):
                page.keyboard.press("ArrowRight" if i % 2 else "ArrowLeft")
                page.wait_for_function("n => window.latencies.length >= n", arg=i + 1)
            return {"moves": MOVES, "input_to_picture_ms": percentiles(page.evaluate("latencies"))}


def main() -> None:
    chromium = find_chromium()
    if chromium is None:
        sys.exit("benchmarks.explorers: no Chromium: install one, or run `python -m tests.browser.find`")
    if not (BOOK / "index.html").is_file():
        sys.exit("benchmarks.explorers: no built book: run `make book` first")
    pages = ["intro.html", *sorted(p.relative_to(BOOK).as_posix() for p in (BOOK / "chapters").rglob("*.html"))]
    static = ROOT / "dlmath_lib/explore/static"
    files = ("explorer.js", "explorer.css", "explorer.mjs")
    sizes = {name: round(len(gzip.compress((static / name).read_bytes())) / 1024, 1) for name in files}
    result: dict[str, Any] = {"bundle_gzipped_kb": sizes, "pages": {}}
    with sync_playwright() as playwright, served(BOOK) as address:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        for path in pages:
            result["pages"][path] = measure_page(browser, address, path)
            print(path, json.dumps({k: v for k, v in result["pages"][path].items() if k != "explorers"}), flush=True)
            for name, row in result["pages"][path]["explorers"].items():
                print(f"  {name:42}", json.dumps(row), flush=True)
        result["interact"] = measure_interact(browser)
        browser.close()
    print("ipywidgets.interact with matplotlib:", json.dumps(result["interact"]))
    print("bundle, gzipped KB:", json.dumps(sizes))
    target = ROOT / "benchmarks/explorers.json"
    target.write_text(json.dumps(result, indent=1) + "\n")
    print(f"Written to {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
