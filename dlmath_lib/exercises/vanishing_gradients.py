"""Checkers of the chapter networks/vanishing_gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.activations import elu, sigmoid, sigmoid_grad, tanh, tanh_grad
from dlmath_lib.exercises.answers import Wrong, close_to, number, numbers, parts
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of, expression_equals
from dlmath_lib.exercises.registry import exercise

_UNSEEN: list[tuple[str, Callable[[np.ndarray], np.ndarray]]] = [
    ("the identity", lambda u: u),
    ("ReLU", lambda u: np.maximum(u, 0)),
    ("tanh", tanh),
    ("|u|", np.abs),
    ("ELU", elu),
    ("sin 2u", lambda u: np.sin(2 * u)),
]


@exercise(
    "vanishing_gradients.ten_units",
    of=("eq-vanish-chain", "eq-vanish-bound", "eq-vanish-clip", "eq-vanish-clip-length", "eq-vanish-clip-direction"),
)
def ten_units(answer: Any) -> str:
    """A chain of ten sigmoid units of weight 2, at z = 0; a gradient clipped by its norm."""
    factor, weight, entry = parts(answer, 3, "a list of three numbers, [factor, weight, entry]")
    if isinstance(factor, (int, float)) and np.isclose(factor, 0.25**10):
        raise Wrong("the factor is 4⁻¹⁰: the weight 2 of each link is missing")
    close_to(factor, 2.0**-10, rtol=1e-2, what="the factor", hint="One link is 2 · σ′(0), and σ′(0) = ¼")
    if isinstance(weight, (int, float)) and np.isclose(weight, -4):
        raise Wrong("the weight: ten links of -1 make 1 as well, but the positive weight is asked for")
    close_to(weight, 4, what="the weight", hint="One link must be 1")
    slips = {
        5: "5 clips each entry by itself, which turns the gradient",
        6: "6 is the entry before clipping: the length 10 exceeds 5",
        0.6: "0.6 is the entry for the length 1",
        4: "4 is the second entry",
    }
    for slip, words in slips.items():
        if isinstance(entry, (int, float)) and np.isclose(entry, slip):
            raise Wrong(f"the entry: {words}")
    close_to(entry, 3, what="the entry", hint="Each entry is multiplied by 5/‖g‖")
    return "ten links of ½ are 1/1024, and (6, 8) becomes (3, 4)"


@exercise("vanishing_gradients.leaky_gain", of=("eq-vanish-relu-half", "eq-vanish-he"))
def leaky_gain(answer: Any) -> str:
    """The mean square behind a leaky ReLU."""
    z, alpha, tau = sp.Symbol("z", real=True), sp.Symbol("alpha", real=True), sp.Symbol("tau", positive=True)
    p = sp.Function("p")(z)
    given = {p: sp.exp(-(z**2) / (2 * tau**2)) / (tau * sp.sqrt(2 * sp.pi))}
    begin = sp.Integral((alpha * z) ** 2 * p, (z, -sp.oo, 0)) + sp.Integral(z**2 * p, (z, 0, sp.oo))
    return derivation_of(answer, begin, (1 + alpha**2) / 2 * tau**2, min_steps=2, given=given, points=1)


@exercise("vanishing_gradients.keep_variance", of=("eq-vanish-variance", "eq-vanish-he-stays"))
def keep_variance(answer: Any) -> str:
    """Weights of the right variance for an activation that has no formula."""
    rng = np.random.default_rng(31)
    for name, phi in _UNSEEN:
        for shape in ((800, 100), (600, 300)):
            weight = _weights(answer, shape, name, phi)
            square = float(np.mean((phi(rng.standard_normal((120, shape[1]))) @ weight.T) ** 2))
            _judge(square, shape, name)
        a = rng.standard_normal((40, 300))
        for _ in range(8):
            a = phi(a) @ _weights(answer, (300, 300), name, phi, rng).T
        square = float(np.mean(a**2))
        if not 0.4 < square < 2.5:
            raise Wrong(f"eight layers with {name}: the mean square of z goes from 1 to {square:.3g}")
    return f"{len(_UNSEEN)} activations, each in two shapes and through eight layers"


def _weights(
    answer: Any, shape: tuple[int, int], name: str, phi: Callable[..., Any], rng: np.random.Generator | None = None
) -> np.ndarray:
    rng = rng or np.random.default_rng(32)
    weight = numbers(
        call(answer, shape, _named(phi, name), rng, names=("shape", "phi", "rng")), f"for {name} your weight"
    )
    if weight.shape != shape:
        hint = ": transposed?" if weight.shape == shape[::-1] else ""
        raise Wrong(f"draw must return weights of shape {shape}; they have shape {weight.shape}{hint}")
    if np.unique(weight).size < 0.99 * weight.size:
        raise Wrong(f"the weights for {name} must be random numbers, each drawn anew; many of yours are the same")
    if abs(weight.mean()) > 0.05 * weight.std():
        raise Wrong(f"the weights for {name} must have mean 0; they have mean {weight.mean():.3g}")
    return weight


def _judge(square: float, shape: tuple[int, int], name: str) -> None:
    out, inputs = shape
    if 0.85 < square < 1.15:
        return
    if 0.85 < square * out / inputs < 1.15:
        clue = ": you divide by the number of outputs; the sum has one term for each input"
    elif 0.85 < square * (out + inputs) / 2 / inputs < 1.15:
        clue = ": this is Xavier's compromise; here only the forward signal counts"
    elif name == "the identity":
        clue = ": with n inputs the variance of a weight must be 1/n here"
    else:
        clue = f": the mean square of {name} of a standard normal u must enter"
    raise Wrong(f"for {name} and shape {shape} the mean square of z is {square:.3g}, not 1{clue}")


@exercise("vanishing_gradients.residual_scale", of="eq-vanish-residual-scale")
def residual_scale(answer: Any) -> str:
    """β with (1 + β²)^D = 2, and the limit of β √D."""
    beta, limit = parts(answer, 2, "a list of two expressions, [beta, limit]")
    depth = sp.Symbol("D", positive=True)
    for part, right, name in (
        (beta, sp.sqrt(2 ** (1 / depth) - 1), "β"), (limit, sp.sqrt(sp.log(2)), "the limit"),
    ):  # fmt: skip
        try:
            expression_equals(part, right)
        except Wrong as problem:
            raise Wrong(f"{name}: {problem}", unfinished=problem.unfinished) from None
    return "so β is about 0.83 / √D"


@exercise("vanishing_gradients.orthogonal")
def orthogonal(answer: Any) -> str:
    """Orthogonal matrices without a preferred direction."""
    for n in (1, 2, 5, 40):
        _orthogonal(answer, n, np.random.default_rng(n))
    rng = np.random.default_rng(33)
    draws = np.array([_orthogonal(answer, 3, rng) for _ in range(DRAWS)])
    if not draws.std(axis=0).min() > 0.15:
        raise Wrong(f"the matrices are not random enough: over {DRAWS} draws with n = 3 an entry hardly changes")
    mean = draws.mean(axis=0)
    if np.abs(mean).max() > 0.12:
        i, j = np.unravel_index(np.abs(mean).argmax(), mean.shape)
        raise Wrong(
            f"a direction is preferred: over {DRAWS} draws with n = 3 the mean of Q[{i}, {j}] is {mean[i, j]:.2f}, "
            "and it must be near 0: look at the signs"
        )
    _same_in_all_directions(draws)
    _turns_evenly(np.array([_orthogonal(answer, 2, rng) for _ in range(4 * DRAWS)]))
    return "orthogonal, random, and no direction is preferred"


DRAWS = 600


def _orthogonal(answer: Any, n: int, rng: np.random.Generator) -> np.ndarray:
    q = numbers(call(answer, n, rng, names=("n", "rng")), f"for n = {n} your matrix", shape=(n, n))
    error = float(np.abs(q.T @ q - np.eye(n)).max())
    if not error < 1e-9:
        raise Wrong(f"for n = {n} the matrix is not orthogonal: an entry of QᵀQ is off by {error:.2g}")
    return q


def _same_in_all_directions(draws: np.ndarray) -> None:
    """If no direction is preferred, uᵀQv is a coordinate of a random point of the sphere: uniform on (−1, 1).

    Then its square has the mean 1/3 and its fourth power 1/5. The tolerance is five standard deviations of a mean.
    """
    rng = np.random.default_rng(34)
    directions = [*np.eye(3), *rng.standard_normal((4, 3))]
    for u in directions:
        for v in directions:
            shares = np.einsum("i,kij,j->k", u, draws, v) / np.linalg.norm(u) / np.linalg.norm(v)
            if abs(np.mean(shares**2) - 1 / 3) > 0.061 or abs(np.mean(shares**4) - 1 / 5) > 0.055:
                from_v, to_u = (", ".join(f"{c:.2f}" for c in w / np.linalg.norm(w)) for w in (v, u))
                raise Wrong(
                    f"a direction is preferred: over {DRAWS} draws with n = 3 the share of Qv along u, with "
                    f"v = ({from_v}) and u = ({to_u}), has the mean square {np.mean(shares**2):.2f} and the mean "
                    f"fourth power {np.mean(shares**4):.2f}; 1/3 and 1/5 are those of a random direction"
                )


def _turns_evenly(draws: np.ndarray) -> None:
    """For n = 2 the first column is (cos t, sin t) with t uniform: cos 4t has the mean 0 and the variance 1/2.

    Normed columns of numbers uniform on a square lean towards its corners: there the mean is 3 − π.
    """
    mean = float(np.mean(8 * draws[:, 0, 0] ** 4 - 8 * draws[:, 0, 0] ** 2 + 1))
    if abs(mean) > 0.072:  # five standard deviations
        lean = "the diagonals" if mean < 0 else "the axes"
        raise Wrong(
            f"a direction is preferred: over {len(draws)} draws with n = 2 the first column leans towards {lean}; "
            "are the numbers before qr normal?"
        )


_FACTORS: list[tuple[str, Callable[[np.ndarray], np.ndarray], Callable[[np.ndarray], np.ndarray], float]] = [
    ("tanh", tanh, tanh_grad, 2.0),
    ("ReLU", lambda z: np.maximum(z, 0), lambda z: 1.0 * (z > 0), 0.8),
    ("the sigmoid", sigmoid, sigmoid_grad, 3.0),
    ("the sigmoid", sigmoid, sigmoid_grad, 16.0),
    ("1 + sin z", lambda z: 1 + np.sin(z), np.cos, 0.7),
    ("exp(−z²/2)", lambda z: np.exp(-(z**2) / 2), lambda z: -z * np.exp(-(z**2) / 2), 4.0),
]


@exercise("vanishing_gradients.layer_factor", of=("eq-vanish-mean-square", "eq-vanish-chi"))
def layer_factor(answer: Any) -> str:
    """The factor χ of wide layers."""
    for name, phi, slope, s in _FACTORS:
        got = number(call(answer, _named(phi, name), _named(slope, f"the slope of {name}"), s,
                          names=("phi", "phi_grad", "s")), f"for {name} and s = {s:g} your factor")  # fmt: skip
        q = s**2
        for _ in range(100):
            q = s**2 * _mean(phi(np.sqrt(q) * _U) ** 2)
        right = s**2 * _mean(slope(np.sqrt(q) * _U) ** 2)
        if np.isclose(got, right, rtol=0.05, atol=0):
            continue
        slips = {
            "this is √χ, the factor for a length; χ is the one for mean squares": np.sqrt(right),
            "the factor s² is missing": right / s**2,
            "this is q; χ takes the slopes": q,
            "s is squared: χ has s², not s": right / s,
            "q is followed through the layers first; you took q = 1": s**2 * _mean(slope(_U) ** 2),
            "q is followed through the layers; you took q = s²": s**2 * _mean(slope(s * _U) ** 2),
            "the mean is of φ′(√q u): you took q u": s**2 * _mean(slope(q * _U) ** 2),
            "the slopes must be squared": s**2 * _mean(slope(np.sqrt(q) * _U)),
        }
        clue = next((f": {words}" for words, slip in slips.items() if np.isclose(got, slip, rtol=0.03, atol=0)), "")
        raise Wrong(f"for {name} and s = {s:g} your factor is {got:.3g}, not {right:.3g}{clue}")
    return f"{len(_FACTORS)} activations and scales"


_U = np.linspace(-9, 9, 1201)
_WEIGHT = np.exp(-(_U**2) / 2)


def _mean(values: np.ndarray) -> float:
    """The mean of a function of a standard normal number, from its values at _U."""
    return float(_WEIGHT @ values / _WEIGHT.sum())


def _named(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    def named(z: Any) -> Any:
        return function(np.asarray(z, dtype=float))

    named.__name__ = name
    return named
