"""The exercises of ``chapters/linear_algebra/matrices.ipynb``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, number, numbers, parts, same_array, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise


@exercise("matrices.two_orders", of=("eq-matrix-product", "eq-composition", "eq-transpose-product"))
def two_orders(answer: Any) -> str:
    """AB, BA and BᵀAᵀ for two 2 × 2 matrices."""
    a, b = np.array([[1, 2], [3, 4]]), np.array([[0, 1], [2, 1]])
    if isinstance(answer, (list, tuple, np.ndarray)) and len(answer) == 2:
        raise Wrong("your answer has two parts; it must be three matrices, (AB, BA, BᵀAᵀ)")
    given = parts(answer, 3, "three matrices, (AB, BA, BᵀAᵀ)")
    first, second, third = (numbers(g, w, shape=(2, 2)) for g, w in zip(given, ("AB", "BA", "BᵀAᵀ"), strict=True))
    if np.array_equal(first, b @ a) and np.array_equal(second, a @ b):
        raise Wrong("your two products are exchanged: AB means first B, then A, and column 1 of AB is A times (0, 2)")
    if np.array_equal(first, (a @ b).T) and np.array_equal(second, (b @ a).T):
        raise Wrong("your AB and BA stand with columns as rows: give each as a list of its rows")
    if np.array_equal(third, (b @ a).T):
        raise Wrong("your BᵀAᵀ is AᵀBᵀ, the transpose of BA: the transpose of a product has its factors exchanged")
    if np.array_equal(third, a @ b):
        raise Wrong("your BᵀAᵀ is AB itself: its rows must become columns")
    for what, found, left, right in (("AB", first, a, b), ("BA", second, b, a), ("BᵀAᵀ", third, b.T, a.T)):
        if np.array_equal(found, left @ right):
            continue
        if np.array_equal(found, left * right):
            raise Wrong(f"your {what} is the entrywise product: multiply rows by columns")
        if np.array_equal(found, left @ right.T) or np.array_equal(found, left.T @ right):
            raise Wrong(f"your {what} multiplies rows by rows, or columns by columns: take row times column")
        same_array(found, left @ right, what=f"your {what}")
    return "AB and BA differ in all four entries, and have the same trace, 11"


@exercise("matrices.matrix_of_a_map", of=("eq-linear-map", "eq-composition"))
def matrix_of_a_map(answer: Any) -> str:
    """First a quarter turn to the left, then 3 times entry 2 added to entry 1."""
    if answer is ...:
        raise Wrong("not yet: replace the … by your answer", unfinished=True)
    found = numbers(answer, "your matrix", shape=(2, 2))
    slips = {
        "the images stand in the rows: they are the columns": [[3, 1], [-1, 0]],
        "the maps are in the other order: first the turn": [[0, -1], [1, 3]],
        "the turn is to the right: to the left, (1, 0) goes to (0, 1)": [[-3, 1], [-1, 0]],
        "the turn alone; its result still goes through the second map": [[0, -1], [1, 0]],
        "the second map alone; the turn comes before it": [[1, 3], [0, 1]],
        "3 times entry 1 is added to entry 2: the second map changes entry 1": [[0, -1], [1, -3]],
    }
    for words, slip in slips.items():
        if np.array_equal(found, slip):
            raise Wrong(words)
    same_array(found, [[3, -1], [1, 0]], what="your matrix")
    return "the columns are the images of (1, 0) and (0, 1)"


@exercise("matrices.count_a_network", of=("eq-affine-composition", "eq-batch-affine"))
def count_a_network(answer: Any) -> str:
    """Shapes and number of parameters of the network 64 → 32 → 10."""
    first, second, count = parts(answer, 3, "three parts, (shape of W1, shape of W2, number of parameters)")
    for what, given, right in (("W1", first, (32, 64)), ("W2", second, (10, 32))):
        shape = tuple(numbers(given, f"the shape of {what}", shape=(2,)))
        if shape == right[::-1]:
            raise Wrong(f"the shape of {what} is transposed: this book has one row for each output (Keras does not)")
        if shape != right:
            raise Wrong(f"the shape of {what} is {show(shape)}; it must map {right[1]} numbers to {right[0]}")
    total = number(count, "the number of parameters")
    slips = {
        32 * 64 + 10 * 32: "the biases are missing",
        32 * 64 + 10 * 32 + 32: "the biases of the outputs are missing",
        32 * 64 + 10 * 32 + 10: "the biases of the hidden layer are missing",
        32 * 64 + 10 * 32 + 64 + 32: "a layer has one bias for each of its outputs, not of its inputs",
        32 * 64 + 10 * 32 + 64 + 32 + 10: "the inputs have no biases: there is one for each output of a layer",
    }
    if total in slips:
        raise Wrong(f"{show(total)}: {slips[int(total)]}")
    if total != 2410:
        raise Wrong(f"the number of parameters is not {show(total)}: add 32·64 + 32 + 10·32 + 10")
    return "2,368 weights and 42 biases"


@exercise("matrices.linear_or_affine", of=("eq-affine-map", "eq-linear-map", "eq-diagonal-entrywise"))
def linear_or_affine(answer: Any) -> str:
    """Six maps of the plane: linear, affine, or neither."""
    kinds = ("linear", "affine", "neither")
    right = {
        "a": ("linear", "it has the matrix with the rows (2, 0) and (−1, 1)"),
        "b": ("affine", "it is the identity plus the bias (1, 0), and does not take 0 to 0"),
        "c": ("neither", "twice the vector gives four times the result"),
        "d": ("linear", "the mean is a linear combination of the entries; the rows are (½, −½) and (−½, ½)"),
        "e": ("neither", "(1, 0) goes to itself, (−1, 0) and 0 go to 0: an affine map takes midpoints to midpoints"),
        "f": ("linear", "its factors are fixed: it is multiplication by the diagonal matrix of (3, −1)"),
    }
    if isinstance(answer, str):
        answer = answer.replace(",", " ").split()
    for name, word in zip(right, parts(answer, 6, "a list of six words"), strict=True):
        if not isinstance(word, str) or word.strip().lower() not in kinds:
            raise Wrong(f'({name}) must be "linear", "affine" or "neither"; it is {show(word)}')
        kind, reason = right[name]
        given = word.strip().lower()
        if given == "affine" and kind == "linear":
            raise Wrong(f"({name}) is affine, and more: it is linear; {reason}")
        if given != kind:
            raise Wrong(f"({name}) is not {show(given)}: {reason}")
    return "ReLU, (e), is what makes two layers more than one"


@exercise("matrices.areas", of=("eq-determinant-area", "eq-determinant-product", "eq-determinant-product-2"))
def areas(answer: Any) -> str:
    """A triangle's area, det(AB) and det(2A)."""
    names = ("the area", "det(AB)", "det(2A)")
    answer = list(answer) if isinstance(answer, sp.MatrixBase) else answer
    area, both, twice = (number(g, w) for g, w in zip(parts(answer, 3, "three numbers"), names, strict=True))
    if abs(area - 11) < 1e-9:
        raise Wrong("the area is that of the parallelogram; a triangle is half of it")
    if abs(area + 5.5) < 1e-9:
        raise Wrong("the area is the absolute value of half the determinant; yours is negative")
    if abs(both + 1) < 1e-9:
        raise Wrong("det(AB) is the product of the two determinants, not their sum")
    if abs(twice + 6) < 1e-9:
        raise Wrong("det(2A): both columns are doubled, so the determinant is multiplied by 2 twice")
    close_to(area, 5.5, what=names[0], hint="sides (4, 1) and (1, 3): half of |4·3 − 1·1|")
    close_to(both, -6, what=names[1], hint="det A · det B")
    close_to(twice, -12, what=names[2], hint="det(2I) = 4")
    return "det(cA) = cⁿ det A for n columns"


@exercise(
    "matrices.einsum_strings", of=("eq-matrix-product", "eq-batch-affine", "eq-trace-entrywise", "eq-trace-cyclic")
)
def einsum_strings(answer: Any) -> str:
    """Four strings for einsum."""
    rng = np.random.default_rng(4)
    x, w, g = rng.normal(size=(5, 3)), rng.normal(size=(4, 3)), rng.normal(size=(5, 4))
    tasks = [
        ("(a)", (x, x), (x * x).sum(axis=1)),
        ("(b)", (x, w), x @ w.T),
        ("(c)", (g, x), g.T @ x),
        ("(d)", (g, x, w), np.trace(g.T @ x @ w.T)),
    ]
    for string, (name, factors, right) in zip(parts(answer, 4, "four strings"), tasks, strict=True):
        if not isinstance(string, str):
            raise Wrong(f"{name} must be a string; it is {show(string)}")
        try:
            found = np.einsum(string, *factors)
        except ValueError as error:
            raise Wrong(
                f"{name} NumPy refuses {show(string)}: a factor needs one letter for each axis, "
                f"and a letter stands for one length throughout ({error})"
            ) from None
        if found.shape == right.shape and np.allclose(found, right):
            continue
        if found.shape == right.shape[::-1] and np.allclose(found.T, right):
            raise Wrong(f"{name} {show(string)} gives the transpose: exchange the letters after the arrow")
        if found.shape == (3,) and name == "(a)":
            raise Wrong(f"{name} {show(string)} gives one number for each column: keep the letter of the rows")
        if found.ndim > right.ndim:
            wanted = ("a number without indices is", "1 index is", "2 indices are")[right.ndim]
            raise Wrong(f"{name} {show(string)} keeps {found.ndim} of the indices; {wanted} wanted: sum the others")
        if found.ndim < right.ndim:
            raise Wrong(f"{name} {show(string)} sums too much: an index of the result must stand after the arrow")
        raise Wrong(f"{name} {show(string)} gives other numbers")
    return "(c) is the gradient of a layer's weights, summed over a batch; (d) is the sum of the entries of W ⊙ (c)"


@contextmanager
def _no_ready_made_product() -> Iterator[None]:
    """The functions that multiply whole matrices are out of bounds while the reader's program runs."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise Wrong("your function calls a ready-made product: add up the products of entries yourself")

    with ExitStack() as stack:
        for name in ("dot", "matmul", "einsum", "inner", "tensordot", "vdot", "linalg.multi_dot"):
            stack.enter_context(patch(f"numpy.{name}", refuse))
        for name in ("__mul__", "__matmul__", "multiply"):
            stack.enter_context(patch.object(sp.MatrixBase, name, refuse))
        yield


class _Entries(np.ndarray):
    """An array that refuses ``@`` and ``.dot``."""

    def _refuse(self, *_: Any) -> Any:
        raise Wrong("your function uses @ or dot: add up the products of entries yourself")

    __matmul__ = __rmatmul__ = _refuse
    dot = _refuse  # type: ignore[assignment]


@exercise("matrices.multiply", of=("eq-matrix-product", "eq-associative"))
def multiply(answer: Any) -> str:
    """A program for the product of two matrices."""
    rng = np.random.default_rng(6)
    cases = [(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[0.0, 1.0], [2.0, 1.0]]))]

    def guarded(a: np.ndarray, b: np.ndarray) -> Any:
        return answer(a.view(_Entries), b.view(_Entries))

    if not callable(answer):
        call(answer)  # which says what is wrong with it
    sizes = ((2, 3, 4), (1, 5, 1), (4, 1, 3), (6, 6, 6))
    cases += [(rng.normal(size=(m, n)), rng.normal(size=(n, k))) for m, n, k in sizes]
    for a, b in cases:
        with _no_ready_made_product():
            found = call(guarded, a, b, names=("a", "b"))
        right = a @ b
        found = numbers(found.view(np.ndarray) if isinstance(found, _Entries) else found, "your product")
        where = f"for shapes {a.shape} and {b.shape}"
        if found.shape == right.shape and np.allclose(found, right, atol=1e-9):
            continue
        if found.shape == right.shape[::-1] and np.allclose(found.T, right, atol=1e-9):
            raise Wrong(f"{where} your result is the transpose of the product")
        if found.shape != right.shape:
            raise Wrong(f"{where} your result has shape {found.shape}; it must have {right.shape}")
        if a.shape == b.shape and np.allclose(found, a * b):
            raise Wrong(f"{where} this is the entrywise product")
        if a.shape == b.shape and np.allclose(found, b @ a):
            raise Wrong(f"{where} this is BA, not AB")
        if a.shape == b.shape and np.allclose(found, a @ b.T):
            raise Wrong(f"{where} rows are multiplied by rows: take the columns of b")
        if np.allclose(found, a[:, -1:] * b[-1:]):
            raise Wrong(f"{where} only the last term of each sum is left: add the terms up, with += and not =")
        i, j = np.unravel_index(np.argmax(np.abs(found - right)), right.shape)
        raise Wrong(
            f"{where} entry [{i}, {j}], counted from 0, is {show(found[i, j])}; "
            f"row times column gives {show(right[i, j])}"
        )
    return f"{len(cases)} pairs of shapes"


@exercise("matrices.length_of_an_image", of=("eq-transpose-dot", "eq-matrix-vector"))
def length_of_an_image(answer: Any) -> str:
    """‖Ax‖² = xᵀAᵀAx, as a chain of proved steps."""
    from dlmath_lib.verify import Derivation

    m, n = sp.symbols("m n", integer=True, positive=True)
    i, j, p = sp.symbols("i j p", integer=True)
    a, x = sp.IndexedBase("A", real=True), sp.IndexedBase("x", real=True)
    start = sp.Sum(sp.Sum(a[i, j] * x[j], (j, 1, n)) ** 2, (i, 1, m))
    goal = sp.Sum(x[j] * sp.Sum(a[i, j] * a[i, p], (i, 1, m)) * x[p], (j, 1, n), (p, 1, n))
    last = answer.steps[-1][1] if isinstance(answer, Derivation) and answer.steps else None
    words = derivation_of(answer, start, last if _sums_products_of_columns(last) else goal, min_steps=2, points=5)
    lines = [sp.sympify(line).as_dummy() for line in (answer.lhs, *(step[1] for step in answer.steps))]
    if len(set(lines)) < 3:
        raise Wrong(
            "another letter for an index of a sum is no step: the chain must have at least 2 others. "
            "Write down the line between: one sum over j, p and i"
        )
    return words


def _sums_products_of_columns(line: Any) -> bool:
    """Tell whether each sum over the rows of A is Σᵢ AᵢⱼAᵢₚ alone: then the letters, and how j and p nest, are free."""
    if not isinstance(line, sp.Expr):
        return False
    over_rows = [s for s in line.atoms(sp.Sum) if any(str(limit[-1]) == "m" for limit in s.limits)]
    for inner in over_rows:
        row, *second = inner.variables
        factors = inner.function.args if isinstance(inner.function, sp.Mul) else ()
        if second or len(factors) != 2 or not all(isinstance(f, sp.Indexed) and str(f.base) == "A" for f in factors):
            return False
        if any(len(f.indices) != 2 or f.indices[0] != row or f.indices[1] == row for f in factors):
            return False
    return bool(over_rows)


@exercise("matrices.toeplitz_matrix", of="eq-toeplitz")
def toeplitz_matrix(answer: Any) -> str:
    """A program for the matrix of a convolution."""
    rng = np.random.default_rng(7)
    cases = [(np.array([-1.0, 0.0, 2.0]), 5), (np.array([3.0]), 4), (rng.normal(size=4), 4), (rng.normal(size=5), 12)]
    for kernel, n in cases:
        found = call(answer, kernel, n, names=("kernel", "n"))
        r = len(kernel)
        found = numbers(found, "your matrix")
        where = f"for a kernel of {r} {'entry' if r == 1 else 'entries'} and n = {n}"
        right = np.array([[kernel[j - i] if 0 <= j - i < r else 0.0 for j in range(n)] for i in range(n - r + 1)])
        if found.shape != right.shape:
            raise Wrong(f"{where} your matrix has shape {found.shape}; there are {n - r + 1} places, so {right.shape}")
        if not np.allclose(found, right) and r > 1 and np.allclose(found, right[::-1, ::-1]):
            raise Wrong(f"{where} the kernel is reversed: here row i begins with kernel entry 0")
        if not np.allclose(found, right) and np.array_equal(found, np.trunc(right)):
            raise Wrong(f"{where} the fractions of the kernel are cut off: your array holds integers")
        same_array(found, right, what=f"{where} your matrix")
    return f"{len(cases)} kernels"
