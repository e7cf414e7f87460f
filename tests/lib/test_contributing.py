"""The mark and the layer that CONTRIBUTING.md shows are whole: their files, as they stand there, do what it says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.lib.node import find_node

FRONTEND = ROOT / "dlmath_lib/explore/frontend"
# Its own process: a mark is registered for good by its class.
EXPLORER = """
import json, sys
import matplotlib; matplotlib.use("Agg")
import sympy as sp
exec(sys.stdin.read())
from dlmath_lib.explore import Curve, Explorer, Point, Slider
from tests.lib.spec_in_node import compare

x, k = sp.symbols("x k", real=True)
line = VLine(k**2, label="k²")
words = dict(title="A line", alt="A vertical line at k², which a slider moves.")
shown = Explorer(Slider(k, -2, 2, value=1), line, Curve(x, (x, -5, 5)), **words)
assert compare(shown._model, {"k": 1.5}) > 1
beside_a_point = Explorer(Slider(k, -2, 2, value=1), line, Point(0, 7), **words)
assert beside_a_point.spec["panels"][0]["y"]["max"] > 7
try:
    Explorer(Slider(k, -2, 2, value=1), line, **words)
except ValueError as error:
    assert "y must be given" in str(error), error
else:
    raise AssertionError("nothing tells the range of y")
print(json.dumps([shown.spec["panels"][0]["marks"][0], shown.numbers({"k": 1.5})["panels"][0][0]]))
"""
BROWSER = """
import {{ marks }} from "{index}";
const [mark, parameters] = JSON.parse(process.argv[2]);
console.log(JSON.stringify(marks.vline.compute(mark, {{ p: parameters }})));
"""


LAYER = """
import sys, types
import numpy as np
module = sys.modules["scale"] = types.ModuleType("scale")
exec(sys.stdin.read(), vars(module))
from dlmath_lib.network import Dense, Flatten, Network
from dlmath_lib.optimizers import SGD
from tests.lib.layer_battery import check_layer

Scale = module.Scale
check_layer(Scale(2.0), (3,))
check_layer(Scale(), (2, 2, 2))
rng = np.random.default_rng(0)
network = Network([Flatten(), Scale(), Dense(64, 10)], input_shape=(1, 8, 8), rng=rng)
x, options = rng.normal(size=(4, 1, 8, 8)), dict(optimizer=SGD(0.1), rng=rng, progress=False)
network.fit(x, [0, 1, 2, 3], epochs=2, batch_size=2, **options)
assert (network.layer_parameters[1]["scale"] != 1).any()
try:
    Scale("two")
except TypeError as error:
    print(error)
"""


@pytest.fixture(scope="module")
def blocks() -> dict[str, str]:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    return {kind: body for kind, body in re.findall(r"^```(\w+)\n(.*?)^```$", text, re.M | re.S) if "vline" in body}


def test_the_shown_mark_computes_the_same_numbers_on_both_sides(blocks: dict[str, str], tmp_path: Path) -> None:
    own = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", EXPLORER]
    done = subprocess.run(
        command, input=blocks["python"], cwd=ROOT, env=own, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    mark, numbers = json.loads(done.stdout)
    assert numbers == {"x": 2.25}

    ours = shutil.ignore_patterns("node_modules")
    shutil.copytree(FRONTEND, tmp_path / "frontend", ignore=ours)
    (tmp_path / "frontend/node_modules").symlink_to(FRONTEND / "node_modules")
    source = tmp_path / "frontend/src"
    (source / "marks/vline.js").write_text(blocks["js"], "utf-8")
    (source / "entry.js").write_text(BROWSER.format(index="./marks/index.js"), "utf-8")
    bundle = 'import { bundle } from "./build.mjs"; await bundle("src/entry.js", "entry.mjs", {format: "esm"});'
    for arguments in (["--input-type=module", "-e", bundle], ["entry.mjs", json.dumps([mark, [1.5]])]):
        done = subprocess.run(
            [find_node(), *arguments], cwd=tmp_path / "frontend", capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == numbers


def test_the_shown_layer_passes_the_battery() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    (code,) = [
        body for body in re.findall(r"^```python\n(.*?)^```$", text, re.M | re.S) if "class Scale(Layer)" in body
    ]
    done = subprocess.run(
        [sys.executable, "-c", LAYER],
        input=code, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Scale: start must be a number, got")


def test_the_places_that_it_names_are_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = set(re.findall(r"(?:tests|dlmath_lib)/[\w/]+\.(?:py|js)", text))
    new = {name for name in named if re.search("softsign|vline|layers/scale", name)}
    assert len(named - new) > 10
    assert sorted(name for name in named - new if not (ROOT / name).is_file()) == []
    for place, word in (
        ("tests/lib/test_activations.py", "OTHER_ORACLE"), ("tests/lib/test_activations.py", "ELEMENTWISE"),
        ("tests/browser/drawn.py", "CHECKS"), ("tests/lib/spec_in_node.py", "_JOBS"),
        ("tests/lib/test_network_layers.py", "LAYERS"),
    ):  # fmt: skip
        assert f"`{word}`" in text
        assert re.search(rf"^{word}\b.*=", (ROOT / place).read_text("utf-8"), re.M), place
