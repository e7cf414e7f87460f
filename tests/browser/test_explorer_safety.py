"""Texts stay texts, whoever wrote them; values come back with Back; a resting control says why; a mark is two files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sympy as sp

from dlmath_lib.explore import (
    Area,
    Bars,
    Choice,
    Curve,
    Explorer,
    Field,
    Label,
    MatrixCells,
    Message,
    NetworkGraph,
    Panel,
    Point,
    Polyline,
    Readout,
    Slider,
    pick,
)
from tests.browser.serve import served
from tests.lib.node import find_node

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "dlmath_lib/explore/static"
ALT = "A picture for the tests, described in enough words."
HOSTILE = [
    "<img src=x onerror=window.hit=1>",
    "</script><script>window.hit=1</script>",
    "\"'><svg onload=window.hit=1>",
    "a<b & c>d &lt;i&gt; <!-- -->",
]


def page_of(*figures: str, head: str = "") -> str:
    script = f'<script src="{(STATIC / "explorer.js").as_uri()}"></script>'
    style = f'<link rel="stylesheet" href="{(STATIC / "explorer.css").as_uri()}">'
    start = '<!doctype html><html lang="en" data-theme="light"><head><meta charset="utf-8"><title>Texts</title>'
    icon = '<link rel="icon" href="data:,">'
    return f"{start}{icon}{style}{script}{head}</head><body><main>{''.join(figures)}</main></body></html>"


def hostile_explorer(word: str) -> Explorer:
    """The word in every place where a text can stand."""
    named, x, y, c, a = sp.Symbol(word, real=True), *sp.symbols("x y c a", real=True)
    function = sp.Function(word)
    curve = pick(c, [named * x, x])
    return Explorer(
        Slider(named, 0, 5, value=1),
        Choice(c, [word, f"{word} too"], label=word),
        Panel(Curve(curve, (x, 0, 1), label=word), Area(0, x, (x, 0, 1), label=f"{word} 2"), Label(0.5, 0.5, word),
              Point(a, 0, drag=True, start={a: 0.5}, label=word), Polyline([0, 1], [0, 1], label=f"{word} 3"),
              xlabel=word, ylabel=word, title=word, x=(0, 1), y=(0, 1)),
        Panel(Bars([named, 1], [word, f"{word} 2"], label=word), title=word),
        Panel(MatrixCells(sp.Matrix([[named, 1]]), rows=[word], cols=[word, word])),
        Panel(NetworkGraph([[word], [word]], [[named], [1]], [sp.ones(1, 1)], notes=[[1], [2]], notes_label=word)),
        Panel(Field(x * y + named, (x, 0, 1), (y, 0, 1), label=word)),
        Readout(word, named), Readout(named**2, named**2), Readout(sp.Derivative(function(x), x), named),
        Readout(function(named, x) + sp.Abs(named), named), Message([(named > 1, word), (True, f"{word} otherwise")]),
        title=f"Title {word}", alt=f"{ALT} {word}", name="hostile",
    )  # fmt: skip


@pytest.mark.parametrize("word", HOSTILE)
def test_no_text_becomes_html(word: str, tmp_path: Path, open_page: Any) -> None:
    shown = hostile_explorer(word)
    (tmp_path / "index.html").write_text(page_of(shown.html()), encoding="utf-8")
    page = open_page((tmp_path / "index.html").as_uri())
    page.locator("figure.explorer.is-live").wait_for()
    for value in (0, 1):
        page.evaluate(f"document.querySelector('figure.explorer').explorer.set('c', {value})")
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("window.hit") is None
    made = "figure.explorer :is(img:not(.explorer-static img), .explorer-live script, i, svg:not(.explorer-plot svg))"
    assert page.locator(made).count() == 0
    assert page.locator("figure.explorer script").count() == 1
    live = page.locator(".explorer-live")
    for place in ("label", "option, .explorer-segments span", ".explorer-panel-title", ".explorer-legend li",
                  ".explorer-axis-name", ".explorer-label", ".explorer-names text", ".explorer-node-name",
                  ".explorer-readout dt", ".explorer-message span", ".explorer-axis.is-x > text"):  # fmt: skip
        assert any(word in text for text in live.locator(place).all_text_contents()), place
    assert word in page.locator(".explorer-title").text_content()
    assert word in page.locator(".explorer-static img").get_attribute("alt")
    formulas = live.locator(".explorer-readout math")
    assert formulas.count() == 3
    assert all(word in formula.text_content() for formula in formulas.all())


def test_a_formula_from_elsewhere_is_rebuilt_element_by_element(tmp_path: Path, open_page: Any) -> None:
    """Defence in depth: a spec whose MathML is not ours."""
    k, x = sp.symbols("k x", real=True)
    shown = Explorer(Slider(k, 0, 1), Curve(k * x, (x, 0, 1)), Readout(k**2, k), title="Rebuilt", alt=ALT)
    good = shown.html()
    bad = "<math><img src='x' onerror='window.hit=1'/><mi onclick='window.hit=1'>k</mi></math>"
    spec = json.loads(json.dumps(shown.spec))
    spec["readouts"][0]["math"] = bad
    text = json.dumps(spec).replace("<", "\\u003c")
    start = good.index('class="explorer-spec">') + len('class="explorer-spec">')
    (tmp_path / "index.html").write_text(page_of(good[:start] + text + "</script></figure>"), encoding="utf-8")
    page = open_page((tmp_path / "index.html").as_uri())
    row = page.locator(".explorer-readout dt")
    assert row.locator("mi").text_content() == "k"
    assert row.locator("img, [onclick], [onerror]").count() == 0
    assert page.evaluate("window.hit") is None


def resting_explorer() -> Explorer:
    a, c, x = sp.symbols("a c x", real=True)
    shapes = pick(c, [sp.Max(0, x), sp.Piecewise((x, x > 0), (a * x, True)), sp.tanh(x), x, x**2, x**3])
    names = ["ReLU", "leaky ReLU", "hyperbolic tangent", "identity", "square", "cube of the input"]
    return Explorer(
        Choice(c, names, label="function"), Slider(a, 0, 1, value=0.1, label="leak"),
        Curve(shapes, (x, -2, 2)), Readout("leak", a * sp.Piecewise((1, sp.Eq(c, 1)), (0, True))),
        title="Resting", alt=ALT, name="resting", y=(-2, 2),
    )  # fmt: skip


def test_a_control_without_effect_says_so_and_why(tmp_path: Path, open_page: Any) -> None:
    (tmp_path / "index.html").write_text(page_of(resting_explorer().html()), encoding="utf-8")
    page = open_page((tmp_path / "index.html").as_uri())
    slider, note = page.locator("input[type=range]"), page.locator(".explorer-rest")
    assert slider.is_disabled()
    assert note.text_content() == "no effect here (function: ReLU)"
    assert slider.get_attribute("aria-describedby") == note.get_attribute("id")
    page.locator("select").select_option("1")
    page.wait_for_function("!document.querySelector('input[type=range]').disabled")
    assert note.text_content() == ""
    assert slider.get_attribute("aria-describedby") is None
    page.locator("select").select_option("2")
    page.wait_for_function("document.querySelector('input[type=range]').disabled")
    assert note.text_content() == "no effect here (function: hyperbolic tangent)"


@pytest.mark.parametrize("host", ["http", "file"])
def test_back_brings_the_values_and_the_picture_back(host: str, tmp_path: Path, open_page: Any) -> None:
    for name in ("explorer.js", "explorer.css"):
        shutil.copy(STATIC / name, tmp_path)
    text = page_of(resting_explorer().html()).replace(f"{STATIC.as_uri()}/", "")
    text = text.replace("</main>", '<a id="on" href="other.html">on</a></main>')
    (tmp_path / "index.html").write_text(text, encoding="utf-8")
    (tmp_path / "other.html").write_text(
        '<!doctype html><link rel="icon" href="data:,"><title>Other</title><p>Other', encoding="utf-8"
    )
    with served(tmp_path) as address:
        page = open_page("about:blank")
        # A page with an unload listener is not kept in memory: Back loads it anew, and Chromium restores forms.
        page.add_init_script("addEventListener('unload', () => {})")
        page.goto((address if host == "http" else tmp_path.as_uri()) + "/index.html")
        page.locator("select").select_option("1")
        page.wait_for_function("!document.querySelector('input[type=range]').disabled")
        page.locator("input[type=range]").press("End")
        page.wait_for_function("document.querySelector('dd').textContent === '1.000'")
        before = page.locator(".explorer-line").first.get_attribute("d")
        page.locator("#on").click()
        page.wait_for_url("**/other.html")
        page.go_back()
        page.wait_for_function("document.querySelector('dd')?.textContent === '1.000'")
        assert page.locator("select").input_value() == "1"
        assert page.locator("input[type=range]").input_value() == "1"
        assert page.locator("output").text_content() == "1.00"
        assert page.locator(".explorer-line").first.get_attribute("d") == before
        # Reset always writes, even over what a browser has filled in behind the explorer's back.
        page.locator(".explorer-reset").click()
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        page.evaluate("document.querySelector('select').value = '4'; document.querySelector('input').value = 0.7")
        page.locator(".explorer-reset").click()
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        assert page.locator("select").input_value() == "0"
        assert page.locator("input[type=range]").input_value() == "0.1"
        page.goto(page.url)
        assert page.locator("select").input_value() == "0", "a page that is opened anew starts at the start"


VLINE_PY = '''
"""A vertical line."""
from dlmath_lib.explore.evaluate import Function, expression
from dlmath_lib.explore.marks.base import Mark
__all__ = ["VLine"]
class VLine(Mark):
    """A vertical line at x."""
    type = "vline"
    def __init__(self, x, *, label=None, color=None):
        super().__init__(label, color)
        self.function = Function(self.name, "x", expression(self.name, "x", x))
    def functions(self):
        return [self.function]
    def tells(self, way):
        return way == "x"
    def spec(self, scope, frame):
        return {"fn": self.function.javascript(scope)}
    def numbers(self, values, frame, live):
        return {"x": float(self.function(values))}
    def draw(self, ax, numbers, color, frame):
        ax.axvline(numbers["x"], color=color, label=self.label)
'''
VLINE_JS = """
import { fn } from "../functions.js";
import { paint } from "./common.js";
export const vline = {
  keys: ["x"],
  compute: (mark, { p }) => ({ x: fn(mark.fn)(p) }),
  create(mark, panel) {
    const line = paint(panel.marks.append("path").attr("class", "explorer-line"), mark);
    return ({ x }) => line.attr("d", `M${panel.x(x)},0V${panel.height}`);
  },
};
"""
USE = """
import sympy as sp
from dlmath_lib.explore import Curve, Explorer, Slider, VLine
k, x = sp.symbols("k x", real=True)
print(Explorer(Slider(k, 0, 4, value=1), Curve(x, (x, 0, 4)), VLine(k, label="a line at k"), title="Line",
               alt="A rising line and a vertical line that the slider moves.").html())
"""


def test_a_mark_is_two_files(tmp_path: Path, open_page: Any) -> None:
    """In a copy: the Python file, the JavaScript file, a build; then it is used, drawn and moved."""
    leave = shutil.ignore_patterns("node_modules", "__pycache__", "book", "static")
    shutil.copytree(ROOT / "dlmath_lib", tmp_path / "dlmath_lib", ignore=leave)
    copy = tmp_path / "dlmath_lib/explore"
    (copy / "static").mkdir()
    (copy / "frontend/node_modules").symlink_to(ROOT / "dlmath_lib/explore/frontend/node_modules")
    (copy / "marks/vline.py").write_text(VLINE_PY, encoding="utf-8")
    (copy / "frontend/src/marks/vline.js").write_text(VLINE_JS, encoding="utf-8")
    built = subprocess.run(
        [find_node(), "build.mjs"], cwd=copy / "frontend", capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    used = subprocess.run(
        [sys.executable, "-c", USE], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert used.returncode == 0, used.stderr
    text = page_of(used.stdout).replace(STATIC.as_uri(), (copy / "static").as_uri())
    (tmp_path / "index.html").write_text(text, encoding="utf-8")
    page = open_page((tmp_path / "index.html").as_uri())
    line = page.locator('[data-mark="1"] .explorer-line')
    places = []
    for value in (1, 2):
        page.evaluate(f"document.querySelector('figure.explorer').explorer.set('k', {value})")
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        places.append(float(line.get_attribute("d").split(",")[0][1:]))
    assert places[1] == pytest.approx(2 * places[0])
    assert page.locator(".explorer-error").count() == 0
