"""What every layer of a network must do: `check_layer` tries it, alone and in a network, and says what is wrong."""

from __future__ import annotations

import copy
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from dlmath_lib.network import Dense, Flatten, Layer, Mode, Network
from dlmath_lib.network._fast import FastStep


def numbers(layer: Layer, shape: tuple[int, ...], dtype: Any = np.float64) -> tuple[dict[str, Any], dict[str, Any]]:
    """Parameters and statistics away from where they start: no factor is 1, no bias 0."""
    rng = np.random.default_rng(3)
    start = layer.initialize(shape, np.random.default_rng(4), np.dtype(dtype))
    made = []
    for shapes in (layer.parameter_shapes(shape), layer.statistic_shapes(shape)):
        arrays = {name: np.zeros(size, dtype) for name, size in shapes.items()}
        for name, array in arrays.items():
            array[...] = start.get(name, 0)
            array += rng.uniform(0.1, 0.4, array.shape).astype(dtype)
        made.append(arrays)
    assert set(start) <= {*made[0], *made[1]}, f"initialize names what is not there: {sorted(start)}"
    return made[0], made[1]


def check_layer(layer: Layer, shape: tuple[int, ...], n: int = 5) -> None:
    """Try the layer on n examples of this shape; an AssertionError says what it does wrong."""
    for training in (False, True):
        check_slopes(layer, shape, n, training)
        check_network(layer, shape, n, training)
    check_types(layer, shape, n)
    check_files(layer, shape, n)
    names: dict[str, Any] = dict(Layer.registered)
    assert eval(str(layer), names) == layer, f"{layer} does not say how it is made"


def check_slopes(layer: Layer, shape: tuple[int, ...], n: int, training: bool) -> None:
    """`vjp` against central differences of `forward`, contracted with a random cotangent."""
    parameters, statistics = numbers(layer, shape)
    x = np.random.default_rng(5).normal(size=(n, *shape))

    def run(x: np.ndarray, parameters: dict[str, Any]) -> Any:
        return layer.forward(x, parameters, Mode(training, np.random.default_rng(6), statistics))

    before = copy.deepcopy((x, parameters, statistics))
    y, cache = run(x, parameters)
    assert y.shape == (n, *layer.output_shape(shape)), f"{layer}: output_shape is not that of forward, {y.shape}"
    g = np.random.default_rng(7).normal(size=y.shape)
    kept = g.copy()
    dx, slopes = layer.vjp(g, parameters, cache)
    layer.next_statistics(statistics, cache)
    assert np.array_equal(g, kept), f"{layer}: vjp changes g"
    now, then = ({"x": given[0], **given[1], **given[2]} for given in ((x, parameters, statistics), before))
    for name in now:
        assert np.array_equal(now[name], then[name]), f"{layer}: forward or vjp changes {name}, which it is given"
    assert dx.shape == x.shape and set(slopes) == set(parameters), f"{layer}: vjp gives {dx.shape}, {sorted(slopes)}"
    for name, array, slope in [("x", x, dx), *((k, parameters[k], slopes[k]) for k in parameters)]:
        assert slope.shape == array.shape, f"{layer}: the slope along {name} has the shape {slope.shape}"
        found, h = np.empty_like(array), 1e-6
        for i in np.ndindex(*array.shape):
            at = array[i]
            ends = []
            for value in (at + h, at - h):
                array[i] = value
                ends.append(float((g * run(x, parameters)[0]).sum()))
            array[i] = at
            found[i] = (ends[0] - ends[1]) / (2 * h)
        message = f"{layer}: the slope along {name}, training={training}"
        np.testing.assert_allclose(slope, found, rtol=1e-5, atol=1e-6, err_msg=message)


def inside(layer: Layer, shape: tuple[int, ...], dtype: Any = np.float64) -> Network:
    """A network with the layer in it, and something to train before it."""
    width = int(np.prod(layer.output_shape(shape)))
    before: list[Layer] = [Dense(*shape, *shape, "tanh")] if len(shape) == 1 else []
    layers = [*before, layer, Flatten(), Dense(width, 3)]
    network = Network(layers, rng=np.random.default_rng(8), dtype=dtype, input_shape=shape)
    network.parameters += np.random.default_rng(9).uniform(0.01, 0.2, network.parameters.size).astype(dtype)
    network.statistics += np.random.default_rng(9).uniform(0.01, 0.2, network.statistics.size).astype(dtype)
    return network


def check_network(layer: Layer, shape: tuple[int, ...], n: int, training: bool) -> None:
    """The gradient of a whole network by central differences, along random directions; and that of the fast step."""
    network = inside(layer, shape)
    x, y = np.random.default_rng(10).normal(size=(n, *shape)), np.arange(n) % 3
    start, statistics = network.parameters.copy(), network.statistics.copy()

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        network.parameters[:] = parameters
        return network.loss_and_gradient(x, y, training=training, rng=np.random.default_rng(11))

    gradient, h = loss(start)[1], 1e-6
    for direction in np.random.default_rng(12).normal(size=(4, start.size)):
        slope = (loss(start + h * direction)[0] - loss(start - h * direction)[0]) / (2 * h)
        message = f"{layer} in a network: the slope of its loss, training={training}"
        np.testing.assert_allclose(gradient @ direction, slope, rtol=1e-5, atol=1e-7, err_msg=message)
    value = loss(start)[0]
    assert np.array_equal(network.statistics, statistics), f"{layer}: loss_and_gradient moves the statistics"
    if training:
        for batch in (n, n + 2):
            network.statistics[:] = statistics
            step = FastStep(network, batch)
            total, _ = step(x, y, np.random.default_rng(11))
            np.testing.assert_allclose(total / n, value, rtol=1e-11, err_msg=f"{layer}: the fast step's loss")
            message = f"{layer}: the fast step's gradient"
            np.testing.assert_allclose(step.gradient, gradient, rtol=1e-10, atol=1e-12, err_msg=message)
        moved = not np.array_equal(network.statistics, statistics)
        assert moved == bool(statistics.size), f"{layer}: the statistics stand still in training"


def check_types(layer: Layer, shape: tuple[int, ...], n: int) -> None:
    """float32 stays float32, forward and back; the fast step gives the same numbers to its digits."""
    parameters, statistics = numbers(layer, shape, np.float32)
    x = np.random.default_rng(5).normal(size=(n, *shape)).astype(np.float32)
    y, cache = layer.forward(x, parameters, Mode(True, np.random.default_rng(6), statistics))
    dx, slopes = layer.vjp(np.ones_like(y), parameters, cache)
    for name, array in {"y": y, "the slope along x": dx, **slopes}.items():
        assert array.dtype == np.float32, f"{layer}: {name} is {array.dtype} for float32"
    network = inside(layer, shape, np.float32)
    labels = np.arange(n) % 3
    gradient = network.loss_and_gradient(x, labels, training=True, rng=np.random.default_rng(11))[1]
    step = FastStep(network, n)
    step(x, labels, np.random.default_rng(11))
    np.testing.assert_allclose(step.gradient, gradient, rtol=2e-3, atol=2e-5, err_msg=f"{layer}: float32")


def check_files(layer: Layer, shape: tuple[int, ...], n: int) -> None:
    """A network with the layer is the same when it comes back from a file."""
    network, x = inside(layer, shape), np.random.default_rng(5).normal(size=(n, *shape))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.npz"
        network.save(path)
        back, other = Network.from_file(path), inside(layer, shape)
        other.parameters[:], other.statistics[:] = 0, 1
        other.load(path)
    assert back.layers == network.layers, f"{layer} comes back from a file as {back.layers}"
    for found in (back, other):
        assert np.array_equal(found.forward(x), network.forward(x)), f"{layer}: another network comes back from a file"
