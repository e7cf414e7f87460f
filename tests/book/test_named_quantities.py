"""What stands beside a name is what the name says: curves, readouts, points and axes of the stored chapters.

The specs that the notebooks store are computed anew by the front end's own modules in Node.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.book import notebooks
from tests.conftest import ROOT
from tests.lib.frontend import ask
from tests.lib.read_back import read_text

SPEC = re.compile(r'class="explorer-spec">(.*?)</script>', re.DOTALL)
CHAPTERS = [path for path in notebooks.in_contents(ROOT) if path.parent.name not in ("reference", "clinic")]
COMPUTE = """return given.map((spec) => {
    const scene = m.createScene(spec);
    scene.update(true);
    return { ...scene.numbers(), p: scene.p };
})"""
EVALUATE = "return given.map(({ fn, p, x }) => x.map((v) => m.fn(fn)(p.map(Number), v)))"
# What a reader chooses, or counts through: it stands along x, and along y only against another such.
CHOSEN = re.compile(
    r"^(x|z|x₁|h₁|start|class|layer|score|links|epoch|step|error r|logit z|hidden neurons|learning rate)\b(?!\(| after)"
)
# What counts the steps of a run stands along x even against such another.
COUNTED = re.compile(r"^(epoch|step)( k)?$")
APPLIED = re.compile(r"[\w′]+\(\w\)$")
every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def specs(path: Path) -> list[dict[str, Any]]:
    """The explorers that a chapter stores."""
    html = [output["data"].get("text/html", "") for cell in notebooks.read(path).cells
            for output in cell.get("outputs", []) if "data" in output]  # fmt: skip
    return [json.loads(found) for text in html for found in SPEC.findall(text)]


class Explorer:
    """A spec with its numbers at the start; curves and numbers by their labels."""

    def __init__(self, spec: dict[str, Any], numbers: dict[str, Any]) -> None:
        self.p = numbers["p"]
        self.marks = [mark for panel in spec["panels"] for mark in panel["marks"]]
        self.curves = {mark["label"]: mark for mark in self.marks if mark["type"] == "curve" and mark["label"]}
        self.readouts = [(readout["label"], float(value), readout["color"])
                         for readout, value in zip(spec["readouts"], numbers["readouts"], strict=True)
                         if readout["type"] == "number"]  # fmt: skip
        shown = [n for panel in numbers["panels"] for n in panel]
        points = [float(n["x"]) for mark, n in zip(self.marks, shown, strict=True) if mark["type"] == "point"]
        self.places = np.array([*points, *(float(v) for v in self.p), *(value for _, value, _ in self.readouts)])
        self.x = {mark["label"]: np.array(n["x"], dtype=float)
                  for mark, n in zip(self.marks, shown, strict=True) if mark["type"] == "curve"}  # fmt: skip

    def at(self, label: str, x: Any) -> np.ndarray:
        """The values of a curve at some places."""
        x = np.atleast_1d(x).astype(float).tolist()
        (values,) = ask(EVALUATE, [{"fn": self.curves[label]["fn"], "p": self.p, "x": x}])
        return np.array(values, dtype=float)

    def slope(self, label: str, x: Any, step: float = 1e-5) -> np.ndarray:
        """The slopes of a curve, by central differences."""
        x = np.atleast_1d(x)
        ahead, behind = np.split(self.at(label, np.concatenate([x + step, x - step])), 2)
        return (ahead - behind) / (2 * step)


def complaints(explorer: Explorer) -> Iterator[str]:
    """What does not show what its name says."""
    before = np.nan
    for name, value, _ in explorer.readouts:
        for label in explorer.curves:
            wanted = None
            if name in (f"slope of the {label}", f"slope of {label}"):
                wanted = explorer.slope(label, [*explorer.x[label][[10, -10]], *explorer.places])
            elif name == f"{label} there":
                wanted = explorer.at(label, before)
            elif re.fullmatch(rf"{re.escape(label)}(\([^()]*\)|,.*|)", name):
                wanted = explorer.at(label, explorer.places)
            if wanted is not None and not np.isclose(wanted, value, rtol=1e-5, atol=1e-7).any():
                yield f"{name} = {value:.4g} is not that of the curve {label}"
        before = value
    for label in explorer.curves:
        for name in (f"{label}′", f"δ of {label}"):
            if name in explorer.curves:
                x = explorer.x[label][5:-5:7]
                same = np.isclose(explorer.slope(label, x), explorer.at(name, x), rtol=1e-3, atol=1e-5)
                if same.mean() < 0.9:  # at a kink there is no slope
                    yield f"the curve {name} is not the slope of the curve {label}"
    yield from _formulas(explorer)
    yield from _colors(explorer)


def _formulas(explorer: Explorer) -> Iterator[str]:
    """A label that is a formula of one letter, such as f(x) = x², is read."""
    for label in explorer.curves:
        text = label.split(" = ")[-1].split(", ")[0]
        letters = {name: sp.Symbol(name) for name in re.findall(r"[a-zA-Zα-ω]+[₀-₉]*", text)}
        try:
            expression = read_text(text, letters)
        except (AssertionError, KeyError):
            continue  # words, or letters side by side
        if expression.is_Symbol or len(expression.free_symbols) != 1:
            continue
        x = explorer.x[label][5:-5:9]
        wanted = sp.lambdify(list(expression.free_symbols), expression)(x)
        if not np.allclose(explorer.at(label, x), wanted):
            yield f"the curve {label} is not {text}"


def _colors(explorer: Explorer) -> Iterator[str]:
    """A curve and the number that has its name have one colour."""
    for name, _, color in explorer.readouts:
        named = [label for label in explorer.curves if re.search(rf"(?<![\w′]){re.escape(label)}(?![\w′])", name)]
        if color and named:
            own = explorer.curves[max(named, key=len)]["color"]
            if own != color:
                yield f"{name} is {color}, the curve {max(named, key=len)} is {own}"


@every_chapter
def test_curves_and_numbers_are_what_their_names_say(path: Path) -> None:
    found = specs(path)
    explorers = [Explorer(spec, numbers) for spec, numbers in zip(found, ask(COMPUTE, found), strict=True)]
    wrong = [f"{spec['name']}: {words}" for spec, explorer in zip(found, explorers, strict=True)
             for words in complaints(explorer)]  # fmt: skip
    assert wrong == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"label":"secant","color":"orange"', '"label":"chord","color":"orange"', ""),
        ('"label":"slope of the secant"', '"label":"slope of the tangent"', "slope of the tangent"),
        ('"label":"slope of the tangent","math":null,"fn":', '"label":"slope of the secant","math":null,"fn":',
         "slope of the secant"),
    ],
)  # fmt: skip
def test_a_number_of_another_curve_is_seen(old: str, new: str, said: str) -> None:
    text = json.dumps(specs(ROOT / "chapters/calculus/derivatives.ipynb")[0], separators=(",", ":"), ensure_ascii=False)
    assert old in text
    spec = json.loads(text.replace(old, new))
    assert any(said in words for words in complaints(Explorer(spec, ask(COMPUTE, [spec])[0]))) == bool(said)


@pytest.mark.parametrize(("label", "seen"), [("f(x) = x²", False), ("f(x) = x³", True), ("2·x", True), ("loss", False)])
def test_a_curve_that_is_not_its_formula_is_seen(label: str, seen: bool) -> None:
    found = specs(ROOT / "chapters/optimization/gradient_descent.ipynb")
    spec = next(spec for spec in found if spec["name"] == "one-parameter")
    spec["panels"][0]["marks"][0]["label"] = label
    said = [words for words in complaints(Explorer(spec, ask(COMPUTE, [spec])[0])) if words.startswith("the curve")]
    assert bool(said) == seen, said


def axes_of(path: Path) -> Iterator[tuple[str, str]]:
    """The names along x and along y of a chapter's panels and figures."""
    for spec in specs(path):
        yield from ((panel["x"]["label"], panel["y"]["label"]) for panel in spec["panels"] if panel["axes"])
    for cell in notebooks.read(path).cells:
        if cell.cell_type == "code" and "xlabel" in cell.source:
            for node in ast.walk(ast.parse(cell.source)):
                if isinstance(node, ast.Call):
                    given = {
                        word.arg: word.value.value for word in node.keywords if isinstance(word.value, ast.Constant)
                    }
                    if {"xlabel", "ylabel"} <= given.keys():
                        yield given["xlabel"], given["ylabel"]


@every_chapter
def test_what_is_chosen_stands_along_x(path: Path) -> None:
    for across, up in axes_of(path):
        assert not APPLIED.match(across), f"{across} along x, {up} along y"
        assert not CHOSEN.match(up) or CHOSEN.match(across), f"{across} along x, {up} along y"
        assert not COUNTED.match(up) or COUNTED.match(across), f"{across} along x, {up} along y"


@every_chapter
def test_tasks_have_their_answers(path: Path) -> None:
    for cell in notebooks.read(path).cells:
        if cell.cell_type == "markdown" and re.search(r"^\*\*(?:Tasks?|Try it)\b", cell.source, re.MULTILINE):
            answers = re.search(r"<summary>Answers?</summary>\s*(.+?)</details>", cell.source, re.DOTALL)
            assert answers, f"the answers stand below the tasks, folded: {cell.source[:80]}"
            asked = set(re.findall(r"\(([a-z])\) ", cell.source[: answers.start()]))
            missing = {letter for letter in asked if f"({letter})" not in answers[1]}
            assert not missing, f"no answer to {sorted(missing)}: {cell.source[:80]}"
