"""Entropies, divergences, codes and channels: by hand, against SciPy and 50-digit arithmetic, and by their laws."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import mpmath as mp
import numpy as np
import pytest
import scipy.stats as st
from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays
from scipy.special import rel_entr
from sklearn.metrics import mutual_info_score

from dlmath_lib import datasets, information
from dlmath_lib.information import (
    binary_erasure_channel,
    binary_symmetric_channel,
    channel_capacity,
    code_length,
    conditional_entropy,
    cross_entropy,
    cross_entropy_with_logits,
    entropy,
    entropy_with_logits,
    gaussian_kl,
    histogram_information,
    huffman_code,
    joint_entropy,
    js_divergence,
    kl_divergence,
    kl_divergence_with_logits,
    mutual_information,
)
from dlmath_lib.probability import Categorical, Gaussian, MultivariateGaussian

P, Q = np.array([0.5, 0.25, 0.25, 0.0]), np.array([0.1, 0.2, 0.3, 0.4])
JOINT = np.array([[0.5, 0.0], [0.25, 0.25]])
TEXT = datasets.digits.__doc__ or ""


def distributions(shape: Any = (5,)) -> Any:
    weights = arrays.arrays(float, shape, elements=some.floats(0, 1)).filter(lambda w: w.sum() > 1e-3)
    return weights.map(lambda w: w / w.sum())


def test_by_hand() -> None:
    assert entropy(P, unit="bits") == 1.5
    assert cross_entropy(P, [0.25] * 4, unit="bits") == 2
    assert kl_divergence(P, [0.25] * 4, unit="bits") == pytest.approx(0.5, rel=1e-15, abs=0)
    assert entropy([1.0, 0.0]) == 0
    assert str(entropy([1.0, 0.0])) == "0.0"
    assert joint_entropy(JOINT, unit="bits") == 1.5
    assert conditional_entropy(JOINT, given=0, unit="bits") == 0.5
    # H(X | Y): Y = 0 with 3/4, then X is (2/3, 1/3).
    assert conditional_entropy(JOINT, given=1) == pytest.approx(0.75 * st.entropy([2, 1]), rel=1e-14, abs=0)
    assert mutual_information(JOINT, unit="bits") == pytest.approx(1.5 - 0.5 - 0.6887218755, rel=1e-9, abs=0)


def test_a_support_mismatch_is_infinite_and_nothing_else_is() -> None:
    assert cross_entropy(Q, P) == kl_divergence(Q, P) == np.inf
    assert np.isfinite(kl_divergence(P, Q))
    assert kl_divergence([1.0, 0.0], [1.0, 0.0]) == 0
    assert kl_divergence([[0.5, 0.5], [0.5, 0.5]], [[1.0, 0.0], [0.5, 0.5]]).tolist() == [np.inf, 0.0]
    assert js_divergence([1.0, 0.0], [0.0, 1.0]) == pytest.approx(np.log(2), rel=1e-15, abs=0)
    assert js_divergence([5e-324, 1.0], [0.0, 1.0]) < 1e-300  # the middle of 5e-324 and 0 is not 0


def test_rows_types_and_units() -> None:
    both = np.stack([P, Q])
    assert entropy(both).shape == (2,)
    assert entropy(both).tolist() == [entropy(P), entropy(Q)]
    assert entropy(both.astype(np.float32)).dtype == np.float32
    assert kl_divergence(P.astype(np.float16), P.astype(np.float16)).dtype == np.float16
    for measure in (cross_entropy, kl_divergence, js_divergence):
        assert measure(P, Q, unit="bits") == pytest.approx(measure(P, Q) / np.log(2), rel=1e-15, abs=0)


@given(distributions(), distributions())
def test_scipy_agrees_and_the_laws_hold(p: np.ndarray, q: np.ndarray) -> None:
    assert entropy(p) == pytest.approx(st.entropy(p), rel=1e-12, abs=1e-14)
    assert kl_divergence(p, q) == pytest.approx(rel_entr(p, q).sum(), rel=1e-11, abs=1e-14)
    assert 0 <= entropy(p) <= np.log(5) + 1e-15
    assert kl_divergence(p, q) >= 0
    assert kl_divergence(p, p) == 0
    assert cross_entropy(p, q) == pytest.approx(entropy(p) + kl_divergence(p, q), rel=1e-11, abs=1e-14)
    assert 0 <= js_divergence(p, q) <= np.log(2) + 1e-15
    assert js_divergence(p, q) == pytest.approx(js_divergence(q, p), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("step", [1e-1, 1e-3, 1e-6, 1e-9])
def test_near_distributions_keep_their_digits(step: float) -> None:
    q = np.array([0.2, 0.3, 0.5])
    p = q + step * np.array([1.0, -0.5, -0.5])
    with mp.workdps(50):
        a, b = ([mp.mpf(float(v)) for v in side] for side in (p, q))
        a, b = ([v / mp.fsum(side) for v in side] for side in (a, b))
        exact = mp.fsum(x * mp.log(x / y) for x, y in zip(a, b, strict=True))
        # The probabilities themselves are rounded, to 1e-16 of a difference of the size of the step.
        assert abs(mp.mpf(float(kl_divergence(p, q))) / exact - 1) < max(1e-12, 1e-15 / step)


@given(arrays.arrays(float, 4, elements=some.floats(-30, 30)), arrays.arrays(float, 4, elements=some.floats(-30, 30)))
def test_logits_give_what_their_probabilities_give(a: np.ndarray, b: np.ndarray) -> None:
    p, q = Categorical.from_logits(a).probabilities, Categorical.from_logits(b).probabilities
    assert entropy_with_logits(a) == pytest.approx(entropy(p), rel=1e-9, abs=1e-12)
    assert cross_entropy_with_logits(p, b) == pytest.approx(cross_entropy(p, q), rel=1e-9, abs=1e-12)
    assert kl_divergence_with_logits(a, b) == pytest.approx(kl_divergence(p, q), rel=1e-9, abs=1e-12)


def test_logits_far_out_are_finite() -> None:
    assert cross_entropy_with_logits([1.0, 0.0], [0.0, 1000.0]) == 1000
    assert kl_divergence_with_logits([0.0, 1000.0], [1000.0, 0.0]) == 1000
    assert entropy_with_logits([0.0, -700.0]) == pytest.approx(701 * np.exp(-700.0), rel=1e-12, abs=0)


@settings(max_examples=50)
@given(distributions((3, 4)))
def test_laws_of_a_table(joint: np.ndarray) -> None:
    both, left, up = joint_entropy(joint), joint.sum(axis=1), joint.sum(axis=0)
    assert both == pytest.approx(entropy(left) + conditional_entropy(joint, given=0), rel=1e-11, abs=1e-13)
    assert both == pytest.approx(entropy(up) + conditional_entropy(joint, given=1), rel=1e-11, abs=1e-13)
    told = mutual_information(joint)
    assert told == pytest.approx(entropy(up) - conditional_entropy(joint, given=0), rel=1e-9, abs=1e-13)
    assert told == pytest.approx(mutual_information(joint.T), rel=1e-12, abs=1e-15)
    assert 0 <= told <= min(entropy(left), entropy(up)) + 1e-13


def test_mutual_information_is_scikit_learns() -> None:
    rng = np.random.default_rng(0)
    counts = rng.integers(0, 30, (4, 6))
    assert mutual_information(counts / counts.sum()) == pytest.approx(
        mutual_info_score(None, None, contingency=counts), rel=1e-12, abs=0
    )
    assert mutual_information(np.outer([0.2, 0.8], [0.3, 0.7])) == pytest.approx(0, abs=1e-16)
    # A small dependence: the difference of two entropies would have no digit of it.
    small = np.outer([0.2, 0.8], [0.3, 0.7]) + 1e-9 * np.array([[1, -1], [-1, 1]])
    assert mutual_information(small) == pytest.approx(0.5e-18 / np.prod([0.2, 0.8, 0.3, 0.7]), rel=1e-4, abs=0)


def test_huffman_by_hand_and_within_a_bit_of_the_entropy() -> None:
    weights = {"a": 0.5, "b": 0.25, "c": 0.125, "d": 0.125}
    code = huffman_code(weights)
    assert {s: len(w) for s, w in code.items()} == {"a": 1, "b": 2, "c": 3, "d": 3}
    assert code_length(weights, code) == 1.75 == entropy(list(weights.values()), unit="bits")
    assert huffman_code({"x": 3}) == {"x": "0"}
    counts = Counter(TEXT)
    p = np.array(list(counts.values())) / len(TEXT)
    assert entropy(p, unit="bits") <= code_length(counts, huffman_code(counts)) < entropy(p, unit="bits") + 1


@given(some.lists(some.integers(1, 1000), min_size=2, max_size=12))
def test_huffman_is_a_complete_prefix_code_of_least_length(weights: list[int]) -> None:
    table = dict(enumerate(weights))
    words = sorted(huffman_code(table).values())
    assert not any(b.startswith(a) for a, b in itertools.pairwise(words))
    assert sum(2.0 ** -len(w) for w in words) == 1
    p = np.array(weights) / sum(weights)
    mean = code_length(table, huffman_code(table))
    assert entropy(p, unit="bits") - 1e-12 <= mean < entropy(p, unit="bits") + 1
    # Shannon's code is no shorter.
    assert mean <= float(p @ np.ceil(-np.log2(p) - 1e-12)) + 1e-12


@pytest.mark.parametrize("noise", [0.0, 0.1, 0.25, 0.5, 0.9, 1.0])
def test_capacities_of_the_two_channels(noise: float) -> None:
    flip, loss = (
        channel_capacity(make(noise), unit="bits") for make in (binary_symmetric_channel, binary_erasure_channel)
    )
    assert flip.value == pytest.approx(1 - entropy([noise, 1 - noise], unit="bits"), rel=1e-9, abs=1e-9)
    assert loss.value == pytest.approx(1 - noise, rel=1e-9, abs=1e-9)
    assert 0 <= flip.gap < 2e-9


def test_the_capacity_of_a_channel_without_symmetry() -> None:
    z = np.array([[1.0, 0.0], [0.5, 0.5]])  # the Z-channel with ½: log₂(5/4)
    found = channel_capacity(z, tolerance=1e-12, unit="bits")
    assert found.value == pytest.approx(np.log2(5 / 4), rel=1e-9, abs=0)
    assert found.inputs == pytest.approx([0.6, 0.4], rel=1e-4, abs=0)
    assert mutual_information(found.inputs[:, None] * z, unit="bits") == pytest.approx(found.value, rel=1e-12, abs=0)
    early = channel_capacity(z, tolerance=1e-12, steps=1, unit="bits")
    assert early.value <= np.log2(5 / 4) <= early.value + early.gap


def test_gaussians_against_integrals_and_the_general_formula() -> None:
    p, q = Gaussian(0.3, 1.2), Gaussian(-0.5, 0.7)
    x = np.linspace(-12, 12, 20_001)
    integral = np.trapezoid(p.density(x) * (p.log_density(x) - q.log_density(x)), x)
    assert gaussian_kl(p, q) == pytest.approx(integral, rel=1e-10, abs=0)
    assert gaussian_kl(p, p) == 0
    a, b = np.array([[2.0, 0.5], [0.5, 1.0]]), np.array([[1.0, -0.3], [-0.3, 3.0]])
    ma, mb = np.array([1.0, 2.0]), np.array([0.0, -1.0])
    inverse = np.linalg.inv(b)
    want = (
        np.trace(inverse @ a) + (mb - ma) @ inverse @ (mb - ma) - 2 + np.log(np.linalg.det(b) / np.linalg.det(a))
    ) / 2
    assert gaussian_kl(MultivariateGaussian(ma, a), MultivariateGaussian(mb, b)) == pytest.approx(
        want, rel=1e-12, abs=0
    )
    one = [MultivariateGaussian([g.mean], [[g.variance]]) for g in (p, q)]
    assert gaussian_kl(*one, unit="bits") == pytest.approx(gaussian_kl(p, q) / np.log(2), rel=1e-13, abs=0)
    # Near each other nothing is lost: r² − 1 − log r² is about 2(r − 1)².
    assert gaussian_kl(Gaussian(0, 1 + 1e-8), Gaussian(0, 1)) == pytest.approx(1e-16, rel=1e-6, abs=0)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: entropy([0.5, 0.6]), r"entropy: p must be probabilities with sum 1 \(within 1e-06\), got sum 1.1"),
        (lambda: entropy([1.5, -0.5]), "p must be ≥ 0, got -0.5"),
        (lambda: entropy(P, unit="shannons"), "unit must be one of 'nats', 'bits'"),
        (lambda: kl_divergence(P, Q[:, None].T), r"kl_divergence: q must be of the first argument's shape \(4,\)"),
        (lambda: conditional_entropy(JOINT, given=2), "given must be ≥ 0 and ≤ 1, got 2"),
        (lambda: mutual_information([0.5, 0.5]), "joint must be 2-dimensional"),
        (lambda: huffman_code({}), "weights must be of at least one symbol"),
        (lambda: huffman_code({"a": 0.0}), r"weights\['a'\] must be > 0"),
        (lambda: code_length({"a": 1}, {"b": "0"}), "a word for each symbol, 'a' too"),
        (lambda: channel_capacity([[0.5, 0.4]]), "channel must be probabilities with sum 1"),
        (lambda: gaussian_kl(Gaussian(), MultivariateGaussian([0.0], [[1.0]])), "of p's kind and dimension, Gaussian"),
    ],
)
def test_bad_input_is_told_what_to_do(call: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()


def test_a_text_must_be_counted_first() -> None:
    with pytest.raises(TypeError, match=r"count them first: collections.Counter\(text\)"):
        huffman_code("abracadabra")  # type: ignore[arg-type]
    assert information.Capacity._fields == ("value", "inputs", "gap")


def test_an_estimate_by_hand() -> None:
    found = histogram_information([0, 0, 1, 1], [5, 5, 7, 7], bins=None, unit="bits")
    assert found == pytest.approx((1, 0.125 / np.log(2)), rel=1e-14, abs=0)
    assert histogram_information([1, 2, 3], [4, 4, 4], bins=None) == (0, 0)
    assert histogram_information([7.0], [1.0], bins=3) == (0, 0)
    # Bins of equal width, the last with its end; an empty bin is none.
    assert histogram_information([0, 1, 9, 10], [0, 1, 9, 10], bins=10, unit="bits").value == pytest.approx(1.5)
    assert histogram_information([0, 1, 9, 10], [0, 0, 1, 1], bins=(2, 5)).bias == 1 / 8


def test_an_estimate_is_scikit_learns_of_the_bins() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=500)
    y = x + rng.normal(size=500)
    found = histogram_information(x, y, bins=(7, 4))
    labels = [np.digitize(v, np.histogram_bin_edges(v, k)[1:-1]) for v, k in ((x, 7), (y, 4))]
    assert found.value == pytest.approx(mutual_info_score(*labels), rel=1e-12, abs=0)
    assert found.value == pytest.approx(histogram_information(y, x, bins=(4, 7)).value, rel=1e-12, abs=0)
    assert found.value == pytest.approx(
        histogram_information(1e300 * x, -y / 1e300, bins=(7, 4)).value, rel=1e-12, abs=0
    )
    whole = histogram_information(*labels, bins=None)
    assert whole.value == pytest.approx(found.value, rel=1e-12, abs=0)


def test_the_bias_of_an_estimate_is_that_of_independent_variables() -> None:
    rng = np.random.default_rng(4)
    found = [histogram_information(*rng.integers(5, size=(2, 2000)), bins=None) for _ in range(200)]
    values = np.array([each.value for each in found])
    assert found[0].bias == 16 / 4000
    assert abs(values.mean() - found[0].bias) < 4 * values.std() / np.sqrt(200)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"y": [1, 2]}, r"y must be of x's shape \(3,\)"),
        ({"bins": 0}, "bins"),
        ({"bins": 2.5}, "bins"),
        ({"bins": (2, 3, 4)}, "bins"),
        ({"bins": "many"}, "bins"),
        ({"unit": "bytes"}, "unit"),
        ({"x": ["a", "b", "c"]}, "x"),
    ],
)
def test_a_wrong_call_of_an_estimate_is_told(options: dict[str, Any], says: str) -> None:
    with pytest.raises((TypeError, ValueError), match=says):
        histogram_information(**({"x": [1, 2, 3], "y": [4, 5, 6], "bins": None} | options))
