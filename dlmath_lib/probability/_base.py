"""What all distributions share: checked arguments, results in the type of the argument, and the words about them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from dlmath_lib._sums import working
from dlmath_lib._units import nats_in
from dlmath_lib._validate import as_array, as_generator, as_scalar, fail

__all__ = ["Continuous", "Discrete", "Distribution", "Univariate", "as_shape"]

LARGEST_COUNT = 2**53  # beyond it not every whole number is a float64


def as_shape(function: str, size: Any) -> tuple[int, ...]:
    """A number of draws, or the shape of an array of them; at least one draw."""
    lengths = size if isinstance(size, tuple) else (size,)
    return tuple(int(as_scalar(function, "size", n, low=1, high=LARGEST_COUNT, integer=True)) for n in lengths)


class Distribution(ABC):
    """What every distribution has; a value of it stands along the last axes of an array, of shape `event`."""

    event: tuple[int, ...] = ()

    def sample(self, size: int | tuple[int, ...], *, rng: np.random.Generator) -> np.ndarray:
        """Draw independent values.

        Parameters
        ----------
        size : int or tuple of int
            How many, at least 1; or the shape of an array of draws.
        rng : numpy.random.Generator
            The source of randomness.

        Returns
        -------
        ndarray of shape (*size, *event)
            The draws; ``event`` is () for a number, (d,) for a vector.
        """
        name = f"{type(self).__name__}.sample"
        return self._draw(as_shape(name, size), as_generator(name, "rng", rng))

    def entropy(self, *, unit: str = "nats") -> float:
        """H = E[−log p(X)]; for a density the differential entropy, which may be negative.

        Parameters
        ----------
        unit : {"nats", "bits"}
            The logarithm's base, e or 2.

        Returns
        -------
        float
            The entropy.
        """
        return float(self._nats() / nats_in(f"{type(self).__name__}.entropy", unit))

    @abstractmethod
    def _draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray: ...

    @abstractmethod
    def _nats(self) -> float: ...

    def _values(self, method: str, x: Any) -> tuple[np.ndarray, np.dtype]:
        """The argument in the type in which the formula is computed, and the type of the result."""
        array = as_array(f"{type(self).__name__}.{method}", "x", x, nonempty=False)
        if self.event and array.shape[array.ndim - 1 :] != self.event:
            wanted = f"of shape (…, {self.event[0]})"
            raise fail(f"{type(self).__name__}.{method}", "x", wanted, str(array.shape), "one value in each last axis")
        return array.astype(np.result_type(working(array.dtype), np.float64)), array.dtype

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(
            f"{type(self).__name__}: a distribution does not change; make another one with this {name}"
        )

    def _set(self, **parameters: Any) -> None:
        for name, value in parameters.items():
            object.__setattr__(self, name, value)
        object.__setattr__(self, "_parameters", tuple(parameters))

    def __repr__(self) -> str:
        own = [f"{name}={np.array2string(np.asarray(getattr(self, name)), precision=6)}" for name in self._parameters]
        return f"{type(self).__name__}({', '.join(own)})"

    _parameters: tuple[str, ...] = ()


class Continuous(Distribution):
    """A distribution with a density."""

    def log_density(self, x: Any) -> Any:
        """log p(x), finite far out where p(x) itself is 0 in floating point; −∞ outside the support.

        Parameters
        ----------
        x : array_like of shape (…, *event)
            Where to evaluate; ``event`` is () for a number, (d,) for a vector.

        Returns
        -------
        array of shape (…), in the dtype of ``x``
            The logarithm of the density, in nats.
        """
        values, dtype = self._values("log_density", x)
        with np.errstate(all="ignore"):
            return self._log(values).astype(dtype)[()]

    def density(self, x: Any) -> Any:
        """p(x) = exp(log p(x)); 0 outside the support.

        Parameters
        ----------
        x : array_like of shape (…, *event)
            Where to evaluate.

        Returns
        -------
        array of shape (…), in the dtype of ``x``
            The density: not a probability, and not bounded by 1.
        """
        values, dtype = self._values("density", x)
        with np.errstate(all="ignore"):
            return np.exp(self._log(values)).astype(dtype)[()]

    @abstractmethod
    def _log(self, x: np.ndarray) -> np.ndarray: ...


class Univariate(Continuous):
    """A distribution of one number with a density."""

    def cdf(self, x: Any) -> Any:
        """F(x) = P(X ≤ x) = ∫ p from −∞ to x.

        Parameters
        ----------
        x : array_like of any shape
            Where to evaluate.

        Returns
        -------
        array of x's shape and dtype
            Values in [0, 1]; small ones keep their digits.
        """
        values, dtype = self._values("cdf", x)
        with np.errstate(all="ignore"):
            return self._tails(values)[0].astype(dtype)[()]

    def survival(self, x: Any) -> Any:
        """P(X > x) = 1 − F(x), computed so that a small tail keeps its digits.

        Parameters
        ----------
        x : array_like of any shape
            Where to evaluate.

        Returns
        -------
        array of x's shape and dtype
            Values in [0, 1].
        """
        values, dtype = self._values("survival", x)
        with np.errstate(all="ignore"):
            return self._tails(values)[1].astype(dtype)[()]

    @abstractmethod
    def _tails(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]: ...


class Discrete(Distribution):
    """A distribution on whole numbers, with a probability for each."""

    def log_mass(self, k: Any) -> Any:
        """log P(X = k), finite far out where P(X = k) is 0 in floating point; −∞ outside the support.

        Parameters
        ----------
        k : array_like of any shape
            Whole numbers.

        Returns
        -------
        array of k's shape
            The logarithm of the probability, in nats; float64, or the dtype of ``k`` where that is a float.
        """
        values, dtype = self._whole("log_mass", k)
        with np.errstate(all="ignore"):
            return self._log(values).astype(dtype)[()]

    def mass(self, k: Any) -> Any:
        """P(X = k); 0 outside the support.

        Parameters
        ----------
        k : array_like of any shape
            Whole numbers.

        Returns
        -------
        array of k's shape
            Probabilities; float64, or the dtype of ``k`` where that is a float.
        """
        values, dtype = self._whole("mass", k)
        with np.errstate(all="ignore"):
            return np.exp(self._log(values)).astype(dtype)[()]

    @abstractmethod
    def _log(self, k: np.ndarray) -> np.ndarray: ...

    def _whole(self, method: str, k: Any) -> tuple[np.ndarray, np.dtype]:
        name = f"{type(self).__name__}.{method}"
        array = as_array(name, "k", k, nonempty=False)
        if (array != np.floor(array)).any():
            wrong = array[array != np.floor(array)].ravel()[0]
            raise fail(name, "k", "whole numbers", f"{wrong:g}", "between whole numbers there is no probability")
        return array.astype(np.result_type(array.dtype, np.float64)), array.dtype


class Counts(Discrete):
    """A distribution on 0, 1, 2, …, whose order counts."""

    def cdf(self, k: Any) -> Any:
        """F(k) = P(X ≤ k), the sum of the probabilities up to k.

        Parameters
        ----------
        k : array_like of any shape
            Real numbers; between two whole ones F is level.

        Returns
        -------
        array of k's shape
            Values in [0, 1]; small ones keep their digits.
        """
        values, dtype = self._floors("cdf", k)
        with np.errstate(all="ignore"):
            return self._tails(values)[0].astype(dtype)[()]

    def survival(self, k: Any) -> Any:
        """P(X > k) = 1 − F(k), computed so that a small tail keeps its digits.

        Parameters
        ----------
        k : array_like of any shape
            Real numbers.

        Returns
        -------
        array of k's shape
            Values in [0, 1].
        """
        values, dtype = self._floors("survival", k)
        with np.errstate(all="ignore"):
            return self._tails(values)[1].astype(dtype)[()]

    def _floors(self, method: str, k: Any) -> tuple[np.ndarray, np.dtype]:
        array = as_array(f"{type(self).__name__}.{method}", "k", k, nonempty=False)
        return np.floor(array.astype(np.result_type(array.dtype, np.float64))), array.dtype

    @abstractmethod
    def _tails(self, k: np.ndarray) -> tuple[np.ndarray, np.ndarray]: ...
