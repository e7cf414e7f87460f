"""The exercises of ``chapters/calculus/matrix_calculus.ipynb``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.calculus import einsum_vjp
from dlmath_lib.exercises.answers import Wrong, numbers, parts, same_array, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise

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
    whole = isinstance(given, (list, tuple)) and all(
        isinstance(size, (int, np.integer)) and not isinstance(size, bool) for size in given
    )
    if not whole:
        raise Wrong(f"{what} must be a shape such as (2, 5); it is {show(given)}")
    if (found := tuple(map(int, given))) != right:
        clue = clues.get(found, "look at the definitions in *One layout*")
        raise Wrong(f"{what} is {found}; that is not the shape: {clue}")


def _layout(given: Any, right: str, what: str, why: str) -> None:
    word = given.strip().lower().removesuffix("layout").strip() if isinstance(given, str) else ""
    if word not in ("numerator", "denominator"):
        raise Wrong(f'{what} must be "numerator" or "denominator"; it is {show(given)}')
    if word != right:
        raise Wrong(f"{what} is {word!r}; look again: {why}")


@exercise("matrix_calculus.quadratic_form", of="eq-quadratic-form")
def quadratic_form(answer: Any) -> str:
    """The gradient of xᵀAx for a matrix that is not symmetric."""
    if isinstance(answer, sp.MatrixBase):
        answer = list(answer)
    found = numbers(answer)
    found = found.ravel() if found.size == 2 else found
    clues = {
        (10, 4): "that is 2Ax, which is the gradient for symmetric A only",
        (2, 12): "that is 2Aᵀx, which is the gradient for symmetric A only",
        (5, 2): "that is Ax: x stands in the form twice",
        (1, 6): "that is Aᵀx: x stands in the form twice",
        (3, 4): "that is half of it",
        (12, 16): "that is twice the gradient",
        (7, 7): "that is the value of the form, which is a number",
    }
    clue = clues.get(tuple(found.tolist())) if found.shape == (2,) else None
    if clue:
        raise Wrong(f"your answer is {show(found.tolist())}; {clue}")
    same_array(found, [6.0, 8.0])
    return "(A + Aᵀ)x; term by term (2x₁ + 4x₂, 4x₁ + 4x₂)"


@exercise("matrix_calculus.bilinear", of=("eq-einsum-left", "eq-einsum-right"))
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
        try:
            found = np.asarray(np.einsum(text, *operands))
        except (ValueError, TypeError, IndexError, RuntimeError) as error:
            raise Wrong(f"numpy.einsum refuses {text!r} with the operands {order}: {error}") from None
        same_array(found, value, what=f"the gradient by {name} from {text!r}")
    return "operand and output have changed places in each"


@exercise("matrix_calculus.trace_rule", of=("eq-trace-quadratic", "eq-matrix-differential"))
def trace_rule(answer: Any) -> str:
    """The linear part of tr(XᵀAX), as a chain of proved steps."""
    m, n = sp.symbols("m n", integer=True, positive=True)
    X, dX, A = sp.MatrixSymbol("X", m, n), sp.MatrixSymbol("dX", m, n), sp.MatrixSymbol("A", m, m)
    start = sp.Trace((X + dX).T * A * (X + dX)) - sp.Trace(X.T * A * X)
    end = sp.Trace(((A + A.T) * X).T * dX) + sp.Trace(dX.T * A * dX)
    return derivation_of(answer, start, end, min_steps=2)


@exercise("matrix_calculus.product_vjp", of=("eq-einsum-left", "eq-einsum-right"))
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
    if np.shape(mine) == true.shape and np.asarray(mine).dtype.kind == "f" and np.allclose(mine, without):
        raise Wrong(f"{what} does not depend on g: it is the gradient of the sum of all outputs")


@exercise("matrix_calculus.mean_gradient", of=("eq-layer-weight", "eq-squared-error-weights"))
def mean_gradient(answer: Any) -> str:
    """The gradient by W of the mean over a batch of ½‖Wx − y‖²."""
    rng = np.random.default_rng(7)
    for n, d, m in ((1, 3, 2), (4, 3, 2), (5, 3, 3), (3, 3, 3)):
        W, X, Y = rng.normal(size=(m, d)), rng.normal(size=(n, d)), rng.normal(size=(n, m))
        error = X @ W.T - Y
        right = error.T @ X / n
        slips = {
            "that is the gradient of the sum over the examples: the mean has a factor 1/n": n * right,
            "the factor 1/n stands in it twice": right / n,
            "it is divided by the number of entries, n·m, not by the number of examples": right / m,
            "the ½ of the loss cancels the 2 of the square": 2 * right,
            "its sign is wrong": -right,
            "it is transposed: the gradient has the shape of W": right.T,
            "E Xᵀ mixes the examples: the rows of E and X are examples": error @ X.T / n if n == m else right.T,
        }
        _compare(answer, (W, X, Y), right, slips, ("W", "X", "Y"), f"for {n} example{'s' * (n > 1)}")
    return "Gᵀ X with G = (X Wᵀ − Y)/n"


@exercise("matrix_calculus.gaussian_gradient", of=("eq-log-determinant", "eq-inverse"))
def gaussian_gradient(answer: Any) -> str:
    """The gradient by S of ½ log det S + ½ tr(S⁻¹C)."""
    rng = np.random.default_rng(8)
    cases = [(np.array([[2.0]]), np.array([[3.0]]))]
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
            "its sign is wrong": -right,
            "the second term has a minus sign: d(S⁻¹) = −S⁻¹ dS S⁻¹": (P.T + P.T @ C.T @ P.T) / 2,
            "it is transposed; for symmetric S and C nobody sees it": right.T,
            "the C of the second term is not transposed": (P.T - P.T @ C @ P.T) / 2,
            "the second term has S⁻¹ on both sides of C": (P.T - C.T @ P.T @ P.T) / 2,
            "an off-diagonal entry is one parameter here, not two": 2 * right - np.diag(np.diag(right)),
        }
        kind = "symmetric" if np.allclose(S, S.T) and np.allclose(C, C.T) else "not symmetric"
        _compare(answer, (S, C), right, slips, ("S", "C"), f"for matrices of {len(S)} rows, {kind},")
    return "½ S⁻ᵀ − ½ S⁻ᵀ Cᵀ S⁻ᵀ, which is 0 if and only if S = C"


def _compare(
    answer: Callable[..., Any],
    inputs: tuple[Any, ...],
    right: np.ndarray,
    slips: dict[str, Any],
    names: tuple[str, ...],
    where: str,
) -> None:
    """Compare an array that the reader's function returns; name the slip where it is a known one."""
    found = call(answer, *inputs, names=names)
    try:
        array = numbers(found)
    except Wrong:  # `same_array` says what is wrong
        array = None
    if array is not None and not np.allclose(right, 0):
        for words, value in slips.items():
            close = array.shape == value.shape and np.allclose(array, value)
            if close and not np.allclose(value.shape == right.shape and value, right):
                raise Wrong(f"{where} your result is wrong: {words}")
    same_array(found, right, what=f"{where} your result")
