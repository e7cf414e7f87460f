"""The contract of a docstring: everything public says all that DESIGN.md asks of it.

A function of the mathematics gives its formula, arguments, result, errors, source, chapter and an example. Its
companions (`f_grad`, `f_jacobian`, `f_vjp`) give their own formula, what `f` has not, and "Otherwise as `f`." A
function of the tools (verify, explore, exercises) has the same sections without formula and chapter. Classes and
methods say what they take, methods of the mathematics what they return; "Otherwise as `name`." stands for what is said
there.
"""

from __future__ import annotations

import dataclasses
import doctest
import importlib
import inspect
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import dlmath_lib

ROOT = Path(dlmath_lib.__file__).parent
TOOLS = {"verify", "explore", "exercises", "frameworks", "plotting", "listing", "vectors"}
NOT_FOR_READERS = {"book"}  # the Sphinx extension: nobody imports it
FORMULA = re.compile(r"[=⊙′∂Σ∇∫∏∞√²³ᵀ·×<>≤≥]|\w\(\w|:math:| [/+−@] |\|\w")
SECTION = re.compile(
    r"^(?P<name>[A-Z][\w ]+)\n-{3,}\n(?P<body>.*?)(?=^[A-Z][\w ]+\n-{3,}\n|\Z)", re.MULTILINE | re.DOTALL
)
COMPANION = re.compile(r"(?P<base>\w+)_(grad|jacobian|vjp)")
OTHERWISE = re.compile(r"^Otherwise as `([\w.]+)`\.$", re.MULTILINE)
CHAPTER = re.compile(
    r"\b((?:linear_algebra|calculus|probability|information|networks|optimization|regularization|convolution|practice)"
    r"/[a-z_]+)(?:\.ipynb)?(?:#([\w-]+))?"
)


def modules() -> Iterator[tuple[str, ModuleType]]:
    for path in sorted(ROOT.iterdir()):
        name = path.stem
        public = not name.startswith("_") and name not in NOT_FOR_READERS
        if public and (path.suffix == ".py" or (path / "__init__.py").is_file()):
            yield name, importlib.import_module(f"dlmath_lib.{name}")


@dataclasses.dataclass(frozen=True)
class Public:
    """A function, class or method that a reader may call."""

    value: Any
    module: str
    name: str
    owner: type | None = None

    @property
    def kind(self) -> str:
        if self.owner:
            return "method"
        return "class" if inspect.isclass(self.value) else "function"

    @property
    def id(self) -> str:
        return f"{self.module}.{self.owner.__name__ + '.' if self.owner else ''}{self.name}"

    @property
    def mathematics(self) -> bool:
        return self.module not in TOOLS


def ours(value: Any) -> bool:
    return (getattr(value, "__module__", None) or "").startswith("dlmath_lib")


def methods(cls: type, module: str) -> Iterator[Public]:
    """The public methods and properties that this package wrote, inherited ones too."""
    if issubclass(cls, tuple):
        return
    for name in dir(cls):
        if name.startswith("_"):
            continue
        home = next(base for base in cls.__mro__ if name in vars(base))
        value = vars(home)[name]
        value = value.__func__ if isinstance(value, (classmethod, staticmethod)) else value
        if ours(home) and (inspect.isfunction(value) or isinstance(value, property)):
            yield Public(value, module, name, cls)


def everything_public() -> Iterator[Public]:
    for module, holder in modules():
        for name in holder.__all__:
            value = getattr(holder, name)
            if not ours(value) or isinstance(value, ModuleType):
                continue
            if inspect.isfunction(value) or inspect.isclass(value):
                yield Public(value, module, name)
            if inspect.isclass(value) and not issubclass(value, BaseException):
                yield from methods(value, module)


# What several classes inherit is judged once.
PUBLIC = list({id(p.value): p for p in reversed(list(everything_public()))}.values())[::-1]
FUNCTIONS = [p for p in PUBLIC if p.kind == "function"]


def sections(text: str) -> dict[str, str]:
    return {match["name"]: match["body"] for match in SECTION.finditer(text)}


def parameters(thing: Public) -> list[str]:
    if isinstance(thing.value, property):
        return []
    if thing.kind == "class" and issubclass(thing.value, BaseException):
        return []
    try:
        names = list(inspect.signature(thing.value).parameters)
    except ValueError:  # a class without a signature of its own
        return []
    return names[1:] if thing.kind == "method" and names[:1] in (["self"], ["cls"]) else names


def returns_something(thing: Public) -> bool:
    if thing.kind == "class" or isinstance(thing.value, property):
        return False
    return inspect.signature(thing.value).return_annotation not in (None, "None", inspect.Signature.empty)


def described(name: str, said: dict[str, str]) -> bool:
    places = said.get("Parameters", "") + said.get("Attributes", "")
    return bool(re.search(rf"^[\w, *]*\b{name}\b[\w, *]*(:|$)", places, re.MULTILINE))


def the_same_elsewhere(thing: Public, text: str) -> dict[str, str]:
    """The sections of what the docstring says it is otherwise like; {} if it says nothing of the kind."""
    match = OTHERWISE.search(text)
    if not match:
        return {}
    first, _, rest = match[1].partition(".")
    scope: Any = inspect.getmodule(thing.value.fget if isinstance(thing.value, property) else thing.value)
    if first == "numpy":
        scope, first, rest = importlib.import_module("numpy"), *rest.partition(".")[::2]
    value = getattr(scope, first, None) or getattr(importlib.import_module(f"dlmath_lib.{thing.module}"), first, None)
    value = getattr(value, rest) if rest else value
    assert value is not None, f"`{match[1]}`, which it is said to be like, is not there"
    return sections(inspect.getdoc(value) or "")


def wanted(thing: Public) -> list[str]:
    """The sections that it must have, besides the parameters."""
    returns = ["Returns"] if returns_something(thing) else []
    raises = ["Raises"] if parameters(thing) else []
    if thing.kind == "method":
        return returns if thing.mathematics else []
    if thing.kind == "class":  # a record, or an error, is received and not made
        plain = dataclasses.is_dataclass(thing.value) and not hasattr(thing.value, "__post_init__")
        record = plain or issubclass(thing.value, (tuple, BaseException))
        return [] if record or not thing.mathematics else ["Examples", "References", *raises]
    source = ["References"] if thing.mathematics or thing.module == "verify" else []
    return ["Examples", *returns, *raises, *source]


def faults(thing: Public) -> list[str]:
    """What the docstring lacks."""
    text = inspect.getdoc(thing.value) or ""
    own = sections(text)
    companion = COMPANION.fullmatch(thing.name)
    base = companion and getattr(inspect.getmodule(thing.value), companion["base"], None)
    found = []
    if not text.split("\n\n", 1)[0].replace("\n", " ").endswith((".", ":")):
        found.append("a summary that is a sentence with a period")
    if base is not None and f"Otherwise as `{companion['base']}`." not in text:
        found.append(f"the line 'Otherwise as `{companion['base']}`.'")
    elsewhere = the_same_elsewhere(thing, text)
    for name in parameters(thing):
        named = thing.kind == "method" and not thing.mathematics and re.search(rf"`\**{name}\b", text)
        if not named and not described(name, own) and not described(name, elsewhere):
            found.append(f"the argument {name}")
    shared = set(elsewhere) - ({"Returns", "Examples"} if base else {"Examples"} if thing.kind == "function" else set())
    missing = [name for name in wanted(thing) if not own.get(name, "").strip() and name not in shared]
    found += [f"the section {name}" for name in missing]
    if ">>>" not in own.get("Examples", ">>>"):
        found.append("an example that runs")
    if thing.kind == "function" and thing.mathematics and thing.module != "datasets":
        said = text.replace(own.get("Parameters", ""), "").replace(own.get("Examples", ""), "")
        if not FORMULA.search(said):
            found.append("the formula")
        if not CHAPTER.search(text + (inspect.getdoc(base) or "")):
            found.append("the chapter that derives it: subject/topic#anchor")
    return found


@pytest.mark.parametrize("thing", PUBLIC, ids=lambda p: p.id)
def test_docstring_contract(thing: Public) -> None:
    missing = faults(thing)
    assert not missing, f"the docstring of {thing.id} lacks " + "; ".join(missing)


@pytest.mark.parametrize(("name", "module"), list(modules()), ids=lambda v: v if isinstance(v, str) else "")
def test_module_names_what_is_public(name: str, module: ModuleType) -> None:
    assert inspect.getdoc(module), f"{name} says in a line what it holds"
    assert sorted(module.__all__) == list(module.__all__)
    for public in module.__all__:
        assert inspect.getdoc(getattr(module, public)), f"{name}.{public} has no docstring"


@pytest.mark.parametrize("thing", [p for p in PUBLIC if p.mathematics and p.kind != "method"], ids=lambda p: p.id)
def test_doctest(thing: Public) -> None:
    tests = doctest.DocTestFinder(recurse=False).find(
        thing.value, thing.name, globs=vars(inspect.getmodule(thing.value)).copy()
    )
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    messages: list[str] = []
    for test in tests:
        runner.run(test, out=messages.append)
    assert "Examples" not in wanted(thing) or runner.summarize(verbose=False).attempted > 0
    assert not messages, "".join(messages)


@cache
def anchors(chapter: str) -> set[str] | None:
    """The headings, labels and explorers of a chapter; None where there is no such chapter."""
    path = ROOT.parent / "chapters" / f"{chapter}.ipynb"
    if not path.is_file():
        return None
    found = set()
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            for heading in re.findall(r"^#{1,3} (.+)$", source, re.MULTILINE):
                found.add(re.sub(r"[^\w\- ]", "", heading.strip().lower().replace("$", "")).replace(" ", "-"))
        found.update(re.findall(r'\blabel="(eq-[\w-]+)"', source))
        for output in cell.get("outputs", []):
            html = "".join(output.get("data", {}).get("text/html", []))
            found.update(re.findall(r'<figure class="explorer[^>]*id="([^"]+)"', html))
    return found


def test_every_chapter_and_anchor_that_a_docstring_names_is_there() -> None:
    wrong = []
    for path in sorted(ROOT.rglob("*.py")):
        if {"node_modules", *NOT_FOR_READERS} & set(path.relative_to(ROOT).parts):
            continue
        for chapter, anchor in CHAPTER.findall(path.read_text(encoding="utf-8")):
            known = anchors(chapter)
            if known is None or (anchor and anchor not in known):
                where = path.relative_to(ROOT.parent)
                wrong.append(f"{where}: {chapter}#{anchor}" + ("" if known else ": no such chapter"))
    assert not wrong, "\n".join(wrong)


def good(z: Any) -> Any:
    """Softsign, z / (1 + |z|).

    Parameters
    ----------
    z : array of any shape
        Pre-activation.

    Returns
    -------
    array of z's shape
        Values in (−1, 1).

    Raises
    ------
    TypeError
        If z is no array.

    References
    ----------
    Chapter: networks/activations#tanh.

    Examples
    --------
    >>> 1 + 1
    2
    """


def good_grad(z: Any) -> Any:
    """Derivative of softsign at the input z, 1 / (1 + |z|)².

    Otherwise as `good`.

    Returns
    -------
    array of z's shape
        Values in (0, 1].

    Examples
    --------
    >>> 1 + 1
    2
    """


@pytest.mark.parametrize("function", [good, good_grad], ids=lambda f: f.__name__)
def test_the_contract_takes_a_whole_docstring_and_misses_each_part(function: Any) -> None:
    def judged(text: str) -> list[str]:
        clone = type(function)(function.__code__, {**globals()}, function.__name__)
        clone.__doc__, clone.__annotations__, clone.__module__ = text, function.__annotations__, __name__
        return faults(Public(clone, "activations", function.__name__))

    text = inspect.getdoc(function) or ""
    assert judged(text) == []
    for name, body in sections(text).items():
        whole = f"{name}\n{'-' * len(name)}\n{body}"
        assert judged(text.replace(whole, "")), f"nobody misses {name}"
    assert judged(text.replace(", z / (1 + |z|)", "").replace(", 1 / (1 + |z|)²", "")) == ["the formula"]
    if function is good_grad:
        assert judged(text.replace("Otherwise as `good`.", ""))[0] == "the line 'Otherwise as `good`.'"
        assert judged(text.replace("as `good`", "as `good_grad`"))
    else:
        assert judged(text.replace("z : array", "x : array")) == ["the argument z"]
