"""The exercises of ``chapters/calculus/automatic_differentiation.ipynb``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, not_yet, number, parts, show
from dlmath_lib.exercises.form import same_form
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of, expression_equals
from dlmath_lib.exercises.registry import exercise

Program = Callable[..., Any]
TWICE = "a value that is used twice collects both slopes: add, do not replace"
ORDER = "a value may hand its slope on when everything that uses it has handed down its own"
# (words, program, inputs, gradient, what a wrong gradient is likely to come from)
_PROGRAMS: list[tuple[str, Program, list[float], list[float], str]] = [
    ("a + b", lambda a, b: a + b, [2.0, 5.0], [1.0, 1.0], "both slopes of a sum are 1"),
    ("a * b", lambda a, b: a * b, [2.0, 5.0], [5.0, 2.0], "the slope along a is b"),
    ("a + a", lambda a: a + a, [3.0], [2.0], TWICE),
    ("a * a", lambda a: a * a, [3.0], [6.0], TWICE),
    ("(a*b + a)*(a*b + a)", lambda a, b: (a * b + a) * (a * b + a), [2.0, 3.0], [64.0, 32.0], ORDER),
    ("a + 2, a number on the right", lambda a: a + 2, [3.0], [1.0], ""),
    ("2 + a, a number on the left", lambda a: 2 + a, [3.0], [1.0], ""),
    ("3 * a, a number on the left", lambda a: 3 * a, [3.0], [3.0], ""),
    ("a * 0.5 + -1", lambda a: a * 0.5 + -1, [3.0], [0.5], ""),
]


def _diamond(a: Any) -> Any:
    u = a * a
    v = u + a
    w = v * u
    return w * v + u


def _late(a: Any, b: Any) -> Any:
    u = a * b
    v = u * 2
    w = v * a
    return u * w + v


def _doubled(a: Any) -> Any:
    for _ in range(60):
        a = a + a
    return a


_PROGRAMS += [
    ("paths of different lengths", _diamond, [2.0], [388.0], ORDER),
    ("an early value that is used late", _late, [2.0, 3.0], [222.0, 100.0], ORDER),
]


@exercise("automatic_differentiation.tape_by_hand", of="eq-adjoint-step")
def tape_by_hand(answer: Any) -> str:
    """The adjoints of (xy + x)² at (1, 2)."""
    names = "your adjoint of x", "your adjoint of y"
    pair = parts(answer, 2, "a pair, (of_x, of_y)")
    of_x, of_y = (number(value, name) for value, name in zip(pair, names, strict=True))
    if (of_x, of_y) == (6, 18):
        raise Wrong("the two are exchanged: two contributions arrive at x")
    if of_x in (6, 12):
        missing = "v₃ = xy" if of_x == 6 else "v₄ = v₃ + x"
        raise Wrong(f"your adjoint of x leaves out what arrives from {missing}: contributions are added")
    close_to(of_x, 18, what=names[0], hint="6 arrives from v₄, and y · 6 from v₃")
    close_to(of_y, 6, what=names[1], hint="x · 6 arrives from v₃")
    return "6 + 12 and 6"


@exercise(
    "automatic_differentiation.dual_by_hand",
    of=("eq-dual-product", "eq-dual-reciprocal", "eq-dual-power", "eq-dual-unit", "eq-dual-chain"),
)
def dual_by_hand(answer: Any) -> str:
    """x²/(x − 1) at 3 + ε."""
    names = "your value", "your tangent"
    pair = parts(answer, 2, "a pair, (value, tangent)")
    value, tangent = (number(part, name) for part, name in zip(pair, names, strict=True))
    close_to(value, 4.5, what=names[0], hint="9/2")
    if abs(tangent - 3) < 1e-9:
        raise Wrong("your tangent leaves out that of the denominator: its reciprocal is ½ − ¼ε")
    if abs(tangent - 5.25) < 1e-9:
        raise Wrong("the tangent of the reciprocal of 2 + ε has a minus sign")
    if abs(tangent - 6) < 1e-9:
        raise Wrong("your tangent is that of a quotient of tangents, 6/1: use the rule for products with ½ − ¼ε")
    close_to(tangent, 0.75, what=names[1], hint="6 · ½ − 9 · ¼")
    return "(9 + 6ε)(½ − ¼ε) = 4.5 + 0.75ε"


@exercise("automatic_differentiation.passes", of=("eq-adjoint-step",))
def passes(answer: Any) -> str:
    """Passes for the Jacobian of 3 inputs and 200 results; the values that a walk back uses."""
    names = "your number of forward runs", "your number of walks back"
    *counts, fewer, nodes = parts(answer, 4, "four parts, (forward, backward, fewer, nodes)")
    ahead, back = (number(value, name) for value, name in zip(counts, names, strict=True))
    if (ahead, back) == (200, 3):
        raise Wrong("the two are exchanged: a forward run starts with one direction of the inputs")
    if back == 1:
        raise Wrong("one walk back serves one result; there are 200")
    close_to(ahead, 3, what=names[0], rtol=1e-12, hint="one run for each input")
    close_to(back, 200, what=names[1], rtol=1e-12, hint="one walk for each result")
    if not isinstance(fewer, str) or fewer.strip().lower() not in ("forward", "backward"):
        raise Wrong(f'your fewer must be "forward" or "backward"; it is {show(fewer)}')
    if fewer.strip().lower() != "forward":
        raise Wrong("your fewer is the mode with more passes: compare the two numbers")
    _used(nodes)
    return "3 columns against 200 rows; the product uses v₁ and v₃, the sums use no value"


def _used(nodes: Any) -> None:
    """Of v₄ = v₃ v₁ both factors are used, and nothing else."""
    if isinstance(nodes, (set, frozenset, sp.Set)):
        nodes = list(nodes)
    if isinstance(nodes, sp.MatrixBase):
        nodes = nodes.flat()
    if isinstance(nodes, str) or not hasattr(nodes, "__len__"):
        raise Wrong(f"your nodes must be a list of numbers of nodes, such as [1, 2]; it is {show(nodes)}")
    found = {number(node, "a number in your nodes") for node in nodes}
    if strange := sorted(found - {1, 2, 3, 4, 5}):
        raise Wrong(f"your nodes contain {show(strange[0])}; they are numbered from 1 to 5")
    for node, why in (
        (5, "the value of the result is in no local slope"),
        (4, "v₄ is an argument of a sum, whose slopes are 1"),
        (2, "v₂ is an argument of sums, whose slopes are 1"),
    ):
        if node in found:
            raise Wrong(f"your nodes contain {node}: {why}")
    for node, other in ((1, 3), (3, 1)):
        if node not in found:
            raise Wrong(f"your nodes leave out {node}: it is the slope of the product v₃ v₁ along v{'₁₂₃'[other - 1]}")


@exercise("automatic_differentiation.value_class", of=("eq-adjoint-step",))
def value_class(answer: Any) -> str:
    """A class of scalars with +, * and backward."""
    if answer is ...:
        raise not_yet("replace the … by your class")
    if not isinstance(answer, type):
        raise Wrong(f"your answer must be a class; it is {show(answer)}")
    for words, program, inputs, gradient, hint in _PROGRAMS:
        _try(answer, words, program, inputs, gradient, hint)
    _many_paths(answer)
    return f"{len(_PROGRAMS) + 1} expressions, one of them with 2⁶⁰ paths"


def _run(kind: type, program: Program, inputs: list[float]) -> tuple[Any, Any, list[Any], list[Any]]:
    leaves = [kind(value) for value in inputs]
    new = [getattr(leaf, "grad", None) for leaf in leaves]
    if any(grad is None or number(grad, "the grad of a new Value") != 0 for grad in new):
        raise Wrong("a new Value must have grad 0")
    result = program(*leaves)
    before = getattr(result, "data", None)
    result.backward()
    return before, result.data, [leaf.data for leaf in leaves], [leaf.grad for leaf in leaves]


def _try(kind: type, words: str, program: Program, inputs: list[float], gradient: list[float], hint: str) -> None:
    try:
        before, after, kept, found = call(lambda: _run(kind, program, inputs))
    except Wrong as error:
        if "unsupported operand" in str(error) and "left" in words:
            raise Wrong(f"for {words}: Python asks your class for __radd__ and __rmul__ there") from None
        told = str(error).replace(" for no argument", "").replace("your function", "your class")
        if "unhashable" in told:
            told += ". A @dataclass that compares its values has no hash: write @dataclass(eq=False)"
        raise Wrong(f"for {words}: {told}") from None
    right = float(program(*inputs))
    if abs(number(before, f"for {words} your data") - right) > 1e-9 * (1 + abs(right)):
        raise Wrong(f"for {words} your data is {show(before)}; the result is {show(right)}")
    if after != before or kept != inputs:
        raise Wrong(f"for {words} your backward changes data: it computes slopes, and leaves the values alone")
    for place, (yours, slope) in enumerate(zip(found, gradient, strict=True)):
        if abs(number(yours, f"for {words} your grad") - slope) > 1e-9 * (1 + abs(slope)):
            where = f" of input {place + 1}" if len(gradient) > 1 else ""
            told = f": {hint}" if hint else ""
            raise Wrong(f"for {words} your grad{where} is {show(yours)}; it is {show(slope)}{told}")


def _many_paths(kind: type) -> None:
    from dlmath_lib.verify.budget import OutOfTime, within

    words = "60 doublings, a = a + a"
    try:
        with within(3):
            found = _run(kind, _doubled, [1.0])[3][0]
    except OutOfTime:
        raise Wrong(f"for {words}, your backward does not end: visit each node a single time, not each path") from None
    except Exception as error:
        raise Wrong(f"for {words} your class raises {type(error).__name__}: {error}") from None
    if found != 2.0**60:
        raise Wrong(f"for {words} your grad is {show(found)}; it is 2⁶⁰")


@exercise("automatic_differentiation.pull_of_gram", of=("eq-pull-left", "eq-pull-right"))
def pull_of_gram(answer: Any) -> str:
    """The pull X(G + Gᵀ), and tr(Gᵀ(DᵀX + XᵀD)) = tr(PᵀD) as a chain of proved steps."""
    from dlmath_lib.verify import Derivation
    from dlmath_lib.verify.written import unwritten

    n, m = sp.symbols("n m", integer=True, positive=True)
    x, d, g = sp.MatrixSymbol("X", n, m), sp.MatrixSymbol("D", n, m), sp.MatrixSymbol("G", m, m)
    pull, proof = parts(answer, 2, "a pair, (pull, proof)")
    _right_pull(pull, x, g)
    start, end = sp.Trace(g.T * (d.T * x + x.T * d)), sp.Trace((x * (g + g.T)).T * d)
    lines = [unwritten(step[1]) for step in proof.steps] if isinstance(proof, Derivation) else []
    if lines and pull.shape == x.shape and not same_form(lines[-1], end):
        end = sp.Trace(pull.T * d)  # as the reader wrote it: X G + X Gᵀ, say
    try:
        said = derivation_of(proof, start, end, min_steps=2)
    except Wrong as error:
        raise Wrong(str(error).replace("your answer", "your proof")) from None
    if not any(_turned(line) for line in lines if not same_form(line, end)):
        raise Wrong(
            "the pull is right; in your chain no line before the last has all traces turned the same way, "
            "with D in each or Dᵀ in each: write down the transposition as a step of its own"
        )
    return f"the pull; {said}"


def _right_pull(pull: Any, x: Any, g: Any) -> None:
    right = x * (g + g.T)
    try:
        expression_equals(pull, right, reveal=False)
        return
    except Wrong as error:
        told = str(error).replace("your answer", "your pull")
    for slip, why in (
        (2 * x * g, "is right for a symmetric G only; G is any square matrix"),
        (2 * x * g.T, "is right for a symmetric G only; G is any square matrix"),
        (x * g, "is what one of the two X contributes; Y changes through both"),
        (x * g.T, "is what one of the two X contributes; Y changes through both"),
        ((g + g.T) * x.T, "must have the shape of X: it is transposed"),
    ):
        try:
            expression_equals(pull, slip)
        except Wrong:
            continue
        told = f"your pull {why}"
        break
    raise Wrong(told)


def _turned(line: Any) -> bool:
    """Tell whether D stands in the line, and with a transposition in each of its places or in none."""
    plain, turned = 0, 0
    for node in sp.preorder_traversal(line.doit()):
        if isinstance(node, sp.MatrixSymbol) and node.name == "D":
            plain += 1
        elif isinstance(node, sp.Transpose) and getattr(node.arg, "name", "") == "D":
            turned += 1
    return plain > 0 and turned in (0, plain)  # the D of a Dᵀ is counted in both
