"""`Network`: what it computes, its gradient, and training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np

from dlmath_lib._validate import as_array, as_dtype, as_generator, as_switch, fail, one_of
from dlmath_lib.layers import affine, affine_vjp
from dlmath_lib.network import files
from dlmath_lib.network._fast import layer_views
from dlmath_lib.network.dense import Dense
from dlmath_lib.network.history import Evaluation, History
from dlmath_lib.network.objectives import OBJECTIVES
from dlmath_lib.network.training import train

__all__ = ["LayerGradient", "Network"]


class LayerGradient(NamedTuple):
    """The gradient of the mean loss L by one layer's parameters.

    Attributes
    ----------
    weight : ndarray of shape (out, in)
        ∂L/∂W.
    bias : ndarray of shape (out,)
        ∂L/∂b.
    """

    weight: np.ndarray
    bias: np.ndarray


class Network:
    """Dense layers one after the other, with the loss that they are trained for.

    Parameters
    ----------
    layers : sequence of Dense
        Each takes as many inputs as the one before has outputs. With a cross-entropy the last is "linear": its
        outputs are logits.
    loss : str, default "softmax_cross_entropy"
        Or "binary_cross_entropy", "squared_error", "absolute_error", "huber".
    rng : numpy.random.Generator
        Draws the initial weights: the same seed gives the same weights.
    dtype : float32 or float64, default float64
        Of the parameters and of all that is computed.

    Attributes
    ----------
    parameters : ndarray of shape (size,)
        All weights and biases in one vector: W of the first layer row by row, its b, W of the second, …
    weights, biases : tuple of ndarrays
        W of shape (out, in) and b of shape (out,) of each layer: views into ``parameters``.
    history : History
        Of the last `fit`.

    Raises
    ------
    TypeError, ValueError
        If a layer's width does not fit, a name is unknown, or an argument is not such.

    Notes
    -----
    Derivation: ``chapters/networks/backpropagation_in_matrices.ipynb`` and
    ``chapters/networks/training_a_network.ipynb``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), sections 6.5.4 and 8.1.3.

    Examples
    --------
    >>> from dlmath_lib.datasets import xor
    >>> from dlmath_lib.optimizers import Adam
    >>> rng = np.random.default_rng(0)
    >>> network = Network([Dense(2, 8, "tanh"), Dense(8, 2)], rng=rng)
    >>> data = xor()
    >>> history = network.fit(data.x, data.y, epochs=100, batch_size=4, optimizer=Adam(0.05), rng=rng, progress=False)
    >>> network.predict(data.x).tolist()
    [0, 1, 1, 0]
    """

    def __init__(
        self,
        layers: Sequence[Dense],
        *,
        loss: str = "softmax_cross_entropy",
        rng: np.random.Generator,
        dtype: Any = np.float64,
    ) -> None:
        self.layers = _as_layers(layers)
        self.objective = OBJECTIVES[one_of("Network", "loss", loss, OBJECTIVES)]
        kind = as_dtype("Network", "dtype", dtype, ("float32", "float64"))
        last = self.layers[-1]
        if self.objective.takes_logits and last.activation != "linear":
            hint = f"{loss} takes logits and applies the sigmoid or softmax itself"
            raise fail("Network", "the last layer's activation", "'linear'", repr(last.activation), hint)
        if loss == "softmax_cross_entropy" and last.outputs < 2:
            hint = "for one yes-or-no question use loss='binary_cross_entropy'"
            raise fail("Network", "the last layer", "at least 2 outputs wide", str(last.outputs), hint)
        rng = as_generator("Network", "rng", rng)
        self.parameters = np.zeros(sum(layer.size for layer in self.layers), kind)
        self.weights, self.biases = zip(*layer_views(self.parameters, self.layers), strict=True)
        for layer, weight in zip(self.layers, self.weights, strict=True):
            weight[:] = layer.initial_weight(rng, kind)
        self.history = History()

    def forward(self, x: Any) -> np.ndarray:
        """The outputs, a = φ(W a + b) from layer to layer: logits, with a cross-entropy.

        Parameters
        ----------
        x : array_like of shape (n, inputs)
            The examples.

        Returns
        -------
        ndarray of shape (n, outputs)

        Raises
        ------
        TypeError, ValueError
            If x is no such array, or is not finite in the network's type.
        """
        return self._outputs("Network.forward", x)

    def layer_outputs(self, x: Any) -> list[np.ndarray]:
        """The activations of every layer, φ(W a + b).

        Parameters
        ----------
        x : array_like of shape (n, inputs)
            The examples.

        Returns
        -------
        list of ndarrays of shape (n, outputs of the layer)
            The first layer's first.

        Raises
        ------
        TypeError, ValueError
            As `forward`.
        """
        trace = self._trace("Network.layer_outputs", x)
        return [layer.apply(z) for layer, (_, z) in zip(self.layers, trace, strict=True)]

    def loss_and_gradient(self, x: Any, y: Any) -> tuple[float, np.ndarray]:
        """The mean loss L and its gradient ∂L/∂θ, by the pure functions: backpropagation.

        Parameters
        ----------
        x : array_like of shape (n, inputs)
            The examples.
        y : array_like
            Class indices of shape (n,) for "softmax_cross_entropy"; else of shape (n, outputs).

        Returns
        -------
        float
            L.
        ndarray of shape (size,)
            The gradient, flat like ``parameters``.

        Raises
        ------
        TypeError, ValueError
            If x or y is no such array, or is not finite in the network's type.
        """
        return self._loss_and_gradient("Network.loss_and_gradient", x, y)

    def _loss_and_gradient(self, function: str, x: Any, y: Any) -> tuple[float, np.ndarray]:
        trace = self._trace(function, x)
        n = len(trace[0][0])
        y = self._as_targets(function, y, n)
        outputs = self.layers[-1].apply(trace[-1][1])
        delta = self.objective.vjp(np.full(n, 1 / n), outputs, y)
        gradient = np.empty_like(self.parameters)
        views = layer_views(gradient, self.layers)
        parts = list(zip(self.layers, trace, self.weights, self.biases, views, strict=True))
        for layer, (a, z), weight, bias, (dweight, dbias) in reversed(parts):
            delta = layer.pull_back(delta, z)
            delta, dweight[:], dbias[:] = affine_vjp(delta, a, weight, bias)
        return float(self.objective.value(outputs, y).mean(dtype=np.float64)), gradient

    def gradients(self, x: Any, y: Any) -> list[LayerGradient]:
        """The gradient of the mean loss L, layer by layer: ∂L/∂W and ∂L/∂b.

        Parameters
        ----------
        x, y : array_like
            As for `loss_and_gradient`.

        Returns
        -------
        list of LayerGradient
            The first layer's first.

        Raises
        ------
        TypeError, ValueError
            As `loss_and_gradient`.
        """
        gradient = self._loss_and_gradient("Network.gradients", x, y)[1]
        return [LayerGradient(*views) for views in layer_views(gradient, self.layers)]

    def fit(
        self,
        x: Any,
        y: Any,
        *,
        epochs: int,
        batch_size: int,
        optimizer: Any,
        rng: np.random.Generator,
        validation: tuple[Any, Any] | None = None,
        progress: bool | None = None,
        on_epoch: Callable[[int, Network], Any] | None = None,
    ) -> History:
        """Train on minibatches, drawn anew without replacement in each epoch; the last may be smaller.

        Parameters
        ----------
        x : array_like of shape (n, inputs)
            The examples.
        y : array_like
            Class indices of shape (n,) for "softmax_cross_entropy"; else of shape (n, outputs).
        epochs : int >= 1
            How often all examples are seen.
        batch_size : int in 1 … n
            Examples a step.
        optimizer : SGD or Adam
            The update rule; its memory starts anew with each `fit`.
        rng : numpy.random.Generator
            Draws the batches.
        validation : tuple (x, y), optional
            Judged after each epoch, never trained on.
        progress : bool, optional
            Whether to show a progress bar, for which tqdm must be installed. Default: if it is.
        on_epoch : callable, optional
            Called as ``on_epoch(epoch, network)`` after each epoch, counted from 1: to draw or keep what is learned.

        Returns
        -------
        History
            Loss and accuracy of each epoch; also kept as ``network.history``.

        Raises
        ------
        TrainingDiverged
            If a loss (that of the validation data, too), a weight or the optimizer's memory becomes NaN or infinite:
            with the epoch and the history; the network keeps the weights of the last complete epoch.
        ModuleNotFoundError
            If a progress bar is asked for, and tqdm is not installed.
        TypeError, ValueError
            If data or settings are not such; the network is left as it was.
        """
        x, y = self._as_examples("Network.fit", x, y)
        if validation is not None:
            if not isinstance(validation, tuple) or len(validation) != 2:
                raise fail("Network.fit", "validation", "a tuple (x, y)", type(validation).__name__, error=TypeError)
            validation = self._as_examples("Network.fit, validation", *validation)
        if progress is not None:
            as_switch("Network.fit", "progress", progress)
        if on_epoch is not None and not callable(on_epoch):
            hint = "it is called as on_epoch(epoch, network)"
            raise fail("Network.fit", "on_epoch", "a function", type(on_epoch).__name__, hint, error=TypeError)
        return train(self, x, y, epochs, batch_size, optimizer, rng, validation, progress, on_epoch)

    def evaluate(self, x: Any, y: Any) -> Evaluation:
        """The mean loss and the accuracy on these examples: means over n examples of their losses and right answers.

        Parameters
        ----------
        x, y : array_like
            As for `loss_and_gradient`.

        Returns
        -------
        Evaluation
            ``loss`` and ``accuracy``, which is None where numbers are predicted.

        Raises
        ------
        TypeError, ValueError
            As `loss_and_gradient`.
        """
        x, y = self._as_examples("Network.evaluate", x, y)
        outputs = self._outputs("Network.evaluate", x)
        correct = self.objective.correct(outputs, y)
        loss = float(self.objective.value(outputs, y).mean(dtype=np.float64))
        return Evaluation(loss, None if correct is None else correct / len(x))

    def predict(self, x: Any) -> np.ndarray:
        """The network's answers: argmax of the logits, or logit > 0, or the outputs themselves.

        Parameters
        ----------
        x : array_like of shape (n, inputs)
            The examples.

        Returns
        -------
        ndarray
            The most likely classes, of shape (n,), of equal ones the first; the likelier answers 0 or 1, or the
            numbers, of shape (n, outputs).

        Raises
        ------
        TypeError, ValueError
            As `forward`.
        """
        return self.objective.predict(self._outputs("Network.predict", x))

    def probabilities(self, x: Any) -> np.ndarray:
        """The softmax of the logits, exp(z) / Σ exp(z), or their sigmoid.

        Parameters
        ----------
        x : array_like of shape (n, inputs)
            The examples.

        Returns
        -------
        ndarray of shape (n, outputs)

        Raises
        ------
        TypeError, ValueError
            As `forward`; and if the loss is no cross-entropy.
        """
        probabilities = self.objective.probabilities(self._outputs("Network.probabilities", x))
        if probabilities is None:
            hint = "predict gives the numbers"
            raise fail("Network.probabilities", "loss", "a cross-entropy", repr(self.objective.name), hint)
        return probabilities

    def save(self, path: Any) -> None:
        """Write layers, loss and parameters θ to an .npz file, without pickle: the whole file or none.

        Parameters
        ----------
        path : str or path
            A name that ends in .npz. What a symbolic link points to is replaced, and not the link; a file that is there
            keeps its permissions.

        Returns
        -------
        None

        Raises
        ------
        ValueError
            If the name ends otherwise, or a parameter is NaN or infinite.
        OSError
            If the file cannot be written.

        Notes
        -----
        Written as a draft, ``.name.npz.xxxxxxxx.draft``, beside the file, and renamed. What a program that was killed
        has left of these is swept away by the next `save` of that name.
        """
        files.write("Network.save", path, self._description(), self.parameters)

    def load(self, path: Any) -> None:
        """Read the parameters θ of a network of the same layers and loss.

        Parameters
        ----------
        path : str or path
            What `save` wrote.

        Returns
        -------
        None

        Raises
        ------
        ValueError
            If it is no such file, is truncated, holds another network, or a number beyond this network's type; the
            network is left as it was.
        OSError
            If there is no file, or it cannot be read.
        """
        description, parameters = files.read("Network.load", path, self.parameters.size)
        mine = self._description()
        for part in ("layers", "loss"):
            if description.get(part) != mine[part]:
                hint = "Network.from_file(path) builds the network that the file holds"
                raise fail("Network.load", f"the file's {part}", f"{mine[part]}", f"{description.get(part)}", hint)
        kind = self.parameters.dtype
        self.parameters[:] = as_array("Network.load", "the file's parameters", parameters, cast=kind)

    @classmethod
    def from_file(cls, path: Any) -> Network:
        """The network that a file written by `save` holds, with its parameters θ.

        Parameters
        ----------
        path : str or path
            What `save` wrote.

        Returns
        -------
        Network

        Raises
        ------
        ValueError
            If it is no such file, or is truncated.
        OSError
            If there is no file, or it cannot be read.
        """
        description, parameters = files.read("Network.from_file", path)
        try:
            layers = [Dense(*entry) for entry in description["layers"]]
            size = sum(layer.size for layer in layers)
            if parameters.size != size:
                raise ValueError(f"{parameters.size} parameters for layers that have {size}")
            if parameters.dtype != description["dtype"]:
                raise ValueError(f"{parameters.dtype} parameters for a network of {description['dtype']}")
            rng = np.random.default_rng(0)
            network = cls(layers, loss=description["loss"], rng=rng, dtype=description["dtype"])
        except (KeyError, TypeError, ValueError) as cause:
            raise fail("Network.from_file", "path", "a file that describes a network", f"{cause}") from cause
        network.parameters[:] = parameters
        return network

    def _description(self) -> dict[str, Any]:
        layers = [list(asdict(layer).values()) for layer in self.layers]
        return {"layers": layers, "loss": self.objective.name, "dtype": self.parameters.dtype.name}

    def _as_inputs(self, function: str, x: Any) -> np.ndarray:
        x = as_array(function, "x", x, ndim=2, cast=self.parameters.dtype)
        if x.shape[1] != self.layers[0].inputs:
            raise fail(function, "x", f"of shape (n, inputs) = (n, {self.layers[0].inputs})", str(x.shape))
        return x

    def _as_targets(self, function: str, y: Any, examples: int) -> np.ndarray:
        return self.objective.check(function, y, examples, self.layers[-1].outputs, self.parameters.dtype)

    def _as_examples(self, function: str, x: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
        x = self._as_inputs(function, x)
        return x, self._as_targets(function, y, len(x))

    def _outputs(self, function: str, x: Any) -> np.ndarray:
        return self.layers[-1].apply(self._trace(function, x)[-1][1])

    def _trace(self, function: str, x: Any) -> list[tuple[np.ndarray, np.ndarray]]:
        """The input a and the pre-activation z of every layer."""
        a, trace = self._as_inputs(function, x), []
        for layer, weight, bias in zip(self.layers, self.weights, self.biases, strict=True):
            z = affine(a, weight, bias)
            trace.append((a, z))
            a = layer.apply(z)
        return trace

    def __repr__(self) -> str:
        widths = [f"{layer.outputs} {layer.activation}" for layer in self.layers]
        shape = " → ".join([str(self.layers[0].inputs), *widths])
        return f"Network({shape}, {self.objective.name}, {self.parameters.size} parameters)"


def _as_layers(layers: Any) -> tuple[Dense, ...]:
    if isinstance(layers, Dense) or not isinstance(layers, Sequence) or not layers:
        hint = "a single layer too: [Dense(4, 1)]"
        raise fail("Network", "layers", "a non-empty list of Dense", type(layers).__name__, hint, error=TypeError)
    for i, layer in enumerate(layers):
        if not isinstance(layer, Dense):
            raise fail("Network", f"layers[{i}]", "a Dense", type(layer).__name__, error=TypeError)
        if i and layer.inputs != layers[i - 1].outputs:
            expected = f"as wide at its input as layers[{i - 1}] at its output, {layers[i - 1].outputs}"
            hint = f"write Dense({layers[i - 1].outputs}, {layer.outputs}, …)"
            raise fail("Network", f"layers[{i}]", expected, str(layer.inputs), hint)
    return tuple(layers)
