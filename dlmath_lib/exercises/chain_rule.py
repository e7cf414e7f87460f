"""The exercises of ``chapters/calculus/chain_rule.ipynb``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, not_yet, number, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise

Graph = list[tuple[str, dict[str, float]]]


class _Slope(float):
    """A local slope that counts how often it is multiplied: a sum path by path would not come to an end."""

    uses = 0

    def _use(self) -> None:
        _Slope.uses += 1
        if _Slope.uses > _PATIENCE:
            raise Wrong(
                f"your function multiplies by local slopes more than {_PATIENCE} times in a graph of 123 nodes, "
                "2⁶⁰ paths: go back through the list once, and use each arrow a single time"
            )

    def __mul__(self, other: Any) -> Any:
        self._use()
        return super().__mul__(other)

    def __rmul__(self, other: Any) -> Any:
        self._use()
        return super().__rmul__(other)


_PATIENCE = 50_000


def _ladder(rungs: int) -> Graph:
    """Two nodes on each rung, each acting on both of the next: 2^rungs paths."""
    graph: Graph = [("p0", {}), ("q0", {})]
    for i in range(1, rungs + 1):
        below = {f"p{i - 1}": 0.5, f"q{i - 1}": 0.5}
        graph += [(f"p{i}", dict(below)), (f"q{i}", dict(below))]
    return [*graph, ("L", {f"p{rungs}": 3.0, f"q{rungs}": 1.0})]


# (words, graph): one path, several, a shortcut, a node without effect, many paths.
_GRAPHS: list[tuple[str, Graph]] = [
    ("a graph with one node", [("x", {})]),
    ("one path", [("x", {}), ("y", {"x": 3.0}), ("L", {"y": -2.0})]),
    (
        "two paths from one node",
        [("a", {}), ("b", {}), ("u", {"a": 3.0, "b": 2.0}), ("v", {"a": 1.0, "b": 1.0}), ("L", {"u": 5.0, "v": 6.0})],
    ),
    (
        "a path that skips a node",
        [("x", {}), ("y", {"x": 3.0}), ("z", {"x": 0.5, "y": 2.0}), ("L", {"x": 7.0, "z": 4.0})],
    ),
    ("a node that acts on nothing", [("x", {}), ("lost", {"x": 5.0}), ("L", {"x": 2.0})]),
    ("a slope of 0", [("x", {}), ("y", {"x": 0.0}), ("L", {"y": 2.0, "x": 1.0})]),
    ("many paths", _ladder(60)),
]


def _adjoints(graph: Graph, start: float = 0.0, forward: bool = False) -> dict[str, float]:
    """The adjoints; or what comes out with another start for the nodes before the result, or from the wrong end."""
    slope = {node: start for node, _ in graph}
    slope[graph[-1][0]] = 1.0
    for node, slopes in graph if forward else reversed(graph):
        for parent, local in slopes.items():
            slope[parent] += slope[node] * local
    return slope


@exercise("chain_rule.by_hand", of=("eq-multivariate-chain-rule", "eq-sum-over-paths"))
def by_hand(answer: Any) -> str:
    """Both partial derivatives of x²y with x = s + t, y = st at s = 1, t = 2."""
    if isinstance(answer, sp.MatrixBase) and 1 in answer.shape:
        answer = list(answer)
    pair = parts(answer, 2, "a pair, (along s, along t)")
    names = "your slope along s", "your slope along t"
    along_s, along_t = (number(value, name) for value, name in zip(pair, names, strict=True))
    if (along_s, along_t) == (21, 30):
        raise Wrong("your two slopes are exchanged: ∂y/∂s is t, and ∂y/∂t is s")
    for value, name, both, through_y in ((along_s, names[0], 30, 18), (along_t, names[1], 21, 9)):
        if value in (12, through_y):
            missing = "y" if value == 12 else "x"
            raise Wrong(f"{name} leaves out a path: the one through {missing}")
        close_to(value, both, what=name, hint="It is 2xy·∂x + x²·∂y, with x = 3 and y = 2")
    return "two paths each: 12 + 18, and 12 + 9"


@exercise("chain_rule.total_or_partial", of="eq-total-derivative")
def total_or_partial(answer: Any) -> str:
    """(p − 1)² + 0.1w² with p = 3w, at w = 0.5."""
    pair = parts(answer, 2, "a pair, (partial, total)")
    names = "your partial derivative", "your total derivative"
    direct, whole = (number(value, name) for value, name in zip(pair, names, strict=True))
    if abs(direct - 3.1) < 1e-9 and abs(whole - 0.1) < 1e-9:
        raise Wrong("the two are exchanged: the partial derivative holds p fixed")
    if abs(direct - 1) < 1e-9:
        raise Wrong("your partial derivative is the one along p; along w, with p fixed, only 0.1 w² moves")
    close_to(direct, 0.1, what=names[0], hint="With p fixed, only 0.1 w² moves: 0.2 w")
    if abs(whole - 3) < 1e-9:
        raise Wrong("your total derivative leaves out the direct path, 0.2 w")
    if abs(whole - 1.1) < 1e-9:
        raise Wrong("your total derivative leaves out the slope of p along w, which is 3")
    close_to(whole, 3.1, what=names[1], hint="It is 0.2 w + 2(p − 1) · 3 at p = 1.5")
    return "0.1 directly, and 3 through the prediction"


@exercise("chain_rule.count", of="eq-cost-of-both-orders")
def count(answer: Any) -> str:
    """Multiplications for 784 → 100 → 50 → 1."""
    pair = parts(answer, 2, "a pair, (forward, backward)")
    names = "your forward count", "your backward count"
    ahead, back = (number(value, name) for value, name in zip(pair, names, strict=True))
    if (ahead, back) == (83_400, 3_959_200):
        raise Wrong("the two are exchanged: forward starts with the product of the second and the first Jacobian")
    if ahead == 3_920_000:
        raise Wrong("your forward count leaves out the second product, (1, 50) times (50, 784)")
    if back == 5_000:
        raise Wrong("your backward count leaves out the second product, (1, 100) times (100, 784)")
    close_to(ahead, 3_959_200, what=names[0], rtol=1e-9, hint="(50, 100)·(100, 784), then (1, 50)·(50, 784)")
    close_to(back, 83_400, what=names[1], rtol=1e-9, hint="(1, 50)·(50, 100), then (1, 100)·(100, 784)")
    return "47 times less from the result back"


@exercise("chain_rule.adjoints", of=("eq-sum-over-paths", "eq-multivariate-chain-rule"))
def adjoints(answer: Any) -> str:
    """The walk back over a small graph."""
    for words, graph in _GRAPHS:
        _Slope.uses = 0
        given: Graph = [(node, {name: _Slope(slope) for name, slope in slopes.items()}) for node, slopes in graph]
        found = call(answer, given, names=("graph",))
        if found is ...:
            raise not_yet()
        if not isinstance(found, Mapping):
            raise Wrong(f"your function must return a dict; for {words} it returns {show(found)}")
        if given != graph:
            raise Wrong("your function changes the graph: leave it as it is")
        right = _adjoints(graph)
        missing = [node for node in right if node not in found]
        if missing:
            hint = _hint_missing(missing[0], graph)
            raise Wrong(f"for {words} your dict has no slope for {missing[0]!r}{hint}")
        for node, slope in right.items():
            yours = number(found[node], f"for {words} your slope along {node!r}")
            if abs(yours - slope) > 1e-9 * (1 + abs(slope)):
                hint = _hint(node, yours, graph)
                raise Wrong(f"for {words} your slope along {node!r} is {show(yours)}; it is {show(slope)}{hint}")
    return f"{len(_GRAPHS)} graphs, one of them with 2⁶⁰ paths from a node"


def _hint_missing(node: str, graph: Graph) -> str:
    if node == graph[-1][0]:
        return ": the result has the slope 1 along itself"
    used = any(node in slopes for _, slopes in graph)
    return ", which acts on another node" if used else ": a node without effect has the slope 0"


def _hint(node: str, yours: float, graph: Graph) -> str:
    right = _adjoints(graph)
    if node == graph[-1][0]:
        return ": the result has the slope 1 along itself"
    terms = [right[user] * slopes[node] for user, slopes in graph if node in slopes]
    if len(terms) > 1 and any(abs(yours - term) < 1e-9 for term in terms):
        return ": paths are added, not replaced"
    locals_ = [slopes[node] for _, slopes in graph if node in slopes]
    if locals_ and abs(yours - sum(locals_)) < 1e-9:
        return ": multiply each local slope by the slope along the node at the arrow's end"
    if abs(yours - _adjoints(graph, forward=True)[node]) < 1e-9:
        return ": go through the list from its end, so that a node's own slope is whole before it is passed on"
    if abs(yours - _adjoints(graph, start=1.0)[node]) < 1e-9:
        return ": start with 1 at the result alone, and with 0 elsewhere"
    return ""


@exercise("chain_rule.polar_gradient", of="eq-path")
def polar_gradient(answer: Any) -> str:
    """P_ρ² + P_φ²/ρ² = ‖∇f‖², as a chain of proved steps."""
    u, v = sp.symbols("u v", real=True)
    rho, phi = sp.Symbol("rho", positive=True), sp.Symbol("varphi", real=True)
    f, place = sp.Function("f"), (rho * sp.cos(phi), rho * sp.sin(phi))
    gu, gv = (sp.Subs(sp.Derivative(f(u, v), letter), (u, v), place) for letter in (u, v))
    start = sp.Derivative(f(*place), rho) ** 2 + sp.Derivative(f(*place), phi) ** 2 / rho**2
    return derivation_of(answer, start, gu**2 + gv**2, min_steps=2)
