"""Dropout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dlmath_lib._validate import as_generator, as_scalar, as_switch, fail
from dlmath_lib.layers import dropout, dropout_mask, dropout_vjp
from dlmath_lib.network.layer import Layer
from dlmath_lib.network.step import Arrays, Mode, Room, Shape, Step

__all__ = ["Dropout"]


@dataclass(frozen=True)
class Dropout(Layer):
    """Dropout, y = m ⊙ x in training, where m is 0 with probability p and else 1 / (1 − p); y = x in evaluation.

    Parameters
    ----------
    rate : float in [0, 1)
        p.
    channels : bool, default False
        Whether whole channels of images are dropped: one draw for all places of a channel.

    Raises
    ------
    TypeError, ValueError
        If an option is not such.

    Notes
    -----
    Derivation: ``chapters/regularization/dropout.ipynb#the-mask``.

    References
    ----------
    N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever, R. Salakhutdinov, Dropout: a simple way to prevent neural
    networks from overfitting, JMLR 15 (2014).

    Examples
    --------
    >>> y, mask = Dropout(0.5).forward(np.ones((1, 6)), {}, Mode(training=True, rng=np.random.default_rng(0)))
    >>> np.array_equal(y, mask), np.unique(mask).tolist()
    (True, [0.0, 2.0])
    """

    rate: float
    channels: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "rate", float(as_scalar("Dropout", "rate", self.rate, low=0, high=1, high_open=True)))
        object.__setattr__(self, "channels", as_switch("Dropout", "channels", self.channels))

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's.

        Otherwise as `Layer.output_shape`.
        """
        if self.channels and len(input_shape) < 2:
            hint = "write channels=False"
            raise fail(
                str(self), "the input", "of shape (channels, …) with a spatial axis at least", str(input_shape), hint
            )
        return input_shape

    def forward(self, x: np.ndarray, parameters: Arrays, mode: Mode) -> tuple[np.ndarray, Any]:
        """m ⊙ x in training, with a mask m drawn from the mode's generator and kept; else x.

        Otherwise as `Layer.forward`.
        """
        if not mode.training:
            return x, None
        rng = as_generator(str(self), "rng", mode.rng)
        mask = dropout_mask(self.mask_shape(x.shape), self.rate, rng=rng, dtype=x.dtype)
        return dropout(x, mask), mask

    def vjp(self, g: np.ndarray, parameters: Arrays, cache: Any) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """m ⊙ g in training; else g.

        Otherwise as `Layer.vjp`.
        """
        return (g if cache is None else dropout_vjp(g, g, cache)), {}

    def mask_shape(self, shape: Shape) -> Shape:
        """The shape of m for a batch, with lengths of 1 where one draw counts for a whole axis.

        Parameters
        ----------
        shape : tuple of int
            Of the batch.

        Returns
        -------
        tuple of int
        """
        return shape[:2] + (1,) * len(shape[2:]) if self.channels else shape

    def fast(self, room: Room) -> Step:
        """The mask in an array that stays.

        Otherwise as `Layer.fast`.
        """
        return DropoutStep(self, room)


class DropoutStep(Step):
    """`Dropout` in training."""

    layer: Dropout

    def __init__(self, layer: Dropout, room: Room) -> None:
        super().__init__(layer, room)
        shape = (room.batch_size, *room.input_shape)
        self.mask, self.y = np.empty(layer.mask_shape(shape), room.dtype), np.empty(shape, room.dtype)

    def forward(self, x: np.ndarray, rng: np.random.Generator | None) -> np.ndarray:
        mask = self.mask[: len(x)]
        as_generator(str(self.layer), "rng", rng).random(out=mask, dtype=mask.dtype)
        np.greater_equal(mask, mask.dtype.type(self.layer.rate), out=mask)
        mask *= 1 / (1 - self.layer.rate)
        return np.multiply(x, mask, out=self.y[: len(x)])

    def backward(self, g: np.ndarray) -> np.ndarray:
        g *= self.mask[: len(g)]
        return g
