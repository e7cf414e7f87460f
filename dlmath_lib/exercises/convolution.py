"""The exercises of ``chapters/convolution/convolution.ipynb``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, numbers, parts, same_array, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise

# (signal's length, kernel's length, stride, zeros before, zeros after)
_SHAPES = [(7, 3, 1, 0, 0), (4, 4, 1, 0, 0), (5, 3, 1, 2, 0), (8, 3, 2, 0, 0), (9, 4, 3, 0, 3), (5, 2, 3, 1, 1)]
_Slips = list[tuple[str, Callable[..., np.ndarray]]]


@exercise("convolution.by_hand", of=("eq-cross-correlation", "eq-convolution"))
def by_hand(answer: Any) -> str:
    """Cross-correlation and convolution of five numbers with three, a matrix with stride 2, and its transpose."""
    slid, flipped, matrix, spread = parts(answer, 4, "four lists, ([y0, y1, y2], [z0, z1, z2], [row, row], [numbers])")
    slid, flipped = numbers(slid, "your cross-correlation"), numbers(flipped, "your convolution")
    right, other = np.array([7.0, 1.0, 3.0]), np.array([5.0, -1.0, 5.0])
    if slid.shape == flipped.shape == (3,) and np.allclose(slid, other) and np.allclose(flipped, right):
        raise Wrong("the two have changed places: the cross-correlation takes the kernel as it is")
    if flipped.shape == (3,) and np.allclose(flipped, right[::-1]):
        raise Wrong("the kernel is flipped, not the result: multiply by (−1, 2, 1) at each place")
    same_array(slid, right, what="your cross-correlation")
    same_array(flipped, other, what="your convolution")
    matrix, spread = numbers(matrix, "your matrix"), numbers(spread, "your transposed convolution")
    strided = np.array([[1.0, 2, -1, 0, 0], [0, 0, 1, 2, -1]])
    if matrix.shape == (2, 5) and np.allclose(matrix, strided[:, ::-1][::-1]):
        raise Wrong("(c) the kernel is flipped: T is that of the cross-correlation")
    if matrix.shape == (2, 5) and np.allclose(matrix, [[1, 2, -1, 0, 0], [0, 1, 2, -1, 0]]):
        raise Wrong("(c) that is stride 1: with stride 2 each row is the one above moved by two places")
    same_array(matrix, strided, what="(c) your matrix")
    if spread.shape == (2,):
        raise Wrong("(d) takes two numbers to five: each puts its multiple of its row of T into the output")
    same_array(spread, strided.T @ [1, 10], what="(d) your transposed convolution")
    return "the first entries are 1·1 + 2·3 − 1·0 = 7 and −1·1 + 2·3 + 1·0 = 5; in (d) the rows meet at −1 + 10 = 9"


@exercise("convolution.sizes", of=("eq-output-length", "eq-shift", "eq-shift-stride"))
def sizes(answer: Any) -> str:
    """Lengths by ⌊(n + p − d(r − 1) − 1)/s⌋ + 1, and strides for which a shift by 4 shifts the output."""
    a, b, c, d, e, f = parts(answer, 6, "five numbers and a list, (a, b, c, d, e, [strides])")
    close_to(a, 24, what="(a)", hint="There are 28 − 5 + 1 places")
    close_to(b, 14, what="(b)", hint="(28 + 2 − 3)/2 is rounded down, and 1 is added")
    close_to(c, 24, what="(c)", hint="The kernel reaches over 4·2 + 1 = 9 entries")
    close_to(d, 9, what="(d)", hint="The kernel reaches over 3·3 + 1 entries; all of it but one must be added")
    close_to(e, 2, what="(e)", hint="Put n = 26, 27, 28, 29 into the formula")
    strides = numbers(list(f) if isinstance(f, (set, frozenset)) else f, "(f)").ravel().tolist()
    for stride in strides:
        if stride not in range(1, 7):
            raise Wrong(f"(f) asks for strides from 1 to 6; yours has {show(stride)}")
        if 4 % stride:
            raise Wrong(f"(f) with stride {show(stride)} a shift by 4 is no whole number of steps")
    for stride in (1, 2, 4):
        if stride not in strides:
            raise Wrong(f"(f) stride {stride} is missing: there the output moves by {4 // stride}")
    return "(e) 27 and 28: with stride s, s lengths in a row share one m; (f) the divisors of 4"


@exercise("convolution.conv1d", of=("eq-cross-correlation", "eq-output-length"))
def conv1d(answer: Any) -> str:
    """A program for one channel with stride and padding."""
    rng = np.random.default_rng(3)
    for n, r, stride, before, after in _SHAPES:
        x, kernel = rng.normal(size=n), rng.normal(size=r)
        args = (x, kernel, stride, before, after)
        where = f"for n = {n}, r = {r}, stride {stride}, {before} zeros before and {after} after"
        found = call(answer, *args, names=("x", "kernel", "stride", "before", "after"))
        found, right = numbers(found, f"{where} your result"), _slid(*args)
        if found.shape == right.shape and np.allclose(found, right):
            continue
        _told(found, right, _SLIPS, args, where)
        if found.shape != right.shape:
            raise Wrong(f"{where} your result has shape {found.shape}; there are {len(right)} places")
        same_array(found, right, what=f"{where} your result")
    return f"{len(_SHAPES)} sets of options"


def _told(found: np.ndarray, right: np.ndarray, slips: _Slips, args: tuple[Any, ...], where: str) -> None:
    """Name the slip that gives this result, if one does."""
    for words, slip in slips:
        other = slip(*args)
        if found.shape == other.shape and np.allclose(found, other) and not np.array_equal(other, right):
            raise Wrong(f"{where}: {words}")


def _slid(x: np.ndarray, kernel: np.ndarray, stride: int, before: int, after: int) -> np.ndarray:
    padded = np.pad(x, (before, after))
    return np.correlate(padded, kernel, "valid")[::stride]


_SLIPS: _Slips = [
    ("the kernel is flipped: this exercise asks for the cross-correlation", lambda x, k, *o: _slid(x, k[::-1], *o)),
    ("the stride is left out: go on by stride from place to place", lambda x, k, s, b, a: _slid(x, k, 1, b, a)),
    ("the padding is left out", lambda x, k, s, b, a: _slid(x, k, s, 0, 0)),
    ("the zeros before and after have changed places", lambda x, k, s, b, a: _slid(x, k, s, a, b)),
    ("the last place is missing", lambda *args: _slid(*args)[:-1]),
    ("the windows hold the mean of the products, not their sum", lambda x, k, *o: _slid(x, k / len(k), *o)),
]


@exercise("convolution.conv1d_backward", of=("eq-input-gradient", "eq-kernel-gradient"))
def conv1d_backward(answer: Any) -> str:
    """A program that pulls a cotangent back, with a stride."""
    rng = np.random.default_rng(4)
    cases = [(6, 3, 1), (3, 3, 1), (8, 3, 2), (9, 2, 3), (7, 4, 3)]
    for n, r, stride in cases:
        x, kernel = rng.normal(size=n), rng.normal(size=r)
        g = rng.normal(size=(n - r) // stride + 1)
        where = f"for n = {n}, r = {r}, stride {stride}"
        found = call(answer, g, x, kernel, stride, names=("g", "x", "kernel", "stride"))
        if not isinstance(found, (list, tuple)) or len(found) != 2:
            raise Wrong(f"conv1d_backward must return the pair (dx, dk); {where} it returns {show(found)}")
        dx, dk = numbers(found[0], f"{where} your dx"), numbers(found[1], f"{where} your dk")
        right, slope = _pulled(g, x, kernel, stride)
        if dx.shape == (r,) != (n,) and dk.shape == (n,):
            raise Wrong(f"{where} dx and dk have changed places: return (dx, dk)")
        args = (g, x, kernel, stride)
        if dx.shape == right.shape and not np.allclose(dx, right):
            _told(dx, right, _PULLS, args, where)
        same_array(dx, right, what=f"{where} your dx")
        if dk.shape == slope.shape and not np.allclose(dk, slope):
            _told(dk, slope, _SUMS, args, where)
        same_array(dk, slope, what=f"{where} your dk")
    return f"{len(cases)} shapes"


def _pulled(
    g: np.ndarray, x: np.ndarray, kernel: np.ndarray, stride: int, *, adds: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    dx, dk, r = np.zeros_like(x), np.zeros_like(kernel), len(kernel)
    for i, upstream in enumerate(g):
        window = slice(i * stride, i * stride + r)
        dx[window] = (dx[window] if adds else 0) + upstream * kernel
        dk += upstream * x[window]
    return dx, dk


_PULLS: _Slips = [
    ("dx meets the flipped kernel; add g[i] times the kernel as it is to the window of place i",
     lambda g, x, k, s: _pulled(g, x, k[::-1], s)[0]),
    ("where windows overlap their shares add up: += and not =", lambda g, x, k, s: _pulled(g, x, k, s, adds=False)[0]),
    ("dx leaves g out", lambda g, x, k, s: _pulled(np.ones_like(g), x, k, s)[0]),
    ("dx leaves the stride out: window i begins at i·stride", lambda g, x, k, s: _pulled(g, x, k, 1)[0]),
]  # fmt: skip
_SUMS: _Slips = [
    ("your dk is reversed: entry q meets x at i·stride + q", lambda *args: _pulled(*args)[1][::-1]),
    ("your dk leaves g out", lambda g, x, k, s: _pulled(np.ones_like(g), x, k, s)[1]),
    ("your dk leaves the stride out: window i begins at i·stride", lambda g, x, k, s: _pulled(g, x, k, 1)[1]),
    ("your dk is that of the last window alone: all of them add up, += and not =",
     lambda g, x, k, s: g[-1] * x[(len(g) - 1) * s : (len(g) - 1) * s + len(k)]),
]  # fmt: skip


@exercise("convolution.pulled_back", of="eq-input-gradient")
def pulled_back(answer: Any) -> str:
    """g · (T x) = (Tᵀ g) · x for n = 4, r = 2, as a chain of proved steps."""
    g, k, x = (sp.symbols(f"{letter}0:{size}", real=True) for letter, size in (("g", 3), ("k", 2), ("x", 4)))
    start = sum(g[i] * (k[0] * x[i] + k[1] * x[i + 1]) for i in range(3))
    places = [[(i, j - i) for i in range(3) if 0 <= j - i < 2] for j in range(4)]
    goal = sum(x[j] * sum(k[q] * g[i] for i, q in places[j]) for j in range(4))
    return derivation_of(answer, start, goal, min_steps=2)


@exercise("convolution.separable", of="eq-two-correlations")
def separable(answer: Any) -> str:
    """A kernel as a column times a row, and what that saves."""
    column, row, saved = parts(answer, 3, "a column, a row and a number, ([c0, c1, c2], [r0, r1, r2], saved)")
    column, row = numbers(column, "your column", shape=(3,)), numbers(row, "your row", shape=(3,))
    kernel = np.outer([1.0, 2.0, 1.0], [1.0, 0.0, -1.0])
    if np.allclose(np.outer(row, column), kernel):
        raise Wrong("column and row have changed places: entry [i, j] is c_i times r_j")
    same_array(np.outer(column, row), kernel, what="your column times your row")
    close_to(column[0], 1, what="the first entry of your column", hint="That is asked for, so that one answer is right")
    close_to(saved, 3.5, what="the factor saved for r = 7", hint="It is 7·7 products against 7 + 7")
    return "down it smooths, across it takes differences"


@exercise("convolution.count", of=("eq-convolution-layer", "eq-convolution-count"))
def count(answer: Any) -> str:
    """Parameters and multiplications of a layer, and the shape of its kernels."""
    a, b, c, d, e = parts(answer, 5, "four numbers and a shape, (a, b, c, d, (…))")
    close_to(a, 1216, what="(a)", hint="Each of the 16 kernels has 3·5·5 entries and one bias")
    close_to(b, 1_228_800, what="(b)", hint="Each of the 16·32·32 outputs takes 75 products")
    close_to(c, 50_331_648, what="(c)", hint="It is the number of inputs, 3072, times that of outputs, 16384")
    close_to(d, 123, what="(d)", hint="Three kernels of 5·5 with one channel each, then 16 kernels of 1·1 with three")
    e = numbers(e, "(e)").ravel()
    if len(e) != 5:
        raise Wrong(f"(e) has {len(e)} entries; (outputs, channels) and one for each of the three axes make five")
    if e[0] == 1 and e[1] == 8:
        raise Wrong("(e) has outputs and channels in the other order: the outputs come first")
    same_array(e, [8, 1, 3, 3, 3], what="(e)")
    return "1,216 parameters in the place of 50 million"


@exercise("convolution.compose", of="eq-two-correlations")
def compose(answer: Any) -> str:
    """The kernel that does what two kernels do one after the other."""
    rng = np.random.default_rng(5)
    cases = [(np.array([1.0, -1.0]), np.array([1.0, 2.0, 4.0])), (rng.normal(size=3), rng.normal(size=3))]
    cases += [(rng.normal(size=4), np.array([2.0])), (np.array([-3.0]), rng.normal(size=2))]
    for first, second in cases:
        where = f"for kernels of {len(first)} and {len(second)} entries"
        found = numbers(call(answer, first, second, names=("first", "second")), f"{where} your kernel")
        right = np.convolve(first, second)
        if found.shape != right.shape:
            raise Wrong(f"{where} yours has shape {found.shape}; the two together see {len(right)} entries at a time")
        slid = np.correlate(first, second, "full")
        if not np.allclose(found, right) and (np.allclose(found, slid) or np.allclose(found, slid[::-1])):
            raise Wrong(f"{where} the kernels are cross-correlated: entry t is the sum over the pairs with p + q = t")
        same_array(found, right, what=f"{where} your kernel")
    return f"{len(cases)} pairs of kernels"
