"""The exercises of the chain rule's chapter: right answers pass, the likely wrong ones are told what is wrong."""

import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

u, v = sp.symbols("u v", real=True)
rho, phi = sp.Symbol("rho", positive=True), sp.Symbol("varphi", real=True)
f, place = sp.Function("f"), (rho * sp.cos(phi), rho * sp.sin(phi))
gu, gv = (sp.Subs(sp.Derivative(f(u, v), letter), (u, v), place) for letter in (u, v))
START = sp.Derivative(f(*place), rho) ** 2 + sp.Derivative(f(*place), phi) ** 2 / rho**2


def walk(add=True, seed=1.0, others=0.0, through=True, forward=False, all_nodes=True):
    """The walk back, with something spoilt."""

    def adjoints(graph):
        slope = {node: others for node, _ in graph} if all_nodes else {}
        slope[graph[-1][0]] = seed
        for node, slopes in graph if forward else reversed(graph):
            for parent, local in slopes.items():
                part = (slope.get(node, 0.0) if through else 1.0) * local
                slope[parent] = slope.get(parent, 0.0) + part if add else part
        return slope

    return adjoints


def path_by_path(graph):
    def slope(node):
        if node == graph[-1][0]:
            return 1.0
        return sum(slopes[node] * slope(user) for user, slopes in graph if node in slopes)

    return {node: slope(node) for node, _ in graph}


def path_by_path_with_own_arrows(graph):
    users = {node: [] for node, _ in graph}
    for user, slopes in graph:
        for node, local in slopes.items():
            users[node].append((user, local))

    def slope(node):
        return 1.0 if node == graph[-1][0] else sum(local * slope(user) for user, local in users[node])

    return {node: slope(node) for node, _ in graph}


def spoils(graph):
    found = walk()(graph)
    graph[0][1]["new"] = 1.0
    return found


def test_all_are_registered():
    names = [exercise.name.split(".")[1] for exercise in exercises_of("chain_rule")]
    assert names == ["adjoints", "by_hand", "count", "polar_gradient", "total_or_partial"]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("by_hand", (30, 21)),
        ("by_hand", [30.0, sp.Integer(21)]),
        ("by_hand", sp.Matrix([30, 21])),
        ("by_hand", sp.Matrix([[30, 21]])),
        ("total_or_partial", (0.1, 3.1)),
        ("count", (3_959_200, 83_400)),
        ("adjoints", walk()),
    ],
)
def test_right_answers(name, answer):
    verdict = check(f"chain_rule.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [
        ("by_hand", (21, 30), "exchanged"),
        ("by_hand", (12, 21), "the one through y"),
        ("by_hand", (30, 9), "the one through x"),
        ("by_hand", (18, 21), "the one through x"),
        ("by_hand", (31, 21), "your slope along s"),
        ("by_hand", 30, "a pair"),
        ("total_or_partial", (3.1, 0.1), "exchanged"),
        ("total_or_partial", (0.1, 3), "direct path"),
        ("total_or_partial", (0.1, 1.1), "slope of p along w"),
        ("total_or_partial", (3.1, 3.1), "your partial derivative"),
        ("total_or_partial", (1, 3.1), "the one along p"),
        ("count", (83_400, 3_959_200), "exchanged"),
        ("count", (3_920_000, 83_400), "second product"),
        ("count", (3_959_200, 5_000), "second product"),
        ("count", (3_959_200, 1), "your backward count"),
        ("adjoints", walk(add=False), "paths are added"),
        ("adjoints", walk(seed=0.0), "slope 1 along itself"),
        ("adjoints", walk(through=False), "multiply each local slope"),
        ("adjoints", walk(forward=True), "from its end"),
        ("adjoints", walk(others=1.0), "1 at the result alone"),
        ("adjoints", walk(all_nodes=False), "no slope for 'lost': a node without effect"),
        ("adjoints", lambda graph: {"a": 21, "b": 16}, "no slope for 'x': the result has the slope 1"),
        ("adjoints", lambda graph: {graph[-1][0]: 1.0}, "no slope for 'x', which acts on another"),
        ("adjoints", lambda graph: [1.0], "must return a dict"),
        ("adjoints", 3, "must be a function"),
        ("polar_gradient", gu, "must be a Derivation"),
    ],
)
def test_wrong_answers_hear_why(name, answer, says):
    verdict = check(f"chain_rule.{name}", answer)
    assert verdict.status == "wrong"
    assert says in verdict.message


def test_a_graph_that_is_changed_is_seen():
    assert "changes the graph" in check("chain_rule.adjoints", spoils).message


def test_a_graph_that_is_left_reversed_is_seen():
    def turns(graph):
        found = walk()(graph)
        graph.reverse()
        return found

    assert "changes its argument graph" in check("chain_rule.adjoints", turns).message


@pytest.mark.parametrize("function", [path_by_path, path_by_path_with_own_arrows])
def test_a_walk_path_by_path_is_stopped(function):
    assert "use each arrow a single time" in check("chain_rule.adjoints", function).message


def test_proofs_of_the_polar_gradient():
    along, across = sp.cos(phi) * gu + sp.sin(phi) * gv, -rho * sp.sin(phi) * gu + rho * sp.cos(phi) * gv
    good = Derivation(START).step(along**2 + across**2 / rho**2, because="chain rule").step(gu**2 + gv**2, because="1")
    assert check("chain_rule.polar_gradient", good).passed
    short = Derivation(START).step(gu**2 + gv**2, because="at once")
    assert "at least 2 steps" in check("chain_rule.polar_gradient", short).message


@pytest.mark.parametrize("name", [exercise.name for exercise in exercises_of("chain_rule")])
def test_stubs_say_not_yet(name):
    answer = (lambda graph: ...) if name.endswith("adjoints") else ...
    assert check(name, answer).status == "not yet"
