"""The exercises of ``chapters/calculus/gradients.ipynb``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, not_yet, number, numbers, parts, same_array, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise

Function = Callable[[np.ndarray], Any]
_A = np.array([[2.0, 1.0, 0.0], [0.0, 3.0, -1.0], [1.0, 0.0, 1.0]])
_SINES = np.array([0.3, 1.0, 2.0])
_POINT = np.array([1.0, 2.0, -1.5])
_NEAR = np.array([0.7, 1.3])
_WIDE = np.array([[1.0, 0.2, -0.6], [0.4, -1.0, 2.0]])
_SQUARE = np.array([[1.0, 2.0], [0.7, 3.0]])
_FLAT = np.array([1e-4, 1.0])
_STEEP = np.array([0.01, 0.02])


def _squares(x: np.ndarray) -> Any:
    return (x**2).sum()


def _form(x: np.ndarray) -> Any:
    return x @ _A @ x


def _sines(x: np.ndarray) -> Any:
    return np.sin(x).sum()


def _rows(w: np.ndarray) -> Any:
    return (w[0] * np.arange(2.0) + w[1] ** 2).sum()


def _bend(x: np.ndarray) -> Any:
    return x[0] ** 4 + x[1]


def _growth(x: np.ndarray) -> Any:
    return np.exp(200 * x).sum()


# (words, function, formula for its gradient, point, is it right?)
_CASES: list[tuple[str, Function, Function, np.ndarray, bool]] = [
    ("Σx², right", _squares, lambda x: 2 * x, _POINT, True),
    ("Σx², a factor 2 missing", _squares, lambda x: x, _POINT, False),
    ("Σx², a sign wrong", _squares, lambda x: -2 * x, _POINT, False),
    ("xᵀAx, right", _form, lambda x: (_A + _A.T) @ x, _POINT, True),
    ("xᵀAx, 2Ax for an A that is not symmetric", _form, lambda x: 2 * _A @ x, _POINT, False),
    ("Σ sin x, right", _sines, np.cos, _SINES, True),
    ("Σ sin x, the last entry wrong", _sines, lambda x: np.r_[np.cos(x[:-1]), 1.0], _SINES, False),
    ("Σ sin x, one entry off by a hundredth", _sines, lambda x: np.cos(x) + np.r_[0.01, 0, 0], _SINES, False),
    ("Σ sin x, one entry off by a 600th", _sines, lambda x: np.cos(x) + np.r_[0.0016, 0, 0], _SINES, False),
    ("x⁴ + y, right", _bend, lambda x: np.array([4 * x[0] ** 3, 1.0]), _FLAT, True),
    ("10⁸Σx³, right", lambda x: 1e8 * (x**3).sum(), lambda x: 3e8 * x**2, _NEAR, True),
    ("10⁻¹²Σx³, right", lambda x: 1e-12 * (x**3).sum(), lambda x: 3e-12 * x**2, _NEAR, True),
    ("10⁻¹²Σx³, a factor 3 missing", lambda x: 1e-12 * (x**3).sum(), lambda x: 1e-12 * x**2, _NEAR, False),
    ("a matrix, right", lambda w: (w @ w.T).sum(), lambda w: np.ones((2, 2)) @ w * 2, _WIDE, True),
    ("Σ exp(200 xᵢ), right", _growth, lambda x: 200 * np.exp(200 * x), _STEEP, True),
    ("a matrix, transposed", _rows, lambda w: np.array([[0.0, 1.0], 2 * w[1]]).T, _SQUARE, False),
]


def _array(answer: Any, what: str, point: str) -> Any:
    """A matrix of SymPy as lists, one column or row as a vector; formulas are asked for their values at the point."""
    rows = answer.tolist() if isinstance(answer, (sp.MatrixBase, np.ndarray)) else answer
    if any(getattr(entry, "free_symbols", ()) for entry in sp.flatten([rows])):
        raise Wrong(f"{what} must hold numbers; it is {show(answer)}: put in the point {point}")
    if isinstance(rows, (list, tuple)) and len(rows) == 1 and isinstance(rows[0], (list, tuple)):
        return rows[0]
    if isinstance(rows, (list, tuple)) and all(isinstance(row, (list, tuple)) and len(row) == 1 for row in rows):
        return [row[0] for row in rows]
    return rows


@exercise("gradients.by_hand", of=("eq-partial-derivative", "eq-directional-derivative", "eq-hessian-symmetric"))
def by_hand(answer: Any) -> str:
    """The gradient of x²y + 3y at (2, −1), the slope along (3, 4), and the Hessian."""
    gradient, slope, second = parts(answer, 3, "a triple, ([gx, gy], slope, H)")
    given = numbers(_array(gradient, "your gradient", "(2, −1)"), "your gradient", shape=(2,))
    if np.allclose(given, [7, -4]):
        raise Wrong("your gradient has its entries exchanged: first the slope along x")
    if np.allclose(given, [-4, 4]):
        raise Wrong("your gradient's second entry leaves out the slope of 3y")
    same_array(given, np.array([-4.0, 7.0]), what="your gradient")
    if abs(number(slope, "your slope") - 16) < 1e-6:
        raise Wrong("your slope is per step (3, 4), which is 5 long: per unit of length divide the direction by 5")
    close_to(slope, 3.2, what="your slope", hint="It is ∇fᵀu with u = (0.6, 0.8)")
    table = numbers(_array(second, "your Hessian", "(2, −1)"), "your Hessian", shape=(2, 2))
    if np.allclose(table, [[4, -2], [0, 4]]) or np.allclose(table, [[4, 0], [-2, 4]]):
        raise Wrong("your Hessian has its rows or columns exchanged: Hᵢⱼ is the derivative of ∂f/∂xᵢ along xⱼ")
    if table[0, 1] != table[1, 0]:
        raise Wrong("your Hessian is not symmetric: its second derivatives are continuous, so that it must be")
    same_array(table, np.array([[-2.0, 4.0], [4.0, 0.0]]), what="your Hessian")
    return "(2xy, x² + 3), ∇fᵀu with u = (0.6, 0.8), and the derivatives of 2xy and x² + 3"


@exercise("gradients.downhill", of=("eq-steepest-descent", "eq-level-line"))
def downhill(answer: Any) -> str:
    """The direction of steepest descent and the level line of x² + 2y² at (1.5, 1)."""
    down, level = parts(answer, 2, "a pair of vectors, ([ux, uy], [vx, vy])")
    names = "your direction of steepest descent", "your direction of the level line"
    down, level = (
        numbers(_array(vector, name, "(1.5, 1)"), name, shape=(2,))
        for vector, name in zip((down, level), names, strict=True)
    )
    gradient = np.array([3.0, 4.0])
    for vector, name in ((down, names[0]), (level, names[1])):
        if not vector.any():
            raise Wrong(f"{name} is 0, which has no direction")
        if abs(np.hypot(*vector) - 1) > 1e-3:
            raise Wrong(f"{name} has length {show(np.hypot(*vector))}: divide it by that")
    if np.allclose(down, gradient / 5, atol=1e-3):
        raise Wrong("your first direction is that of steepest ascent: its sign is wrong")
    if abs(down @ gradient) < 5e-3:
        raise Wrong("along your first direction the slope is 0: it is a direction of the level line")
    if not np.allclose(down, -gradient / 5, atol=2e-3):
        raise Wrong(
            f"along your first direction the slope is {show(round(float(down @ gradient), 3))}; the steepest is −5"
        )
    if abs(level @ gradient) > 1e-2:
        raise Wrong(f"along your second direction the slope is {show(round(float(level @ gradient), 3))}, not 0")
    return "−(3, 4)/5, and a vector perpendicular to (3, 4)"


@exercise("gradients.jacobian_by_hand", of="eq-jacobian")
def jacobian_by_hand(answer: Any) -> str:
    """The Jacobian of (xy, x + y², y) at (2, 3)."""
    right = np.array([[3.0, 2.0], [1.0, 6.0], [0.0, 1.0]])
    given = numbers(_array(answer, "your Jacobian", "(2, 3)"), "your Jacobian")
    if given.shape == (2, 3):
        raise Wrong("your Jacobian has shape (2, 3): three outputs are rows, two inputs columns, shape (3, 2)")
    same_array(given, right, what="your Jacobian")
    return "one row for each result"


@exercise("gradients.gradient_check", of=("eq-best-plane", "eq-partial-derivative"))
def gradient_check(answer: Any) -> str:
    """A comparison of a formula with central differences, which must see what is wrong and accept what is right."""
    for words, f, gradient, point, right in _CASES:
        seen: list[np.ndarray] = []

        def watched(x: Any, f: Function = f, seen: list[np.ndarray] = seen) -> Any:
            seen.append(np.array(x, dtype=float))
            return f(np.asarray(x, dtype=float))

        verdict = call(answer, watched, gradient, point.copy(), names=("f", "gradient", "x"))
        if verdict is ...:
            raise not_yet()
        if not isinstance(verdict, (bool, np.bool_)):
            raise Wrong(f"your function must return True or False; for {words} it returns {show(verdict)}")
        if not seen:
            raise Wrong("your function never asks f for a value: compare the formula with differences of f")
        if bool(verdict) is not right:
            said, hint = ("refuses", "accepts")[bool(verdict)], _hint(words, right)
            raise Wrong(f"your function {said} the formula for {words}{hint}")
        if right:
            _moves_all(seen, point)
    return f"{len(_CASES)} formulas, right and wrong"


def _moves_all(seen: list[np.ndarray], point: np.ndarray) -> None:
    """Refuse a check that moves x along fewer directions than x has entries: it cannot see the other errors."""
    moves = [(move - point).ravel() for move in seen if move.shape == point.shape and (move != point).any()]
    if not moves:
        raise Wrong("your function never moves x")
    rank = int(np.linalg.matrix_rank([move / np.abs(move).max() for move in moves], tol=1e-6))
    if rank < point.size:
        along = f"{rank} direction{'s' * (rank > 1)}"
        raise Wrong(
            f"your function moves an x of {point.size} entries along {along} only, and does not see an error "
            "perpendicular to that: move each entry by itself"
        )


def _hint(words: str, right: bool) -> str:
    if "10" in words:
        return ": measure the difference by the largest entry, not by a fixed number"
    if "x⁴" in words:
        return ": its first entry is near 0; measure each difference by the largest entry of all, not by its own"
    if "matrix" in words and right:
        return ": move each entry of the matrix by itself; np.ndindex(x.shape) visits them all"
    if "exp" in words:
        return ", which bends strongly: are your differences central, (f(x + h) − f(x − h))/(2h), and h near 10⁻⁵?"
    if right:
        return ": are your differences central, and the step near 10⁻⁵?"
    return ": compare every entry, and ask for a difference below a thousandth of the largest one"


@exercise("gradients.quadratic_form", of="eq-gradient-of-square")
def quadratic_form(answer: Any) -> str:
    """(x + h)ᵀA(x + h) − xᵀAx = ((A + Aᵀ)x)ᵀh + hᵀAh, as a chain of proved steps."""
    n = sp.Symbol("n", integer=True, positive=True)
    a, x, h = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("h", n, 1)
    start = (x + h).T * a * (x + h) - x.T * a * x
    end = ((a + a.T) * x).T * h + h.T * a * h
    return derivation_of(answer, start, end, min_steps=2)


@exercise("gradients.slopes_and_a_jump", of="eq-directional-derivative")
def slopes_and_a_jump(answer: Any) -> str:
    """A function with all directional derivatives at 0 that is not continuous there."""
    if answer is ...:
        raise not_yet()
    if not isinstance(answer, sp.Expr):
        raise Wrong(f"your answer must be a SymPy expression in x and y; it is {show(answer)}")
    x, y = sp.symbols("x y", real=True)
    own = {symbol: {"x": x, "y": y}.get(symbol.name) for symbol in answer.free_symbols}
    if None in own.values():
        raise Wrong("your answer must contain the symbols x and y and no other")
    f = answer.xreplace(own)
    if f.has(sp.Piecewise, sp.Heaviside, sp.sign, sp.floor, sp.ceiling):
        raise Wrong("give one formula for (x, y) ≠ (0, 0), without cases: the value 0 at 0 is added by itself")
    value = sp.lambdify((x, y), f, "mpmath")
    _slopes_settle(value)
    _jumps(value)
    return "each line leaves the curve on which f stays away from 0"


def _real(value: Any, a: Any, b: Any) -> Any:
    import mpmath

    try:
        found = mpmath.mpmathify(value(a, b))
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        found = mpmath.nan
    if not mpmath.isfinite(found) or abs(mpmath.im(found)) > 0:
        raise Wrong(f"your function has no real value at ({mpmath.nstr(a, 3)}, {mpmath.nstr(b, 3)})")
    return mpmath.re(found)


def _slopes_settle(value: Any) -> None:
    """f(tu)/t at ever smaller t of both signs, along the axes and other lines."""
    import mpmath

    directions = [(1, 0), (0, 1), (1, 1), (1, -1), (3, 4), (-2, 5), (1, 10), (10, -1), (7, 3)]
    with mpmath.workdps(60):
        for u, v in directions:
            at = [
                [_real(value, t * u, t * v) / t for t in (mpmath.mpf(10) ** -k, -(mpmath.mpf(10) ** -k))]
                for k in (14, 16, 18)
            ]
            spread = max(map(max, at)) - min(map(min, at))
            if spread > 1e-6 * (1 + abs(at[-1][0])):
                raise Wrong(
                    f"along ({u}, {v}) the quotient f(tu)/t does not settle: it is {mpmath.nstr(at[-1][0], 4)} at "
                    f"t = 10⁻¹⁸, {mpmath.nstr(at[0][0], 4)} at t = 10⁻¹⁴ and {mpmath.nstr(at[-1][1], 4)} at t = −10⁻¹⁸"
                )


def _jumps(value: Any) -> None:
    """Look along y = m x + c xᵖ and x = m y + c yᵖ for values that stay away from 0."""
    import mpmath

    third, half = mpmath.mpf(1) / 3, mpmath.mpf(1) / 2
    curves = [(0, power) for power in (1, 1 + half, 2, 3, 4, half, third, 5, 6)]
    curves += [(slope, power) for slope in (1, -1, 2, -2, 3, -3) for power in (2, 3, 1 + half, 4)]
    with mpmath.workdps(90):
        for slope, power in curves:
            for c in (1, -1, 2, half, -2, 3):
                for swap in (False, True):
                    sizes = []
                    for k in (8, 12, 16):
                        s = mpmath.mpf(10) ** -k
                        w = slope * s + c * s**power
                        sizes.append(abs(_real(value, w, s) if swap else _real(value, s, w)))
                    if min(sizes) > 1e-3 and sizes[-1] > 0.5 * sizes[0]:
                        return
    raise Wrong(
        "your function seems to be continuous at 0: along the curves y = m x + c xᵖ and x = m y + c yᵖ that were tried "
        "it goes to 0"
    )
