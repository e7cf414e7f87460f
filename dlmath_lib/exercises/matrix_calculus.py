"""The exercises of ``chapters/calculus/matrix_calculus.ipynb``."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.calculus import einsum_vjp
from dlmath_lib.exercises.answers import Wrong, close_to, number, numbers, parts, same_array, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise
from dlmath_lib.exercises.several import same_or_slip

# The case that each product tries, and its letters.
_PRODUCTS = [
    ("a matrix product", "ik,kj->ij"),
    ("a transpose", "ij->ji"),
    ("a layer on a batch", "ni,oi->no"),
    ("an outer product", "i,j->ij"),
    ("three operands", "ni,oij,nj->no"),
    ("an elementwise product", "ij,ij->ij"),
    ("a number as the output", "ij,ij->"),
    ("a letter that stands in one operand alone", "ij->i"),
    ("letters that stand in one operand alone", "ikl,j->i"),
]
_SIZES = {"i": 2, "j": 3, "k": 4, "l": 2, "n": 5, "o": 3}


@exercise(
    "matrix_calculus.shapes",
    of=("eq-gradient-layout", "eq-jacobian-layout", "eq-numerator-layout", "eq-denominator-layout"),
)
def shapes(answer: Any) -> str:
    """Two shapes in this book's layout, and the layouts of two other books."""
    gradient, jacobian, third, fourth = parts(answer, 4, 'two shapes and two words, ((…), (…), "…", "…")')
    clues = {
        (4, 3): "a gradient has the shape of the array, not of its transpose",
        (12,): "the entries keep their places: nothing is flattened",
        (1, 3, 4): "a number has no axis of its own",
    }
    _shape(gradient, (3, 4), "(a)", clues)
    clues = {
        (5, 2, 3): "that is denominator layout; here the outputs come first",
        (6, 5): "the axes of the output are kept: nothing is flattened",
        (2, 3): "there is one slope for each output and each input",
    }
    _shape(jacobian, (2, 3, 5), "(b)", clues)
    _layout(third, "denominator", "(c)", "the rows of Bᵀ belong to the entries of x")
    _layout(fourth, "numerator", "(d)", "a row: its one row belongs to the one output")
    return "the shape of the argument; outputs first; Bᵀ and b go together, as do B and bᵀ"


def _shape(given: Any, right: tuple[int, ...], what: str, clues: dict[tuple[int, ...], str]) -> None:
    if isinstance(given, (int, np.integer)) and not isinstance(given, bool):
        given = (int(given),)
    if isinstance(given, sp.Tuple) or (isinstance(given, np.ndarray) and given.ndim == 1):
        given = [int(size) if getattr(size, "is_Integer", False) else size for size in given]
    whole = isinstance(given, (list, tuple)) and all(
        isinstance(size, (int, np.integer)) and not isinstance(size, bool) for size in given
    )
    if not whole:
        raise Wrong(f"{what} must be a shape such as (2, 5); it is {show(given)}")
    if (found := tuple(map(int, given))) != right:
        clue = clues.get(found, "look at the definitions in *One layout*")
        shown = found if all(abs(size) < 10**9 for size in found) else show(found)
        raise Wrong(f"{what} is {shown}; that is not the shape: {clue}")


def _layout(given: Any, right: str, what: str, why: str) -> None:
    word = given.strip().lower().removesuffix("layout").strip(" -") if isinstance(given, str) else ""
    if word not in ("numerator", "denominator"):
        raise Wrong(f'{what} must be "numerator" or "denominator"; it is {show(given)}')
    if word != right:
        raise Wrong(f"{what} is {word!r}; look again: {why}")


@exercise(
    "matrix_calculus.by_hand",
    of=("eq-quadratic-form", "eq-quadratic-change", "eq-layer-input", "eq-squared-error-weights", "eq-one-gradient"),
)
def by_hand(answer: Any) -> str:
    """Three rows of the table by numbers, and why 2Ax is no gradient."""
    given = parts(answer, 4, "three gradients and a number, [[…, …], […, …], […, …], …]")
    right = ([6, 8], [1, 2], [2, 16])
    clues = (
        {
            (10, 4): "that is 2Ax, which is the gradient for symmetric A only",
            (2, 12): "that is 2Aᵀx, which is the gradient for symmetric A only",
            (5, 2): "that is Ax: x stands in the form twice",
            (1, 6): "that is Aᵀx: x stands in the form twice",
            (3, 4): "that is half of it",
            (12, 16): "that is twice the gradient",
            (7, 7): "that is the value of the form, which is a number",
        },
        {
            (-3, -2): "that is Ag: the change is gᵀA d, and gᵀA is the transpose of Aᵀg",
            (5, -2): "those are the terms of gᵀAx; by x it is Aᵀg",
            (-1, -2): "its sign is wrong",
            (5, 2): "that is Ax: the gradient of gᵀAx by x does not contain x",
        },
        {
            (1, 8): "a factor 2 is missing: the square has two equal terms",
            (18, 8): "that is 2A(Ax − y): the change is 2(Ax − y)ᵀA d, and so A is transposed",
            (9, 4): "that is A(Ax − y): A is transposed, and a factor 2 is missing",
            (-2, -16): "its sign is wrong",
            (2, 4): "that is 2(Ax − y), the gradient by Ax; Aᵀ brings it to x",
            (10, 56): "that is 2AᵀAx: the y is missing",
        },
    )
    for k, letter in enumerate("abc"):
        _pair(given[k], right[k], f"({letter})", clues[k])
    _sum_of_squares(given[3])
    return "(A + Aᵀ)x, Aᵀg, 2Aᵀ(Ax − y); and 32 is ‖G − H‖², which is 0 only for G = H"


def _pair(given: Any, right: list[int], what: str, clues: dict[tuple[int, int], str]) -> None:
    """Accept two numbers, as a list, a row or a column; name the slip."""
    if isinstance(given, sp.MatrixBase):
        given = list(given)
    found = numbers(given, what)
    found = found.ravel() if found.size == 2 else found
    if found.shape == (2,) and (clue := clues.get((found[0], found[1]))):
        raise Wrong(f"{what} is {show(found.tolist())}; {clue}")
    same_array(found, right, what=what)


def _sum_of_squares(given: Any) -> None:
    found = number(given, "(d)")
    clues = {
        4 * np.sqrt(2): "that is the size ‖G − H‖; the pairing with itself is its square",
        0.0: "the entries are −4 and 4: they are squared before they are added",
        92.0: "that pairs G with H; the pairing asked for is that of G − H with itself",
        -16.0: "that is the pairing of H with D; take G − H",
        16.0: "that is one of two entries, or the pairing of G with D; take G − H in both places",
    }
    for value, words in clues.items():
        if np.isclose(found, value, rtol=1e-3, atol=1e-9):
            raise Wrong(f"(d) is {show(found)}; {words}")
    close_to(found, 32, what="(d)")


@exercise("matrix_calculus.bilinear")
def bilinear(answer: Any) -> str:
    """The letters of the three gradients of a bilinear layer."""
    texts = parts(answer, 3, "a list of three texts for numpy.einsum")
    rng = np.random.default_rng(4)
    x, A, y, g = (rng.normal(size=shape) for shape in ((4, 2), (5, 2, 3), (4, 3), (4, 5)))
    right = einsum_vjp(g, "ni,oij,nj->no", x, A, y)
    for text, name, operands, order, value in zip(
        texts, "xAy", ((g, A, y), (g, x, y), (g, x, A)), ("(g, A, y)", "(g, x, y)", "(g, x, A)"), right, strict=True
    ):
        if not isinstance(text, str):
            raise Wrong(f"the text for {name} must be a text such as 'no,oij,nj->ni'; it is {show(text)}")
        if len(text) > 60 or "->" not in text:
            raise Wrong(f'the text for {name} must have three groups of letters, "->" and one more; it is {show(text)}')
        try:
            found = np.asarray(np.einsum(text, *operands))
        except (ValueError, TypeError, IndexError, RuntimeError) as error:
            raise Wrong(f"numpy.einsum refuses {text!r} with the operands {order}: {error}") from None
        same_array(found, value, what=f"the gradient by {name} from {text!r}")
    return "operand and output have changed places in each"


@exercise("matrix_calculus.trace_rule", of=("eq-trace-quadratic", "eq-matrix-differential", "eq-pairing"))
def trace_rule(answer: Any) -> str:
    """The linear part of tr(XᵀAX), as a chain of proved steps."""
    from dlmath_lib.verify.written import unwritten

    m, n = sp.symbols("m n", integer=True, positive=True)
    X, dX, A = sp.MatrixSymbol("X", m, n), sp.MatrixSymbol("dX", m, n), sp.MatrixSymbol("A", m, m)
    start = sp.Trace((X + dX).T * A * (X + dX)) - sp.Trace(X.T * A * X)
    end = sp.Trace(((A + A.T) * X).T * dX) + sp.Trace(dX.T * A * dX)
    praise = derivation_of(answer, start, end, min_steps=2)
    between = [unwritten(step[1]).doit() for step in answer.steps[:-1]]
    if not any(_multiplied_out(line) for line in between):
        raise Wrong(
            "its steps are true, but no line between the first and the last is multiplied out: write down one that has "
            "neither X + dX nor A + Aᵀ, such as tr(dXᵀAX) + tr(XᵀA dX) + tr(dXᵀA dX)"
        )
    return praise


def _multiplied_out(line: Any) -> bool:
    """Tell whether no product in the line has a sum among its factors."""
    products = line.atoms(sp.MatMul) if hasattr(line, "atoms") else set()
    sums = [factor for each in products for factor in each.args if factor.has(sp.MatAdd)]
    return bool(products) and not sums


@exercise("matrix_calculus.product_vjp", of=("eq-batch-weight", "eq-batch-input"))
def product_vjp(answer: Any) -> str:
    """The gradients of an einsum product, for every operand."""
    if answer is einsum_vjp or "einsum_vjp" in getattr(getattr(answer, "__code__", None), "co_names", ()):
        raise Wrong("your function uses einsum_vjp: exchange the letters yourself")
    rng = np.random.default_rng(6)
    for case, subscripts in _PRODUCTS:
        inputs, output = subscripts.split("->")
        operands = [rng.normal(size=tuple(_SIZES[c] for c in group)) for group in inputs.split(",")]
        g = rng.normal(size=tuple(_SIZES[c] for c in output))
        found = call(answer, g, subscripts, *operands, names=("g", "subscripts"))
        where = f"for {subscripts!r} ({case})"
        if len(operands) == 1 and isinstance(found, np.ndarray) and found.shape == operands[0].shape:
            found = [found]
        if found is not ... and not (isinstance(found, (list, tuple)) and len(found) == len(operands)):
            raise Wrong(f"{where} your function must return a list of {len(operands)} gradients; it is {show(found)}")
        right = einsum_vjp(g, subscripts, *operands)
        right = right if isinstance(right, tuple) else (right,)
        for position, (mine, true) in enumerate(zip(parts(found, len(operands), "a list"), right, strict=True)):
            what = f"{where} the gradient for operand {position}"
            _not_without_g(mine, true, np.ones_like(g), subscripts, operands, position, what)
            same_array(mine, true, what=what)
    return f"{len(_PRODUCTS)} products, each operand of each"


def _not_without_g(
    mine: Any, true: np.ndarray, ones: np.ndarray, subscripts: str, operands: list[np.ndarray], position: int, what: str
) -> None:
    """Name the slip of a function that leaves the cotangent out."""
    without = einsum_vjp(ones, subscripts, *operands)
    without = (without if isinstance(without, tuple) else (without,))[position]
    try:
        found = numbers(mine)
    except Wrong:  # `same_array` says what is wrong
        return
    if found.shape == true.shape and np.allclose(found, without):
        raise Wrong(f"{what} does not depend on g: it is the gradient of the sum of all outputs")


@exercise(
    "matrix_calculus.layer_gradients",
    of=("eq-layer-weight", "eq-batch-weight", "eq-batch-bias", "eq-elementwise", "eq-gradient-layout"),
)
def layer_gradients(answer: Any) -> str:
    """The gradients by W and b of the mean over a batch of ½‖tanh(Wx + b) − y‖²."""
    rng = np.random.default_rng(7)
    for n, k, m in ((1, 3, 2), (4, 3, 2), (5, 3, 3), (3, 3, 3)):
        W, b, X, Y = (rng.normal(size=shape) for shape in ((m, k), m, (n, k), (n, m)))
        where = f"for {n} example{'s' * (n > 1)}, {k} inputs and {m} outputs"
        found = call(answer, W, b, X, Y, names=("W", "b", "X", "Y"))
        found = found if isinstance(found, (list, tuple)) or found is ... else [found]
        by_W, by_b = parts(found, 2, "two arrays, the gradients by W and by b")
        y = np.tanh(X @ W.T + b)
        slope = 1 - y**2
        G = (y - Y) * slope / n
        slips = {
            "that is the gradient of the sum over the examples: the mean has a factor 1/n": n * G,
            "the factor 1/n stands in it twice": G / n,
            "it is divided by the number of entries, n·m, not by the number of examples": G / m,
            "the ½ of the loss cancels the 2 of the square": 2 * G,
            "its sign is wrong": -G,
            "the slope of tanh is missing: G = (tanh Z − Y) ⊙ (1 − tanh² Z)/n": (y - Y) / n,
            "the slope of tanh at z is 1 − tanh² z, not 1 − z²": (y - Y) * (1 - (X @ W.T + b) ** 2) / n,
        }
        mixed = {"G Xᵀ mixes the examples: the rows of G and X are examples": G @ X.T} if n == m == k else {}
        transposed = {"it is transposed: the gradient has the shape of W": X.T @ G}
        same_or_slip(
            by_W, G.T @ X, {w: S.T @ X for w, S in slips.items()} | transposed | mixed, f"{where} the gradient by W"
        )
        sums = {w: S.sum(axis=0) for w, S in slips.items()}
        sums["the mean over the examples is in G already: add its rows"] = G.mean(axis=0)
        if m == n:
            sums["those are the sums over the outputs, G 1; add over the examples, Gᵀ 1"] = G.sum(axis=1)
        same_or_slip(np.ravel(by_b) if _is_row(by_b, m) else by_b, G.sum(axis=0), sums, f"{where} the gradient by b")
    return "Gᵀ X and the sum of the rows of G, with G = (tanh Z − Y) ⊙ (1 − tanh² Z)/n"


def _is_row(found: Any, size: int) -> bool:
    """Tell whether a gradient by b is a column or a row of its numbers, which is right too."""
    return isinstance(found, (np.ndarray, sp.MatrixBase)) and found.shape in ((1, size), (size, 1))


@exercise("matrix_calculus.gaussian_gradient", of=("eq-log-determinant", "eq-inverse"))
def gaussian_gradient(answer: Any) -> str:
    """The gradient by S of ½ log det S + ½ tr(S⁻¹C)."""
    rng = np.random.default_rng(8)
    cases = [(np.array([[2.0]]), np.array([[5.0]]))]
    for size in (2, 3):
        draw = rng.normal(size=(size, size))
        cases.append((np.eye(size) + draw @ draw.T, np.eye(size) + 0.1 * (draw + draw.T)))  # symmetric first
        S = 2 * np.eye(size) + 0.4 * rng.normal(size=(size, size))
        cases.append((S if np.linalg.det(S) > 0 else S[::-1], rng.normal(size=(size, size))))
    for S, C in cases:
        P = np.linalg.inv(S)
        right = (P.T - P.T @ C.T @ P.T) / 2
        slips: dict[str, Any] = {
            "both terms have a factor ½": 2 * right,
            "the second term has a factor ½ too": P.T / 2 - P.T @ C.T @ P.T,
            "the first term has a factor ½ too": P.T - P.T @ C.T @ P.T / 2,
            "the gradient of ½ tr(S⁻¹C) is missing": P.T / 2,
            "the gradient of ½ log det S is missing": -P.T @ C.T @ P.T / 2,
            "its sign is wrong": -right,
            "the second term has a minus sign: d(S⁻¹) = −S⁻¹ dS S⁻¹": (P.T + P.T @ C.T @ P.T) / 2,
            "it is transposed; for symmetric S and C nobody sees it": right.T,
            "the C of the second term is not transposed": (P.T - P.T @ C @ P.T) / 2,
            "the second term has S⁻¹ on both sides of C": (P.T - C.T @ P.T @ P.T) / 2,
            "it is symmetrised; all entries of S are independent here": (right + right.T) / 2,
            "an off-diagonal entry is one parameter here, not two": 2 * right - np.diag(np.diag(right)),
        }
        kind = "symmetric" if np.allclose(S, S.T) and np.allclose(C, C.T) else "not symmetric"
        found = call(answer, S, C, names=("S", "C"))
        rows = f"{len(S)} rows" if len(S) > 1 else "one row"
        same_or_slip(found, right, slips, f"for matrices of {rows}, {kind}, your result")
    return "½ S⁻ᵀ − ½ S⁻ᵀ Cᵀ S⁻ᵀ, and 0 if and only if S = C, which takes det C > 0"
