"""The exercises of ``chapters/information/mutual_information.ipynb``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, number, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise
from dlmath_lib.information import histogram_information

_LOG2 = float(np.log(2))
_OF_QUARTER = 2 - 0.75 * float(np.log2(3))  # H₂(¼) in bits
# (what is special about them, two lists of labels)
_UNSEEN: list[tuple[str, list[Any], list[Any]]] = [
    ("two equal lists", [0, 0, 1, 1], [0, 0, 1, 1]),
    ("independent frequencies", [0, 0, 1, 1], [0, 1, 0, 1]),
    ("one label only", [3, 3, 3], [1, 2, 1]),
    ("a single pair", ["a"], ["b"]),
    ("words", ["rain", "rain", "dry", "dry", "dry", "dry", "dry", "dry"], list("ccccnnnn")),
    ("three labels against two", [0, 0, 1, 1, 2, 2, 2, 2], [0, 1, 0, 0, 1, 1, 1, 1]),
    ("labels that are no numbers from 0 on", [-5, 7, 7, 100, -5, 7], ["x", "y", "y", "x", "y", "x"]),
    ("the other way round", ["x", "y", "y", "x", "y", "x"], [-5, 7, 7, 100, -5, 7]),
]


def _read(answer: Any, names: tuple[str, ...], shape: str) -> list[float]:
    given = parts(answer, len(names), shape)
    return [number(each, name) for each, name in zip(given, names, strict=True)]


def _slip(value: float, slips: Mapping[float, str], otherwise: str, near: float = 2e-3) -> str:
    """What probably led to this number."""
    return next((words for slip, words in slips.items() if abs(value - slip) <= near * max(abs(slip), 0.5)), otherwise)


def _nats(given: list[float], right: tuple[float, ...]) -> None:
    """Refuse answers that are right but for the unit."""
    if all(abs(g - v * _LOG2) < 1e-3 for g, v in zip(given, right, strict=True)):
        raise Wrong("these are nats; give bits: divide by log 2")


@exercise(
    "mutual_information.by_hand",
    of=(
        "eq-mutual-information",
        "eq-information-by-entropies",
        "eq-information-by-conditional-entropy",
        "eq-information-not-negative",
    ),
)
def by_hand(answer: Any) -> str:
    """H(X | Y), I and H(Y | X) of a table in which X determines Y."""
    names = "your H(X | Y)", "your I(X; Y)", "your H(Y | X)"
    given = _read(answer, names, "three numbers, (H(X|Y), I(X;Y), H(Y|X))")
    right = 0.5, 1.0, 0.0
    _nats(given, right)
    if np.allclose(given, right[::-1], atol=1e-6):
        raise Wrong("the first and the last are exchanged: H(X | Y) is what is left of X, the row, where Y is known")
    slips: tuple[dict[float, str], ...] = (
        {1.0: "that is the entropy of X where Y = 1; this case has the probability ½", 1.5: "that is H(X)"},
        {1.5: "that is H(X), and of the pair; X says at most what Y holds", 0.5: "that is what is left of X"},
        {1.0: "that is H(Y); where X is known, nothing of it is left", 0.5: "that is H(X | Y)"},
    )
    hints = "½ · 0 + ½ · 1", "H(Y) − H(Y | X)", "each row has one entry that is not 0"
    for value, true, name, slip, hint in zip(given, right, names, slips, hints, strict=True):
        close_to(value, true, rtol=1e-3, atol=1e-6, what=name, hint=_slip(value, slip, hint))
    return "1 bit of the 1.5 bits of X: Y tells whether X is 0"


@exercise("mutual_information.and_gate", of="eq-chain-rule-of-information")
def and_gate(answer: Any) -> str:
    """What each input of an AND, and both, say about its output."""
    names = "your I(Z; X)", "your I(Z; Y | X)", "your I(Z; (X, Y))"
    given = _read(answer, names, "three numbers, (I(Z;X), I(Z;Y|X), I(Z;(X,Y)))")
    right = _OF_QUARTER - 0.5, 0.5, _OF_QUARTER
    _nats(given, right)
    slips: tuple[dict[float, str], ...] = (
        {
            0.0: "that is so for XOR; X = 0 makes Z = 0 certain here",
            _OF_QUARTER: "that is H(Z): take off what is left where X is known, ½ · 1 bit",
            0.5: "that is H(Z | X), what is left; H(Z) − H(Z | X) is asked for",
        },
        {
            1.0: "where X = 1, Y tells the whole bit; this case has the probability ½",
            _OF_QUARTER
            - 0.5: "that is I(Z; Y), without X: where X is known, the mean over X = 0 and X = 1 is asked for",
            0.0: "where X = 1, Z is Y itself",
        },
        {
            1.0: "Z is no fair bit: it is 1 with probability ¼",
            2 * (_OF_QUARTER - 0.5): "the two do not add: the second part is I(Z; Y | X)",
            2.0: "that is the entropy of the pair (X, Y); they say no more about Z than H(Z)",
        },
    )
    hints = "H(Z) − H(Z | X) with H(Z) = H₂(¼)", "½ · 0 + ½ · 1", "the pair determines Z, so it is H(Z)"
    for value, true, name, slip, hint in zip(given, right, names, slips, hints, strict=True):
        close_to(value, true, rtol=2e-3, what=name, hint=_slip(value, slip, hint))
    return "0.311 + 0.5 = 0.811; Y says more once X is known"


@exercise("mutual_information.two_channels", of=("eq-data-processing", "eq-symmetric-channel"))
def two_channels(answer: Any) -> str:
    """The mutual information after one and after two symmetric channels."""

    def told(flip: float) -> float:
        return float(1 + flip * np.log2(flip) + (1 - flip) * np.log2(1 - flip))

    names = "your I(X; Y)", "your I(X; Z)"
    given = _read(answer, names, "a pair, (I(X;Y), I(X;Z))")
    right = told(0.1), told(0.18)
    _nats(given, right)
    if given[1] > given[0] > 0:
        raise Wrong("your I(X; Z) is larger than your I(X; Y): by the data processing inequality it cannot be")
    hint = _slip(given[0], {1 - right[0]: "that is H₂(0.1), what is lost", 0.9: "that is for erasure"}, "1 − H₂(0.1)")
    close_to(given[0], right[0], rtol=2e-3, what=names[0], hint=hint)
    slips = {
        told(0.2): "the error rates do not add: two errors undo each other",
        told(0.19): "that is the chance that at least one channel turns the bit; two errors undo each other",
        told(0.01): "that is the chance that both turn the bit; then Z = X",
        right[0] ** 2: "capacities are not multiplied: find the error rate of both together",
        right[0]: "the second channel loses something too",
        1 - right[1]: "that is H₂(0.18), what is lost",
    }
    hint = _slip(given[1], slips, "the error rate of both together is 0.1 · 0.9 + 0.9 · 0.1")
    close_to(given[1], right[1], rtol=3e-3, what=names[1], hint=hint)
    return "0.531 bits, then 0.320: the second channel loses, too"


@exercise("mutual_information.three_numbers", of=("eq-information-of-gaussians", "eq-classifier-bound"))
def three_numbers(answer: Any) -> str:
    """A correlation from 2 bits, a bias, and the information that a loss shows."""
    names = "your |ρ|", "your bias", "your number of bits"
    given = _read(answer, names, "three numbers, (rho, bias, bits)")
    correlation: dict[float, str] = {
        float(np.sqrt(1 - np.exp(-4))): "that belongs to 2 nats; one bit is log 2 = 0.6931 nats",
        float(np.sqrt(0.75)): "that belongs to 1 bit",
        15 / 16: "that is ρ²: take the root",
        0.25: "that is √(1 − ρ²)",
    }
    hint = _slip(given[0], correlation, "1 − ρ² = e^(−2I) with I = 2 log 2", near=5e-4)
    close_to(abs(given[0]), float(np.sqrt(15 / 16)), rtol=1e-3, what=names[0], hint=hint)
    bias: dict[float, str] = {
        81 / 200: "divide by 2n, not by n",
        100 / 400: "(a − 1)(b − 1): subtract 1 from each number of bins",
        99 / 400: "(a − 1)(b − 1) is 81, not a·b − 1",
        0.25 - 81 / 400: "that is the estimate less the bias; the bias itself is asked for",
        81 / 400 / _LOG2: "that is in bits; give nats",
    }
    hint = _slip(given[1], bias, "(a − 1)(b − 1)/(2n)", near=1e-3)
    close_to(given[1], 81 / 400, rtol=0, atol=5.1e-4, what=names[1], hint=hint)  # 0.202 and 0.203 are roundings of it
    bound: dict[float, str] = {
        1.7: "that is 2 bits less 0.3 nats: bring both to one unit",
        float(np.log(4)) - 0.3: "that is in nats; give bits",
        0.3 / _LOG2: "that is the loss in bits: take it from H(Y)",
        2 - 0.3 * _LOG2: "divide the nats by log 2, do not multiply",
        2.0: "that is H(Y): the loss must be taken off",
    }
    hint = _slip(given[2], bound, "H(Y) − L with H(Y) = 2 bits and L = 0.3/log 2 bits")
    close_to(given[2], 2 - 0.3 / _LOG2, rtol=2e-3, what=names[2], hint=hint)
    return "the estimate 0.25 is hardly more than 0.2025, what chance alone gives"


@exercise("mutual_information.erasure_proof", of="eq-erasure-channel")
def erasure_proof(answer: Any) -> str:
    """The mutual information of the erasure channel, as a chain of proved steps."""
    p, eps = sp.symbols("p epsilon", positive=True)
    kept = (1 - p) * (1 - eps), p * (1 - eps)
    of_output = -kept[0] * sp.log(kept[0]) - eps * sp.log(eps) - kept[1] * sp.log(kept[1])
    start = of_output + eps * sp.log(eps) + (1 - eps) * sp.log(1 - eps)
    end = (1 - eps) * (-p * sp.log(p) - (1 - p) * sp.log(1 - p))
    where = {p: (0, 1), eps: (0, 1)}
    return derivation_of(answer, start, end, min_steps=2, where=where, in_form=False)


@exercise("mutual_information.z_channel", of="eq-capacity-bound")
def z_channel(answer: Any) -> str:
    """The best input of the Z-channel, and its capacity in bits."""
    names = "your p", "your capacity"
    p, capacity = _read(answer, names, "a pair, (p, capacity)")
    inputs: dict[float, str] = {
        0.2: "that is p/2, the probability that 1 arrives",
        0.6: "that is the probability of sending 0",
        0.5: "fair inputs are best for symmetric channels; here 1 is noisy and 0 is not",
    }
    hint = _slip(p, inputs, "where the slope ½ log₂((1 − q)/q) − 1 at q = p/2 is 0", near=1e-3)
    close_to(p, 0.4, rtol=3e-4, what=names[0], hint=hint)
    right = float(np.log2(5)) - 2
    values: dict[float, str] = {
        right * _LOG2: "that is in nats; give bits",
        float(np.log2(5)) - 1.6: "that is H₂(1/5): take off H(Y | X) = p",
        _OF_QUARTER - 0.5: "that is for p = ½",
    }
    hint = _slip(capacity, values, "H₂(p/2) − p at your p", near=1e-4)
    close_to(capacity, right, rtol=3e-4, what=names[1], hint=hint)
    return "p = 2/5 and log₂ 5 − 2 = 0.3219 bits"


@exercise("mutual_information.write_information", of="eq-mutual-information")
def write_information(answer: Any) -> str:
    """The plug-in estimate of mutual information from two lists of labels, in bits."""
    for what, xs, ys in _UNSEEN:
        where = f"for xs = {show(xs)}, ys = {show(ys)} ({what})"
        with np.errstate(all="ignore"):
            raw = call(answer, list(xs), list(ys), names=("xs", "ys"))
        codes = [np.unique(np.array(each, dtype=str), return_inverse=True)[1] for each in (xs, ys)]
        right = histogram_information(*codes, bins=None, unit="bits").value
        if isinstance(raw, (float, np.floating)) and not np.isfinite(raw):
            raise Wrong(
                f"{where} your function returns {raw}; no pair with the count 0 has a term: leave out empty cells"
            )
        found = number(raw, f"{where} your result")
        if abs(found - right) <= 1e-9 * max(right, 1):
            continue
        slips = _other_numbers(*codes)
        slips |= {right * _LOG2: "that is in nats", -right: "the sign is turned", right * len(xs): "divide by n"}
        hint = _slip(found, slips, "the mean of log₂ of p(x, y)/(p(x) p(y)) over the pairs", near=1e-7)
        raise Wrong(
            f"{where} your function returns {show(round(found, 6))}; it must be {show(round(right, 6))}: {hint}"
        )
    return f"{len(_UNSEEN)} pairs of lists"


def _other_numbers(x: np.ndarray, y: np.ndarray) -> dict[float, str]:
    """Entropies of the frequencies, which are taken for the mutual information by mistake."""

    def in_bits(counts: np.ndarray) -> float:
        share = counts[counts > 0] / counts.sum()
        return float(-(share * np.log2(share)).sum())

    left, right, pair = (in_bits(np.bincount(each)) for each in (x, y, x * (y.max() + 1) + y))
    return {
        pair: "that is the entropy of the pair",
        pair - left: "that is H(Y | X), what is left of Y",
        pair - right: "that is H(X | Y), what is left of X",
        left: "that is the entropy of xs",
        right: "that is the entropy of ys",
    }
