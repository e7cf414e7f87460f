"""`Network`: what it computes, its gradient, and training."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlmath_lib._validate import as_array, as_dtype, as_generator, as_scalar, as_switch, fail, one_of
from dlmath_lib.network import files
from dlmath_lib.network.history import Evaluation, History
from dlmath_lib.network.layer import Layer, as_layers, output_shapes
from dlmath_lib.network.objectives import OBJECTIVES
from dlmath_lib.network.step import Mode, Shape, views
from dlmath_lib.network.training import train

__all__ = ["LayerGradient", "Network"]


@dataclass(frozen=True, eq=False, repr=False)
class LayerGradient(Mapping[str, np.ndarray]):
    """The gradient of the mean loss L by one layer's parameters, ∂L/∂θ: a mapping whose entries are attributes too.

    Attributes
    ----------
    slopes : dict of str to ndarray
        ∂L/∂θ by the parameter's name.
    weight : ndarray of shape (out, in)
        ∂L/∂W, of a dense layer; other layers have other names, and some have none.
    bias : ndarray of shape (out,)
        ∂L/∂b.
    """

    slopes: dict[str, np.ndarray]

    def __getitem__(self, name: str) -> np.ndarray:
        return self.slopes[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.slopes)

    def __len__(self) -> int:
        return len(self.slopes)

    def __getattr__(self, name: str) -> np.ndarray:
        if name == "slopes" or name not in self.slopes:  # a copy that is not filled yet asks for it
            raise AttributeError(f"this layer has no parameter {name!r}, only: {', '.join(self) or 'none'}")
        return self.slopes[name]

    def __repr__(self) -> str:
        return f"LayerGradient({', '.join(f'{name} {slope.shape}' for name, slope in self.items())})"


class Network:
    """Layers one after the other, with the loss that they are trained for.

    Parameters
    ----------
    layers : sequence of Layer
        Each takes what the one before gives; the last gives a vector for each example. With a cross-entropy the last
        is "linear": its outputs are logits.
    loss : str, default "softmax_cross_entropy"
        Or "binary_cross_entropy", "squared_error", "absolute_error", "huber".
    rng : numpy.random.Generator
        Draws the initial weights: the same seed gives the same weights.
    dtype : float32 or float64, default float64
        Of the parameters and of all that is computed.
    input_shape : tuple of int, optional
        The shape of one example, such as (1, 8, 8) for an image with one channel. Default: what the first layer says
        of itself, (inputs,) for a dense one.

    Attributes
    ----------
    parameters : ndarray of shape (size,)
        All weights and biases in one vector: W of the first layer row by row, its b, W of the second, …
    statistics : ndarray
        What training moves by other rules than the gradient, in one vector too; empty for dense layers.
    layer_parameters, layer_statistics : list of dicts of ndarrays
        Those of each layer, by name: views into these vectors.
    weights, biases : tuple of ndarrays
        W of shape (out, in) and b of shape (out,) of each dense layer, and of others that have such: the views again.
    shapes : list of tuples of int
        The shape of an example before each layer and behind the last.
    history : History
        Of the last `fit`.

    Raises
    ------
    TypeError, ValueError
        If a layer does not fit the one before it, a name is unknown, or an argument is not such.

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
    >>> from dlmath_lib.network import Dense
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
        layers: Sequence[Layer],
        *,
        loss: str = "softmax_cross_entropy",
        rng: np.random.Generator,
        dtype: Any = np.float64,
        input_shape: Sequence[int] | None = None,
    ) -> None:
        self.layers = as_layers("Network", layers)
        self.shapes = output_shapes("Network", self.layers, _as_shape(input_shape, self.layers[0]))
        self.objective = OBJECTIVES[one_of("Network", "loss", loss, OBJECTIVES)]
        kind = as_dtype("Network", "dtype", dtype, ("float32", "float64"))
        self._check_outputs()
        rng = as_generator("Network", "rng", rng)
        self.parameter_shapes = self._shapes_of("parameter_shapes")
        self.statistic_shapes = self._shapes_of("statistic_shapes")
        self.parameters = np.zeros(_size(self.parameter_shapes), kind)
        self.statistics = np.zeros(_size(self.statistic_shapes), kind)
        self.layer_parameters = views(self.parameters, self.parameter_shapes)
        self.layer_statistics = views(self.statistics, self.statistic_shapes)
        self.weights, self.biases = (
            tuple(arrays[name] for arrays in self.layer_parameters if name in arrays) for name in ("weight", "bias")
        )
        parts = zip(self.layers, self.shapes, self.layer_parameters, self.layer_statistics, strict=False)
        for layer, shape, parameters, statistics in parts:
            for name, value in layer.initialize(shape, rng, kind).items():
                (parameters | statistics)[name][...] = value
        self.history = History()

    def _shapes_of(self, kind: str) -> list[dict[str, Shape]]:
        return [getattr(layer, kind)(shape) for layer, shape in zip(self.layers, self.shapes, strict=False)]

    def _check_outputs(self) -> None:
        last, outputs, loss = self.layers[-1], self.shapes[-1], self.objective.name
        if len(outputs) != 1:
            hint = "put Flatten() and a Dense behind it"
            expected = "one that gives a vector for each example"
            raise fail("Network", f"the last layer, {last},", expected, f"shape {outputs}", hint)
        activation = getattr(last, "activation", "linear")
        if self.objective.takes_logits and activation != "linear":
            hint = f"{loss} takes logits and applies the sigmoid or softmax itself"
            raise fail("Network", "the last layer's activation", "'linear'", repr(activation), hint)
        if loss == "softmax_cross_entropy" and outputs[0] < 2:
            hint = "for one yes-or-no question use loss='binary_cross_entropy'"
            raise fail("Network", "the last layer", "at least 2 outputs wide", str(outputs[0]), hint)

    def forward(self, x: Any) -> np.ndarray:
        """The outputs, a = φ(W a + b) from layer to layer: logits, with a cross-entropy.

        Parameters
        ----------
        x : array_like of shape (n, …)
            The examples, (n, inputs) where the first layer is dense.

        Returns
        -------
        ndarray of shape (n, outputs)

        Raises
        ------
        TypeError, ValueError
            If x is no such array, or is not finite in the network's type.
        """
        return self._run(self._as_inputs("Network.forward", x))

    def layer_outputs(self, x: Any) -> list[np.ndarray]:
        """The activations of every layer, φ(W a + b).

        Parameters
        ----------
        x : array_like of shape (n, …)
            The examples, (n, inputs) where the first layer is dense.

        Returns
        -------
        list of ndarrays
            The first layer's first, of shape (n, outputs) if it is dense.

        Raises
        ------
        TypeError, ValueError
            As `forward`.
        """
        return self._trace(self._as_inputs("Network.layer_outputs", x))[0]

    def loss_and_gradient(
        self, x: Any, y: Any, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[float, np.ndarray]:
        """The mean loss L and its gradient ∂L/∂θ, by the pure functions: backpropagation.

        Parameters
        ----------
        x : array_like of shape (n, …)
            The examples, (n, inputs) where the first layer is dense.
        y : array_like
            Class indices of shape (n,) for "softmax_cross_entropy"; else of shape (n, outputs).
        training : bool, default False
            False: L as `evaluate` has it. True: as a step of `fit` has it, with what dropout drops and the batch's own
            means in a batch norm, through which the gradient goes too; running means stay as they are.
        rng : numpy.random.Generator, optional
            What dropout draws from in training.

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
        return self._loss_and_gradient("Network.loss_and_gradient", x, y, training, rng)

    def _loss_and_gradient(self, function: str, x: Any, y: Any, training: bool, rng: Any) -> tuple[float, np.ndarray]:
        x, y = self._as_examples(function, x, y)
        outputs, caches = self._trace(x, *_as_mode(function, training, rng))
        delta = self.objective.vjp(np.full(len(x), 1 / len(x)), outputs[-1], y)
        gradient = np.empty_like(self.parameters)
        places = views(gradient, self.parameter_shapes)
        parts = list(zip(self.layers, self.layer_parameters, caches, places, strict=True))
        for layer, parameters, cache, place in reversed(parts):
            delta, slopes = layer.vjp(delta, parameters, cache)
            for name in place:
                place[name][...] = slopes[name]
        return float(self.objective.value(outputs[-1], y).mean(dtype=np.float64)), gradient

    def gradients(
        self, x: Any, y: Any, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> list[LayerGradient]:
        """The gradient of the mean loss L, layer by layer: ∂L/∂W and ∂L/∂b.

        Parameters
        ----------
        x, y : array_like
            As for `loss_and_gradient`.
        training, rng
            As for `loss_and_gradient`.

        Returns
        -------
        list of LayerGradient
            One for each layer, the first layer's first; those of layers without parameters are empty.

        Raises
        ------
        TypeError, ValueError
            As `loss_and_gradient`.
        """
        gradient = self._loss_and_gradient("Network.gradients", x, y, training, rng)[1]
        return [LayerGradient(slopes) for slopes in views(gradient, self.parameter_shapes)]

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
        x : array_like of shape (n, …)
            The examples, (n, inputs) where the first layer is dense.
        y : array_like
            Class indices of shape (n,) for "softmax_cross_entropy"; else of shape (n, outputs).
        epochs : int >= 1
            How often all examples are seen.
        batch_size : int in 1 … n
            Examples a step.
        optimizer : SGD or Adam
            The update rule; its memory starts anew with each `fit`.
        rng : numpy.random.Generator
            Draws the batches, and what dropout drops.
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
            with the epoch and the history; the network keeps the weights and statistics of the last complete epoch.
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
        outputs = self._run(x)
        correct = self.objective.correct(outputs, y)
        loss = float(self.objective.value(outputs, y).mean(dtype=np.float64))
        return Evaluation(loss, None if correct is None else correct / len(x))

    def predict(self, x: Any) -> np.ndarray:
        """The network's answers: argmax of the logits, or logit > 0, or the outputs themselves.

        Parameters
        ----------
        x : array_like of shape (n, …)
            The examples, (n, inputs) where the first layer is dense.

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
        return self.objective.predict(self._run(self._as_inputs("Network.predict", x)))

    def probabilities(self, x: Any) -> np.ndarray:
        """The softmax of the logits, exp(z) / Σ exp(z), or their sigmoid.

        Parameters
        ----------
        x : array_like of shape (n, …)
            The examples, (n, inputs) where the first layer is dense.

        Returns
        -------
        ndarray of shape (n, outputs)

        Raises
        ------
        TypeError, ValueError
            As `forward`; and if the loss is no cross-entropy.
        """
        probabilities = self.objective.probabilities(self._run(self._as_inputs("Network.probabilities", x)))
        if probabilities is None:
            hint = "predict gives the numbers"
            raise fail("Network.probabilities", "loss", "a cross-entropy", repr(self.objective.name), hint)
        return probabilities

    def save(self, path: Any) -> None:
        """Write layers, loss, parameters θ and statistics to an .npz file, without pickle: the whole file or none.

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
        files.write("Network.save", path, self._description(), self._numbers())

    def load(self, path: Any) -> None:
        """Read the parameters θ and the statistics of a network of the same layers and loss.

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
        mine = self._description()
        description, _, numbers = files.read("Network.load", path)
        for part in ("layers", "input_shape", "loss"):
            if description.get(part) != mine.get(part):
                hint = "Network.from_file(path) builds the network that the file holds"
                expected, got = f"{mine.get(part)}", f"{description.get(part)}"
                raise fail("Network.load", f"the file's {part}", expected, got, hint)
        kind = self.parameters.dtype
        cast = {
            name: as_array("Network.load", f"the file's {name}", array, cast=kind) for name, array in numbers.items()
        }
        for name, array in self._numbers().items():
            array[:] = cast[name]

    @classmethod
    def from_file(cls, path: Any) -> Network:
        """The network that a file written by `save` holds, with its parameters θ and statistics.

        Layers of your own must have been defined: a file names them, and holds no code.

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
        description, layers, numbers = files.read("Network.from_file", path)
        kind = description.get("dtype")
        try:
            for name, array in numbers.items():
                if array.dtype != kind:
                    raise ValueError(f"{array.dtype} {name} for a network of {kind}")
            network = cls(
                layers,
                loss=description["loss"],
                rng=np.random.default_rng(0),
                dtype=kind,
                input_shape=description.get("input_shape"),
            )
            for name, array in network._numbers().items():
                array[:] = numbers[name]
        except (KeyError, TypeError, ValueError) as cause:
            raise fail("Network.from_file", "path", "a file that describes a network", f"{cause}") from cause
        return network

    def _numbers(self) -> dict[str, np.ndarray]:
        """What a file holds of it besides its description."""
        return {"parameters": self.parameters} | ({"statistics": self.statistics} if self.statistics.size else {})

    def _description(self) -> dict[str, Any]:
        described = files.described_layers(self.layers, self.shapes[0])
        return described | {"loss": self.objective.name, "dtype": self.parameters.dtype.name}

    def _as_inputs(self, function: str, x: Any) -> np.ndarray:
        shape = self.shapes[0]
        x = as_array(function, "x", x, ndim=2 if len(shape) == 1 else None, cast=self.parameters.dtype)
        if x.shape[1:] != shape:
            if len(shape) == 1:
                raise fail(function, "x", f"of shape (n, inputs) = (n, {shape[0]})", str(x.shape))
            hint = "wrap a single example: x[None]" if x.shape == shape else ""
            if not hint and x.ndim > 1 and math.prod(x.shape[1:]) == math.prod(shape):
                hint = f"write x.reshape(-1, {', '.join(map(str, shape))})"
            raise fail(function, "x", f"of shape (n, {', '.join(map(str, shape))})", str(x.shape), hint)
        return x

    def _as_targets(self, function: str, y: Any, examples: int) -> np.ndarray:
        return self.objective.check(function, y, examples, self.shapes[-1][0], self.parameters.dtype)

    def _as_examples(self, function: str, x: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
        x = self._as_inputs(function, x)
        return x, self._as_targets(function, y, len(x))

    def _run(self, x: np.ndarray) -> np.ndarray:
        """The outputs, as the network is used, and nothing kept on the way."""
        for layer, parameters, statistics in zip(
            self.layers, self.layer_parameters, self.layer_statistics, strict=True
        ):
            x = layer.forward(x, parameters, Mode(statistics=statistics))[0]
        return x

    def _trace(
        self, x: np.ndarray, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[list[np.ndarray], list[Any]]:
        """The outputs of every layer, and what each keeps for the way back."""
        outputs, caches = [], []
        for layer, parameters, statistics in zip(
            self.layers, self.layer_parameters, self.layer_statistics, strict=True
        ):
            x, cache = layer.forward(x, parameters, Mode(training, rng, statistics))
            outputs.append(x)
            caches.append(cache)
        return outputs, caches

    def __repr__(self) -> str:
        start = self.shapes[0]
        parts = [str(start[0] if len(start) == 1 else start), *(layer.brief() for layer in self.layers)]
        return f"Network({' → '.join(parts)}, {self.objective.name}, {self.parameters.size} parameters)"


def _as_shape(input_shape: Any, first: Layer) -> Shape:
    """The shape of one example: as it is given, or as the first layer says."""
    if input_shape is None:
        if first.input_shape is None:
            hint = "write input_shape=(1, 8, 8) for images of 8 × 8 pixels with one channel"
            expected = f"given where the first layer, {first}, does not say it"
            raise fail("Network", "input_shape", expected, "None", hint)
        return first.input_shape
    if not isinstance(input_shape, (tuple, list)) or not input_shape:
        hint = f"write ({input_shape},)" if isinstance(input_shape, int) else ""
        got = type(input_shape).__name__ if not isinstance(input_shape, (tuple, list)) else "none"
        raise fail("Network", "input_shape", "a tuple of lengths", got, hint, error=TypeError)
    return tuple(int(as_scalar("Network", "input_shape", n, low=1, integer=True)) for n in input_shape)


def _as_mode(function: str, training: Any, rng: Any) -> tuple[bool, np.random.Generator | None]:
    """Training or not, and what is drawn from in it."""
    training = as_switch(function, "training", training)
    return training, rng if rng is None else as_generator(function, "rng", rng)


def _size(shapes: Sequence[Mapping[str, Shape]]) -> int:
    return sum(math.prod(shape) for arrays in shapes for shape in arrays.values())
