"""What a claim presupposes, in the form in which it is shown: domains, definitions, sizes of matrices.

A statement without its hypotheses is another statement: "max(0, z) ≥ m·z" is false, and true for 0 < m < 1. A letter
about which nothing is said is a real number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.matexpr import MatrixElement

from dlmath_lib.verify.definitions import Definitions
from dlmath_lib.verify.printing import latex, plain, pretty_name

ANALYTIC = (sp.Derivative, sp.Integral, sp.Limit, sp.Subs)


@dataclass(frozen=True)
class Hypothesis:
    """One condition under which a claim holds.

    Attributes
    ----------
    kind : {"for", "with", "sizes"}
        A domain, a definition, or the sizes for which matrices were written out.
    statement, latex : str
        The condition in Unicode text and in LaTeX.
    """

    kind: str
    statement: str
    latex: str

    def record(self) -> dict[str, str]:
        """Return the hypothesis as JSON."""
        return {"kind": self.kind, "statement": self.statement, "latex": self.latex}


def hypotheses(
    sides: Iterable[Any], where: Mapping[Any, Any] | None = None, given: Mapping[Any, Any] | None = None,
    sizes: Iterable[str] = (),
) -> tuple[Hypothesis, ...]:  # fmt: skip
    """Return all that is presupposed about the letters of a statement, or of all lines of a derivation.

    >>> z, m = sp.symbols("z m", real=True)
    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> [h.statement for h in hypotheses([sp.Max(0, z), m * z**n], where={m: (0, 1)})]
    ['0 < m < 1', 'n ∈ {1, 2, …}']
    """
    sides = list(sides)
    definitions = Definitions("hypotheses", given)
    expanded = [definitions.expand(side) for side in sides]
    used = _definitions_used([*sides, *(where or {})], given or {})
    between = [definitions.expand(key) for key in where or {} if not key.is_Symbol]
    # A letter of a definition keeps its condition even where it cancels: the definition is shown with it.
    defining = [s for name, formula in used.items() for s in _letters([formula]) if s not in _free(name)]
    found = (
        _domains([*expanded, *between, *defining], where or {}, given or {})
        + _shapes([*sides, *used.values()])
        + _functions(expanded)
    )
    found += [Hypothesis("with", *_equation(name, formula)) for name, formula in used.items()]
    shown = list(sizes)
    if shown:
        found.append(Hypothesis("sizes", " and for ".join(shown), r"\text{ and for } ".join(shown)))
    return tuple(found)


def closed_ranges(domain: Mapping[Any, tuple[float, float]]) -> tuple[Hypothesis, ...]:
    """Return the closed intervals from which `agree` took its points.

    >>> [h.statement for h in closed_ranges({sp.Symbol("x"): (-5.0, 5.0)})]
    ['−5 ≤ x ≤ 5']
    """
    grouped: dict[tuple[float, float], list[Any]] = {}
    for symbol, (start, end) in domain.items():
        grouped.setdefault((start, end), []).append(symbol)
    found = []
    for ends, symbols in grouped.items():
        low, high = (sp.nsimplify(end, rational=True) for end in ends)
        ends_text, ends_latex = [(printer(low), printer(high)) for printer in (plain, latex)]
        names = ", ".join(plain(s) for s in symbols), ", ".join(latex(s) for s in symbols)
        found.append(
            Hypothesis(
                "for",
                f"{ends_text[0]} ≤ {names[0]} ≤ {ends_text[1]}",
                rf"{ends_latex[0]} \leq {names[1]} \leq {ends_latex[1]}",
            )
        )
    return tuple(found)


def words(found: Iterable[Hypothesis]) -> str:
    """Return the hypotheses as they follow a statement: ``, for 0 < m < 1, with σ(x) = …``."""
    found = list(found)
    parts = []
    for kind, start in (("for", "for "), ("with", "with "), ("sizes", "shown for ")):
        same = [h.statement for h in found if h.kind == kind]
        if same:
            parts.append(start + ", ".join(same))
    return "".join(f", {part}" for part in parts)


def _equation(name: Any, formula: Any) -> tuple[str, str]:
    return f"{plain(name)} = {plain(formula)}", f"{latex(name)} = {latex(formula)}"


def _definitions_used(sides: list[Any], given: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return the definitions that the sides use, directly or through another definition, in the author's order."""
    used: set[Any] = set()
    waiting = list(sides)
    while waiting:
        present = waiting.pop()
        for name, formula in given.items():
            if name not in used and _mentions(present, name):
                used.add(name)
                waiting.append(sp.sympify(formula))
    return {name: sp.sympify(formula) for name, formula in given.items() if name in used}


def _mentions(expr: Any, name: Any) -> bool:
    if isinstance(name, AppliedUndef):
        return any(f.func == name.func for f in expr.atoms(AppliedUndef)) or any(
            name.func in (node, getattr(node, "func", None)) for node in sp.preorder_traversal(expr)
        )
    return bool(expr.has(name))


def _domains(expanded: list[Any], where: Mapping[Any, Any], given: Mapping[Any, Any]) -> list[Hypothesis]:
    sizes = {s for side in expanded for m in side.atoms(sp.MatrixSymbol) for d in m.shape for s in d.free_symbols}
    indices = {s for side in expanded for e in side.atoms(MatrixElement) for i in e.indices for s in i.free_symbols}
    grouped: dict[tuple[str, str], list[sp.Symbol]] = {}
    for symbol in _letters(expanded) + [key for key in where if not key.is_Symbol or key in given]:
        condition = None if symbol in sizes | indices else _condition(symbol, where.get(symbol))
        if condition:
            grouped.setdefault(condition, []).append(symbol)
    found = []
    for (text, tex), symbols in grouped.items():
        names = ", ".join(plain(s) for s in symbols), ", ".join(latex(s) for s in symbols)
        found.append(Hypothesis("for", text.replace("□", names[0]), tex.replace("□", names[1])))
    return found


def _free(name: Any) -> set[sp.Symbol]:
    """Return the letters of what is defined: those of a function's formula are no letters of the statement."""
    return getattr(name, "free_symbols", set())


def _letters(sides: list[Any]) -> list[sp.Symbol]:
    """Return the free symbols; the labels of indexed families are not among them."""
    free = {s for side in sides for s in side.free_symbols if isinstance(s, sp.Symbol)}
    labels = {node.base.label for side in sides for node in side.atoms(sp.Indexed)}
    return sorted(free - labels, key=lambda s: (s.name, str(sorted(s.assumptions0.items()))))


def _condition(symbol: sp.Symbol, interval: Any) -> tuple[str, str] | None:
    """Return what is presupposed of one symbol, in text and LaTeX with □ for its name; None for any real number."""
    low, high = (sp.sympify(end) for end in interval) if interval is not None else (-sp.oo, sp.oo)
    above, below = "<", "<"
    if symbol.is_extended_nonnegative and low < 0:
        low, above = sp.Integer(0), "<" if symbol.is_positive or symbol.is_zero is False else "≤"
    if symbol.is_extended_nonpositive and high > 0:
        high, below = sp.Integer(0), "<" if symbol.is_negative or symbol.is_zero is False else "≤"
    if symbol.is_integer:
        return _whole(low, above, high, below)
    if low == -sp.oo and high == sp.oo:
        if symbol.is_complex and symbol.is_real is None:
            return "□ ∈ ℂ", r"□ \in \mathbb{C}"
        return ("□ ≠ 0", r"□ \neq 0") if symbol.is_nonzero else None
    nonzero = symbol.is_zero is False and low < 0 < high
    tail = (", ≠ 0", r",\ \neq 0") if nonzero else ("", "")
    signs = {"<": "<", "≤": r"\leq"}
    if high == sp.oo:
        turned = {"<": (">", ">"), "≤": ("≥", r"\geq")}[above]
        return f"□ {turned[0]} {plain(low)}{tail[0]}", f"□ {turned[1]} {latex(low)}{tail[1]}"
    left = ("", "") if low == -sp.oo else (f"{plain(low)} {above} ", f"{latex(low)} {signs[above]} ")
    return f"{left[0]}□ {below} {plain(high)}{tail[0]}", f"{left[1]}□ {signs[below]} {latex(high)}{tail[1]}"


def _whole(low: Any, above: str, high: Any, below: str) -> tuple[str, str]:
    """Return the condition of a whole number between two ends."""
    first = None if low == -sp.oo else int(sp.floor(low)) + 1 if above == "<" else int(sp.ceiling(low))
    last = None if high == sp.oo else int(sp.ceiling(high)) - 1 if below == "<" else int(sp.floor(high))
    if first is None:
        if last is None:
            return "□ ∈ ℤ", r"□ \in \mathbb{Z}"
        return f"□ ∈ {{…, {last - 1}, {last}}}".replace("-", "−"), rf"□ \in \{{\dots, {last - 1}, {last}\}}"
    if last is None:
        return f"□ ∈ {{{first}, {first + 1}, …}}".replace("-", "−"), rf"□ \in \{{{first}, {first + 1}, \dots\}}"
    return f"□ ∈ {{{first}, …, {last}}}".replace("-", "−"), rf"□ \in \{{{first}, \dots, {last}\}}"


def _shapes(sides: list[Any]) -> list[Hypothesis]:
    """Return the shapes of the matrix symbols."""
    grouped: dict[tuple[Any, Any], list[Any]] = {}
    for symbol in sorted({m for side in sides for m in side.atoms(sp.MatrixSymbol)}, key=lambda m: m.name):
        grouped.setdefault(symbol.shape, []).append(symbol)
    found = []
    for (rows, cols), symbols in grouped.items():
        names = ", ".join(plain(s) for s in symbols), ", ".join(latex(s) for s in symbols)
        text = plain(rows) if cols == 1 else f"{plain(rows)}×{plain(cols)}"
        tex = latex(rows) if cols == 1 else rf"{latex(rows)} \times {latex(cols)}"
        found.append(Hypothesis("for", f"{names[0]} ∈ ℝ^({text})", rf"{names[1]} \in \mathbb{{R}}^{{{tex}}}"))
    return found


def _functions(expanded: list[Any]) -> list[Hypothesis]:
    """Return the functions that a statement leaves open and differentiates, integrates or takes limits of."""
    inside = {
        f.func.__name__
        for side in expanded for node in side.atoms(*ANALYTIC) for f in node.atoms(AppliedUndef)
    }  # fmt: skip
    if not inside:
        return []
    names = sorted(inside)
    text = ", ".join(pretty_name(name) for name in names)
    tex = ", ".join(latex(sp.Symbol(name)) for name in names)
    return [Hypothesis("for", f"smooth {text}", rf"\text{{smooth }} {tex}")]
