"""What an explorer leaves in a notebook: HTML, picture, plain text; and that it is the same every time."""

from __future__ import annotations

import base64
import io
import json
import os
import re
import subprocess
import sys
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
import sympy as sp
from PIL import Image

from dlmath_lib.explore import Curve, Explorer, Message, Readout, Slider, Tangent, explorer
from dlmath_lib.explore.host import compact
from dlmath_lib.explore.javascript import compile_function
from dlmath_lib.explore.mathml import mathml
from tests.lib.explorer_gallery import ALT, GALLERY, k, x

ROOT = Path(__file__).parents[2]


def sigmoid(**options: Any) -> Explorer:
    given = {"title": "A <b> & a title", "alt": 'An "S" from 0 to 1, <steeper> with k.', "name": "sigmoid"}
    return Explorer(
        Slider(k, 0, 5, value=1, label="steepness k"),
        Curve(1 / (1 + sp.exp(-k * x)), (x, -6, 6), label="σ(kx) </script>"),
        **given | options,
    )


class Tags(HTMLParser):
    """The tags, their attributes and the text of a piece of HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def picture(html: str) -> Image.Image:
    data = re.search(r"data:image/png;base64,([^\"]+)", html)
    assert data
    return Image.open(io.BytesIO(base64.b64decode(data[1])))


def test_html_is_that_of_the_contract() -> None:
    html = sigmoid().html()
    tags = Tags(html)
    names = [(tag, a.get("class")) for tag, a in tags.found]
    assert names == [
        ("figure", "explorer"), ("figcaption", "explorer-title"), ("div", "explorer-static"), ("img", None),
        ("p", "explorer-fallback"), ("script", "explorer-spec"),
    ]  # fmt: skip
    attributes = [a for _, a in tags.found]
    assert attributes[0]["id"] == "explorer-sigmoid"
    assert attributes[3]["alt"] == 'An "S" from 0 to 1, <steeper> with k.'
    assert attributes[5]["type"] == "application/json"
    assert tags.text[0] == "A <b> & a title"
    assert "A picture of the starting state." in html


def test_the_spec_in_the_html_is_the_spec() -> None:
    shown = sigmoid()
    script = re.search(r'class="explorer-spec">(.*?)</script>', shown.html(), re.DOTALL)
    assert script
    assert "<" not in script[1]
    assert json.loads(script[1]) == shown.spec
    assert list(json.loads(script[1])) == [
        "version", "name", "title", "alt", "parameters", "controls", "derived", "frames", "panels", "readouts",
    ]  # fmt: skip


def test_json_is_compact() -> None:
    assert compact({"a": [1, 0.1], "b": "<π"}) == '{"a":[1,0.1],"b":"\\u003cπ"}'
    assert '"min":-6,"max":6' in sigmoid().html()


def test_the_bundle_of_mime_types() -> None:
    shown = sigmoid()
    data, _ = shown._repr_mimebundle_()
    assert set(data) == {"text/plain", "text/html", "application/vnd.jupyter.widget-view+json"}
    assert data["text/html"] == shown.html()
    assert data["text/plain"] == "Explorer \"A <b> & a title\": k = 1 (0 … 5), Curve 'σ(kx) </script>'"


def test_the_stored_html_shows_the_start_even_after_a_move() -> None:
    shown = sigmoid()
    before = shown.html()
    shown.values = {"k": 3}
    assert shown.html() == before
    assert repr(shown) == repr(sigmoid())


def test_the_picture_is_small_and_sharp() -> None:
    html = sigmoid().html()
    image = picture(html)
    width, height = (int(n) for n in re.search(r'width="(\d+)" height="(\d+)"', html).groups())  # type: ignore[union-attr]
    assert (image.width, image.height) == (round(width * 1.5), round(height * 1.5)) == (960, image.height)
    assert image.mode == "P"
    pixels = np.asarray(image.convert("RGB"))
    assert (pixels[0, 0] == 255).all()
    blue = np.abs(pixels.astype(int) - [0x0B, 0x6D, 0xB0]).max(axis=-1) < 30
    assert blue.sum() > 1000
    assert len(html) < 20_000


def test_the_picture_says_the_readouts_and_survives_dollars() -> None:
    explorer_with_text = Explorer(
        Slider(k, 0, 5, value=1), Curve(k * x, (x, 0, 1), label="$5 & $6"), Readout("a$b", k),
        Message([(True, "_^{}")]), title="Dollars", alt=ALT, xlabel="x_$",
    )  # fmt: skip
    assert picture(explorer_with_text.html()).width == 960


def test_drawing_leaves_matplotlib_alone() -> None:
    before = dict(mpl.rcParams)
    mpl.rcParams["lines.linewidth"] = 9
    try:
        thick = sigmoid().html()
        assert mpl.rcParams["lines.linewidth"] == 9
    finally:
        mpl.rcParams["lines.linewidth"] = before["lines.linewidth"]
    assert thick == sigmoid().html()
    assert dict(mpl.rcParams) == before


@cache
def stored(name: str) -> str:
    """The HTML of an explorer of the gallery."""
    return GALLERY[name]().html()


@pytest.mark.parametrize("name", GALLERY)
def test_every_picture_can_be_drawn(name: str) -> None:
    html = stored(name)
    assert picture(html).width == 960
    assert len(html) < 120_000


def test_infinite_numbers_can_be_drawn() -> None:
    wild = Explorer(
        Slider(k, 1, 2), Curve(sp.exp(1000 * k * x) / x, (x, -1, 1)), Tangent(sp.log(x), x, -k),
        Readout("nothing", sp.log(-k)), title="Wild", alt=ALT, y=(-1, 1),
    )  # fmt: skip
    assert picture(wild.html()).width == 960


def compiled() -> str:
    """JavaScript of expressions whose parts have no order of their own."""
    a, b, c, d = sp.symbols("a b c d", real=True)
    cases = (
        (a, (b > c) & (c > d) & (a > 1)),
        (sp.exp(a * b) * sp.sin(c * d) + sp.sin(c * d) ** 2, (b > 1) | (d > 2) | (a > 3)),
        (sp.erf(a) * sp.gamma(b), True),
    )
    expressions = [sp.Max(a, b, c, d) + sp.Min(a * b, c, d), sp.Piecewise(*cases)]
    names = {letter: f"p[{i}]" for i, letter in enumerate((a, b, c, d))}
    return compile_function(expressions, names, ["p"])["body"]


def test_bytes_do_not_depend_on_the_hash_seed() -> None:
    program = (
        "import json\nfrom tests.lib.test_explore_host import GALLERY, compiled, stored\n"
        "print(json.dumps([compiled(), {name: stored(name) for name in GALLERY}]))"
    )
    other = {**os.environ, "PYTHONHASHSEED": "42", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program], env=other, capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [compiled(), {name: stored(name) for name in GALLERY}]


def test_values_are_synced_and_merged() -> None:
    shown = GALLERY["curves"]()
    seen: list[dict[str, float]] = []
    shown.observe(lambda change: seen.append(change["new"]), "values")
    shown.values = {"k": 2}
    assert shown.values == {"k": 2.0, "c": 0.0, "a": 1.0}
    shown.values = {"a": -3}
    assert seen[-1] == {"k": 2.0, "c": 0.0, "a": -3.0}
    state = shown.get_state(["values", "spec", "live"])
    assert state["values"] == seen[-1]
    assert state["live"] == {}
    np.testing.assert_array_equal(shown.numbers()["panels"][0][4]["x"], -3)


def test_the_front_end_is_sent() -> None:
    state = sigmoid().get_state()
    assert "render" in state["_esm"]
    assert ".explorer" in state["_css"]


def test_a_missing_bundle_says_how_to_build_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explorer, "_STATIC", tmp_path)
    explorer._bundle.cache_clear()
    try:
        with pytest.raises(RuntimeError, match=r"explorer\.mjs is missing.*pip install -e \."):
            sigmoid()
    finally:
        monkeypatch.undo()
        explorer._bundle.cache_clear()


def test_names_come_from_titles() -> None:
    assert sigmoid(name=None, title="2 Shapes: σ and tanh").spec["name"] == "shapes-and-tanh"
    assert sigmoid(name="activation-shapes").spec["name"] == "activation-shapes"


def test_mathml_is_what_browsers_draw() -> None:
    s = sp.Function("σ")
    label = mathml(sp.Derivative(s(x), x) + sp.Abs(x) * sp.sqrt(k) / (1 + sp.exp(-k)))
    assert label.startswith("<math><")
    assert "&" not in label
    assert "mfenced" not in label
    assert "ⅇ" not in label
    Tags(label)
    stack: list[str] = []
    for close, name in re.findall(r"<(/?)(\w+)[^>]*>", label):
        if close:
            assert stack.pop() == name
        else:
            stack.append(name)
    assert not stack


@pytest.mark.parametrize(
    ("digits", "wanted", "shown"),
    [(3, ".3f", "k = 1.000"), (".3g", ".3g", "k = 1"), (".2e", ".2e", "k = 1.00e+00"), (".1%", "%.1", "k = 100.0 %")],
)
def test_readout_formats(digits: int | str, wanted: str, shown: str) -> None:
    readout = Readout("k", k, digits=digits)
    assert readout.format == wanted
    assert readout.text({"k": 1.0}) == shown
