"""Every refusal names the function, the argument, what was expected, what came, and what to do."""

import re

import numpy as np
import pytest

from dlmath_lib._validate import as_array, as_generator, as_scalar, as_switch, one_of, same_shape


def test_as_array_keeps_float32_and_lifts_integers():
    assert as_array("f", "x", np.ones(3, np.float32)).dtype == np.float32
    assert as_array("f", "x", [1, 2]).dtype == np.float64
    assert as_array("f", "x", True).dtype == np.float64
    assert as_array("f", "labels", [1, 2], dtype="integer").dtype.kind == "i"


def test_as_array_does_not_copy_what_fits():
    x = np.ones(3)
    assert as_array("f", "x", x) is x


@pytest.mark.parametrize(
    ("value", "options", "error", "message"),
    [
        ("3", {}, TypeError, "f: x must be an array of numbers, got str"),
        ([1, "a"], {}, TypeError, "f: x must be an array of numbers"),
        (None, {}, TypeError, "f: x must be an array of numbers, got NoneType"),
        ([[1], [2, 3]], {}, ValueError, "rows of different lengths"),
        ([1j], {}, TypeError, "f: x must be real, got dtype complex128"),
        ([1.0], {"dtype": "integer"}, TypeError, "must be an array of integers, got dtype float64: convert with"),
        ([], {}, ValueError, "f: x must be non-empty, got shape (0,)"),
        ([1.0, np.nan], {}, ValueError, "f: x must be finite, got nan at index (1,)"),
        ([[1.0, -np.inf]], {}, ValueError, "got -inf at index (0, 1)"),
        ([1.0], {"ndim": 2}, ValueError, "must be 2-dimensional, got shape (1,): wrap a single example"),
        (np.ones((3, 1)), {"shape": (3,)}, ValueError, "must be of shape (3,), got (3, 1): flatten it"),
        (
            np.ones(3),
            {"shape": (3, 1)},
            ValueError,
            "must be of shape (3, 1), got (3,): add the missing axis: [:, None]",
        ),
        (np.ones(3), {"shape": (None, 3)}, ValueError, "of shape (any, 3), got (3,): add the missing axis: [None, :]"),
        (np.ones((2, 3)), {"shape": (3, 2)}, ValueError, "must be of shape (3, 2), got (2, 3): transpose it: .T"),
    ],
)
def test_as_array_refuses(value, options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        as_array("f", "x", value, **options)


def test_as_array_takes_what_it_is_told_to_take():
    assert np.isnan(as_array("f", "x", np.nan, finite=False))
    assert as_array("f", "x", [], nonempty=False).shape == (0,)
    assert as_array("f", "x", 1j, dtype="any").dtype.kind == "c"
    assert as_array("f", "x", np.ones((2, 3)), shape=(None, 3), ndim=(1, 2)).shape == (2, 3)


@pytest.mark.parametrize(
    ("value", "options", "error", "message"),
    [
        (0.0, {"low": 0, "low_open": True}, ValueError, "f: α must be > 0, got 0"),
        (2, {"low": 0, "high": 1}, ValueError, "f: α must be ≥ 0 and ≤ 1, got 2"),
        (1, {"high": 1, "high_open": True}, ValueError, "f: α must be < 1, got 1"),
        (np.nan, {}, ValueError, "f: α must be finite, got nan"),
        (np.inf, {"integer": True}, TypeError, "f: α must be an integer, got inf"),
        (1.5, {"integer": True}, TypeError, "f: α must be an integer, got 1.5"),
        ("1", {}, TypeError, "f: α must be a number, got '1'"),
        (True, {}, TypeError, "f: α must be a number, got True"),
        (None, {}, TypeError, "f: α must be a number, got None"),
        ([1.0], {}, TypeError, "f: α must be a number, got list of shape (1,)"),
        (1j, {}, TypeError, "f: α must be a number, got complex 1j"),
    ],
)
def test_as_scalar_refuses(value, options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        as_scalar("f", "α", value, **options)


def test_as_scalar_takes_numbers_of_every_kind():
    assert as_scalar("f", "n", np.int32(3), integer=True) == 3
    assert isinstance(as_scalar("f", "n", 3.0, integer=True), int)
    assert as_scalar("f", "α", np.float32(0.5), low=0, high=1) == 0.5


def test_same_shape_explains_the_silent_broadcast():
    with pytest.raises(
        ValueError, match=re.escape("f: y must be of the same shape as x, (3,), got (3, 1): (n,) and (n, 1)")
    ):
        same_shape("f", {"x": np.ones(3), "y": np.ones((3, 1))})
    same_shape("f", {"x": np.ones(3), "y": np.ones(3)})


def test_one_of_and_as_generator():
    assert one_of("f", "kind", "a", ["a", "b"]) == "a"
    with pytest.raises(ValueError, match="f: kind must be one of 'a', 'b', got 'c'"):
        one_of("f", "kind", "c", ["a", "b"])
    rng = np.random.default_rng(0)
    assert as_generator("f", "rng", rng) is rng
    with pytest.raises(TypeError, match=re.escape("pass numpy.random.default_rng(7)")):
        as_generator("f", "rng", 7)


def test_as_switch_takes_no_truthy_values():
    assert as_switch("f", "loud", True) is True and as_switch("f", "loud", np.False_) is False
    for value in ("no", 1, 0, None, [True]):
        with pytest.raises(TypeError, match=f"f: loud must be True or False, got {re.escape(repr(value))}"):
            as_switch("f", "loud", value)
