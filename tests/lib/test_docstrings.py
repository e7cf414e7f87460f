"""The contract of a docstring: every public function of the mathematics says all that DESIGN.md asks of it."""

from __future__ import annotations

import doctest
import importlib
import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import dlmath_lib

ROOT = Path(dlmath_lib.__file__).parent
TOOLS = {"verify", "explore", "exercises", "book", "plotting", "listing"}
FORMULA = re.compile(r"[=⊙′∂Σ∇ᵀ·×<>≤≥]|\w\(\w|:math:|`\w")
SECTION = re.compile(
    r"^(?P<name>[A-Z][\w ]+)\n-{3,}\n(?P<body>.*?)(?=^[A-Z][\w ]+\n-{3,}\n|\Z)", re.MULTILINE | re.DOTALL
)
CHAPTER = re.compile(
    r"\b((?:linear_algebra|calculus|probability|information|networks|optimization|regularization|convolution|practice)"
    r"/[a-z_]+)(?:\.ipynb)?(?:#([\w-]+))?"
)


def mathematics() -> Iterator[ModuleType]:
    for path in sorted(ROOT.iterdir()):
        name = path.stem
        if name.startswith("_") or name in TOOLS or not (path.suffix == ".py" or (path / "__init__.py").is_file()):
            continue
        yield importlib.import_module(f"dlmath_lib.{name}")


def public_functions() -> list[Any]:
    found = []
    for module in mathematics():
        for name in module.__all__:
            value = getattr(module, name)
            if inspect.isfunction(value):
                found.append(pytest.param(value, id=f"{module.__name__}.{name}"))
    return found


FUNCTIONS = public_functions()


@pytest.mark.parametrize("module", [pytest.param(m, id=m.__name__) for m in mathematics()])
def test_module_names_what_is_public(module: ModuleType) -> None:
    assert inspect.getdoc(module), "a module says in a line what it holds"
    assert sorted(module.__all__) == list(module.__all__)
    for name in module.__all__:
        assert inspect.getdoc(getattr(module, name)), f"{name} has no docstring"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_docstring_contract(function: Any) -> None:
    text = inspect.getdoc(function) or ""
    summary = text.split("\n", 1)[0]
    sections = {match["name"]: match["body"] for match in SECTION.finditer(text)}
    said = text.replace(sections.get("Parameters", ""), "").replace(sections.get("Examples", ""), "")
    assert summary.endswith("."), f"the summary is one line that ends with a period: {summary!r}"
    assert FORMULA.search(said), "the formula is missing"
    for name in ("Parameters", "Returns", "Raises", "References", "Examples"):
        assert sections.get(name, "").strip(), f"the section {name} is missing"
    for parameter in inspect.signature(function).parameters:
        assert re.search(rf"^\*{{0,2}}[\w, ]*\b{parameter}\b[\w, ]*(:|$)", sections["Parameters"], re.MULTILINE), (
            f"the argument {parameter} is not described"
        )
    assert ">>>" in sections["Examples"]
    # `f_grad` and `f_vjp` stand in the chapter of `f`.
    base = getattr(inspect.getmodule(function), re.sub(r"_(grad|vjp|jacobian)$", "", function.__name__), function)
    assert CHAPTER.search(text + (inspect.getdoc(base) or "")), (
        "the chapter that derives it is named: subject/topic#anchor"
    )


@pytest.mark.parametrize("function", FUNCTIONS)
def test_doctest(function: Any) -> None:
    tests = doctest.DocTestFinder(recurse=False).find(function, globs=vars(inspect.getmodule(function)).copy())
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    messages: list[str] = []
    for test in tests:
        runner.run(test, out=messages.append)
    assert runner.summarize(verbose=False).attempted > 0
    assert not messages, "".join(messages)


def anchors(chapter: str) -> set[str] | None:
    """Return the headings, labels and explorers of a chapter that is there; None for one still to be written."""
    path = ROOT.parent / "chapters" / f"{chapter}.ipynb"
    if not path.is_file():
        return None
    found = set()
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "markdown":
            for heading in re.findall(r"^#{1,3} (.+)$", "".join(cell["source"]), re.MULTILINE):
                found.add(re.sub(r"[^\w\- ]", "", heading.strip().lower().replace("$", "")).replace(" ", "-"))
        for output in cell.get("outputs", []):
            label = output.get("data", {}).get("application/vnd.dlmath.claim+json", {}).get("label")
            found.update([label] if label else [])
            found.update(
                re.findall(
                    r'<figure class="explorer[^>]*id="([^"]+)"', "".join(output.get("data", {}).get("text/html", []))
                )
            )
    return found


@pytest.mark.parametrize("function", FUNCTIONS)
def test_named_chapter_has_the_named_anchor(function: Any) -> None:
    for chapter, anchor in CHAPTER.findall(inspect.getdoc(function) or ""):
        known = anchors(chapter)
        if known is not None and anchor:
            assert anchor in known, f"chapters/{chapter}.ipynb has no place #{anchor}; it has {sorted(known)}"
