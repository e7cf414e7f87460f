"""The exercises of the chapter on normalisation: right answers pass, the likely wrong ones hear why."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

D, (K, V, E) = sp.Symbol("d", real=True), sp.symbols("k v epsilon", positive=True)
INSIDE = K**2 * V + E
BEGIN = sp.Derivative(K * D / sp.sqrt(INSIDE), K)
END = E * D / INSIDE ** sp.Rational(3, 2)
HALFWAY = (D * sp.sqrt(INSIDE) - K * D * (K * V) / sp.sqrt(INSIDE)) / INSIDE


def backward(g, x, gamma, epsilon, *, along=1.0, mean=1.0, factor=True, root=1, ddof=0, summed=True):
    s = np.sqrt(x.var(axis=0, ddof=ddof) + epsilon)
    hat = (x - x.mean(axis=0)) / s
    dgamma, dbeta = (g * hat).sum(axis=0), g.sum(axis=0)
    dx = g - mean * dbeta / len(x) - along * hat * dgamma / len(x)
    dx = dx * (gamma if factor else 1) / s**root
    return (dx, dgamma, dbeta) if summed else (dx, dgamma / len(x), dbeta / len(x))


def by_loops(g, x, gamma, epsilon):
    """From the Jacobian, entry by entry."""
    m, c = x.shape
    dx = np.zeros_like(x)
    s = np.sqrt(x.var(axis=0) + epsilon)
    hat = (x - x.mean(axis=0)) / s
    for k in range(c):
        jacobian = (np.eye(m) - 1 / m - np.outer(hat[:, k], hat[:, k]) / m) / s[k]
        dx[:, k] = gamma[k] * jacobian @ g[:, k]
    return [dx, (g * hat).sum(0), g.sum(0)]


def running(batches, rho, *, ddof=1, first=1.0, begin=0.0):
    mean, variance = np.full(batches[0].shape[1], begin), np.full(batches[0].shape[1], first)
    for batch in batches:
        mean = (1 - rho) * mean + rho * batch.mean(axis=0)
        variance = (1 - rho) * variance + rho * batch.var(axis=0, ddof=ddof)
    return mean, variance


def fold(weight, bias, gamma, beta, mean, variance, epsilon):
    factor = gamma / np.sqrt(variance + epsilon)
    return factor[:, None] * weight, factor * (bias - mean) + beta


def fold_of(change):
    def changed(weight, bias, gamma, beta, mean, variance, epsilon):
        new_weight, new_bias = fold(weight, bias, gamma, beta, mean, variance, epsilon)
        factor = gamma / np.sqrt(variance + epsilon)
        return {
            "column": (factor * weight if weight.shape[0] == weight.shape[1] else new_weight, new_bias),
            "epsilon": ((gamma / np.sqrt(variance))[:, None] * weight, new_bias),
            "bias": (new_weight, beta - factor * mean),
            "beta": (new_weight, new_bias - beta),
            "mean": (new_weight, factor * bias - mean + beta),
            "outside": ((gamma / (np.sqrt(variance) + epsilon))[:, None] * weight, new_bias),
        }[change]

    return changed


COUNT = [44, 459, 0.02, 100, 25088, 6272, 50176]
HAND = [7, 13, 0, 16, 3 / np.sqrt(12.5), 8.5]


def put(values, place, value):
    return [*values[:place], value, *values[place + 1 :]]


def test_all_exercises_are_there():
    names = [e.name.partition(".")[2] for e in exercises_of("normalization")]
    assert names == ["along_the_weights", "backward", "by_hand", "count", "fold", "running"]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("by_hand", HAND),
        ("by_hand", (7, 13, 0, 16, 0.8485, 8.5)),
        ("count", (44, 459, sp.Rational(1, 50), 100, *COUNT[4:])),
        (
            "along_the_weights",
            Derivation(BEGIN).step(HALFWAY, because="quotient rule").step(END, because="cancel"),
        ),
        ("backward", backward),
        ("backward", by_loops),
        ("running", running),
        ("fold", fold),
        ("count", COUNT),
        ("count", np.array(COUNT)),
    ],
)
def test_right_answers_pass(name, answer):
    verdict = check(f"normalization.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("by_hand", put(HAND, 0, 13), "(a), the first output"),
        ("by_hand", put(HAND, 2, 1.5), "that holds μ and v still"),
        ("by_hand", put(HAND, 2, 0.75), "the part along x̂ is missing"),
        ("by_hand", put(HAND, 3, 13), "divides by the variance"),
        ("by_hand", put(HAND, 4, 0.6), "divides by the length"),
        ("by_hand", put(HAND, 4, -1.0), "nothing is centred"),
        ("by_hand", HAND[:4], "a list of six numbers"),
        ("by_hand", put(HAND, 5, 7), "ε counts"),
        ("by_hand", put(HAND, 5, 9.625), "the root of v + ε"),
        ("by_hand", put(HAND, 5, 10 - 6 / (2 + np.sqrt(12))), "add v and ε before the root"),
        ("by_hand", put(HAND, 5, 11.5), "(f), the first output with ε"),
        ("count", put(COUNT, 0, 43), "the first whole k"),
        ("count", put(COUNT, 1, 1), "0.99 is Keras's weight of the old"),
        ("count", put(COUNT, 2, 1 / 49), "not 1/ρ"),
        ("count", put(COUNT, 3, 10), "a tenth of the gradient is left"),
        ("count", put(COUNT, 3, 0.01), "fell to a hundredth"),
        ("along_the_weights", Derivation(BEGIN).step(END, because="by hand"), "step"),
        ("along_the_weights", END, "must be a Derivation"),
        ("backward", lambda *a: backward(*a, along=0.0), "through the variance, is missing"),
        ("backward", lambda *a: backward(*a, along=0.0, mean=0.0), "holds mean and variance still"),
        ("backward", lambda *a: backward(*a, mean=0.0), "the mean of g is not taken out"),
        ("backward", lambda *a: backward(*a, along=-1.0), "wrong sign"),
        ("backward", lambda *a: backward(*a, along=2.0), "counts twice"),
        ("backward", lambda *a: backward(*a, factor=False), "the factor γ is missing"),
        ("backward", lambda *a: backward(*a, root=0), "the factor 1/s is missing"),
        ("backward", lambda *a: backward(*a, root=-1), "multiply by 1/s"),
        ("backward", lambda *a: backward(*a, ddof=1), "the divisor m, not m − 1"),
        ("backward", lambda *a: backward(*a, summed=False), "∂L/∂β is the sum"),
        ("backward", lambda *a: backward(*a)[0], "the triple (dx, dgamma, dbeta)"),
        ("running", lambda b, rho: running(b, rho, ddof=0), "the divisor n − 1"),
        ("running", lambda b, rho: running(b, 1 - rho), "ρ is the weight of the new batch"),
        ("running", lambda b, rho: running(b, rho, first=0.0), "the variance starts at 1"),
        ("running", lambda b, rho: running(b, rho, begin=1.0), "the mean starts at 0"),
        ("running", lambda b, rho: (b[0].mean(0), b[0].var(0, ddof=1)), "does not take the place of the start"),
        ("running", lambda b, rho: running(b, rho)[0], "the pair (mean, variance)"),
        ("fold", fold_of("column"), "γ/s belongs to a row"),
        ("fold", fold_of("epsilon"), "ε is missing in the root"),
        ("fold", fold_of("bias"), "the old bias is lost"),
        ("fold", fold_of("beta"), "β is missing"),
        ("fold", fold_of("mean"), "the running mean is multiplied by γ/s too"),
        ("fold", fold_of("outside"), "ε goes under the root"),
        ("fold", lambda w, b, *a: (2 * fold(w, b, *a)[0], b), "the two layers together have"),
        ("fold", lambda *a: fold(*a)[0], "the pair (weight, bias)"),
        ("count", put(COUNT, 4, 32), "the pixels of a channel count too"),
        ("count", put(COUNT, 5, 50176), "that is one group"),
        ("count", put(COUNT, 6, 64), "the pixels count too"),
        ("count", put(COUNT, 6, 784), "Channels and pixels of one example"),
        ("count", COUNT[:5], "a list of seven numbers"),
    ],
)
def test_wrong_answers_hear_why(name, answer, words):
    verdict = check(f"normalization.{name}", answer)
    assert not verdict.passed
    assert words in verdict.message, verdict.message


@pytest.mark.parametrize("name", [e.name for e in exercises_of("normalization")])
def test_no_answer_yet(name):
    assert check(name, ...).status == "not yet"
