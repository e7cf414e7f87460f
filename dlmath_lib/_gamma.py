"""The gamma function's relatives, for densities whose digits hold far out: NumPy has none of them.

log Γ of a large number is large, and what is left of a difference of two such logarithms has few digits. So each
density is written with two small numbers instead: Stirling's remainder δ, which is what Stirling's formula leaves out,
and the deviance d(x, m) = x log(x/m) + m − x.
"""

from __future__ import annotations

import numpy as np

__all__ = ["deviance", "digamma", "incomplete_beta", "incomplete_gamma", "log_gamma", "psi_remainder", "stirling"]

HALF_LOG_2PI = 0.9189385332046727
# Coefficients of 1/z, 1/z³, … of δ, and of 1/z², 1/z⁴, … of log z − 1/(2z) − ψ(z): Bernoulli numbers B₂ₖ over
# 2k(2k − 1), and over 2k.
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400)
_DIGAMMA = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12, -3617 / 8160)
_FAR = 12  # from here on the eight terms of both series give all digits
_TINY = 1e-300
SETTLED = 3e-16  # a factor of a continued fraction that rounding alone keeps from 1


def _descending(coefficients: tuple[float, ...], inverse_square: np.ndarray) -> np.ndarray:
    result = np.zeros_like(inverse_square)
    for coefficient in reversed(coefficients):
        result = result * inverse_square + coefficient
    return result


def stirling(z: np.ndarray) -> np.ndarray:
    """Stirling's remainder δ(z) = log Γ(z) − (z − ½) log z + z − ½ log 2π, for z > 0."""
    z = np.array(z, dtype=np.float64)
    shifted = np.zeros_like(z)
    for _ in range(_FAR):
        near = z < _FAR
        with np.errstate(divide="ignore"):
            log_step = np.where(z < 1, np.log1p(z) - np.log(z), np.log1p(1 / np.maximum(z, _TINY)))
        shifted += np.where(near, (z + 0.5) * log_step - 1, 0.0)
        z = np.where(near, z + 1, z)
    return shifted + _descending(_STIRLING, 1 / z**2) / z


def log_gamma(z: np.ndarray) -> np.ndarray:
    """log Γ(z) for z > 0; near its zeros at 1 and 2 the digits are absolute ones."""
    z = np.asarray(z, dtype=np.float64)
    return (z - 0.5) * np.log(z) - z + HALF_LOG_2PI + stirling(z)


def psi_remainder(z: np.ndarray) -> np.ndarray:
    """ψ(z) − log z for z > 0, where ψ = (log Γ)′: near −1/(2z) for large z."""
    z = np.array(z, dtype=np.float64)
    shifted = np.zeros_like(z)
    for _ in range(_FAR):
        near = z < _FAR
        with np.errstate(over="ignore", divide="ignore"):
            log_step = np.where(z < 1, np.log1p(z) - np.log(z), np.log1p(1 / np.maximum(z, _TINY)))
            shifted += np.where(near, log_step - 1 / z, 0.0)
        z = np.where(near, z + 1, z)
    return shifted - 0.5 / z - _descending(_DIGAMMA, 1 / z**2) / z**2


def digamma(z: np.ndarray) -> np.ndarray:
    """ψ(z) = d/dz log Γ(z), for z > 0."""
    return np.log(z) + psi_remainder(z)


def deviance(x: np.ndarray, m: np.ndarray) -> np.ndarray:
    """d(x, m) = x log(x/m) + m − x ≥ 0 for x ≥ 0 and m > 0, without cancellation where x is near m."""
    x, m = np.broadcast_arrays(np.asarray(x, dtype=np.float64), np.asarray(m, dtype=np.float64))
    total = x + m
    v = (x - m) / np.where(total > 0, total, 1.0)
    near = np.abs(v) < 0.1
    # log(x/m) = 2 artanh v = 2(v + v³/3 + v⁵/5 + …), and x − m = v(x + m).
    series = _descending(tuple(1 / k for k in range(3, 23, 2)), np.where(near, v, 0.0) ** 2)
    close = v * (x - m) + 2 * x * v**3 * series
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = np.where(x > 0, x * (np.log(x) - np.log(m)), 0.0)
        quotient = x / m
        ratio = np.where((quotient > _TINY) & (quotient < 1 / _TINY), x * np.log(quotient), ratio)
        far = ratio + m - x
    return np.where(near, close, far)


def incomplete_gamma(a: float, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """P(a, x) = ∫₀ˣ t^(a−1) e^(−t) dt / Γ(a) and Q = 1 − P, each with its own digits; a > 0, x ≥ 0.

    Below x = a + 1 the power series of P, above it the continued fraction of Q (DLMF 8.7.1, 8.9.2).
    """
    x = np.asarray(x, dtype=np.float64)
    inside = np.where(x > 0, x, 1.0)
    log_front = np.log(a / (2 * np.pi)) / 2 - float(stirling(np.array(a))) - deviance(np.array(a), inside)
    front = np.exp(log_front)  # x^a e^(−x) / Γ(a)
    low = x < a + 1
    # Each part is worked out everywhere, at a point where it converges at once where the other one counts.
    at = np.where(low, inside, min(a, 1.0))
    term = total = np.ones_like(x) / a
    for k in range(1, _terms(a)):
        term = term * (at / (a + k))
        total = total + term
        if np.all(term <= 1e-17 * total):
            break
    below = np.where(x > 0, front * total, 0.0)
    at = np.where(low, 1e9 * (a + 1), inside)
    above = front * _lentz_gamma(a, at)
    return np.where(low, below, 1 - above), np.where(low, 1 - below, above)


def _terms(a: float) -> int:
    return int(200 + 60 * np.sqrt(a))


def _lentz_gamma(a: float, x: np.ndarray) -> np.ndarray:
    """1/(x + 1 − a − 1(1 − a)/(x + 3 − a − …)), from the front (Lentz's method)."""
    b = x + 1 - a
    c = np.full_like(x, 1 / _TINY)
    d = 1 / b
    value = d
    for k in range(1, _terms(a)):
        step = -k * (k - a)
        b = b + 2
        d = 1 / _not_zero(step * d + b)
        c = _not_zero(b + step / c)
        value = value * (c * d)
        if np.all(np.abs(c * d - 1) < SETTLED):
            break
    return value


def _not_zero(values: np.ndarray) -> np.ndarray:
    return np.where(np.abs(values) < _TINY, _TINY, values)


def incomplete_beta(a: float, b: float, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """I_x(a, b) = ∫₀ˣ t^(a−1) (1 − t)^(b−1) dt / B(a, b) and 1 − I, where y = 1 − x is given with its own digits.

    The continued fraction DLMF 8.17.22, on the side on which it converges fast.
    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    open_ = (x > 0) & (y > 0)
    p, q = np.where(open_, x, 0.5), np.where(open_, y, 0.5)
    n = a + b
    constant = (np.log(a) + np.log(b) - np.log(n)) / 2 - HALF_LOG_2PI
    constant += float(stirling(np.array(n)) - stirling(np.array(a)) - stirling(np.array(b)))
    front = np.exp(constant - deviance(np.array(a), n * p) - deviance(np.array(b), n * q))  # x^a y^b / B(a, b)
    left = p < (a + 1) / (n + 2)
    lower = front * _lentz_beta(a, b, np.where(left, p, 0.0)) / a
    upper = front * _lentz_beta(b, a, np.where(left, 0.0, q)) / b
    cdf, tail = np.where(left, lower, 1 - upper), np.where(left, 1 - lower, upper)
    ends = (x <= 0, y <= 0)
    return np.select(ends, (0.0, 1.0), cdf), np.select(ends, (1.0, 0.0), tail)


def _lentz_beta(a: float, b: float, x: np.ndarray) -> np.ndarray:
    c = np.ones_like(x)
    d = 1 / _not_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _terms(a + b)):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _not_zero(1 + step * d)
            c = _not_zero(1 + step / c)
            value = value * (c * d)
        if np.all(np.abs(c * d - 1) < SETTLED):
            break
    return value
