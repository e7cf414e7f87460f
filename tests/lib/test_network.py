"""dlmath_lib.network: pure and fast gradients, PyTorch's training run, real data, files, and what may go wrong."""

import fcntl
import io
import json
import re
import signal
import stat
import subprocess
import sys
import tracemalloc
import zipfile

import numpy as np
import pytest
import sklearn.linear_model
import sympy as sp

from dlmath_lib import autodiff, vectors
from dlmath_lib.datasets import diabetes, digits, minibatches, split, two_moons, xor
from dlmath_lib.losses import softmax_cross_entropy_with_logits, softmax_cross_entropy_with_logits_grad
from dlmath_lib.network import Dense, History, Network, TrainingDiverged
from dlmath_lib.network._fast import FastStep
from dlmath_lib.network.layers._names import ACTIVATIONS
from dlmath_lib.network.objectives import OBJECTIVES
from dlmath_lib.optimizers import SGD, Adam

VECTORS = vectors.load("network")
LOSSES = ["softmax_cross_entropy", "binary_cross_entropy", "squared_error", "absolute_error", "huber"]


def rng(seed=0):
    return np.random.default_rng(seed)


def make(activation="tanh", loss="softmax_cross_entropy", dtype="float64", seed=0):
    network = Network(
        [Dense(4, 6, activation), Dense(6, 5, activation), Dense(5, 3)], loss=loss, rng=rng(seed), dtype=dtype
    )
    for bias in network.biases:
        bias[:] = rng(9).normal(size=bias.shape) / 3
    return network


def examples(loss, n=11):
    x = rng(1).normal(size=(n, 4))
    if loss == "softmax_cross_entropy":
        return x, rng(2).integers(3, size=n)
    return x, rng(2).uniform(size=(n, 3))


def composed(network, x, y):
    """The mean loss, as a function of the flat parameters, of elementary operations alone."""
    shapes = [(layer.outputs, layer.inputs) for layer in network.layers]

    def loss(flat):
        a, at = x, 0
        for layer, (out, width) in zip(network.layers, shapes, strict=True):
            w, b = flat[at : at + out * width].reshape(out, width), flat[at + out * width : at + out * (width + 1)]
            at += out * (width + 1)
            z = a @ w.T + b
            a = z if layer.activation == "linear" else getattr(autodiff, layer.activation)(z)
        each = {
            "softmax_cross_entropy": lambda: -autodiff.log_softmax(a)[np.arange(len(x)), y],
            "binary_cross_entropy": lambda: (autodiff.softplus(a) - y * a).sum(axis=1),
            "squared_error": lambda: ((a - y) ** 2).sum(axis=1),
            "absolute_error": lambda: abs(a - y).sum(axis=1),
            "huber": lambda: np.where(abs(a - y) <= 1, (a - y) ** 2 / 2, abs(a - y) - 0.5).sum(axis=1),
        }[network.objective.name]()
        return np.mean(each)

    return loss


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradient_agrees_with_autodiff_for_every_activation(activation):
    network = make(activation)
    x, y = examples("softmax_cross_entropy")
    loss, gradient = network.loss_and_gradient(x, y)
    program = composed(network, x, y)
    assert loss == pytest.approx(float(program(network.parameters)), rel=1e-12, abs=0)
    np.testing.assert_allclose(gradient, autodiff.grad(program, network.parameters), rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("loss", LOSSES)
def test_gradient_agrees_with_autodiff_for_every_loss(loss):
    network = make("silu", loss)
    x, y = examples(loss)
    value, gradient = network.loss_and_gradient(x, y)
    program = composed(network, x, y)
    assert value == pytest.approx(float(program(network.parameters)), rel=1e-12, abs=0)
    np.testing.assert_allclose(gradient, autodiff.grad(program, network.parameters), rtol=1e-9, atol=1e-13)


def test_a_2_2_2_network_agrees_with_sympy():
    theta, x, y = sp.symbols("t:12"), sp.symbols("x:2:2"), sp.symbols("y:2:2")
    loss = 0
    for i in range(2):
        a = x[2 * i : 2 * i + 2]
        for at in (0, 6):
            w, b = theta[at : at + 4], theta[at + 4 : at + 6]
            z = [w[2 * j] * a[0] + w[2 * j + 1] * a[1] + b[j] for j in range(2)]
            a = [1 / (1 + sp.exp(-v)) for v in z]
        loss += sum((a[j] - y[2 * i + j]) ** 2 for j in range(2)) / 2
    exact = sp.lambdify([*theta, *x, *y], [loss, *(sp.diff(loss, t) for t in theta)], cse=True)
    network = Network([Dense(2, 2, "sigmoid"), Dense(2, 2, "sigmoid")], loss="squared_error", rng=rng())
    network.parameters[:] = rng(4).normal(size=12)
    data = rng(5).normal(size=(2, 2)), rng(6).uniform(size=(2, 2))
    value, *slopes = exact(*network.parameters, *data[0].ravel(), *data[1].ravel())
    ours, gradient = network.loss_and_gradient(*data)
    assert ours == pytest.approx(value, rel=1e-13, abs=0)
    np.testing.assert_allclose(gradient, slopes, rtol=1e-11)


@pytest.mark.parametrize(("dtype", "rtol"), [("float64", 1e-11), ("float32", 2e-4)])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
def test_the_fast_step_gives_the_numbers_of_the_pure_functions(loss, activation, dtype, rtol):
    network = make(activation, loss, dtype)
    x, y = examples(loss)
    x, y = x.astype(dtype), y if y.dtype.kind == "i" else y.astype(dtype)
    step = FastStep(network, batch_size=13)
    for rows in (slice(None), slice(3, 9), slice(0, 1)):  # batches smaller than the buffers too
        total, correct = step(x[rows], y[rows])
        loss_value, gradient = network.loss_and_gradient(x[rows], y[rows])
        assert total / len(x[rows]) == pytest.approx(loss_value, rel=rtol, abs=0)
        np.testing.assert_allclose(step.gradient, gradient, rtol=rtol, atol=rtol)
        accuracy = network.evaluate(x[rows], y[rows]).accuracy
        assert correct is accuracy is None or correct / len(x[rows]) == accuracy


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", ["adam", "nesterov"])
@pytest.mark.parametrize("fast", [False, True])
def test_fifty_steps_agree_with_pytorch(name, dtype, fast):
    network = Network([Dense(6, 8, "relu"), Dense(8, 5, "tanh"), Dense(5, 3)], rng=rng(), dtype=dtype)
    network.parameters[:] = VECTORS["train_start"]
    optimizer = {"adam": Adam(0.01), "nesterov": SGD(0.05, momentum=0.9, nesterov=True)}[name]
    x, labels = VECTORS["train_x"].astype(dtype), VECTORS["train_labels"]
    state, losses = optimizer.start(network.parameters), []
    step = FastStep(network, batch_size=16)
    for batch in VECTORS["train_batches"]:
        if fast:
            losses.append(step(x[batch], labels[batch])[0] / 16)
            state = optimizer.step_in_place(network.parameters, step.gradient, state)
        else:
            loss, gradient = network.loss_and_gradient(x[batch], labels[batch])
            losses.append(loss)
            network.parameters[:], state = optimizer.step(network.parameters, gradient, state)
    rtol = 1e-9 if dtype == "float64" else 1e-3
    np.testing.assert_allclose(losses, VECTORS[f"train_losses_{name}_{dtype}"], rtol=rtol)
    np.testing.assert_allclose(network.parameters, VECTORS[f"train_end_{name}_{dtype}"], rtol=rtol, atol=rtol)


def test_views_and_layout():
    network = make()
    assert network.parameters.size == 6 * 5 + 5 * 7 + 3 * 6
    network.parameters[:] = np.arange(network.parameters.size)
    assert network.weights[0].shape == (6, 4) and network.weights[0][1].tolist() == [4, 5, 6, 7]
    assert network.biases[0].tolist() == [24, 25, 26, 27, 28, 29] and network.weights[1][0, 0] == 30
    gradients = network.gradients(*examples("softmax_cross_entropy"))
    assert [g.weight.shape for g in gradients] == [(6, 4), (5, 6), (3, 5)]
    assert [g.bias.shape for g in gradients] == [(6,), (5,), (3,)]


def test_outputs_predictions_and_probabilities():
    network = make()
    x, y = examples("softmax_cross_entropy")
    logits = network.forward(x)
    assert [a.shape for a in network.layer_outputs(x)] == [(11, 6), (11, 5), (11, 3)]
    assert np.array_equal(network.predict(x), logits.argmax(axis=1))
    np.testing.assert_allclose(network.probabilities(x), autodiff.softmax(logits), rtol=1e-12)
    assert network.evaluate(x, y).accuracy == np.mean(network.predict(x) == y)
    binary = make(loss="binary_cross_entropy")
    assert np.array_equal(binary.predict(x), (binary.probabilities(x) > 0.5).astype(int))
    numbers = make(loss="huber")
    assert np.array_equal(numbers.predict(x), numbers.forward(x))
    assert numbers.evaluate(*examples("huber")).accuracy is None
    with pytest.raises(ValueError, match=r"Network\.probabilities: loss must be a cross-entropy, got 'huber'"):
        numbers.probabilities(x)


def test_choices_at_ties():
    """All logits are 0: of equal scores the first counts, a logit of 0 and a target of one half are no "yes"."""
    x = np.ones((3, 4))
    network = Network([Dense(4, 3, initialization="zeros")], rng=rng())
    assert network.predict(x).tolist() == [0, 0, 0]
    assert network.evaluate(x, [0, 0, 2]).accuracy == pytest.approx(2 / 3, rel=1e-12, abs=0)
    binary = Network([Dense(4, 1, initialization="zeros")], loss="binary_cross_entropy", rng=rng())
    assert binary.predict(x).tolist() == [[0], [0], [0]]
    assert binary.evaluate(x, [[0.0], [0.5], [1.0]]).accuracy == pytest.approx(2 / 3, rel=1e-12, abs=0)


def test_initial_weights_by_name_and_seed():
    layers = [Dense(300, 400, "relu"), Dense(400, 300, "tanh"), Dense(300, 10, initialization="zeros")]
    network = Network(layers, rng=rng())
    assert network.weights[0].var() == pytest.approx(2 / 300, rel=0.02, abs=0)
    assert network.weights[1].var() == pytest.approx(2 / 700, rel=0.02, abs=0)
    assert not network.weights[2].any() and not any(b.any() for b in network.biases)
    assert np.array_equal(network.parameters, Network(layers, rng=rng()).parameters)
    assert not np.array_equal(network.parameters, Network(layers, rng=rng(1)).parameters)
    assert repr(network).startswith("Network(300 → 400 relu → 300 tanh → 10 linear, softmax_cross_entropy")


def fit(network, x, y, **options):
    defaults = {"epochs": 3, "batch_size": 4, "optimizer": Adam(0.01), "rng": rng(), "progress": False}
    return network.fit(x, y, **(defaults | options))


def test_the_same_seed_gives_the_same_weights():
    data = two_moons(60, rng=rng())

    def trained(seed):
        network = Network([Dense(2, 8, "relu"), Dense(8, 2)], rng=rng(3))
        fit(network, data.x, data.y, rng=rng(seed))
        return network.parameters

    assert np.array_equal(trained(0), trained(0))
    assert not np.array_equal(trained(0), trained(1))


def test_fit_does_not_change_its_data_and_trains_the_views():
    network = make()
    x, y = examples("softmax_cross_entropy")
    before, first = (x.copy(), y.copy()), network.weights[0].copy()
    fit(network, x, y)
    assert np.array_equal(x, before[0]) and np.array_equal(y, before[1])
    assert not np.array_equal(network.weights[0], first) and network.weights[0].base is not None


def test_history():
    data = two_moons(40, rng=rng())
    network = Network([Dense(2, 8, "tanh"), Dense(8, 2)], rng=rng())
    history = fit(network, data.x, data.y, epochs=5, validation=(data.x, data.y))
    assert history is network.history and history.epochs == 5
    assert {len(values) for values in vars(history).values()} == {5}
    judged = network.evaluate(data.x, data.y)
    assert history.validation_loss[-1] == judged.loss and history.validation_accuracy[-1] == judged.accuracy
    assert re.match(r"History\(5 epochs, loss 0\.\d+, accuracy", repr(history))
    assert fit(network, data.x, data.y).validation_loss == []
    assert repr(History()) == "History(0 epochs)"


@pytest.mark.parametrize("batch_size", [1, 7, 11])
def test_batches_of_one_and_batches_that_do_not_divide(batch_size):
    history = fit(make(), *examples("softmax_cross_entropy"), batch_size=batch_size, epochs=60)
    assert history.loss[-1] < history.loss[0] / 2


def test_one_full_batch_is_gradient_descent():
    network = make()
    x, y = examples("softmax_cross_entropy")
    loss, gradient = network.loss_and_gradient(x, y)
    expected = network.parameters - 0.1 * gradient
    history = fit(network, x, y, epochs=1, batch_size=11, optimizer=SGD(0.1))
    assert history.loss[0] == pytest.approx(loss, rel=1e-12, abs=0)
    np.testing.assert_allclose(network.parameters, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("rule", [SGD(0.05, momentum=0.9, nesterov=True), Adam(0.02)], ids=str)
@pytest.mark.parametrize("loss", ["softmax_cross_entropy", "squared_error"])
def test_fit_is_the_loop_of_the_pure_functions_over_batches_and_epochs(loss, rule):
    """Three epochs of batches of 4, 4 and 3: the memory goes on from epoch to epoch, every example counts once."""
    x, y = examples(loss)
    unseen = rng(7).normal(size=(5, 4)), examples(loss, 5)[1]
    network, twin = make("silu", loss), make("silu", loss)
    history = fit(network, x, y, epochs=3, batch_size=4, optimizer=rule, rng=rng(3), validation=unseen)

    draw, parameters = rng(3), twin.parameters.copy()
    state, expected = rule.start(parameters), {name: [] for name in vars(history)}
    for _ in range(3):
        total, right = 0.0, 0.0
        for batch in minibatches(11, batch_size=4, rng=draw):
            twin.parameters[:] = parameters
            value, gradient = twin.loss_and_gradient(x[batch], y[batch])
            total += value * len(batch)
            right += (twin.evaluate(x[batch], y[batch]).accuracy or 0) * len(batch)
            parameters, state = rule.step(parameters, gradient, state)
        twin.parameters[:] = parameters
        judged = twin.evaluate(*unseen)
        expected["loss"].append(total / 11)
        expected["validation_loss"].append(judged.loss)
        if loss == "softmax_cross_entropy":
            expected["accuracy"].append(right / 11)
            expected["validation_accuracy"].append(judged.accuracy)
    np.testing.assert_allclose(network.parameters, parameters, rtol=1e-9, atol=1e-12)
    for name, values in vars(history).items():
        np.testing.assert_allclose(values, expected[name], rtol=1e-9, err_msg=name)


def test_sums_over_a_large_batch_keep_their_digits():
    n = 100_000
    network = Network([Dense(1, 1)], loss="squared_error", rng=rng(), dtype="float32")
    network.parameters[:] = 0
    x, y = np.full((n, 1), 0.1, "float32"), np.ones((n, 1), "float32")
    step = FastStep(network, batch_size=n)
    step(x, y)
    np.testing.assert_allclose(step.gradient, [-0.2, -2], rtol=1e-6)
    np.testing.assert_allclose(network.loss_and_gradient(x, y)[1], [-0.2, -2], rtol=1e-6)


def test_numbers_beyond_the_networks_type_are_refused_by_name(tmp_path):
    network = Network([Dense(1, 1)], loss="squared_error", rng=rng(), dtype="float32")
    before = network.parameters.copy()
    x, y = np.zeros((2, 1)), np.zeros((2, 1))
    for far_x, far_y, name in (([[1e39], [0]], y, "x"), (x, [[1e300], [0]], "y")):
        message = rf"Network.fit: {name} must be finite in float32, at most 3.4"
        with pytest.raises(ValueError, match=message):
            fit(network, far_x, far_y, batch_size=2)
        with pytest.raises(ValueError, match=rf"Network.fit, validation: {name} must be finite in float32"):
            fit(network, x, y, batch_size=2, validation=(far_x, far_y))
        for method in ("evaluate", "loss_and_gradient", "gradients"):
            with pytest.raises(ValueError, match=rf"Network.{method}: {name} must be finite in float32"):
                getattr(network, method)(far_x, far_y)
    wide = Network([Dense(1, 1)], loss="squared_error", rng=rng())
    wide.parameters[:] = 1e300
    wide.save(tmp_path / "wide.npz")
    with pytest.raises(ValueError, match=r"Network.load: the file's parameters must be finite in float32"):
        network.load(tmp_path / "wide.npz")
    assert np.array_equal(network.parameters, before)


@pytest.mark.parametrize(
    "method", ["forward", "layer_outputs", "predict", "probabilities", "evaluate", "loss_and_gradient", "gradients"]
)
def test_errors_name_the_method_that_was_called(method):
    call, network = getattr(Network, method), make()
    more = (Y,) if method in ("evaluate", "loss_and_gradient", "gradients") else ()
    for x in (X[:, :3], X[0], "x", np.full((11, 4), np.nan), None):
        with pytest.raises((TypeError, ValueError), match=rf"^Network\.{method}: x must be"):
            call(network, x, *more)


def test_an_optimizer_whose_memory_overflows_has_diverged():
    network = Network([Dense(1, 1)], loss="squared_error", rng=rng(), dtype="float32")
    before = network.parameters.copy()
    with pytest.raises(TrainingDiverged, match="in epoch 1"):
        fit(network, [[1e13]], [[-1e13]], epochs=1, batch_size=1, optimizer=Adam(0.1))
    assert np.array_equal(network.parameters, before)


def test_a_validation_loss_that_overflows_has_diverged():
    network = Network([Dense(1, 1)], loss="squared_error", rng=rng())
    with pytest.raises(TrainingDiverged) as caught:
        fit(network, [[0.0]], [[0.0]], epochs=3, batch_size=1, validation=([[0.0]], [[1e200]]))
    assert caught.value.epoch == 1 and caught.value.history.validation_loss == []


def test_without_tqdm_there_is_no_bar_unless_one_asks_for_it(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    x, y = examples("softmax_cross_entropy")
    options = {"epochs": 1, "batch_size": 11, "optimizer": SGD(0.1), "rng": rng()}
    assert make().fit(x, y, **options).epochs == 1
    assert capsys.readouterr().err == ""
    with pytest.raises(ModuleNotFoundError, match=r"Network.fit: progress=True needs tqdm: pip install tqdm"):
        make().fit(x, y, **options, progress=True)


def test_progress_bar(capsys):
    fit(make(), *examples("softmax_cross_entropy"), progress=True)
    shown = capsys.readouterr().err
    assert "0/3 [" in shown and "loss=" in shown
    fit(make(), *examples("softmax_cross_entropy"))
    assert capsys.readouterr().err == ""


def test_on_epoch_sees_every_epoch_and_the_weights_of_its_end():
    network, seen = make(), []
    fit(
        network,
        *examples("softmax_cross_entropy"),
        on_epoch=lambda epoch, net: seen.append((epoch, net.parameters.copy())),
    )
    assert [epoch for epoch, _ in seen] == [1, 2, 3]
    assert np.array_equal(seen[-1][1], network.parameters) and not np.array_equal(seen[0][1], seen[1][1])


def test_xor_needs_a_hidden_layer():
    data = xor()
    with_hidden = Network([Dense(2, 8, "tanh"), Dense(8, 2)], rng=rng())
    without = Network([Dense(2, 2)], rng=rng())
    for network in (with_hidden, without):
        fit(network, data.x, data.y, epochs=300, optimizer=Adam(0.05))
    assert with_hidden.evaluate(data.x, data.y).accuracy == 1.0
    assert without.evaluate(data.x, data.y).accuracy <= 0.75


def test_one_yes_or_no_question():
    data = two_moons(200, rng=rng())
    network = Network([Dense(2, 16, "relu"), Dense(16, 1)], loss="binary_cross_entropy", rng=rng())
    history = fit(network, data.x, data.y[:, None], epochs=60, batch_size=32, optimizer=Adam(0.02))
    assert history.accuracy[-1] > 0.95
    assert np.mean(network.predict(data.x)[:, 0] == data.y) == network.evaluate(data.x, data.y[:, None]).accuracy


def test_linear_regression_on_diabetes_reaches_least_squares_and_scikit_learn():
    data = diabetes()
    x = (data.x - data.x.mean(axis=0)) / data.x.std(axis=0)
    # The columns s1 … s4 are nearly dependent: a whitened basis lets plain steps arrive.
    basis = np.linalg.svd(x, full_matrices=False)[2]
    white = x @ basis.T / (x @ basis.T).std(axis=0)
    network = Network([Dense(10, 1)], loss="squared_error", rng=rng())
    fit(network, white, data.y[:, None], epochs=60, batch_size=442, optimizer=SGD(0.25))
    model = sklearn.linear_model.LinearRegression().fit(data.x, data.y)
    np.testing.assert_allclose(network.predict(white)[:, 0], model.predict(data.x), rtol=1e-9)
    best = np.linalg.lstsq(np.column_stack([data.x, np.ones(442)]), data.y, rcond=None)[1][0] / 442
    assert network.evaluate(white, data.y[:, None]).loss == pytest.approx(best, rel=1e-12, abs=0)


def test_digits_reach_97_percent_on_data_never_seen():
    data = digits()
    train, test = split(data.x, data.y, fractions=(0.8, 0.2), rng=rng(), stratify=True)
    network = Network([Dense(64, 64, "relu"), Dense(64, 10)], rng=rng(), dtype="float32")
    fit(network, *train, epochs=40, batch_size=32, optimizer=Adam(3e-3))
    assert network.evaluate(*test).accuracy >= 0.97


def test_divergence_stops_with_the_epoch_the_advice_and_the_history():
    data = diabetes()
    y = data.y[:, None]
    network = Network([Dense(10, 1)], loss="squared_error", rng=rng())
    with pytest.raises(
        TrainingDiverged, match=r"epoch \d+, a number became NaN.*lower the learning rate \(0.001\)"
    ) as caught:
        fit(network, data.x, y, epochs=500, batch_size=442, optimizer=SGD(1e-3), validation=(data.x, y))
    error = caught.value
    assert error.history is network.history and error.history.epochs == error.epoch - 1 > 2
    assert np.isfinite(network.parameters).all() and np.isfinite(error.history.loss).all()
    assert error.history.loss[-1] > error.history.loss[0]


@pytest.mark.parametrize("activation", ["relu", "gelu", "tanh"])
def test_divergence_inside_the_network_is_reported_too(activation):
    x, y = examples("squared_error")
    network = make(activation, "squared_error")
    kept = [network.parameters.copy()]
    with pytest.raises(TrainingDiverged):
        fit(
            network,
            x,
            y,
            epochs=200,
            optimizer=SGD(1e6),
            validation=(x, y),
            on_epoch=lambda epoch, net: kept.append(net.parameters.copy()),
        )
    assert np.isfinite(network.parameters).all() and np.array_equal(network.parameters, kept[-1])


X, Y = examples("softmax_cross_entropy")


@pytest.mark.parametrize(
    ("x", "y", "options", "error", "message"),
    [
        (
            X,
            np.eye(3)[Y],
            {},
            ValueError,
            "y must be class indices of shape (n,) = (11,), got (11, 3): pass y.argmax(1)",
        ),
        (X, Y[:, None], {}, ValueError, "got (11, 1): flatten it: y.ravel()"),
        (X, Y + 1, {}, ValueError, "y must be in 0 … 2 for 3 classes, got 3"),
        (X, Y.astype(float), {}, TypeError, "y must be an array of integers, got dtype float64"),
        (X[:, :3], Y, {}, ValueError, "x must be of shape (n, inputs) = (n, 4), got (11, 3)"),
        (X[0], Y[:1], {}, ValueError, "x must be 2-dimensional, got shape (4,): wrap a single example"),
        (X[:0], Y[:0], {}, ValueError, "x must be non-empty"),
        (np.where(X > 1, np.nan, X), Y, {}, ValueError, "x must be finite, got nan at index"),
        (X, Y, {"epochs": 0}, ValueError, "epochs must be ≥ 1"),
        (X, Y, {"batch_size": 0}, ValueError, "batch_size must be ≥ 1"),
        (X, Y, {"batch_size": 12}, ValueError, "batch_size must be at most the number of examples, 11, got 12"),
        (X, Y, {"optimizer": "adam"}, TypeError, "optimizer must be SGD(…) or Adam(…), got 'adam'"),
        (X, Y, {"optimizer": Adam}, TypeError, "optimizer must be SGD(…) or Adam(…)"),
        (
            X,
            Y,
            {"rng": 0},
            TypeError,
            "rng must be a numpy.random.Generator, got int 0: pass numpy.random.default_rng(0)",
        ),
        (X, Y, {"on_epoch": 3}, TypeError, "on_epoch must be a function, got int"),
        (X, Y, {"progress": "no"}, TypeError, "Network.fit: progress must be True or False, got 'no'"),
        (X, Y, {"validation": X}, TypeError, "validation must be a tuple (x, y), got ndarray"),
        (
            X,
            Y,
            {"validation": (X, Y[:3])},
            ValueError,
            "validation: y must be class indices of shape (n,) = (11,)",
        ),
    ],
)
def test_fit_refuses_and_leaves_the_network_as_it_was(x, y, options, error, message):
    network = make()
    before = network.parameters.copy()
    with pytest.raises(error, match=re.escape(message)) as caught:
        fit(network, x, y, **options)
    assert str(caught.value).startswith("Network.fit") and np.array_equal(network.parameters, before)


def test_numbers_without_their_axis_are_refused():
    network = Network([Dense(4, 1)], loss="squared_error", rng=rng())
    message = r"y must be of shape \(n, outputs\) = \(11, 1\), got \(11,\): add the missing axis: y\[:, None\]"
    for call in (network.evaluate, network.loss_and_gradient):
        with pytest.raises(ValueError, match=message):
            call(X, X[:, 0])
    binary = Network([Dense(4, 1)], loss="binary_cross_entropy", rng=rng())
    with pytest.raises(ValueError, match=r"y must be in \[0, 1\], got -1 to 1"):
        binary.evaluate(X, np.where(X[:, :1] > 0, 1, -1))


@pytest.mark.parametrize(
    ("action", "error", "message"),
    [
        (
            lambda: Network([Dense(4, 6), Dense(5, 3)], rng=rng()),
            ValueError,
            "layers[1], Dense(5, 3): the input must be of shape (5,), got (6,): write Dense(6, 3, …)",
        ),
        (lambda: Network([], rng=rng()), TypeError, "layers must be a non-empty list of layers"),
        (lambda: Network(Dense(4, 2), rng=rng()), TypeError, "layers must be a non-empty list of layers"),
        (lambda: Network([4, 2], rng=rng()), TypeError, "layers[0] must be a layer, got int"),
        (lambda: Network([Dense(4, 2, "relu")], rng=rng()), ValueError, "activation must be 'linear', got 'relu'"),
        (lambda: Network([Dense(4, 1)], rng=rng()), ValueError, "for one yes-or-no question use loss='binary"),
        (
            lambda: Network([Dense(4, 2)], loss="mse", rng=rng()),
            ValueError,
            "loss must be one of 'softmax_cross_entropy'",
        ),
        (lambda: Network([Dense(4, 2)], rng=5), TypeError, "rng must be a numpy.random.Generator"),
        (lambda: Network([Dense(4, 2)], rng=rng(), dtype=int), TypeError, "dtype must be one of float32, float64"),
        (lambda: Network([Dense(4, 2)], rng=rng(), dtype="foo"), TypeError, "Network: dtype must be one of float32"),
        (lambda: Network([Dense(4, 2)], rng=rng(), dtype=None), TypeError, "Network: dtype must be one of float32"),
        (lambda: Dense(0, 2), ValueError, "Dense: inputs must be ≥ 1"),
        (lambda: Dense(2, 2.5), TypeError, "Dense: outputs must be an integer"),
        (lambda: Dense(2, 2, "softmax"), ValueError, "Dense: activation must be one of 'linear', 'sigmoid'"),
        (lambda: Dense(2, 2, initialization="ones"), ValueError, "Dense: initialization must be one of 'auto'"),
    ],
)
def test_construction_refuses(action, error, message):
    with pytest.raises(error, match=re.escape(message)):
        action()


class TestFiles:
    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    def test_round_trip(self, tmp_path, dtype):
        network, other = make(dtype=dtype), make(dtype=dtype, seed=5)
        network.save(tmp_path / "a.npz")
        other.load(tmp_path / "a.npz")
        assert np.array_equal(other.parameters, network.parameters)
        built = Network.from_file(str(tmp_path / "a.npz"))
        assert np.array_equal(built.parameters, network.parameters) and built.parameters.dtype == dtype
        assert repr(built) == repr(network) and built.layers == network.layers
        assert np.array_equal(built.weights[0], network.weights[0])
        with np.load(tmp_path / "a.npz", allow_pickle=False) as stored:
            assert set(stored) == {"description", "parameters"}

    def test_saving_replaces_whole_files_and_leaves_nothing_else(self, tmp_path, monkeypatch):
        network = make()
        network.save(tmp_path / "a.npz")
        whole = (tmp_path / "a.npz").read_bytes()

        def broken(file, **arrays):
            file.write(b"half")
            raise OSError("No space left on device")

        monkeypatch.setattr(np, "savez", broken)
        with pytest.raises(OSError, match="No space left"):
            network.save(tmp_path / "a.npz")
        assert (tmp_path / "a.npz").read_bytes() == whole
        assert [path.name for path in tmp_path.iterdir()] == ["a.npz"]

    def test_what_could_not_be_loaded_is_not_saved(self, tmp_path):
        network = make()
        network.parameters[3] = np.nan
        with pytest.raises(ValueError, match=r"Network.save: the network's parameters must be finite, got NaN or inf"):
            network.save(tmp_path / "a.npz")
        assert list(tmp_path.iterdir()) == []

    def test_drafts_of_killed_programs_are_swept(self, tmp_path):
        killed = """if True:
            import os, signal, sys
            import numpy as np
            from dlmath_lib.network import Dense, Network
            network = Network([Dense(4, 3)], rng=np.random.default_rng(0))
            whole = np.savez
            def half(file, **arrays):
                whole(file, **arrays)
                file.flush()
                os.kill(os.getpid(), signal.SIGKILL)
            np.savez = half
            network.save(sys.argv[1])
        """
        path = tmp_path / "a[1].npz"
        assert subprocess.run([sys.executable, "-c", killed, str(path)], check=False).returncode == -signal.SIGKILL
        assert len(list(tmp_path.iterdir())) == 1 and not path.exists()
        other, elsewhere = tmp_path / ".b.npz.12345678.draft", tmp_path / ".a1.npz.12345678.draft"
        busy = tmp_path / ".a[1].npz.12345678.draft"
        for draft in (other, elsewhere, busy):
            draft.write_bytes(b"half")
        with busy.open("rb") as file:  # another program is writing this one
            fcntl.flock(file, fcntl.LOCK_EX)
            make().save(path)
            assert sorted(tmp_path.iterdir()) == sorted([path, other, elsewhere, busy])
        make().save(path)
        assert sorted(tmp_path.iterdir()) == sorted([path, other, elsewhere])

    def test_links_and_permissions_are_kept(self, tmp_path):
        (tmp_path / "there").mkdir()
        target, link = tmp_path / "there" / "b.npz", tmp_path / "a.npz"
        make(seed=1).save(target)
        target.chmod(0o600)
        link.symlink_to(target)
        make(seed=2).save(link)
        assert link.is_symlink() and stat.S_IMODE(target.stat().st_mode) == 0o600
        assert np.array_equal(Network.from_file(target).parameters, make(seed=2).parameters)
        fresh = tmp_path / "fresh.npz"
        fresh_link = tmp_path / "to_fresh.npz"
        fresh_link.symlink_to(fresh)
        make().save(fresh_link)
        assert fresh_link.is_symlink() and not fresh.is_symlink() and fresh.is_file()

    def test_a_file_that_unpacks_to_much_more_is_refused_before_it_is_unpacked(self, tmp_path):
        path, network = tmp_path / "bomb.npz", Network([Dense(4, 3)], rng=rng())
        zeros = io.BytesIO()
        np.lib.format.write_array_header_1_0(zeros, {"descr": "<f8", "fortran_order": False, "shape": (1 << 25,)})
        description = io.BytesIO()
        np.save(description, np.array(json.dumps({"format": "dlmath network 1"} | network._description())))
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("description.npy", description.getvalue())
            with archive.open("parameters.npy", "w") as file:
                file.write(zeros.getvalue())
                for _ in range(256):
                    file.write(bytes(1 << 20))
        assert path.stat().st_size < 1 << 20
        for read in (network.load, Network.from_file):
            tracemalloc.start()
            with pytest.raises(ValueError, match=r"path must be a whole file written by Network\.save"):
                read(path)
            assert tracemalloc.get_traced_memory()[1] < 1 << 23
            tracemalloc.stop()

    def altered(self, whole, **changes):
        with np.load(io.BytesIO(whole)) as stored:
            arrays = dict(stored) | changes
        out = io.BytesIO()
        np.savez(out, **arrays)
        return out.getvalue()

    def test_bad_files_are_refused_and_the_network_is_left_as_it_was(self, tmp_path):
        network, path = make(), tmp_path / "a.npz"
        make(seed=7).save(path)
        whole = path.read_bytes()
        description = json.loads(str(np.load(io.BytesIO(whole))["description"]))
        array, pickled = io.BytesIO(), io.BytesIO()
        np.save(array, np.ones(3))
        np.savez(pickled, description=np.array([{}], dtype=object), parameters=np.ones(3))
        flipped = bytearray(whole)
        flipped[len(whole) // 2] ^= 255
        with zipfile.ZipFile(empty := io.BytesIO(), "w") as archive:
            archive.writestr("other.txt", "nothing")
        bad = [b"", b"not a network", whole[:-1], whole[: len(whole) // 2], whole[:100], bytes(flipped)]
        bad += [array.getvalue(), pickled.getvalue(), empty.getvalue()]
        bad += [self.altered(whole, description=np.array(text)) for text in ("", "[]", "{}", '{"format": "other"}')]
        short, nan = network.parameters[:-1], np.full_like(network.parameters, np.nan)
        bad += [self.altered(whole, parameters=p) for p in (short, nan, np.ones((2, 2)), np.arange(3))]
        bad += [
            self.altered(whole, description=np.array(json.dumps(description | change)))
            for change in ({"layers": [[4, 3]]}, {"loss": "huber"}, {"layers": None}, {"layers": [[10**9, 10**9]]})
        ]
        before = network.parameters.copy()
        for content in bad:
            path.write_bytes(content)
            with pytest.raises(ValueError, match=r"^Network\.load: .*must be"):
                network.load(path)
            assert np.array_equal(network.parameters, before)
        for content in bad[:-3]:
            path.write_bytes(content)
            with pytest.raises(ValueError, match=r"^Network\.from_file: path must be"):
                Network.from_file(path)

    def test_another_network_is_named(self, tmp_path):
        make().save(tmp_path / "a.npz")
        other = Network([Dense(4, 3)], rng=rng())
        with pytest.raises(ValueError, match=r"the file's layers must be \[\[4, 3.*got \[\[4, 6.*from_file"):
            other.load(tmp_path / "a.npz")

    def test_missing_files_and_names(self, tmp_path):
        with pytest.raises(FileNotFoundError):
            make().load(tmp_path / "none.npz")
        with pytest.raises(ValueError, match=r"Network.save: path must be a name that ends in .npz, got 'a.bin'"):
            make().save(tmp_path / "a.bin")
        with pytest.raises(FileNotFoundError) as caught:
            make().save(tmp_path / "none" / "a.npz")
        assert caught.value.filename == str(tmp_path / "none" / "a.npz") and "draft" not in str(caught.value)
        for path in (3, None, ["a.npz"]):
            for method in ("save", "load", "from_file"):
                with pytest.raises(TypeError, match=rf"Network.{method}: path must be a name or a path, got"):
                    getattr(make(), method)(path)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("scale", [1, 1000])
def test_the_loss_in_training_has_the_numbers_of_the_public_functions(dtype, scale):
    """Ties among the largest logits, and logits far apart, too."""
    z = (scale * rng(0).normal(size=(40, 5))).round(1).astype(dtype)
    z[:5, 1:3] = z[:5].max(axis=1, keepdims=True)
    labels = rng(1).integers(5, size=40)
    losses, gradient, correct = OBJECTIVES["softmax_cross_entropy"].for_training(z, labels)
    assert np.array_equal(losses, softmax_cross_entropy_with_logits(z, labels)) and losses.dtype == dtype
    expected, limits = softmax_cross_entropy_with_logits_grad(z, labels), np.finfo(dtype)
    np.testing.assert_allclose(gradient, expected, rtol=8 * limits.eps, atol=8 * limits.eps)
    assert correct == np.count_nonzero(z.argmax(axis=1) == labels)
