"""The exercises of ``chapters/convolution/convolutional_network.ipynb``."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.convolution import average_pool, conv, max_pool, receptive_field
from dlmath_lib.datasets import digits, split
from dlmath_lib.exercises.answers import Wrong, close_to, not_yet, number, numbers, parts, same_array, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise

_K, _L = sp.symbols("k L", positive=True)


def _told(found: Any, slips: dict[int, str], what: str) -> None:
    value = number(found, what)
    for slip, words in slips.items():
        if abs(value - slip) < 0.5:
            raise Wrong(f"{what} is {value:.0f}: {words}")


@exercise("convolutional_network.count", of=("eq-conv-parameters", "eq-conv-multiplications"))
def count(answer: Any) -> str:
    """Two convolutions of 5 × 5, two poolings and a dense layer, on 28 × 28 pixels."""
    parameters, uses = parts(answer, 2, "two numbers, (parameters, multiplications)")
    _told(parameters, _PARAMETERS, "the number of parameters")
    close_to(parameters, 5994, what="the number of parameters", hint="8 · 26, then 16 · (25 · 8 + 1), then 10 · 257")
    _told(uses, _USES, "the number of multiplications")
    hint = "Each of the 8 · 24 · 24 numbers of the first maps takes 25, each of the 16 · 8 · 8 of the second 200"
    close_to(uses, 322_560, what="the number of multiplications", hint=hint)
    return "208, 3,216 and 2,570 parameters; 115,200, 204,800 and 2,560 multiplications"


_PARAMETERS = {
    5960: "the biases are missing",
    208 + 16 * 26 + 2570: "each kernel of the second convolution has 25 weights for each of its 8 input channels",
    208 + 3216 + 10 * (16 * 49 + 1): "the maps before the dense layer are 4 × 4: 5 × 5 takes 4 off a side",
}
_USES = {
    645_120: "these are FLOPs: asked are the multiplications alone",
    115_200 + 16 * 64 * 25 + 2560: "a number of the second maps takes 25 multiplications for each of 8 channels",
    115_200 + 204_800: "the dense layer is missing: 256 · 10",
    5960: "these are the weights: each of a convolution is used at all places of its map",
    5994: "these are the parameters: each weight of a convolution is used at all places of its map, a bias adds",
}


@exercise("convolutional_network.fields", of=("eq-receptive-field", "eq-receptive-stack", "eq-receptive-pooled"))
def fields(answer: Any) -> str:
    """The field of five layers; the depth for 64 pixels, without pooling and with."""
    size, plain, pooled = parts(answer, 3, "three numbers, (field, layers without pooling, convolutions with pooling)")
    slips = {9: "the strides are missing: behind the first pooling a step is 2 pixels, behind the second 4"}
    slips[21] = "a layer adds (k − 1) times the j of the layers before it, without its own stride"
    slips[22] = "that is with a third pooling: behind the last convolution there is none"
    _told(size, slips, "the receptive field")
    close_to(size, 18, what="the receptive field", hint="r is 3, 4, 8, 10 and then, with j = 4, two steps more")
    _told(plain, {31: "1 + 2 · 31 is 63, one pixel less"}, "the number of layers")
    close_to(plain, 32, what="the number of layers", hint="1 + 2L must be 64 or more")
    _told(pooled, {4: "1 + 3 · 15 is 46", 6: "five see 94 pixels already"}, "the number of convolutions with poolings")
    close_to(pooled, 5, what="the number of convolutions with poolings", hint="1 + 3(2ᴸ − 1) must be 64 or more")
    return "18 pixels; 32 layers without pooling, five with"


@exercise("convolutional_network.cheaper")
def cheaper(answer: Any) -> str:
    """The weights of one large kernel less those of L small ones."""
    before, after = (1 + _L * (_K - 1)) ** 2 - _L * _K**2, (_L - 1) * (_L * (_K - 1) ** 2 - 1)
    return derivation_of(answer, before, after, min_steps=2)


def _case(seed: int, n: int, channels: int, maps: int, k: int, h: int, w: int, outputs: int) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    shapes = [(n, channels, h, w), (maps, channels, k, k), (maps,), (outputs, maps * (h // 2) * (w // 2)), (outputs,)]
    x, kernels, bias, weight, shift = (rng.normal(size=shape) for shape in shapes)
    return x, kernels, bias, weight, shift


@exercise("convolutional_network.logits")
def logits(answer: Any) -> str:
    """Convolution, ReLU, max pooling, dense: on networks that the reader does not see."""
    cases = [(0, 3, 1, 2, 3, 4, 6, 5), (1, 2, 3, 4, 5, 6, 4, 3), (2, 1, 2, 2, 1, 2, 2, 2)]
    for case in cases:
        x, kernels, bias, weight, shift = _case(*case)
        found = call(answer, x, kernels, bias, weight, shift, names=("x", "K", "b", "W", "c"))
        right = _forward(x, kernels, bias, weight, shift)
        found = numbers(found, "the logits", shape=right.shape)
        _name_the_mistake(found, x, kernels, bias, weight, shift)
        same_array(found, right, what="the logits")
    return f"{len(cases)} networks that you did not see"


def _forward(
    x: Any, kernels: Any, bias: Any, weight: Any, shift: Any, *, relu: bool = True, pool: Any = max_pool
) -> Any:
    maps = conv(x, kernels, bias, padding="same")
    maps = np.maximum(maps, 0) if relu else maps
    return pool(maps, 2).reshape(len(x), -1) @ weight.T + shift


def _name_the_mistake(found: np.ndarray, x: Any, kernels: Any, bias: Any, weight: Any, shift: Any) -> None:
    flipped = kernels[..., ::-1, ::-1]
    pooled = max_pool(np.maximum(conv(x, kernels, bias, padding="same"), 0), 2)
    channels_last = np.moveaxis(pooled, 1, -1).reshape(len(x), -1) @ weight.T + shift
    for known, words in (
        (_forward(x, kernels, bias, weight, shift, relu=False), "ReLU is missing behind the convolution"),
        (_forward(x, kernels, bias * 0, weight, shift), "the biases b of the convolution are missing"),
        (_forward(x, kernels, bias, weight, shift * 0), "the biases c of the dense layer are missing"),
        (_forward(x, kernels, bias, weight, shift, pool=average_pool), "that is average pooling: take the maximum"),
        (_forward(x, flipped, bias, weight, shift), "the kernels are flipped: a convolution layer does not flip them"),
        (channels_last, "the maps are flattened with the channels last: keep the order (channel, row, column)"),
        (
            np.maximum(_forward(x, kernels, bias, weight, shift), 0),
            "a ReLU stands behind the end: logits have none",
        ),
    ):
        right = _forward(x, kernels, bias, weight, shift)
        if not np.allclose(known, right, rtol=1e-9) and np.allclose(found, known, rtol=1e-9, atol=1e-12):
            raise Wrong(words)


@exercise("convolutional_network.stack", of="eq-receptive-field")
def stack(answer: Any) -> str:
    """The receptive field and the step of any layers."""
    cases = [([3], [1]), ([3, 3], [1, 1]), ([3, 2, 3], [1, 2, 1]), ([7, 3, 3, 3], [2, 2, 1, 2]), ([1, 5], [3, 2])]
    for kernels, strides in cases:
        found = call(answer, list(kernels), list(strides), names=("kernels", "strides"))
        size, step = parts(found, 2, "two numbers, (r, j)")
        right, right_step = receptive_field(kernels, stride=strides)
        where = f"for kernels {kernels} and strides {strides}"
        _told(size, _stack_slips(kernels, strides, right), f"{where} r")
        close_to(size, right, what=f"{where} r", hint="Add (k − 1)j with the j of the layers before")
        close_to(step, right_step, what=f"{where} j", hint="The product of all strides")
    return f"{len(cases)} stacks of layers"


def _stack_slips(kernels: list[int], strides: list[int], right: int) -> dict[int, str]:
    own, size, step = {}, 1, 1
    for k, s in zip(kernels, strides, strict=True):
        step *= s
        size += (k - 1) * step
    own[size] = "a layer's own stride counts for the layers behind it only: add first, then multiply j"
    own[1 + sum(k - 1 for k in kernels)] = "the strides are missing"
    own[sum(kernels)] = "neighbouring windows overlap: a layer adds (k − 1)j, not k"
    return {slip: words for slip, words in own.items() if slip != right}


@exercise("convolutional_network.scrambled")
def scrambled(answer: Any) -> str:
    """The weights for scrambled inputs."""
    for seed, (outputs, width) in enumerate([(2, 5), (3, 9), (1, 4)]):
        rng = np.random.default_rng(seed)
        weight, order = rng.normal(size=(outputs, width)), rng.permutation(width)
        found = numbers(_columns(answer, weight, order), "the weights", shape=weight.shape)
        back = np.argsort(order)
        if np.allclose(found, weight):
            raise Wrong("the weights come back as they were: each must go with its pixel")
        if not np.array_equal(back, order) and np.allclose(found, weight[:, back]):
            raise Wrong("that undoes the order once more: scrambled pixel i is pixel order[i], and takes its weight")
        same_array(found, weight[:, order], what="the weights")
    return "the columns of W in the new order compute the same from the scrambled inputs"


def _columns(answer: Any, weight: np.ndarray, order: np.ndarray) -> Any:
    try:
        return call(answer, weight, order, names=("W", "order"))
    except Wrong as error:
        if "IndexError" in str(error):
            rows, width = weight.shape
            words = f"order has {width} numbers, one for each pixel, that is for each column of W; rows has W {rows}"
            raise Wrong(f"{error}. {words}") from None
        raise


@exercise("convolutional_network.moved")
def moved(answer: Any) -> str:
    """Three pictures under two kernels and global maxima, before and after a move by one column."""
    given = parts(answer, 3, "three pictures, (same, appears, lost)")
    names = ("first", "second", "third")
    pictures = [numbers(one, f"the {name} picture", shape=(4, 4)) for name, one in zip(names, given, strict=True)]
    for name, picture in zip(names, pictures, strict=True):
        if not np.isin(picture, (0, 1)).all():
            raise Wrong(f"the {name} picture has a pixel that is neither 0 nor 1")
    told = {
        name: (_answers(picture), _answers(np.pad(picture, ((0, 0), (1, 0)))[:, :4]))
        for name, picture in zip(names, pictures, strict=True)
    }
    before, after = told["first"]
    if 0 in before:
        raise Wrong(f"the answers to the first picture are {before}: both must be above 0")
    if before != after:
        raise Wrong(f"the answers to the first picture are {before}, and after the move {after}")
    first, then = (answers[0] for answers in told["second"])
    if first or not then:
        raise Wrong(f"K₁ answers {first} to the second picture and {then} after the move; asked is 0, then more")
    first, then = (answers[0] for answers in told["third"])
    if then or not first:
        raise Wrong(f"K₁ answers {first} to the third picture and {then} after the move; asked is more than 0, then 0")
    return "the maxima do not tell where a stroke stands; at the frame a move changes what there is to see"


def _answers(picture: np.ndarray) -> tuple[int, ...]:
    kernels = np.array([[[[-1.0, 1], [-1, 1]]], [[[-1, -1], [1, 1]]]])
    largest = np.maximum(conv(picture[None, None], kernels), 0).max(axis=(0, 2, 3))
    return tuple(int(value) for value in largest)


_LARGEST, _SHARE = 5000, 0.9


@exercise("convolutional_network.train")
def train(answer: Any) -> str:
    """A small convolutional network that the reader trained: what it makes of the test part."""
    from dlmath_lib.network import Network
    from dlmath_lib.network.history import History

    if answer is ...:
        raise not_yet("replace the … by your trained network")
    if isinstance(answer, History):
        raise Wrong("that is the history, which fit returns: give the network itself")
    if not isinstance(answer, Network):
        raise Wrong(f"your answer must be the trained Network; it is {show(answer)}")
    _is_small_and_convolutional(answer)
    if not np.isfinite(answer.parameters).all():
        raise Wrong("some of its weights are not finite: train it anew, with a smaller rate")
    data = digits()
    pictures = data.x.reshape(-1, 1, 8, 8)
    rng = np.random.default_rng(0)
    _, (x, y) = split(pictures, data.y, fractions=(0.8, 0.2), rng=rng, stratify=True)
    share = float(np.mean(answer.forward(x.astype(answer.parameters.dtype)).argmax(axis=1) == y))
    if share < 0.2:
        raise Wrong(f"it reads {100 * share:.0f} % of the test pictures, and a guess some 10 %: was it trained by fit?")
    if share < _SHARE:
        advice = "train for more epochs, or try another rate, such as Adam(3e-3)"
        raise Wrong(f"it reads {100 * share:.1f} % of the test pictures, and 90 % were asked: {advice}")
    return f"{answer.parameters.size:,} parameters, and at least 90 % of the test pictures read rightly"


def _is_small_and_convolutional(network: Any) -> None:
    if network.shapes[0] != (1, 8, 8):
        raise Wrong(f"its input has the shape {network.shapes[0]}: write input_shape=(1, 8, 8)")
    if network.shapes[-1] != (10,):
        raise Wrong(f"its output has the shape {network.shapes[-1]}: there are ten digits, so (10,)")
    if not any("Conv(" in str(layer) for layer in network.layers):
        raise Wrong("it has no convolution: begin with Conv(1, …, 3, padding='same')")
    size = network.parameters.size
    if size > _LARGEST:
        advice = "take fewer maps, or a pooling before the first dense layer"
        raise Wrong(f"it has {size:,} parameters, and at most {_LARGEST:,} are allowed; {advice}")
