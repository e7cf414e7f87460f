"""The layers of a network: each alone and in a network, by the battery; and what the protocol promises."""

import json
import re
from dataclasses import dataclass

import numpy as np
import pytest

from dlmath_lib.network import (
    Activation,
    AveragePool,
    BatchNorm,
    Conv,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePool,
    GlobalMaxPool,
    GroupNorm,
    Layer,
    LayerNorm,
    MaxPool,
    Mode,
    Network,
    Residual,
    RMSNorm,
    layers,
)
from dlmath_lib.network._fast import FastStep
from dlmath_lib.network.layers._names import ACTIVATIONS
from dlmath_lib.optimizers import SGD, Adam
from tests.lib.layer_battery import check_layer

# Every layer, and the shape of an example that it is tried on.
LAYERS = [
    *((Activation(name), (4,)) for name in ACTIVATIONS),
    (Activation("relu"), (2, 3, 2)),
    (Dense(4, 3), (4,)),
    (Dense(4, 3, "relu"), (4,)),
    (Dense(4, 3, "gelu", initialization="xavier_normal"), (4,)),
    (Flatten(), (2, 3, 2)),
    (Flatten(), (4,)),
    (Residual([Dense(4, 6, "relu"), Dense(6, 4)]), (4,)),
    (Residual([Dense(4, 6, "tanh"), Activation("relu")], shortcut=[Dense(4, 6)]), (4,)),
    (Residual([Residual([Dense(4, 4, "silu")]), Activation("tanh")]), (4,)),
    (Residual([Activation("relu")]), (2, 2, 2)),
    (Residual([Flatten()], shortcut=[Flatten(), Dense(8, 8)]), (2, 2, 2)),
    (Conv(2, 3, 2), (2, 3, 4)),
    (Conv(2, 4, (3, 2), stride=(2, 1), padding=((1, 0), (0, 2)), dilation=(1, 2), groups=2), (2, 4, 3)),
    (Conv(2, 2, 3, padding="same", bias=False, initialization="xavier_uniform"), (2, 3, 3)),
    (Conv(1, 2, 3, padding=1), (1, 5)),
    (MaxPool(2), (2, 4, 3)),
    (MaxPool((2, 3), stride=(1, 2), padding=((1, 0), (1, 1))), (2, 3, 4)),
    (AveragePool(2, stride=1, padding=1, count_include_pad=False), (2, 3, 3)),
    (AveragePool((2, 1)), (1, 4, 3)),
    (GlobalAveragePool(), (2, 3, 2)),
    (GlobalMaxPool(), (2, 3, 2)),
    (Dropout(0.4), (4,)),
    (Dropout(0.25, channels=True), (4, 2, 2)),
    (Dropout(0.0), (3,)),
    (BatchNorm(), (4,)),
    (BatchNorm(momentum=0.3, epsilon=1e-3, unbiased=False), (2, 2, 3)),
    (GroupNorm(2), (4, 2)),
    (GroupNorm(1, epsilon=0.1), (3,)),
    (LayerNorm(), (4,)),
    (LayerNorm(epsilon=0.01), (2, 3, 2)),
    (RMSNorm(), (4,)),
    (RMSNorm(epsilon=0.01), (2, 3, 2)),
    (Residual([BatchNorm(), Activation("relu"), Conv(2, 2, 3, padding=1), Dropout(0.3)]), (2, 3, 3)),
    (Residual([Conv(2, 3, 3, stride=2, padding=1)], shortcut=[Conv(2, 3, 1, stride=2), BatchNorm()]), (2, 4, 4)),
]


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize(("layer", "shape"), LAYERS, ids=lambda v: str(v))
def test_every_layer_does_what_the_protocol_says(layer, shape):
    check_layer(layer, shape)


def test_every_layer_is_tried():
    assert {type(layer).__name__ for layer, _ in LAYERS} == set(layers.__all__)


# What the battery must see: one thing is wrong in each.
@dataclass(frozen=True)
class Doubled(Layer):
    """y = 2 s ⊙ x with a mistake to choose."""

    mistake: str = ""

    def output_shape(self, input_shape):
        return (1, *input_shape) if self.mistake == "shape" else input_shape

    def parameter_shapes(self, input_shape):
        return {"scale": input_shape}

    def statistic_shapes(self, input_shape):
        return {"seen": ()}

    def initialize(self, input_shape, rng, dtype):
        return {"scale": 1.0, **({"other": 1.0} if self.mistake == "name" else {})}

    def forward(self, x, parameters, mode):
        if self.mistake == "in place":
            x *= 2
            return x * parameters["scale"], x / 2
        if self.mistake == "type":
            x = x.astype(float)
        if self.mistake == "training" and mode.training:
            return 3 * x * parameters["scale"], x
        return 2 * x * parameters["scale"], x

    def vjp(self, g, parameters, cache):
        slope = 2 * (g * cache).sum(axis=0)
        if self.mistake == "mean":
            slope /= len(g)
        if self.mistake == "slope shape":
            slope = slope.sum()
        if self.mistake == "g":
            g *= 1.0 if g.size == 0 else 2.0
            return g * parameters["scale"], {"scale": slope}
        return (1 if self.mistake == "factor" else 2) * g * parameters["scale"], {"scale": slope}

    def next_statistics(self, statistics, cache):
        return {} if self.mistake == "still" else {"seen": statistics["seen"] + len(cache)}

    def __str__(self):
        return "Doubled()" if self.mistake == "words" else super().__str__()


def test_the_battery_sees_each_mistake():
    check_layer(Doubled(), (3,))
    for mistake, words in {
        "shape": "output_shape is not that of forward|the input must be of shape",
        "name": "initialize names what is not there",
        "in place": "changes x, which it is given",
        "type": "is float64 for float32",
        "training": "the slope along x, training=True",
        "mean": "the slope along scale",
        "slope shape": r"the slope along scale has the shape \(\)",
        "g": "vjp changes g",
        "factor": "the slope along x",
        "still": "the statistics stand still in training",
        "words": "does not say how it is made",
    }.items():
        with pytest.raises((AssertionError, ValueError), match=words):
            check_layer(Doubled(mistake), (3,))


def test_a_layer_without_a_method_says_which():
    @dataclass(frozen=True)
    class Nothing(Layer):
        pass

    with pytest.raises(NotImplementedError, match=r"Nothing\.output_shape"):
        Network([Nothing()], rng=rng(), input_shape=(3,))
    for call in (lambda: Nothing().forward(np.ones((1, 3)), {}, Mode()), lambda: Nothing().vjp(np.ones(1), {}, None)):
        with pytest.raises(NotImplementedError, match=r"Nothing\.(forward|vjp)"):
            call()


def test_two_layers_of_one_name_are_refused():
    with pytest.raises(TypeError, match=r"Dense: the name is that of a layer of dlmath_lib\.network\.layers\.dense"):
        type("Dense", (Layer,), {})
    assert Layer.registered["Dense"] is Dense


def test_the_numbers_of_a_network_of_any_layers():
    network = Network(
        [Flatten(), Residual([Dense(4, 4, "tanh")]), Activation("relu"), Dense(4, 3)], rng=rng(), input_shape=(1, 2, 2)
    )
    assert network.shapes == [(1, 2, 2), (4,), (4,), (4,), (3,)]
    assert [sorted(p) for p in network.layer_parameters] == [[], ["0.bias", "0.weight"], [], ["bias", "weight"]]
    assert len(network.weights) == 1 and network.weights[0].shape == (3, 4)
    network.parameters[:] = np.arange(35)
    assert network.layer_parameters[1]["0.weight"][1].tolist() == [4, 5, 6, 7] and network.biases[0][0] == 32
    assert network.statistics.size == 0
    x, y = rng(1).normal(size=(5, 1, 2, 2)), np.arange(5) % 3
    gradients = network.gradients(x, y)
    assert [sorted(g) for g in gradients] == [sorted(p) for p in network.layer_parameters]
    assert gradients[3].weight is gradients[3]["weight"] and len(gradients[0]) == 0
    assert repr(gradients[3]) == "LayerGradient(weight (3, 4), bias (3,))"
    with pytest.raises(AttributeError, match="this layer has no parameter 'weight', only: none"):
        _ = gradients[0].weight
    assert [a.shape for a in network.layer_outputs(x)] == [(5, 4), (5, 4), (5, 4), (5, 3)]
    start = "Network((1, 2, 2) → Flatten() → Residual([Dense(4, 4, activation='tanh')]) → Activation('relu') → 3 linear"
    assert repr(network).startswith(start)


@dataclass(frozen=True)
class Counted(Layer):
    """Counts the batches that it has seen in training, and adds noise there."""

    least: int = 1

    def output_shape(self, input_shape):
        return input_shape

    def statistic_shapes(self, input_shape):
        return {"batches": (), "largest": input_shape}

    def smallest_batch(self, input_shape):
        return self.least

    def forward(self, x, parameters, mode):
        noise = mode.rng.normal(size=x.shape) if mode.training else 0
        return x + noise, x

    def vjp(self, g, parameters, cache):
        return g, {}

    def next_statistics(self, statistics, cache):
        return {"batches": statistics["batches"] + 1, "largest": np.maximum(statistics["largest"], cache.max(axis=0))}


def fit(network, x, y, **options):
    defaults = {"epochs": 2, "batch_size": 4, "optimizer": Adam(0.01), "rng": rng(), "progress": False}
    return network.fit(x, y, **(defaults | options))


def test_fit_trains_and_all_else_evaluates(tmp_path):
    network = Network([Residual([Counted()]), Dense(4, 3)], rng=rng(), input_shape=(4,))
    x, y = rng(1).normal(size=(11, 4)), np.arange(11) % 3
    fit(network, x, y)
    statistics = network.layer_statistics[0]
    assert statistics["0.batches"] == 6 and np.array_equal(statistics["0.largest"], np.maximum(x.max(axis=0), 0))
    before = network.statistics.copy()
    assert np.array_equal(network.forward(x), network.forward(x))
    network.evaluate(x, y), network.predict(x), network.loss_and_gradient(x, y, training=True, rng=rng())
    assert np.array_equal(network.statistics, before)
    quiet, noisy = network.loss_and_gradient(x, y)[0], network.loss_and_gradient(x, y, training=True, rng=rng())[0]
    assert quiet == network.evaluate(x, y).loss != noisy
    network.save(tmp_path / "a.npz")
    back = Network.from_file(tmp_path / "a.npz")
    assert np.array_equal(back.statistics, before) and back.layers == network.layers

    def trained(seed):
        other = Network([Counted(), Dense(4, 3)], rng=rng(), input_shape=(4,))
        fit(other, x, y, rng=rng(seed))
        return other.parameters

    assert np.array_equal(trained(0), trained(0)) and not np.array_equal(trained(0), trained(1))


def test_after_divergence_the_statistics_are_those_of_the_last_epoch_too():
    network = Network([Counted(), Dense(4, 2, "relu"), Dense(2, 1)], loss="squared_error", rng=rng(), input_shape=(4,))
    x, y = rng(1).normal(size=(8, 4)), np.ones((8, 1))
    with pytest.raises(FloatingPointError) as caught:
        fit(network, x, y, epochs=200, optimizer=SGD(1e6))
    assert network.layer_statistics[0]["batches"] == 2 * (caught.value.epoch - 1)


def test_batches_too_small_for_a_layer_are_refused_before_training():
    network = Network([Dense(4, 4), Residual([Counted(least=2)]), Dense(4, 3)], rng=rng())
    before = network.parameters.copy()
    x, y = rng(1).normal(size=(9, 4)), np.arange(9) % 3
    message = (
        "Network.fit: batch_size must be such that a batch has at least 2 examples, for layers[1], "
        "Residual([Counted(least=2)]), got 4 for 9 examples, with a batch of 1"
    )
    with pytest.raises(ValueError, match=re.escape(message)):
        fit(network, x, y)
    assert np.array_equal(network.parameters, before)
    fit(network, x, y, batch_size=3)


def test_a_mistake_of_a_layer_is_no_divergence():
    @dataclass(frozen=True)
    class Refuses(Counted):
        def forward(self, x, parameters, mode):
            raise ValueError("Refuses: no")

    network = Network([Refuses(), Dense(4, 3)], rng=rng(), input_shape=(4,))
    with pytest.raises(ValueError, match="Refuses: no"):
        fit(network, rng(1).normal(size=(8, 4)), np.arange(8) % 3)


def test_no_slope_is_sent_where_nothing_is_trained():
    asked = []

    @dataclass(frozen=True)
    class Asks(Counted):
        def vjp(self, g, parameters, cache):
            asked.append(self)
            return super().vjp(g, parameters, cache)

    network = Network([Asks(1), Dense(4, 4), Asks(2), Dense(4, 3)], rng=rng(), input_shape=(4,))
    FastStep(network, 4)(rng(1).normal(size=(4, 4)), np.arange(4) % 3, rng())
    assert asked == [Asks(2)]


IMAGES = rng(1).normal(size=(6, 1, 2, 2))


@pytest.mark.parametrize(
    ("action", "error", "message"),
    [
        (
            lambda: Network([Flatten(), Dense(5, 3)], rng=rng(), input_shape=(1, 2, 2)),
            ValueError,
            "Network: layers[1], Dense(5, 3): the input must be of shape (5,), got (4,): write Dense(4, 3, …)",
        ),
        (
            lambda: Network([Dense(4, 3, "relu")], rng=rng(), input_shape=(1, 2, 2)),
            ValueError,
            "Network: layers[0], Dense(4, 3, activation='relu'): the input must be of shape (4,), got (1, 2, 2): put",
        ),
        (
            lambda: Network([Dense(4, 4), Residual([Dense(4, 3), Dense(4, 4)])], rng=rng()),
            ValueError,
            "Network: layers[1], Residual: layers[1], Dense(4, 4): the input must be of shape (4,), got (3,)",
        ),
        (
            lambda: Network([Residual([Dense(4, 3)])], rng=rng()),
            ValueError,
            "Network: layers[0], Residual: the output of its layers must be of shape (4,), like what is added, got",
        ),
        (
            lambda: Network([Residual([Dense(4, 3)], shortcut=[Dense(5, 3)])], rng=rng()),
            ValueError,
            "Network: layers[0], Residual: shortcut[0], Dense(5, 3): the input must be of shape (5,), got (4,)",
        ),
        (
            lambda: Network([Flatten(), Dense(4, 3)], rng=rng()),
            ValueError,
            "Network: input_shape must be given where the first layer, Flatten(), does not say it, got None",
        ),
        (
            lambda: Network([Activation("relu")], rng=rng(), input_shape=(1, 2, 2), loss="huber"),
            ValueError,
            "Network: the last layer, Activation('relu'), must be one that gives a vector for each example",
        ),
        (
            lambda: Network([Dense(4, 3), Activation("relu")], rng=rng()),
            ValueError,
            "Network: the last layer's activation must be 'linear', got 'relu'",
        ),
        (lambda: Network([Dense], rng=rng()), TypeError, "layers[0] must be a layer, got Dense: write Dense(…)"),
        (
            lambda: Network([Flatten()], rng=rng(), input_shape=4),
            TypeError,
            "input_shape must be a tuple of",
        ),
        (lambda: Network([Flatten()], rng=rng(), input_shape=()), TypeError, "input_shape must be a tuple of lengths"),
        (lambda: Network([Flatten()], rng=rng(), input_shape=(0, 2)), ValueError, "Network: input_shape must be ≥ 1"),
        (lambda: Residual([]), TypeError, "Residual: layers must be a non-empty list of layers"),
        (lambda: Residual([Dense(4, 4)], shortcut=None), TypeError, "Residual: shortcut must be a non-empty list"),
        (lambda: Residual([Dense(4, 4)], shortcut=[3]), TypeError, "Residual: shortcut[0] must be a layer, got int"),
        (lambda: Activation("softmax"), ValueError, "Activation: activation must be one of 'linear', 'sigmoid'"),
        (
            lambda: Network([Conv(1, 4, 3), Conv(1, 4, 3)], rng=rng(), input_shape=(1, 8, 8)),
            ValueError,
            "Network: layers[1], Conv(1, 4, 3): the input must be of shape (1, …), with 1 channels and a spatial "
            "axis at least, got (4, 6, 6): write Conv(4, 4, …)",
        ),
        (
            lambda: Network([Conv(1, 4, 9)], rng=rng(), input_shape=(1, 8, 8)),
            ValueError,
            "Network: layers[0], Conv(1, 4, 9): kernel must be no larger than the padded input, (8, 8)",
        ),
        (
            lambda: Network([MaxPool(3)], rng=rng(), input_shape=(1, 2, 2)),
            ValueError,
            "Network: layers[0], MaxPool(3): kernel must be no larger than the padded input, (2, 2)",
        ),
        (
            lambda: Network([Dense(4, 3), MaxPool(2)], rng=rng()),
            ValueError,
            "Network: layers[1], MaxPool(2): the input must be of shape (channels, …) with a spatial axis",
        ),
        (
            lambda: Network([MaxPool(2, padding=2)], rng=rng(), input_shape=(1, 4, 4)),
            ValueError,
            "Network: layers[0], MaxPool(2, padding=2): padding must be so small that each window has an entry",
        ),
        (
            lambda: Network([GlobalAveragePool()], rng=rng(), input_shape=(4,)),
            ValueError,
            "Network: layers[0], GlobalAveragePool(): the input must be of shape (channels, …)",
        ),
        (
            lambda: Network([GroupNorm(3)], rng=rng(), input_shape=(4,)),
            ValueError,
            "Network: layers[0], GroupNorm(3): groups must be a divisor of the 4 channels, got 3",
        ),
        (
            lambda: Network([GroupNorm(4)], rng=rng(), input_shape=(4,)),
            ValueError,
            "Network: layers[0], GroupNorm(4): the input must be of more than one value for each of the 4 groups",
        ),
        (
            lambda: Network([Dense(2, 1), LayerNorm()], rng=rng(), loss="huber"),
            ValueError,
            "Network: layers[1], LayerNorm(): the input must be of more than one feature",
        ),
        (
            lambda: Network([Dense(2, 2), Dropout(0.5, channels=True)], rng=rng()),
            ValueError,
            "Network: layers[1], Dropout(0.5, channels=True): the input must be of shape (channels, …)",
        ),
        (lambda: Conv(3, 4, 3, groups=2), ValueError, "Conv: groups must be a divisor of inputs and outputs, 3 and 4"),
        (lambda: Conv(1, 1, 0), ValueError, "Conv: kernel must be ≥ 1"),
        (lambda: Conv(1, 1, 3, stride=0), ValueError, "Conv: stride must be ≥ 1"),
        (lambda: Conv(1, 1, 3, dilation=(1, 0)), ValueError, "Conv: dilation must be ≥ 1"),
        (lambda: Conv(1, 1, 3, padding="full"), ValueError, 'Conv: padding must be "same", "valid", or numbers'),
        (lambda: Conv(1, 1, (3, 3), stride=(1, 1, 1)), ValueError, "Conv: kernel must be one whole number, or one for"),
        (lambda: Conv(1, 1, 3, stride=2, padding="same"), ValueError, 'Conv: padding must be other than "same" where'),
        (lambda: Dropout(1), ValueError, "Dropout: rate must be ≥ 0 and < 1, got 1"),
        (lambda: BatchNorm(momentum=1.5), ValueError, "BatchNorm: momentum must be ≥ 0 and ≤ 1"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_name_of_the_layer(action, error, message):
    with pytest.raises(error, match=re.escape(message)):
        action()


def test_examples_of_another_shape_are_refused():
    network = Network([Flatten(), Dense(4, 3)], rng=rng(), input_shape=(1, 2, 2))
    assert network.forward(IMAGES).shape == (6, 3)
    for x, words in (
        (IMAGES.reshape(6, 4), "of shape (n, 1, 2, 2), got (6, 4): write x.reshape(-1, 1, 2, 2)"),
        (IMAGES[0], "of shape (n, 1, 2, 2), got (1, 2, 2): wrap a single example: x[None]"),
        (IMAGES[:, :, :1], "of shape (n, 1, 2, 2), got (6, 1, 1, 2)"),
    ):
        with pytest.raises(ValueError, match=re.escape(f"Network.forward: x must be {words}")):
            network.forward(x)


def test_dropout_needs_chance_in_training_and_none_else():
    network = Network([Dense(4, 8), Dropout(0.5), Dense(8, 3)], rng=rng())
    x, y = rng(1).normal(size=(6, 4)), np.arange(6) % 3
    plain = Network([Dense(4, 8), Dense(8, 3)], rng=rng())
    plain.parameters[:] = network.parameters
    assert np.array_equal(network.forward(x), plain.forward(x))
    assert np.array_equal(network.loss_and_gradient(x, y)[1], plain.loss_and_gradient(x, y)[1])
    with pytest.raises(TypeError, match=r"Dropout\(0\.5\): rng must be a numpy\.random\.Generator, got None"):
        network.loss_and_gradient(x, y, training=True)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_batch_norm_keeps_running_statistics(dtype):
    layers = [Conv(1, 3, 3, bias=False), BatchNorm(momentum=0.25), Activation("relu"), Flatten(), Dense(12, 2)]
    network = Network(layers, rng=rng(), input_shape=(1, 4, 4), dtype=dtype)
    x, y = rng(1).normal(size=(6, 1, 4, 4)), np.arange(6) % 2
    z = network.layer_outputs(x)[0].astype(float)
    fit(network, x, y, epochs=1, batch_size=6, optimizer=SGD(1e-9))
    found, rtol = network.layer_statistics[1], 1e-12 if dtype == "float64" else 1e-5
    np.testing.assert_allclose(found["mean"], 0.25 * z.mean(axis=(0, 2, 3)), rtol=rtol)
    np.testing.assert_allclose(found["variance"], 0.75 + 0.25 * z.var(axis=(0, 2, 3), ddof=1), rtol=rtol)
    one = network.forward(x[:1])
    np.testing.assert_allclose(one, network.forward(x)[:1], rtol=1e-12 if dtype == "float64" else 1e-5)
    batch = 4  # of vectors: 6 = 4 + 2; of 5 the last has one
    vectors = Network([Dense(4, 3), BatchNorm(), Dense(3, 2)], rng=rng(), dtype=dtype)
    fit(vectors, x[:, 0, 0], y, batch_size=batch)
    with pytest.raises(ValueError, match=r"at least 2 examples, for layers\[1\], BatchNorm\(\), got 4 for 5 examples"):
        fit(vectors, x[:5, 0, 0], y[:5], batch_size=batch)


def test_training_is_a_switch_and_chance_a_generator():
    network = Network([Dense(4, 3)], rng=rng())
    x, y = np.ones((2, 4)), np.array([0, 1])
    for call in (network.loss_and_gradient, network.gradients):
        with pytest.raises(TypeError, match=r"^Network\.\w+: training must be True or False, got int 1"):
            call(x, y, training=1)
        with pytest.raises(TypeError, match=r"^Network\.\w+: rng must be a numpy\.random\.Generator, got int 0"):
            call(x, y, training=True, rng=0)


class TestFiles:
    def described(self, path, **changes):
        with np.load(path) as stored:
            arrays = dict(stored)
        description = json.loads(str(arrays["description"])) | changes
        np.savez(path, **(arrays | {"description": np.array(json.dumps(description))}))
        return description

    def make(self):
        return Network([Flatten(), Residual([Dense(4, 4)]), Dense(4, 3)], rng=rng(), input_shape=(1, 2, 2))

    def test_dense_layers_alone_are_written_as_they_were(self, tmp_path):
        network, path = Network([Dense(4, 3, "tanh"), Dense(3, 2)], rng=rng()), tmp_path / "a.npz"
        network.save(path)
        assert self.described(path) == {
            "format": "dlmath network 1",
            "layers": [[4, 3, "tanh", "auto"], [3, 2, "linear", "auto"]],
            "loss": "softmax_cross_entropy",
            "dtype": "float64",
        }

    def test_other_layers_are_data_too(self, tmp_path):
        self.make().save(tmp_path / "a.npz")
        description = self.described(tmp_path / "a.npz")
        assert description["format"] == "dlmath network 2" and description["input_shape"] == [1, 2, 2]
        dense = {"layer": "Dense", "inputs": 4, "outputs": 4, "activation": "linear", "initialization": "auto"}
        assert description["layers"][:2] == [
            {"layer": "Flatten"}, {"layer": "Residual", "layers": [dense], "shortcut": []}
        ]  # fmt: skip

    @pytest.mark.parametrize(
        "changes",
        [
            {"layers": [{"layer": "print"}]},
            {"layers": [{"layer": "os.system", "command": "true"}]},
            {"layers": [{"layer": "Dense", "inputs": 4, "outputs": 0}]},
            {"layers": [{"layer": "Dense", "inputs": 4, "outputs": 3, "hook": 1}]},
            {"layers": [{"inputs": 4, "outputs": 3}]},
            {"layers": [{"layer": ["Dense"], "inputs": 4, "outputs": 3}]},
            {"layers": "Dense"},
            {"layers": []},
            {"layers": [3]},
            {"input_shape": "four"},
            {"input_shape": [2, 2, 2]},
            {"input_shape": [10**400]},
        ],
    )
    def test_what_describes_no_layers_is_refused(self, tmp_path, changes):
        path = tmp_path / "a.npz"
        self.make().save(path)
        self.described(path, **changes)
        for read in (Network.from_file, self.make().load):
            with pytest.raises(ValueError, match=r"^Network\.\w+: path must be a"):
                read(path)

    def test_a_nest_too_deep_is_refused(self, tmp_path):
        path, nest = tmp_path / "a.npz", {"layer": "Flatten"}
        self.make().save(path)
        for _ in range(400):
            nest = {"layer": "Residual", "layers": [nest], "shortcut": []}
        self.described(path, layers=[nest])
        with pytest.raises(ValueError, match=r"^Network\.from_file: path must be a"):
            Network.from_file(path)

    def test_numbers_that_are_not_those_of_the_layers_are_refused(self, tmp_path):
        network, path = Network([Counted(), Dense(4, 3)], rng=rng(), input_shape=(4,)), tmp_path / "a.npz"
        network.save(path)
        with np.load(path) as stored:
            arrays = dict(stored)
        for name, bad in (("statistics", np.ones(4)), ("parameters", np.ones(14)), ("statistics", np.full(5, np.inf))):
            np.savez(path, **(arrays | {name: bad}))
            with pytest.raises(ValueError, match=rf"^Network\.from_file: path must be a file with .*{name}"):
                Network.from_file(path)
        network.statistics[0] = np.nan
        with pytest.raises(ValueError, match=r"Network\.save: the network's statistics must be finite"):
            network.save(path)

    def test_another_network_is_named(self, tmp_path):
        self.make().save(tmp_path / "a.npz")
        other = Network([Flatten(), Residual([Dense(4, 4)]), Dense(4, 3)], rng=rng(), input_shape=(4,))
        with pytest.raises(ValueError, match=r"the file's input_shape must be \[4\], got \[1, 2, 2\]"):
            other.load(tmp_path / "a.npz")
