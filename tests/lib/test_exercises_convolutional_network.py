"""The checks of the exercises on convolutional networks: right answers pass, wrong ones are told why."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.convolution import average_pool, conv, max_pool, receptive_field
from dlmath_lib.datasets import digits, split
from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.network import Activation, Conv, Dense, Flatten, MaxPool, Network
from dlmath_lib.optimizers import Adam
from dlmath_lib.verify import Derivation

K, L = sp.symbols("k L", positive=True)
START, END = (1 + L * (K - 1)) ** 2 - L * K**2, (L - 1) * (L * (K - 1) ** 2 - 1)
MIDDLE = 1 - L + L**2 * (K - 1) ** 2 - L * (K - 1) ** 2


def logits(x, K, b, W, c, relu=True, pool=max_pool):
    maps = conv(x, K, b, padding="same")
    return pool(np.maximum(maps, 0) if relu else maps, 2).reshape(len(x), -1) @ W.T + c


def pooled_first(x, K, b, W, c):
    return np.maximum(max_pool(conv(x, K, b, padding="same"), 2), 0).reshape(len(x), -1) @ W.T + c


def channels_last(x, K, b, W, c):
    return np.moveaxis(max_pool(np.maximum(conv(x, K, b, padding="same"), 0), 2), 1, -1).reshape(len(x), -1) @ W.T + c


def own_stride_first(kernels, strides):
    r, j = 1, 1
    for k, s in zip(kernels, strides, strict=True):
        j *= s
        r += (k - 1) * j
    return r, j


def deal():
    data = digits()
    pictures = data.x.reshape(-1, 1, 8, 8)
    return split(pictures, data.y, fractions=(0.8, 0.2), rng=np.random.default_rng(0), stratify=True)[0]


def network(maps=8, epochs=0, shape=(1, 8, 8), outputs=10, convolution=True):
    first = [Conv(shape[0], maps, 3, padding="same"), Activation("relu"), MaxPool(2)] if convolution else []
    width = maps * shape[1] * shape[2] // 4 if convolution else int(np.prod(shape))
    layers = [*first, Flatten(), Dense(width, outputs)]
    made = Network(layers, input_shape=shape, rng=np.random.default_rng(0))
    if epochs:
        trained(made, epochs)
    return made


def trained(made, epochs):
    rng = np.random.default_rng(0)
    return made.fit(*deal(), epochs=epochs, batch_size=32, optimizer=Adam(3e-3), rng=rng, progress=False)


TRAINED, HURRIED = network(epochs=10), network(epochs=1)
BROKEN = network()
BROKEN.parameters[:] = np.nan
HISTORY = trained(network(), 1)

DOT = [[0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
CROSS = [[0, 1, 0, 0], [1, 1, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
LEVEL = [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 1, 1], [0, 0, 0, 0]]
LEFT, SECOND, LAST = [[1, 0, 0, 0]] * 4, [[0, 1, 0, 0]] * 4, [[0, 0, 0, 1]] * 4

RIGHT = [
    ("count", (5994, 322560)),
    ("count", [5994.0, np.int64(322560)]),
    ("fields", (18, 32, 5)),
    ("cheaper", Derivation(START).step(MIDDLE, because="multiply out").step(END, because="take L − 1 out")),
    ("logits", logits),
    (
        "logits",
        lambda x, K, b, W, c: np.maximum(max_pool(conv(x, K, b, padding="same"), 2), 0).reshape(len(x), -1) @ W.T + c,
    ),
    ("stack", lambda kernels, strides: receptive_field(kernels, stride=strides)),
    ("scrambled", lambda W, order: W[:, order]),
    ("moved", (DOT, LEFT, LAST)),
    ("moved", (np.array(CROSS, float), np.array(LEFT), [[0, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 0]])),
    ("train", TRAINED),
]
WRONG = [
    ("count", (5960, 322560), "the biases are missing"),
    ("count", (3194, 322560), "25 weights for each of its 8 input channels"),
    ("count", (208 + 3216 + 7850, 1), "the maps before the dense layer are 4 × 4"),
    ("count", (5994, 645120), "these are FLOPs"),
    ("count", (5994, 143360), "25 multiplications for each of 8 channels"),
    ("count", (5994, 320000), "the dense layer is missing"),
    ("count", (5994, 5960), "these are the weights"),
    ("count", (5994, 5994), "these are the parameters"),
    ("count", (1, 1), "the number of parameters"),
    ("fields", (9, 32, 5), "the strides are missing"),
    ("fields", (21, 32, 5), "without its own stride"),
    ("fields", (22, 32, 5), "with a third pooling"),
    ("fields", (18, 31, 5), "is 63, one pixel less"),
    ("fields", (18, 32, 4), "is 46"),
    ("fields", (18, 32, 6), "five see 94 pixels already"),
    ("fields", (18, 32), "three numbers"),
    ("cheaper", Derivation(START).step(END, because="by magic"), "step"),
    ("cheaper", Derivation(START).step(END + 0 * K, because="multiply out"), "step"),
    ("cheaper", Derivation(MIDDLE).step(START, because="turned round").step(MIDDLE, because="and back"), "start"),
    ("logits", lambda *a: logits(*a, relu=False), "ReLU is missing"),
    ("logits", lambda x, K, b, W, c: logits(x, K, 0 * b, W, c), "the biases b of the convolution are missing"),
    ("logits", lambda x, K, b, W, c: logits(x, K, b, W, 0 * c), "the biases c of the dense layer are missing"),
    ("logits", lambda *a: logits(*a, pool=average_pool), "average pooling"),
    ("logits", lambda x, K, b, W, c: logits(x, K[..., ::-1, ::-1], b, W, c), "the kernels are flipped"),
    ("logits", channels_last, "channels last"),
    ("logits", lambda *a: np.maximum(logits(*a), 0), "logits have none"),
    ("logits", lambda x, K, b, W, c: logits(x, K, b, W, c)[0], "shape"),
    ("stack", own_stride_first, "own stride counts for the layers behind it"),
    ("stack", lambda kernels, strides: (1 + sum(k - 1 for k in kernels), np.prod(strides)), "the strides are missing"),
    ("stack", lambda kernels, strides: (sum(kernels), 1), "a layer adds"),
    ("stack", lambda kernels, strides: (receptive_field(kernels, stride=strides)[0], 1), "The product of all strides"),
    ("scrambled", lambda W, order: W, "the weights come back as they were"),
    ("scrambled", lambda W, order: W[:, np.argsort(order)], "undoes the order once more"),
    ("scrambled", lambda W, order: W[order], "one for each pixel, that is for each column of W"),
    ("train", network(), "was it trained by fit"),
    ("train", HURRIED, "and 90 % were asked"),
    ("train", BROKEN, "some of its weights are not finite"),
    ("train", HISTORY, "the history, which fit returns"),
    ("train", network, "must be the trained Network"),
    ("train", network(maps=32), "at most 5,000 are allowed"),
    ("train", network(convolution=False), "it has no convolution"),
    ("train", network(outputs=11), "there are ten digits"),
    ("train", network(shape=(8, 8, 1), maps=4, convolution=False), "write input_shape=(1, 8, 8)"),
    ("moved", (SECOND, LEFT, LAST), "the first picture are (2, 0): both must be above 0"),
    ("moved", (LEVEL, LEFT, LAST), "the first picture are (1, 2), and after the move (1, 1)"),
    ("moved", (DOT, SECOND, LAST), "K₁ answers 2 to the second picture and 2 after the move"),
    ("moved", (DOT, LAST, LAST), "K₁ answers 2 to the second picture and 0 after the move"),
    ("moved", (DOT, LEFT, SECOND), "K₁ answers 2 to the third picture and 2 after the move"),
    ("moved", (DOT, LEFT, LEFT), "K₁ answers 0 to the third picture and 2 after the move"),
    ("moved", (DOT, LEFT, [[0, 0, 0, 2]] * 4), "the third picture has a pixel that is neither 0 nor 1"),
    ("moved", (DOT, LEFT), "three pictures"),
    ("moved", (DOT, [[1, 0, 0]] * 4, LAST), "the second picture"),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_right_answers_pass(name, answer):
    verdict = check(f"convolutional_network.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(("name", "answer", "words"), WRONG)
def test_wrong_answers_are_told_why(name, answer, words):
    verdict = check(f"convolutional_network.{name}", answer)
    assert verdict.status == "wrong", verdict.message
    assert words in verdict.message


@pytest.mark.parametrize("name", [e.name for e in exercises_of("convolutional_network")])
def test_stubs_are_not_yet_answers(name):
    assert check(name, ...).status == "not yet"


def test_every_exercise_is_tried():
    names = {e.name.partition(".")[2] for e in exercises_of("convolutional_network")}
    assert names == {name for name, _ in RIGHT} == {name for name, *_ in WRONG}
