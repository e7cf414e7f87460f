"""The training loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from dlmath_lib._validate import as_generator, as_scalar, fail
from dlmath_lib.datasets.parts import as_batch_size, minibatches
from dlmath_lib.network._fast import FastStep
from dlmath_lib.network.history import Evaluation, History, TrainingDiverged
from dlmath_lib.network.step import NotFinite

if TYPE_CHECKING:
    from dlmath_lib.network.model import Network

__all__ = ["train"]


def train(
    network: Network,
    x: np.ndarray,
    y: np.ndarray,
    epochs: int,
    batch_size: int,
    optimizer: Any,
    rng: np.random.Generator,
    validation: tuple[np.ndarray, np.ndarray] | None,
    progress: bool | None,
    on_epoch: Callable[[int, Network], Any] | None,
) -> History:
    """`Network.fit`, once the data have been checked."""
    epochs = int(as_scalar("Network.fit", "epochs", epochs, low=1, integer=True))
    batch_size = as_batch_size("Network.fit", batch_size, len(x))
    rng = as_generator("Network.fit", "rng", rng)
    if not (hasattr(optimizer, "start") and hasattr(optimizer, "step_in_place")) or isinstance(optimizer, type):
        hint = "from dlmath_lib.optimizers"
        raise fail("Network.fit", "optimizer", "SGD(…) or Adam(…)", repr(optimizer), hint, error=TypeError)
    _check_smallest_batch(network, len(x), batch_size)
    step = FastStep(network, batch_size)
    state = optimizer.start(network.parameters)
    history = network.history = History()
    with _progress_bar(epochs, progress) as bar:
        for epoch in range(1, epochs + 1):
            before = network.parameters.copy(), network.statistics.copy()
            try:
                # An overflow is an outcome here, and reported as one: it needs no warning besides.
                with np.errstate(over="ignore", invalid="ignore"):
                    training, state = _epoch(network, step, x, y, batch_size, optimizer, state, rng)
                    judged = _judge(network, validation)
            except NotFinite:
                network.parameters[:], network.statistics[:] = before
                raise TrainingDiverged(_advice(epoch, optimizer), epoch, history) from None
            history.record(training, judged)
            bar.set_postfix(history.latest())
            bar.update()
            if on_epoch:
                on_epoch(epoch, network)
    return history


def _epoch(
    network: Network,
    step: FastStep,
    x: np.ndarray,
    y: np.ndarray,
    batch_size: int,
    optimizer: Any,
    state: Any,
    rng: np.random.Generator,
) -> tuple[Evaluation, Any]:
    total, right = 0.0, 0.0
    for batch in minibatches(len(x), batch_size=batch_size, rng=rng):
        inputs = np.take(x, batch, axis=0, out=step.inputs[: len(batch)], mode="clip")
        loss, correct = step(inputs, y[batch], rng)
        if not np.isfinite(loss):
            raise NotFinite
        state = optimizer.step_in_place(network.parameters, step.gradient, state)
        total += loss
        right += correct or 0.0
    if not all(np.isfinite(numbers).all() for numbers in (network.parameters, network.statistics, *_memory(state))):
        raise NotFinite
    return Evaluation(total / len(x), None if correct is None else right / len(x)), state


def _check_smallest_batch(network: Network, n: int, batch_size: int) -> None:
    """No batch may be smaller than a layer can train on; the last of an epoch holds what is left."""
    smallest = min(batch_size, n % batch_size or batch_size)
    for i, (layer, shape) in enumerate(zip(network.layers, network.shapes, strict=False)):
        least = layer.smallest_batch(shape)
        if smallest < least:
            expected = f"such that a batch has at least {least} examples, for layers[{i}], {layer}"
            got = f"{batch_size} for {n} examples, with a batch of {smallest}"
            raise fail("Network.fit", "batch_size", expected, got, "take another size, or leave out an example")


def _memory(state: Any) -> Iterator[np.ndarray]:
    """The arrays that an optimizer keeps: once infinite, they would hold their parameter still without a word."""
    for part in state if isinstance(state, (tuple, list)) else [state]:
        if isinstance(part, np.ndarray):
            yield part
        elif isinstance(part, (tuple, list)):  # a state within a state: of what is scheduled
            yield from _memory(part)


def _judge(network: Network, validation: tuple[np.ndarray, np.ndarray] | None) -> Evaluation | None:
    if validation is None:
        return None
    try:
        judged = network.evaluate(*validation)
    except ValueError:  # the data were in order: it is the activations that ran out of the numbers
        raise NotFinite from None
    if not np.isfinite(judged.loss):
        raise NotFinite
    return judged


def _advice(epoch: int, optimizer: Any) -> str:
    rate = f" ({optimizer.learning_rate:g})" if hasattr(optimizer, "learning_rate") else ""
    return (
        f"Network.fit: training diverged in epoch {epoch}, a number became NaN or infinite: "
        f"lower the learning rate{rate}, or bring the inputs to a scale near 1"
    )


class _Silent:
    def __enter__(self) -> _Silent:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def set_postfix(self, numbers: dict[str, str]) -> None:
        pass

    def update(self) -> None:
        pass


def _progress_bar(epochs: int, progress: bool | None) -> Any:
    if progress is False:
        return _Silent()
    try:
        from tqdm.auto import tqdm
    except ModuleNotFoundError:
        if progress is None:
            return _Silent()
        message = "Network.fit: progress=True needs tqdm: pip install tqdm, or pass progress=False"
        raise ModuleNotFoundError(message) from None
    return tqdm(total=epochs, unit="epoch", leave=False)
