"""The exercises of ``chapters/information/entropy.ipynb``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, number, numbers, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise
from dlmath_lib.information import code_length, entropy, huffman_code

_LOG2 = float(np.log(2))
_TABLE = np.array([[1 / 4, 0], [1 / 4, 0], [1 / 4, 1 / 4]])
# (what is special about it, the weights): no two codes of a least mean length need be the same.
_UNSEEN: list[tuple[str, dict[Any, float]]] = [
    ("two symbols", {"a": 3, "b": 1}),
    ("the letters of the first section", {"a": 0.5, "b": 0.25, "c": 0.125, "d": 0.125}),
    ("weights that double", {"a": 1, "b": 2, "c": 4, "d": 8, "e": 16}),
    ("equal weights", dict.fromkeys("abcdef", 1)),
    ("joints that become heavy", {"a": 5, "b": 5, "c": 4, "d": 3, "e": 3}),
    ("two joints of two", {"a": 0.3, "b": 0.25, "c": 0.25, "d": 0.2}),
    ("symbols that are numbers", {1: 12, 2: 7, 3: 5, 4: 5, 5: 3, 6: 1}),
    ("the letters of a word", {"a": 5, "b": 2, "r": 2, "c": 1, "d": 1}),
]


@exercise("entropy.bits_and_nats", of=("eq-entropy", "eq-surprise"))
def bits_and_nats(answer: Any) -> str:
    """The entropy of (1/2, 1/8, 1/8, 1/8, 1/8), in both units."""
    given = parts(answer, 2, "a pair, (bits, nats)")
    bits, nats = (number(g, w) for g, w in zip(given, ("your number of bits", "your number of nats"), strict=True))
    if abs(bits - 2 * _LOG2) < 2e-3 and abs(nats - 2) < 2e-3:
        raise Wrong("the two are exchanged: one bit is log 2 = 0.6931 nats, so there are fewer nats than bits")
    if abs(bits - 1.6) < 1e-6:
        raise Wrong(
            "your number of bits is the entropy with other weights: weigh the surprises 1 and 3 by 1/2 and 4 · 1/8"
        )
    if abs(bits - np.log2(5)) < 2e-3:
        raise Wrong("log₂ 5 is the entropy of five equal outcomes; these are not equal")
    if abs(bits - 0.875) < 1e-6:
        raise Wrong("your number of bits counts one of the four outcomes with 1/8; there are four")
    close_to(bits, 2, rtol=1e-3, what="your number of bits", hint="1/2 · 1 + 4 · 1/8 · 3")
    if abs(nats - 2 / _LOG2) < 2e-3:
        raise Wrong(f"your number of nats is {show(nats)}: multiply the bits by log 2, do not divide")
    close_to(nats, 2 * _LOG2, rtol=1e-3, what="your number of nats", hint="Bits times log 2 = 0.6931")
    return "the mean of the surprises 1 and 3"


@exercise("entropy.chain_rule_on_a_table", of=("eq-chain-rule-of-entropy", "eq-conditioning"))
def chain_rule_on_a_table(answer: Any) -> str:
    """H(X), H(Y | X) and H(X, Y) of a table, in bits."""
    names = "your H(X)", "your H(Y | X)", "your H(X, Y)"
    given = [
        number(g, w) for g, w in zip(parts(answer, 3, "three numbers, (H(X), H(Y|X), H(X,Y))"), names, strict=True)
    ]
    right = 1.5, 0.5, 2.0
    if all(abs(g - v * _LOG2) < 1e-3 for g, v in zip(given, right, strict=True)):
        raise Wrong("these are nats; give bits: divide by log 2")
    of_y = float(entropy(_TABLE.sum(axis=0), unit="bits"))
    if abs(given[0] - of_y) < 2e-3:
        raise Wrong(f"{names[0]} is {show(given[0])}, the entropy of Y: add up the rows, not the columns")
    close_to(given[0], right[0], rtol=1e-3, what=names[0], hint="The rows have the probabilities 1/4, 1/4, 1/2")
    if abs(given[1] - 1) < 1e-3:
        raise Wrong(f"{names[1]} is 1, the entropy of the last row alone: weigh it by the row's probability")
    if abs(given[1] - of_y) < 2e-3:
        raise Wrong(f"{names[1]} is {show(given[1])}, the entropy of Y without knowing X")
    if abs(given[1] - (2 - of_y)) < 2e-3:
        raise Wrong(f"{names[1]} is {show(given[1])}, which is H(X | Y): here X is known")
    close_to(given[1], right[1], rtol=1e-3, what=names[1], hint="The mean over the rows of each row's entropy")
    close_to(given[2], right[2], rtol=1e-3, what=names[2], hint="The sum of the other two")
    return "1.5 + 0.5 = 2"


@exercise("entropy.huffman", of="eq-code-length")
def huffman(answer: Any) -> str:
    """A program that finds a shortest prefix code."""
    for what, weights in _UNSEEN:
        where = f"for {weights} ({what})"
        found = call(answer, dict(weights), names=("weights",))
        if found is ...:
            raise Wrong("not yet: replace the … by your answer", unfinished=True)
        words = _as_words(found, weights, where)
        best = code_length(weights, huffman_code(weights))
        mean = code_length(weights, words)
        if mean > best + 1e-9:
            raise Wrong(
                f"{where} your mean length is {show(mean)}; there is a code with {show(best)}. {_slip(weights, words)}"
            )
    return f"{len(_UNSEEN)} lists of weights, each with the least mean length"


def _as_words(found: Any, weights: Mapping[Any, float], where: str) -> dict[Any, str]:
    """The reader's code, if it is a prefix code for these symbols."""
    if not isinstance(found, Mapping):
        raise Wrong(f"{where} your function must return a dictionary of symbols and words; it returns {show(found)}")
    missing = [symbol for symbol in weights if symbol not in found]
    if missing or len(found) != len(weights):
        told = f"{missing[0]!r} has none" if missing else f"there are {len(found)} words for {len(weights)} symbols"
        raise Wrong(f"{where} each symbol needs one word; {told}")
    words = {symbol: found[symbol] for symbol in weights}
    for symbol, word in words.items():
        if not isinstance(word, str) or not word or set(word) - {"0", "1"}:
            raise Wrong(f'{where} the word of {symbol!r} must be a string of "0" and "1"; it is {show(word)}')
    for one, word in words.items():
        for other, longer in words.items():
            if one != other and longer.startswith(word):
                same = (
                    "have the same word"
                    if longer == word
                    else f"have the words {word} and {longer}: one begins the other"
                )
                raise Wrong(f"{where} {one!r} and {other!r} {same}" + _backwards(words))
    return words


def _backwards(words: Mapping[Any, str]) -> str:
    turned = [word[::-1] for word in words.values()]
    prefix_free = not any(i != j and b.startswith(a) for i, a in enumerate(turned) for j, b in enumerate(turned))
    return (
        ". Read backwards, they are a prefix code: put each new digit before the word, not behind it"
        if prefix_free
        else ""
    )


def _slip(weights: Mapping[Any, float], words: Mapping[Any, str]) -> str:
    """The likely reason of a code that is too long."""
    ordered = sorted(weights, key=lambda symbol: weights[symbol])
    if len({len(word) for word in words.values()}) == 1:
        return "Your words are all of one length"
    rare, common = ordered[0], ordered[-1]
    if weights[rare] < weights[common] and len(words[rare]) < len(words[common]):
        return "The rarest symbol has a shorter word than the most frequent one: join the lightest branches first"
    lengths = sorted(len(word) for word in words.values())
    if lengths == [*range(1, len(lengths)), len(lengths) - 1]:
        return "Your tree is a chain: after each joint look for the two lightest again; the joint may not be among them"
    return "Join the two lightest branches, each joint with the sum of its weights"


@exercise("entropy.grouping_rule", of=("eq-chain-rule-of-entropy", "eq-bernoulli-entropy"))
def grouping_rule(answer: Any) -> str:
    """The entropy of three outcomes by that of two groups, as a chain of proved steps."""
    p, q, r = sp.symbols("p q r", positive=True)
    start = -p * sp.log(p) - q * sp.log(q) - r * sp.log(r)
    rest = q + r
    end = -p * sp.log(p) - rest * sp.log(rest) + rest * (-q / rest * sp.log(q / rest) - r / rest * sp.log(r / rest))
    return derivation_of(answer, start, end, min_steps=2, in_form=False, points=8)


@exercise(
    "entropy.zero_gaussian",
    of=(
        "eq-entropy-of-gaussian", "eq-entropy-scales", "eq-differential-entropy", "eq-entropy-of-uniform",
        "eq-entropy-of-exponential", "eq-largest-gaussian",
    ),
)  # fmt: skip
def zero_gaussian(answer: Any) -> str:
    """The σ at which a Gaussian's entropy is 0, its entropy in a smaller unit, and what two densities lack to it."""
    names = (
        "your σ",
        "your entropy in centimetres",
        "your gap of the uniform density",
        "your gap of the exponential one",
    )
    four = parts(answer, 4, "four numbers, (sigma, entropy, uniform, exponential)")
    sigma, nats, uniform, exponential = (number(g, w) for g, w in zip(four, names, strict=True))
    right = 1 / np.sqrt(2 * np.pi * np.e)
    if abs(sigma - right**2) < 1e-4:
        raise Wrong(f"your σ is {show(sigma)}, which is the variance: take the root")
    if abs(sigma - 1 / np.sqrt(2 * np.pi)) < 1e-3:
        raise Wrong(f"your σ is {show(sigma)}: the factor e under the logarithm is missing")
    close_to(sigma, right, rtol=2e-3, what=names[0], hint="The logarithm is 0 where 2πeσ² = 1")
    if abs(nats + np.log(100)) < 1e-2:
        raise Wrong(f"{names[1]} is {show(nats)}: the numbers become larger, so the density becomes wider")
    if abs(nats - 2 * np.log(100)) < 1e-2:
        raise Wrong(f"{names[1]} is {show(nats)}: σ² grows by 100², and half of its logarithm counts")
    if abs(nats - np.log2(100)) < 1e-2:
        raise Wrong(f"{names[1]} is {show(nats)}, in bits: give nats")
    if abs(nats) < 1e-9:
        raise Wrong("your entropy in centimetres is 0; differential entropy changes with the unit")
    close_to(nats, float(np.log(100)), rtol=2e-3, what=names[1], hint="A change of the unit by c adds log c")
    gaps = 0.5 * np.log(2 * np.pi * np.e / 12), 0.5 * np.log(2 * np.pi / np.e)
    if abs(uniform - gaps[1]) < 1e-3 and abs(exponential - gaps[0]) < 1e-3:
        raise Wrong("the last two are swapped: the gap of the uniform density stands first")
    slips: list[dict[float, str]] = [
        {0.5 * np.log(2 * np.pi * np.e): "with σ = 1 the width is √12, not 1"},
        {0.5 * np.log(2 * np.pi * np.e): "that is the entropy of the Gaussian with σ = 1: subtract 1 − log λ, λ = 1/σ"},
    ]
    hints = ["With σ = 1 the width is √12, and the entropy log √12", "With σ = 1 the rate is 1, and the entropy 1"]
    for value, gap, name, slip, hint in zip((uniform, exponential), gaps, names[2:], slips, hints, strict=True):
        if abs(value + gap) < 1e-3:
            raise Wrong(f"{name} is {show(value)}: the Gaussian has the larger entropy, so the gap is positive")
        if abs(value - gap / np.log(2)) < 1e-3:
            raise Wrong(f"{name} is {show(value)}, in bits: give nats")
        said = next((words for slipped, words in slip.items() if abs(value - slipped) < 1e-3), hint)
        close_to(value, float(gap), rtol=5e-3, what=name, hint=said)
    return "σ = 1/√(2πe), log 100, and gaps of 0.176 and 0.419 nats, whatever σ is"


@exercise("entropy.loaded_die", of=("eq-gibbs", "eq-largest-entropy", "eq-tangent-of-log"))
def loaded_die(answer: Any) -> str:
    """The distribution of largest entropy on the faces of a die with the mean 4.5."""
    p = numbers(answer, "your six probabilities", shape=(6,))
    faces = np.arange(1, 7)
    if (p < 0).any():
        raise Wrong(f"probabilities are at least 0; face {int(np.argmin(p)) + 1} has {show(float(p.min()))}")
    if not abs(p.sum() - 1) <= 1e-3:
        raise Wrong(f"your probabilities must sum to 1; their sum is {show(float(p.sum()))}")
    if np.allclose(p, 1 / 6, atol=1e-3):
        raise Wrong("these are those of a fair die, with the mean 3.5; the mean must be 4.5")
    mean = float(p @ faces)
    if not abs(mean - 4.5) <= 3e-3:
        turned = "; read from the last face to the first they have the mean 4.5" if abs(7 - mean - 4.5) <= 3e-3 else ""
        raise Wrong(f"your distribution has the mean {show(round(mean, 4))}, not 4.5{turned}")
    weights = np.exp(0.3710489380810337 * faces)
    best = weights / weights.sum()
    if not np.allclose(p, best, atol=2e-4):
        mine, most = (float(entropy(each / each.sum(), unit="nats")) for each in (p, best))
        if mine > most - 1e-5:
            raise Wrong("your probabilities are close, but not to four digits")
        raise Wrong(f"your distribution has the mean 4.5 and the entropy {mine:.5f} nats; there is one with {most:.5f}")
    return "a softmax of θ·(1, …, 6) with θ = 0.3710"
