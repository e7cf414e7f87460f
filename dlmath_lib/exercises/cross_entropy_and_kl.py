"""The exercises of ``chapters/information/cross_entropy_and_kl.ipynb``."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, number, numbers, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise
from dlmath_lib.information import cross_entropy_with_logits, entropy

_LOG2 = float(np.log(2))
_FLOOR = float(entropy([0.85, 0.05, 0.05, 0.05]))
_EXPERTS = np.array([[0.8, 0.1, 0.1], [0.1, 0.1, 0.8]])


@exercise(
    "cross_entropy_and_kl.both_directions", of=("eq-cross-entropy", "eq-kl-divergence", "eq-cross-entropy-splits")
)
def both_directions(answer: Any) -> str:
    """H(p, q), KL(p‖q) and KL(q‖p) of (1/2, 1/4, 1/8, 1/8) and (1/4, 1/8, 1/8, 1/2), in bits."""
    names = "your H(p, q)", "your KL(p‖q)", "your KL(q‖p)"
    given = parts(answer, 3, "three numbers, (H(p, q), KL(p‖q), KL(q‖p))")
    mine = [number(g, w) for g, w in zip(given, names, strict=True)]
    right = 2.25, 0.5, 0.625
    if all(abs(g - v * _LOG2) < 2e-3 for g, v in zip(mine, right, strict=True)):
        raise Wrong("these are nats; give bits: divide by log 2")
    if abs(mine[0] - 2.375) < 1e-3:
        raise Wrong(f"{names[0]} is {show(mine[0])}, which is H(q, p): weigh the surprises of q by p")
    if abs(mine[0] - 1.75) < 1e-3:
        raise Wrong(f"{names[0]} is 1.75, the entropy: the surprises are those of q, −log₂ q")
    if mine[0] < 0:
        raise Wrong(f"{names[0]} is negative: is the minus sign of −log₂ q missing?")
    close_to(mine[0], right[0], rtol=1e-3, what=names[0], hint="½·2 + ¼·3 + ⅛·3 + ⅛·1")
    if abs(mine[1] - right[2]) < 1e-3 and abs(mine[2] - right[1]) < 1e-3:
        raise Wrong("the two divergences are exchanged: in KL(p‖q) the weights are those of p")
    for found, value, name in zip(mine[1:], right[1:], names[1:], strict=True):
        if abs(found + value) < 1e-3:
            raise Wrong(f"{name} is {show(found)}: the ratio is turned round; no divergence is negative")
        close_to(found, value, rtol=1e-3, what=name, hint="The cross-entropy less 1.75, the entropy of both")
    return "2.25 = 1.75 + 0.5, and 0.625 the other way"


@exercise("cross_entropy_and_kl.perplexity_and_floor", of=("eq-perplexity", "eq-mixed-labels", "eq-gradient-of-logits"))
def perplexity_and_floor(answer: Any) -> str:
    """The perplexity of the tokens 1/2, 1/8, 1/8, 1/2, and the entropy of a smoothed label."""
    names = "your perplexity", "your lowest loss", "your derivative"
    given = parts(answer, 3, "three numbers, (perplexity, lowest loss, derivative)")
    tokens, loss, slope = (number(g, w) for g, w in zip(given, names, strict=True))
    if abs(tokens - 2) < 1e-3:
        raise Wrong(f"{names[0]} is 2, the mean surprise in bits: the perplexity is 2 to this power")
    if abs(tokens - 2 * _LOG2) < 1e-3:
        raise Wrong(f"{names[0]} is {show(tokens)}, the mean loss in nats: take its exponential")
    if abs(tokens - np.exp(2)) < 1e-2:
        raise Wrong(f"{names[0]} is {show(tokens)}: the mean is 2 bits, not 2 nats; with bits the base is 2")
    if abs(tokens - 3.2) < 1e-3:
        raise Wrong(f"{names[0]} is {show(tokens)}, from the mean of the probabilities: average the surprises")
    if abs(tokens - 256) < 1e-3:
        raise Wrong(f"{names[0]} is 256, from the sum of the surprises: take their mean")
    if abs(tokens - 5) < 1e-3:
        raise Wrong(f"{names[0]} is 5, the mean of the numbers 1/q: average the surprises")
    close_to(tokens, 4, rtol=1e-3, what=names[0], hint="The surprises are 1, 3, 3, 1 bits")
    if abs(loss) < 1e-9:
        raise Wrong("the lowest loss is not 0: the smoothed label gives each wrong class ε/K")
    if abs(loss - _FLOOR / _LOG2) < 2e-3:
        raise Wrong(f"{names[1]} is {show(loss)}, in bits: give nats")
    slips = (
        ([0.8, 0.2 / 3, 0.2 / 3, 0.2 / 3], "the uniform part goes to all K classes, the right one too"),
        ([0.8, 0.05, 0.05, 0.05], "these probabilities do not sum to 1: the right class has 1 − ε + ε/K"),
    )
    for q, why in slips:
        if abs(loss + float(np.sum(np.multiply(q, np.log(q))))) < 2e-3:
            raise Wrong(f"{names[1]} is {show(loss)}: {why}")
    if abs(loss + np.log(0.85)) < 2e-3:
        raise Wrong(f"{names[1]} is {show(loss)}, −log of the right class alone: the three other classes count too")
    close_to(loss, _FLOOR, rtol=2e-3, what=names[1], hint="The entropy of (0.85, 0.05, 0.05, 0.05)")
    if abs(slope - 0.15) < 1e-6:
        raise Wrong("your derivative is 0.15: it is q − p, the model less the target; a larger logit lowers the loss")
    if abs(slope + 0.3) < 1e-6 or abs(slope + 0.1) < 1e-6:
        raise Wrong(f"{names[2]} is {show(slope)}: the target of the right class is 1 − ε + ε/K = 0.85")
    close_to(slope, -0.15, rtol=1e-3, what=names[2], hint="0.7 − 0.85")
    return "2² = 4, the entropy of (0.85, 0.05, 0.05, 0.05), and 0.7 − 0.85"


@exercise(
    "cross_entropy_and_kl.divergence_from_logits",
    of=("eq-cross-entropy-of-logits", "eq-kl-divergence", "eq-term-of-kl"),
)
def divergence_from_logits(answer: Any) -> str:
    """A program for KL(p ‖ softmax(z)) that does not overflow."""
    rng = np.random.default_rng(7)
    weights = rng.uniform(0.1, 1, size=(4, 3))
    p = weights / weights.sum(axis=1, keepdims=True)
    z = rng.normal(size=(4, 3)) * 2
    hard = np.array([[1.0, 0, 0], [0, 0.5, 0.5]])
    cases = [
        ("ordinary numbers", p, z),
        ("one row", p[:1], z[:1]),
        ("as many rows as columns", p[:3], z[1:]),
        ("zeros in p", hard, z[:2]),
        ("large logits", p[:2], np.array([[1000.0, 999.0, 998.0], [-1000.0, -1001.0, -1000.5]])),
        ("logits far apart", hard, np.array([[-1000.0, 1000.0, 0.0], [1000.0, -1000.0, 0.0]])),
    ]
    for what, truth, logits in cases:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = call(answer, truth, logits, names=("p", "logits"))
        _compare(found, truth, logits, what)
    return f"{len(cases)} pairs of arrays, with zeros and with logits of ±1000"


def _compare(found: Any, p: np.ndarray, z: np.ndarray, what: str) -> None:
    right = cross_entropy_with_logits(p, z) - entropy(p)
    where = f"for {what}"
    try:
        values = np.asarray(found, dtype=float)
    except (TypeError, ValueError, OverflowError):
        values = numbers(found, f"{where} your result")
    if values.ndim == 0 and not isinstance(found, str):
        raise Wrong(f"{where} your function returns one number; return one for each row, without a mean or a sum")
    if not np.isfinite(values).all():
        cause = {
            "zeros in p": "0 · log 0 is 0 here; NumPy computes nan",
            "large logits": "e^1000 overflows: subtract the largest logit of each row first",
            "logits far apart": "a small probability has become 0 and its logarithm −∞: take log q from the logits",
        }.get(what, "look at its logarithms")
        raise Wrong(f"{where} your result is not finite: {cause}")
    mine = numbers(found, f"{where} your result")
    if mine.shape == p.shape:
        raise Wrong(f"{where} your function returns an array of shape {mine.shape}: add up each row")
    if mine.shape == (len(p), 1):
        raise Wrong(f"{where} your result has the shape {mine.shape}; it must be ({len(p)},): sum without keepdims")
    if mine.shape != right.shape:
        raise Wrong(f"{where} your result has the shape {mine.shape}; it must be {right.shape}, one for each row")
    if not np.allclose(mine, right, rtol=1e-7, atol=1e-10):
        raise Wrong(f"{where} your result is {show(mine[0])} for the first row; it must be {show(float(right[0]))}"
                    + _slip(mine, p, z, right))  # fmt: skip


def _slip(mine: np.ndarray, p: np.ndarray, z: np.ndarray, right: np.ndarray) -> str:
    """The likely reason of a wrong divergence."""
    log_q = z - z.max(axis=1, keepdims=True)
    log_q = log_q - np.log(np.exp(log_q).sum(axis=1, keepdims=True))
    q = np.exp(log_q)
    log_p = np.log(np.where(p > 0, p, 1))
    over_columns = z - z.max(axis=0) - np.log(np.exp(z - z.max(axis=0)).sum(axis=0))
    slips = (
        (right + entropy(p), "that is the cross-entropy: subtract the entropy of p"),
        (right / _LOG2, "these are bits: take the natural logarithm"),
        (-right, "the sign is turned round: KL(p‖q) is the mean of log p − log q"),
        ((q * (log_q - log_p)).sum(axis=1), "that is KL(q‖p): the weights are those of p"),
        ((p * (log_p - z)).sum(axis=1), "the logits are not yet log-probabilities: log-sum-exp is missing"),
        ((p * (log_p - over_columns)).sum(axis=1), "softmax runs along the rows, axis 1"),
    )
    for value, why in slips:
        if np.allclose(mine, value, rtol=1e-6, atol=1e-9):
            return f"; {why}"
    return ""


@exercise("cross_entropy_and_kl.merging", of=("eq-log-sum", "eq-kl-divergence"))
def merging(answer: Any) -> str:
    """The two terms of a divergence by the term of the merged outcome, as a chain of proved steps."""
    a, b, c, d = sp.symbols("a b c d", positive=True)
    start = a * sp.log(a / c) + b * sp.log(b / d)
    rest = a * sp.log(a * (c + d) / (c * (a + b))) + b * sp.log(b * (c + d) / (d * (a + b)))
    return derivation_of(answer, start, (a + b) * sp.log((a + b) / (c + d)) + rest, min_steps=2, in_form=False)


@exercise(
    "cross_entropy_and_kl.best_gaussian",
    of=(
        "eq-forward-mean",
        "eq-forward-deviation",
        "eq-mean-of-square",
        "eq-kl-of-gaussians",
        "eq-kl-to-standard-gaussian",
    ),
)
def best_gaussian(answer: Any) -> str:
    """The Gaussian with the moments of ¼ N(0, 1) + ¾ N(4, 1)."""
    names = "your mean", "your standard deviation", "your divergence"
    given = parts(answer, 3, "three numbers, (mean, standard deviation, divergence)")
    mean, std, nats = (number(g, w) for g, w in zip(given, names, strict=True))
    if abs(mean - 4) < 1e-3:
        raise Wrong("your mean is 4, that of the larger part: near the reverse fit; the forward fit covers both")
    if abs(mean - 2) < 1e-3:
        raise Wrong("your mean is 2, halfway: weigh the parts by ¼ and ¾")
    if abs(mean - 1) < 1e-3:
        raise Wrong("your mean is 1: the weights are exchanged")
    close_to(mean, 3, rtol=1e-3, what=names[0], hint="¼·0 + ¾·4")
    if abs(std - 4) < 1e-3:
        raise Wrong("your standard deviation is 4, which is the variance: take the root")
    if abs(std - 1) < 1e-3:
        raise Wrong("your standard deviation is 1, that of the parts: the distance of their means counts too")
    if abs(std - 13**0.5) < 1e-3 or abs(std - 13) < 1e-3:
        raise Wrong(f"{names[1]} is {show(std)}: subtract the square of the mean, 9, from the mean of squares, 13")
    if abs(std - 3**0.5) < 1e-3:
        raise Wrong(f"{names[1]} is {show(std)}: the variance 1 of the parts is missing")
    close_to(std, 2, rtol=1e-3, what=names[1], hint="The mean of squares is ¼·1 + ¾·17 = 13")
    right = 6 - _LOG2
    if abs(nats - (_LOG2 + 10 / 8 - 0.5)) < 2e-3:
        raise Wrong(f"{names[2]} is {show(nats)}, from the standard Gaussian to q: here q comes first")
    if abs(nats - right / _LOG2) < 2e-3:
        raise Wrong(f"{names[2]} is {show(nats)}, in bits: give nats")
    if abs(nats - (6 + _LOG2)) < 2e-3:
        raise Wrong(f"{names[2]} is {show(nats)}: the logarithm has the wrong sign; a wide q has a large entropy")
    close_to(nats, right, rtol=1e-3, what=names[2], hint="½ (4 + 9 − 1 − log 4)")
    return "the mean 3, the variance 1 + 3, and 6 − log 2"


@exercise("cross_entropy_and_kl.middle", of=("eq-gibbs-for-kl", "eq-js-divergence"))
def middle(answer: Any) -> str:
    """The distributions nearest to two experts, by the forward and by the reverse divergence."""
    names = "your forward middle", "your reverse middle"
    given = parts(answer, 2, "a pair of two lists of three probabilities")
    mine = [numbers(g, w, shape=(3,)) for g, w in zip(given, names, strict=True)]
    root = np.sqrt(_EXPERTS[0] * _EXPERTS[1])
    right = _EXPERTS.mean(axis=0), root / root.sum()
    if np.allclose(mine[1], root, atol=1e-3):
        raise Wrong(f"{names[1]} has the sum {show(float(mine[1].sum()))}: divide it by its sum")
    for q, name in zip(mine, names, strict=True):
        if (q < 0).any() or not abs(q.sum() - 1) <= 1e-3:
            raise Wrong(f"{name} must be three numbers ≥ 0 with sum 1; their sum is {show(float(q.sum()))}")
    if all(np.allclose(q, other, atol=2e-4) for q, other in zip(mine, right[::-1], strict=True)):
        raise Wrong("the two are exchanged: where q stands first, the logarithm of q is weighed by q itself")
    if np.allclose(mine[1], right[0], atol=2e-4):
        raise Wrong(f"{names[1]} is the mean, which is the forward one: here q stands outside the logarithm too")
    for q, best, name in zip(mine, right, names, strict=True):
        if not np.allclose(q, best, atol=2e-4):
            raise Wrong(f"{name} is {show(q)}; there is a distribution with a smaller sum")
    return "the mean, and the geometric mean divided by its sum"
