"""The error function: its tables are computed again, and its values compared with mpmath and SciPy."""

from __future__ import annotations

from collections.abc import Callable

import mpmath
import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st

from dlmath_lib import _special
from dlmath_lib._special import erf, erfc


def chebyshev_series(function: Callable, terms: int, nodes: int = 80) -> list[float]:
    """Coefficients by the discrete cosine sum at the Chebyshev nodes, at 40 digits."""
    with mpmath.workdps(40):
        angles = [mpmath.pi * (k + mpmath.mpf(1) / 2) / nodes for k in range(nodes)]
        values = [function(mpmath.cos(angle)) for angle in angles]
        sums = [sum(v * mpmath.cos(j * angle) for v, angle in zip(values, angles, strict=True)) for j in range(terms)]
        return [float(s * (1 if j == 0 else 2) / nodes) for j, s in enumerate(sums)]


def test_tables_are_what_they_claim_to_be() -> None:
    def near(t: mpmath.mpf) -> mpmath.mpf:
        x = mpmath.sqrt((t + 1) / 2)
        return mpmath.erf(x) / x

    def far(t: mpmath.mpf) -> mpmath.mpf:
        x = 3 * (1 + t) / (1 - t)
        return (1 + 2 * x) * mpmath.exp(x**2) * mpmath.erfc(x)

    np.testing.assert_array_equal(chebyshev_series(near, len(_special._ERF)), _special._ERF)
    np.testing.assert_array_equal(chebyshev_series(far, len(_special._ERFC)), _special._ERFC)


@given(st.floats(-30, 26.5))
def test_against_mpmath(x: float) -> None:
    with mpmath.workdps(60):
        assert float(erf(np.array(x))) == pytest.approx(float(mpmath.erf(x)), rel=1e-15, abs=1e-300)
        assert float(erfc(np.array(x))) == pytest.approx(float(mpmath.erfc(x)), rel=2e-15, abs=1e-300)


def test_against_scipy() -> None:
    x = np.linspace(-6, 6, 10_001)
    np.testing.assert_allclose(erf(x), scipy.special.erf(x), rtol=1e-15)
    np.testing.assert_allclose(erfc(x), scipy.special.erfc(x), rtol=1e-14)


def test_extremes_shapes_and_dtypes() -> None:
    x = np.array([-1e308, -1000.0, -0.0, 0.0, 1000.0, 1e308])
    np.testing.assert_array_equal(erf(x), [-1, -1, 0, 0, 1, 1])
    np.testing.assert_array_equal(erfc(x), [2, 2, 1, 1, 0, 0])
    assert np.signbit(erf(x)).tolist() == [True, True, True, False, False, False]
    for function in (erf, erfc):
        assert function(np.ones((2, 3), dtype=np.float32)).dtype == np.float32
        assert function(np.ones((2, 0))).shape == (2, 0)
        assert function([0, 1]).dtype == np.float64
        with pytest.raises(ValueError, match=f"{function.__name__}: x must be finite"):
            function(np.array([np.nan]))
        with pytest.raises(TypeError, match=f"{function.__name__}: x must be an array of numbers"):
            function("x")
