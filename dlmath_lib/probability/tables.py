"""Tables of joint probabilities: marginals, conditioning, Bayes' rule, conditional expectation and variance.

A table holds p(x, y, …), one axis for each variable, and sums to 1. Which variable is meant is said by its axis.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._sums import total
from dlmath_lib._validate import as_array, as_axis, as_probabilities, as_scalar, fail

__all__ = ["bayes", "condition", "conditional_expectation", "conditional_variance", "marginal"]


def marginal(joint: Any, *, axis: int) -> np.ndarray:
    """The distribution of one variable alone: p(x) = Σᵧ p(x, y), the sum rule.

    Parameters
    ----------
    joint : array_like of shape (m, k), or with more axes
        p(x, y, …): all entries ≥ 0, with sum 1.
    axis : int
        The axis of the variable that is kept; the others are summed out.

    Returns
    -------
    ndarray of shape (joint.shape[axis],)
        The marginal distribution, in the dtype of ``joint``.

    Raises
    ------
    TypeError, ValueError
        If ``joint`` is no table of probabilities with sum 1 (within 1e-6), or has no such axis.

    References
    ----------
    C. M. Bishop, Pattern Recognition and Machine Learning (Springer, 2006).
    Chapter: probability/conditional_probability#eq-total-probability.

    Examples
    --------
    >>> joint = [[0.009, 0.001], [0.099, 0.891]]
    >>> print(marginal(joint, axis=0), marginal(joint, axis=1))
    [0.01 0.99] [0.108 0.892]
    """
    p = as_probabilities("marginal", "joint", joint)
    kept = as_axis("marginal", axis, p, "joint")
    return total(p, axis=tuple(i for i in range(p.ndim) if i != kept)).astype(p.dtype)


def condition(joint: Any, *, axis: int, value: int) -> np.ndarray:
    """The distribution of the other variables when one is known: p(y | x) = p(x, y) / p(x).

    Parameters
    ----------
    joint : array_like of shape (m, k), or with more axes
        p(x, y, …): all entries ≥ 0, with sum 1.
    axis : int
        The axis of the known variable x.
    value : int
        Which of its values is known, counted from 0.

    Returns
    -------
    ndarray
        p(y, … | x), in the shape of ``joint`` without that axis; it sums to 1.

    Raises
    ------
    TypeError, ValueError
        As `marginal`; also if there is no such value, or if its probability is 0: nothing is known of what then
        follows.

    References
    ----------
    C. M. Bishop, Pattern Recognition and Machine Learning (Springer, 2006).
    Chapter: probability/conditional_probability#eq-conditional-probability.

    Examples
    --------
    >>> joint = [[0.009, 0.001], [0.099, 0.891]]
    >>> print(condition(joint, axis=0, value=0), condition(joint, axis=1, value=0).round(4))
    [0.9 0.1] [0.0833 0.9167]
    """
    p = as_probabilities("condition", "joint", joint)
    if p.ndim < 2:
        hint = "give the table one axis for each variable"
        raise fail("condition", "joint", "a table of two variables or more", f"shape {p.shape}", hint)
    known = as_axis("condition", axis, p, "joint")
    row = int(as_scalar("condition", "value", value, low=0, high=p.shape[known] - 1, integer=True))
    part = np.take(p, row, axis=known).astype(np.result_type(p, np.float64))
    if not part.any():
        expected = f"possible: the probability of value {row} of axis {known} in joint must be > 0"
        raise fail("condition", "value", expected, "0", "what has probability 0 cannot be conditioned on; leave it out")
    part /= part.max()  # a sum of the smallest numbers keeps its digits
    return (part / part.sum()).astype(p.dtype)


def bayes(prior: Any, likelihood: Any) -> np.ndarray:
    """Bayes' rule: the posterior p(hₖ | d) = p(d | hₖ) p(hₖ) / Σᵢ p(d | hᵢ) p(hᵢ).

    Parameters
    ----------
    prior : array_like of shape (K,)
        p(hₖ), the probabilities of the hypotheses before: all ≥ 0, with sum 1.
    likelihood : array_like of shape (K,) or (K, n)
        p(d | hₖ), the probability (or density) of what was observed under each hypothesis; one column for each of n
        possible observations. Numbers ≥ 0; a column need not have the sum 1, and a common factor makes no difference.

    Returns
    -------
    ndarray of the shape of ``likelihood``
        The posterior, which sums to 1 over the hypotheses.

    Raises
    ------
    TypeError, ValueError
        If the prior is no distribution, a likelihood is negative, the shapes do not fit, or an observation has
        probability 0 under all hypotheses that the prior allows.

    Notes
    -----
    Likelihoods are divided by their largest, so that tiny ones do not underflow. Those that underflow before, such as a
    product of a thousand factors, belong into logarithms: softmax(log prior + log likelihood) is the same.

    References
    ----------
    T. Bayes, An Essay towards solving a Problem in the Doctrine of Chances, Philosophical Transactions 53 (1763).
    Chapter: probability/conditional_probability#eq-bayes.

    Examples
    --------
    >>> print(bayes([0.01, 0.99], [[0.9, 0.1], [0.1, 0.9]]).round(4))
    [[0.0833 0.0011]
     [0.9167 0.9989]]
    """
    p = as_probabilities("bayes", "prior", prior, ndim=1)
    given = as_array("bayes", "likelihood", likelihood, ndim=(1, 2))
    if given.shape[0] != p.size:
        hint = "transpose it: .T" if given.ndim == 2 and given.shape[1] == p.size else "one entry or row a hypothesis"
        raise fail("bayes", "likelihood", f"of length {p.size}, as prior, on axis 0", f"shape {given.shape}", hint)
    if (given < 0).any():
        raise fail("bayes", "likelihood", "≥ 0", f"{given.min():g}", "pass probabilities or densities, not logarithms")
    kind = np.result_type(p, given)
    weight = p.astype(np.float64).reshape((-1,) + (1,) * (given.ndim - 1))
    fits = np.where(weight > 0, given, 0.0).astype(np.float64)
    peak = fits.max(axis=0)
    if not np.all(peak > 0):
        which = "" if given.ndim == 1 else f" in column {int(np.argmin(peak > 0))}"
        expected = "> 0 for a hypothesis that the prior allows"
        raise fail("bayes", "likelihood", expected, f"only 0{which}", "this observation contradicts every hypothesis")
    joint = weight * (fits / peak)
    return (joint / joint.sum(axis=0)).astype(kind)


def _moments(function: str, joint: Any, values: Any, given: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.dtype]:
    """The conditional distributions as rows, the values, the conditional expectations, and the type of the result."""
    p = as_probabilities(function, "joint", joint, ndim=2)
    known = int(as_scalar(function, "given", given, low=0, high=1, integer=True))
    y = as_array(function, "values", values, shape=(p.shape[1 - known],))
    rows = (p if known == 0 else p.T).astype(np.float64)
    if not rows.any(axis=1).all():
        empty = int(np.argmin(rows.any(axis=1)))
        expected = f"a table in which each value of axis {known} has a probability > 0"
        hint = f"leave that out: np.delete(joint, {empty}, axis={known})"
        raise fail(function, "joint", expected, f"0 for value {empty}", hint)
    rows /= rows.max(axis=1, keepdims=True)
    rows /= rows.sum(axis=1, keepdims=True)
    wide = y.astype(np.float64)
    return rows, wide, (rows * wide).sum(axis=1), np.result_type(p, y)


def conditional_expectation(joint: Any, values: Any, *, given: int) -> np.ndarray:
    """The mean of one variable for each value of the other: E[Y | X = x] = Σᵧ y·p(y | x).

    Parameters
    ----------
    joint : array_like of shape (m, k)
        p(x, y): all entries ≥ 0, with sum 1, and no value of the known variable with probability 0.
    values : array_like of shape (k,) for ``given=0``, (m,) for ``given=1``
        The numbers y that the averaged variable takes.
    given : {0, 1}
        The axis of the known variable.

    Returns
    -------
    ndarray of shape (joint.shape[given],)
        E[Y | X = x] for each x, in the wider dtype of ``joint`` and ``values``.

    Raises
    ------
    TypeError, ValueError
        If ``joint`` is no table of probabilities, the values do not fit it, ``given`` is not 0 or 1, or a value of the
        known variable has probability 0.

    References
    ----------
    C. M. Bishop, Pattern Recognition and Machine Learning (Springer, 2006).
    Chapter: probability/conditional_probability#eq-conditional-expectation.

    Examples
    --------
    >>> print(conditional_expectation([[0.1, 0.1], [0.2, 0.6]], [0.0, 10.0], given=0))
    [5.  7.5]
    """
    _, _, means, kind = _moments("conditional_expectation", joint, values, given)
    return means.astype(kind)


def conditional_variance(joint: Any, values: Any, *, given: int) -> np.ndarray:
    """The variance of one variable for each value of the other: Var[Y | X = x] = Σᵧ (y − E[Y | X = x])²·p(y | x).

    Parameters
    ----------
    joint : array_like of shape (m, k)
        p(x, y): all entries ≥ 0, with sum 1, and no value of the known variable with probability 0.
    values : array_like of shape (k,) for ``given=0``, (m,) for ``given=1``
        The numbers y that the variable takes.
    given : {0, 1}
        The axis of the known variable.

    Returns
    -------
    ndarray of shape (joint.shape[given],)
        Var[Y | X = x] for each x, in the wider dtype of ``joint`` and ``values``.

    Raises
    ------
    TypeError, ValueError
        As `conditional_expectation`.

    References
    ----------
    C. M. Bishop, Pattern Recognition and Machine Learning (Springer, 2006).
    Chapter: probability/conditional_probability#eq-total-variance.

    Examples
    --------
    >>> print(conditional_variance([[0.1, 0.1], [0.2, 0.6]], [0.0, 10.0], given=0))
    [25.   18.75]
    """
    rows, y, means, kind = _moments("conditional_variance", joint, values, given)
    return (rows * (y - means[:, None]) ** 2).sum(axis=1).astype(kind)
