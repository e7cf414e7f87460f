"""The checks of the exercises on the Keras twin: right answers of several kinds pass, wrong ones are told why."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

ALPHA, BETA = sp.symbols("alpha beta", positive=True)
X, G, V = sp.symbols("x g v", real=True)
START = X + BETA * (BETA * (-ALPHA * V) - ALPHA * G) - ALPHA * G
MIDDLE = X - ALPHA * BETA * (BETA * V + G) - ALPHA * G
END = X - ALPHA * (G + BETA * (BETA * V + G))
LARGEST = 7 * np.log(10)


def fit_epoch(
    loss_and_gradient, theta, velocity, x, y, batch_size, learning_rate, momentum,
    *, form="nesterov", weigh=True, drop=False, after=False, total=False, end_loss=False, full=False, fresh=False,
):  # fmt: skip
    losses, sizes = [], []
    velocity = 0 * velocity if fresh else velocity
    stop = len(x) - len(x) % batch_size if drop else len(x)
    for first in range(0, stop, batch_size):
        part = x[first : first + batch_size], y[first : first + batch_size]
        loss, g = loss_and_gradient(theta, *part)
        if form == "old":
            theta = theta + momentum * velocity - learning_rate * g
            velocity = momentum * velocity - learning_rate * g
        elif form == "book":
            velocity = momentum * velocity + g
            theta = theta - learning_rate * (g + momentum * velocity)
        else:
            velocity = momentum * velocity - learning_rate * g
            theta = (
                theta
                + {
                    "nesterov": momentum * velocity - learning_rate * g,
                    "heavy": velocity,
                    "half": momentum * velocity,
                    "plain": -learning_rate * g,
                }[form]
            )
        losses.append(loss_and_gradient(theta, *part)[0] if after else loss)
        sizes.append(len(part[0]))
    loss = np.average(losses, weights=sizes if weigh else None)
    if full:
        loss = sum(losses) * batch_size / len(x)
    if end_loss:
        loss = loss_and_gradient(theta, x, y)[0]
    return theta, velocity, loss * (len(x) if total else 1)


def slip(**options):
    return lambda *arguments: fit_epoch(*arguments, **options)


def in_lists(*arguments):
    """A program of another shape: batches by array_split, a list returned."""
    loss_and_gradient, theta, velocity, x, y, size, rate, momentum = arguments
    cuts = range(size, len(x), size)
    told = 0.0
    for a, b in zip(np.split(x, cuts), np.split(y, cuts), strict=True):
        loss, g = loss_and_gradient(theta, a, b)
        velocity = momentum * velocity - rate * g
        theta = theta + momentum * velocity - rate * g
        told += loss * len(a) / len(x)
    return [theta, velocity, told]


def predict(weights, x, *, hidden=True, output="softmax", axis=1, transpose=False, safe=True):
    pairs = list(zip(weights[::2], weights[1::2], strict=True))
    for index, (kernel, bias) in enumerate(pairs):
        x = x @ (kernel.T if transpose else kernel) + bias
        if (index < len(pairs) - 1 and hidden) or output == "relu":
            x = np.maximum(x, 0)
    if output == "logits":
        return x
    e = np.exp(x - x.max(axis=axis, keepdims=True)) if safe else np.exp(x)
    return e / e.sum(axis=axis, keepdims=True)


def answering(**options):
    return lambda weights, x: predict(weights, x, **options)


def test_all_exercises_are_there():
    names = [e.name.partition(".")[2] for e in exercises_of("keras_twin")]
    assert names == [
        "clipped", "diagnose", "epoch", "fit_epoch", "parameters", "predict", "repair", "same_step"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("parameters", (100480, 8256, 650, 109386, 109386)),
        ("parameters", np.array([100480, 8256, 650, 109386, 109386])),
        ("epoch", (24, 28, 480, 769.6 / 1500)),
        ("same_step", Derivation(START).step(MIDDLE, because="out").step(END, because="out")),
        ("fit_epoch", fit_epoch),
        ("fit_epoch", in_lists),
        ("predict", predict),
        ("clipped", (LARGEST, 0, 30, LARGEST)),
        ("clipped", [16.118, 0.0, 30.0, 16.118]),
        ("diagnose", ("mistake", "rounding", "softmax", "clipped", np.log(1 + 4 / np.e))),
        ("diagnose", ["Mistake", " rounding", "softmax", "clipped", 0.9049]),
        ("repair", "cde"),
        ("repair", "(e), (d), (c)"),
        ("repair", ["c", "d", "e"]),
    ],
)
def test_right_answers_pass(name, answer):
    verdict = check(f"keras_twin.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("parameters", (100352, 8256, 650, 109386, 109386), "have a bias each, too"),
        ("parameters", (100480, 8256, 650, 109387, 109386), "the sum is 109387"),
        ("parameters", (100480, 8256, 650, 109386, 218772), "twice the right number"),
        ("parameters", (100480, 8256), "five numbers"),
        ("epoch", (23, 28, 480, 0.5), "the last, smaller batch is a step, too"),
        ("epoch", (24, 36, 480, 0.5), "23 batches of 64 are 1472 examples"),
        ("epoch", (24, 28, 24, 0.5), "the steps of 20 epochs"),
        ("epoch", (24, 28, 480, 12.7 / 24), "plain mean of the 24 batch losses"),
        ("epoch", (24, 28, 480, 0.85), "Weight 0.5 by 1472"),
        ("same_step", Derivation(START).step(END, because="all at once"), "step"),
        ("fit_epoch", slip(drop=True), "the last, smaller batch is left out"),
        ("fit_epoch", slip(form="heavy"), "the heavy ball"),
        ("fit_epoch", slip(form="half"), "the −αg is missing"),
        ("fit_epoch", slip(form="book"), "the velocity is the book's"),
        ("fit_epoch", slip(form="old"), "with the old w, the same"),
        ("fit_epoch", slip(full=True), "weighed like that of a full batch"),
        ("fit_epoch", slip(form="plain"), "your theta is"),
        ("fit_epoch", slip(weigh=False), "plain mean of the batch losses"),
        ("fit_epoch", slip(after=True), "is taken after its step"),
        ("fit_epoch", slip(total=True), "is the sum over the examples"),
        ("fit_epoch", slip(end_loss=True), "is that of the last weights"),
        ("fit_epoch", lambda *a: fit_epoch(*a)[:2], "must return (theta, velocity, loss)"),
        ("predict", answering(hidden=False), "the hidden layers have ReLU"),
        ("predict", answering(output="relu"), "no ReLU before its softmax"),
        ("predict", answering(transpose=True), "A kernel has the shape (inputs, outputs)"),
        ("predict", answering(output="logits"), "these are logits"),
        ("predict", answering(axis=0), "your columns sum to 1"),
        ("predict", answering(safe=False), "±1000"),
        ("predict", lambda w, x: predict(w, x)[0], "shape"),
        ("clipped", (LARGEST, -1e9, 30, LARGEST), "does not hang on q"),
        ("clipped", (LARGEST, 0, 30, 30), "is clipped to 1e-7"),
        ("clipped", (1e7, 0, 30, LARGEST), "−log(1e-7)"),
        ("clipped", (LARGEST, 0, 16.118, LARGEST), "from logits"),
        ("diagnose", ("rounding", "rounding", "softmax", "clipped", 0.905), "(a) is not rounding"),
        ("diagnose", ("mistake", "mistake", "softmax", "clipped", 0.905), "(b) is not mistake: in float64"),
        ("diagnose", ("mistake", "rounding", "clipped", "clipped", 0.905), "(c) is not clipped"),
        ("diagnose", ("mistake", "rounding", "softmax", "mistake", 0.905), "(d) is not mistake: 11.3"),
        ("diagnose", ("mistake", "rounding", "softmax", "clipped", 1.461), "too large. Put K = 5"),
        ("diagnose", ("mistake", "noise", "softmax", "clipped", 0.905), "(b) must be"),
        ("fit_epoch", slip(fresh=True), "handed over"),
        ("repair", "cd", "is ignored"),
        ("repair", "ce", "one-hot rows"),
        ("repair", "de", "does not know"),
        ("repair", "acde", "(a) is as it should be"),
        ("repair", "bcde", "(b) is as it should be"),
        ("repair", "cdef", "(f) is as it should be"),
        ("repair", "cdx", "(a) to (f)"),
        ("repair", 3, "letters in quotes"),
    ],
)
def test_wrong_answers_are_told_why(name, answer, words):
    verdict = check(f"keras_twin.{name}", answer)
    assert verdict.status == "wrong", verdict
    assert words in verdict.message, verdict.message


def test_the_arguments_stay_as_they_are():
    def in_place(loss_and_gradient, theta, velocity, x, y, size, rate, momentum):
        theta += 1
        return fit_epoch(loss_and_gradient, theta, velocity, x, y, size, rate, momentum)

    assert check("keras_twin.fit_epoch", in_place).status == "wrong"
