"""`agree`: a NumPy function against an expression evaluated in ball arithmetic, or against an outside witness."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import mpmath
import numpy as np
import sympy as sp
from flint import arb

from dlmath_lib.verify._errors import check_label, check_of, check_points, check_tolerance, check_words, message
from dlmath_lib.verify.balls import Undecided, Undefined, Unsupported, enclose
from dlmath_lib.verify.claim import Claim, ClaimFailed
from dlmath_lib.verify.compare import as_mpmath
from dlmath_lib.verify.hypotheses import closed_ranges
from dlmath_lib.verify.numeric import evaluate
from dlmath_lib.verify.printing import latex, plain
from dlmath_lib.verify.statements import as_side, free_symbols
from dlmath_lib.verify.text import latex_text

SMALLEST_ERROR = -14
PRECISIONS = (120, 400, 1500, 5000, 15000)


def function_name(function: Callable[..., Any]) -> str:
    """Return the name under which a reader knows a function: ``scipy.special.expit`` for an outside one."""
    name = getattr(function, "__name__", None) or type(function).__name__
    module = getattr(function, "__module__", "") or ""
    if isinstance(function, np.ufunc) and not module:
        module = "scipy.special" if name not in dir(np) else "numpy"
    if module.split(".")[0] in {"scipy", "numpy", "sklearn", "math"}:
        module = ".".join(part for part in module.split(".") if not part.startswith("_"))
        return f"{module}.{name}"
    return "the function" if name == "<lambda>" else name


def of_the_book(*functions: Callable[..., Any]) -> tuple[str, ...]:
    """Return the names of those functions that `dlmath_lib` holds, wrapped ones too: ``activations.sigmoid``.

    >>> from dlmath_lib import activations
    >>> of_the_book(activations.sigmoid, np.tanh)
    ('activations.sigmoid',)
    """
    found = []
    for function in map(inspect.unwrap, functions):
        module = getattr(function, "__module__", "") or ""
        if module.startswith("dlmath_lib."):
            public = [part for part in module.split(".")[1:2] if not part.startswith("_")]
            found.append(".".join([*public, function.__name__]))
    return tuple(found)


def power_of_ten(error: float, smallest: int) -> str:
    """Return the least power of ten that is above `error`, but not below ``10**smallest``.

    >>> power_of_ten(3e-9, -14), power_of_ten(0.0, -14)
    ('1e-8', '1e-14')
    """
    exponent = smallest if error == 0 else max(smallest, math.floor(math.log10(error)) + 1)
    return f"1e{exponent}"


def sample(domain: Mapping[Any, tuple[float, float]], points: int, edges: Iterable[Any]) -> np.ndarray:
    """Return points as rows: edges, ends, zero and ±1 where they belong, uniform, and with a logarithmic spread."""
    rng = np.random.default_rng(20261122)
    low, high = (np.array([ends[side] for ends in domain.values()]) for side in (0, 1))
    rows = [np.broadcast_to(np.asarray(edge, dtype=float), low.shape) for edge in edges]
    special = [np.clip(np.full(low.shape, value), low, high) for value in (0.0, 1.0, -1.0, 1e-8, -1e-8, 1e-3, -1e-3)]
    rows += [low, high, (low + high) / 2, *special]
    uniform = rng.uniform(low, high, size=((points + 1) // 2, low.size))
    count = points - len(uniform)
    sign = rng.choice([-1.0, 1.0], size=(count, low.size))
    reach = np.maximum(np.abs(low), np.abs(high))
    spread = sign * reach * 10.0 ** rng.uniform(-8, 0, size=(count, low.size))
    inside = (spread >= low) & (spread <= high)
    near = low + (high - low) * np.abs(spread) / np.where(reach > 0, reach, 1)
    return np.vstack([*rows, uniform, np.where(inside, spread, near)])


def read_domain(function: str, domain: Any, expr: Any) -> dict[sp.Symbol, tuple[float, float]]:
    """Return ``{symbol: (low, high)}`` with finite floats; raise for anything else."""
    if not isinstance(domain, Mapping) or not domain:
        raise TypeError(message(function, "domain", "a mapping {symbol: (low, high)}", repr(domain)))
    result = {}
    for symbol, ends in domain.items():
        if not isinstance(symbol, sp.Symbol):
            raise TypeError(message(function, "domain", "a mapping from symbols", repr(symbol)))
        try:
            low, high = (float(end) for end in ends)
        except (TypeError, ValueError):
            raise TypeError(message(function, "domain", f"(low, high) for {plain(symbol)}", repr(ends))) from None
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise ValueError(message(function, "domain", f"finite low < high for {plain(symbol)}", repr(ends)))
        result[symbol] = (low, high)
    missing = [s for s in free_symbols(*expr) if s not in result]
    if missing:
        names = ", ".join(plain(s) for s in missing)
        raise ValueError(message(function, "domain", "a range for every symbol of the expression", f"none for {names}"))
    return result


def _exact(exprs: Sequence[Any], symbols: Sequence[Any], row: np.ndarray) -> list[float]:
    point = {symbol: sp.Rational(float(value)) for symbol, value in zip(symbols, row, strict=True)}
    return [_nearest(expr, point) for expr in exprs]


def _nearest(expr: Any, point: Mapping[Any, Any]) -> float:
    """Return the value of an expression as a float, NaN where it has none or is not real."""
    for precision in PRECISIONS:
        try:
            value, _ = enclose(expr, point, precision)
        except Undefined:
            return math.nan
        except Undecided:
            continue
        except Unsupported:
            return _by_mpmath(expr, point)
        if value.real.rel_accuracy_bits() < 60 and not value.real.abs_upper() < arb(2) ** -1080:
            continue
        return float(value.real) if value.imag.contains(arb(0)) else math.nan
    return math.nan


def _by_mpmath(expr: Any, point: Mapping[Any, Any]) -> float:
    try:
        value = evaluate(expr, {symbol: as_mpmath(number, 60) for symbol, number in point.items()})
    except Undefined:
        return math.nan
    return float(mpmath.re(value)) if abs(mpmath.im(value)) <= 1e-40 * (1 + abs(value)) else math.nan


def agree(
    function: Callable[..., Any],
    expr: Any,
    domain: Mapping[Any, tuple[float, float]],
    *,
    args: Sequence[Any] | None = None,
    name: str | None = None,
    label: str | None = None,
    of: str | Sequence[str] = (),
    rtol: float = 1e-12,
    atol: float = 1e-14,
    points: int = 200,
    edges: Iterable[Any] = (),
    options: Mapping[str, Any] | None = None,
    witness: str | None = None,
) -> Claim:
    """Compare a NumPy function with an expression at random and edge points.

    The expression is evaluated in ball arithmetic, with as many bits as its digits take, so that the witness shares no
    rounding with NumPy.

    Parameters
    ----------
    function : callable
        Takes one array for each symbol of `domain`, in that order. For a list or Matrix `expr` it takes one vector.
    expr : expression, Matrix, list of expressions, or callable
        The formula; or an outside witness, such as ``scipy.special.expit``, called in the same way.
    domain : dict
        ``{symbol: (low, high)}``, closed intervals.
    args : sequence of symbols, optional
        The order of the arguments, when it is not that of `domain`.
    name, label : str, optional
        As for `prove`.
    of : str or sequence of str
        The label of the formula that this witnesses, or several; the ledger shows it.
    rtol, atol : float
        Passes when ``|got − exact| ≤ atol + rtol·|exact|`` everywhere.
    points : int
        Random points, half uniform, half with a logarithmic spread; ends, zero and ±1 are added.
    edges : iterable
        More points: numbers, or tuples when there are several symbols. An infinite value must be met by the same.
    options : dict, optional
        Keyword arguments of `function`.
    witness : str, optional
        Who stands for the other side, in words, where neither function has its name: ``"scipy.differentiate"`` for a
        wrapper of it.

    Returns
    -------
    Claim
        Of kind ``"agrees"``, with the largest error.

    Raises
    ------
    ClaimFailed
        With the worst point and both values; or when there is nothing to compare.
    TypeError, ValueError
        For a domain that leaves out a symbol, a tolerance that lets everything pass, and other wrong arguments.

    References
    ----------
    F. Johansson, *Arb: efficient arbitrary-precision midpoint-radius interval arithmetic*, IEEE Transactions on
    Computers 66 (2017), 1281–1292, for the numbers with a bound of their error.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> agree(np.tanh, (sp.exp(x) - sp.exp(-x)) / (sp.exp(x) + sp.exp(-x)), {x: (-5, 5)}, name="tanh")
    ✓ tanh: numpy.tanh(x) = (exp(x) − exp(−x))/(exp(x) + exp(−x)), for −5 ≤ x ≤ 5: agrees; 210 points, error below 1e-14
    """
    name, label = check_words("agree", "name", name), check_label("agree", label)
    points, witnessed = check_points("agree", points), check_of("agree", of)
    words = check_words("agree", "witness", witness)
    rtol, atol = check_tolerance("agree", "rtol", rtol, 1.0), check_tolerance("agree", "atol", atol)
    if options is not None and not (isinstance(options, Mapping) and all(isinstance(key, str) for key in options)):
        raise TypeError(message("agree", "options", "a mapping {name: value} for the function", repr(options)))
    if not callable(function):
        raise TypeError(message("agree", "function", "callable", repr(function)))
    other = expr if callable(expr) and not isinstance(expr, (sp.Basic, sp.MatrixBase)) else None
    vector = isinstance(expr, (list, tuple, sp.MatrixBase))
    if other is not None:
        exprs: list[Any] = []
    elif vector:
        exprs = [as_side("agree", "expr", e) for e in expr]
    else:
        exprs = [as_side("agree", "expr", expr)]
    ranges = read_domain("agree", domain, exprs)
    if args is not None:
        if set(args) != set(ranges):
            raise ValueError(message("agree", "args", "the symbols of domain in another order", str(list(args))))
        ranges = {symbol: ranges[symbol] for symbol in args}
    rows = sample(ranges, points, edges)
    settings = dict(options or {})
    called = function_name(function)
    if vector:
        got = np.array([_flat(called, function(row.copy(), **settings)) for row in rows])
    else:
        got = _column(called, function(*rows.T.copy(), **settings), len(rows))
    if other is not None:
        outside = words or function_name(other)
        exact = _column(outside, other(*rows.T.copy()), len(rows))
    else:
        exact = np.array([_exact(exprs, list(ranges), row) for row in rows])
    if got.shape != exact.shape:
        raise ClaimFailed(
            f"{called} returns {got.shape[1]} numbers for each point, the expression has {exact.shape[1]}"
        )
    _check_values(called, exact, rows, atol)
    worst = _compare(called, got, exact, rows, list(ranges), rtol, atol)
    # The error of an outside algorithm differs between processors: what was demanded is shown, not what was met.
    smallest = SMALLEST_ERROR if words is None else math.ceil(math.log10(max(rtol, 10.0**SMALLEST_ERROR)))
    arguments = ", ".join(plain(s) for s in ranges)
    typed = ", ".join(latex(s) for s in ranges)
    shown = r"\operatorname{" + latex_text(called) + "}"
    if other is not None:
        statement, tex = f"{called}({arguments})", rf"{shown}\left({typed}\right)"
        statement += f" = {outside}({arguments})"
        tex += rf" = \operatorname{{{latex_text(outside)}}}\left({typed}\right)"
        method = f"agrees with {outside}"
    else:
        side = sp.Matrix(exprs) if vector else exprs[0]
        statement = f"{called}({arguments}) = {plain(side)}"
        tex = rf"{shown}\left({typed}\right) = {latex(side)}"
        method = "agrees"
    return Claim(
        "agrees", statement, tex, method, len(rows), power_of_ten(worst, smallest), name, label,
        hypotheses=closed_ranges(ranges), of=witnessed, functions=of_the_book(function),
        outside=words or (outside if other else ""),
    )  # fmt: skip


def _check_values(called: str, exact: np.ndarray, rows: np.ndarray, atol: float) -> None:
    """Refuse a comparison that could not fail: too few values, or all of them below the tolerance."""
    having = int(np.sum(~np.isnan(exact).all(axis=1)))
    if 2 * having < len(rows):
        raise ClaimFailed(f"{called} is not checked: the formula has a value at only {having} of {len(rows)} points")
    sizes = np.abs(exact[np.isfinite(exact)])
    if sizes.size and 0 < sizes.max() <= atol:
        expected = f"below the largest value of the formula, {sizes.max():.3g}"
        raise ValueError(message("agree", "atol", expected, f"{atol:g}", "within it every function agrees"))


def _numbers(called: str, value: Any) -> np.ndarray:
    """Return a copy of what a function returned: it may hand out the same array again and again."""
    result = np.array(value)
    if result.dtype.kind not in "fiub":
        raise ClaimFailed(f"{called} returns {result.dtype}, not real numbers")
    return result


def _flat(called: str, value: Any) -> np.ndarray:
    return _numbers(called, value).astype(float).ravel()


def _column(called: str, value: Any, count: int) -> np.ndarray:
    result = _numbers(called, value)
    if result.shape != (count,):
        raise ClaimFailed(
            f"{called} must return one value for each point, shape ({count},), but returns shape {result.shape}"
        )
    return result.astype(float)[:, None]


def _compare(
    called: str, got: np.ndarray, exact: np.ndarray, rows: np.ndarray, symbols: list[Any], rtol: float, atol: float
) -> float:
    same = (got == exact) | (np.isnan(got) & np.isnan(exact))
    with np.errstate(invalid="ignore", over="ignore"):
        error = np.where(same, 0.0, np.abs(got - exact))
        allowed = atol + rtol * np.abs(exact)
        ratio = np.where(same, 0.0, error / allowed)
    ratio = np.where(np.isnan(ratio), np.inf, ratio)
    worst = int(np.argmax(ratio.max(axis=1)))
    column = int(np.argmax(ratio[worst]))
    if ratio[worst, column] > 1:
        at = ", ".join(f"{plain(s)} = {v:.17g}" for s, v in zip(symbols, rows[worst], strict=True))
        entry = f", entry {column}" if got.shape[1] > 1 else ""
        raise ClaimFailed(
            f"{called} disagrees with the expression at {at}{entry}\n  {called} = {got[worst, column]:.17g}\n"
            f"  exact value = {exact[worst, column]:.17g}\n"
            f"  error {error[worst, column]:.3g}, allowed {allowed[worst, column]:.3g} (worst of {len(rows)} points)"
        )
    with np.errstate(invalid="ignore"):
        relative = np.where(same, 0.0, error / np.maximum(1.0, np.abs(np.where(np.isfinite(exact), exact, 1.0))))
    return float(relative.max())
