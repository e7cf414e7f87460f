"""Every refusal names the function, the argument, what was expected, what came, and what to do."""

import re

import numpy as np
import pytest

from dlmath_lib._validate import (
    as_array,
    as_axis,
    as_dtype,
    as_function,
    as_generator,
    as_scalar,
    as_switch,
    one_of,
    same_shape,
)
from dlmath_lib.autodiff import Var

MASKED = np.ma.masked_array([1.0, 2.0], [False, True])


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
        (MASKED, {}, TypeError, "f: x must be without masked entries, got a masked array: fill or drop"),
        ([[1.0, 2.0], MASKED], {}, TypeError, "f: x must be without masked entries"),
        (Var([1.0]), {}, TypeError, "f: x must be an array of numbers, got Var Var([1.]): Var: turned into a plain"),
        (np.array([1, "a"], object), {}, TypeError, "f: x must be an array of numbers, got dtype object"),
        ({1.0}, {}, TypeError, "f: x must be an array of numbers, got set"),
        (
            [1.0, -7e4],
            {"cast": np.dtype("float16")},
            ValueError,
            "f: x must be finite in float16, at most 65504, got -70000.0 at index (1,): scale it, or pass",
        ),
        ([10**30], {"dtype": "integer"}, TypeError, "f: x must be an array of numbers, got dtype object"),
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
        (np.array(True), {}, TypeError, "f: α must be a number, got ndarray of shape ()"),
        ([[1], [1, 2]], {}, TypeError, "f: α must be a number, got list of 2 entries"),
        (np.ma.masked, {}, TypeError, "f: α must be a number, got MaskedConstant"),
        (Var(1.0), {}, TypeError, "f: α must be a number, got Var Var(1.0)"),
        (10**400, {}, TypeError, "f: α must be a number, got int 1000000"),
        pytest.param(10**5000, {}, TypeError, "f: α must be a number, got int", id="5001 digits"),
        (7e4, {"cast": np.dtype("float16")}, ValueError, "f: α must be finite in float16, at most 65504, got 70000"),
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


def test_what_lies_under_no_mask_is_data():
    assert as_array("f", "x", np.ma.masked_array([1.0, 2.0])).tolist() == [1.0, 2.0]


def test_cast_keeps_what_fits():
    half = np.dtype("float16")
    assert as_array("f", "x", [65504.0], cast=half).dtype == half
    assert as_array("f", "x", np.inf, finite=False, cast=half) == np.inf
    assert as_scalar("f", "α", -65504, cast=half) == -65504


@pytest.mark.parametrize("value", ["c", np.array(["a", "b"]), np.array([1, 2]), None, ["a"], True])
def test_one_of_refuses_what_is_no_option_and_takes_one_that_is(value):
    assert one_of("f", "kind", "a", ["a", "b"]) == "a"
    with pytest.raises(ValueError, match=r"^f: kind must be one of 'a', 'b', got "):
        one_of("f", "kind", value, ["a", "b"])


@pytest.mark.parametrize("value", ["no", 1, 0.0, None, [True], np.array([True])])
def test_a_switch_is_true_or_false(value):
    assert as_switch("f", "progress", False) is False
    assert as_switch("f", "progress", np.True_) is True
    with pytest.raises(TypeError, match=r"^f: progress must be True or False, got "):
        as_switch("f", "progress", value)


@pytest.mark.parametrize("dtype", ["foo", None, int, "complex128", 3, [("a", float)], object()])
def test_a_dtype_is_one_of_three(dtype):
    assert as_dtype("f", "dtype", np.float32) == as_dtype("f", "dtype", "float32") == np.float32
    with pytest.raises(TypeError, match=r"^f: dtype must be one of float16, float32, float64, got "):
        as_dtype("f", "dtype", dtype)
    with pytest.raises(TypeError, match=r"^f: dtype must be one of float32, got float16"):
        as_dtype("f", "dtype", "f2", ["float32"])


def test_an_axis_is_counted_from_the_front():
    z = np.ones((2, 3))
    assert (as_axis("f", -1, z), as_axis("f", 0, z)) == (1, 0)
    for axis, error in ((2, ValueError), (-3, ValueError), ("a", TypeError), (True, TypeError), (None, TypeError)):
        with pytest.raises(error, match=r"^f: axis must be an "):
            as_axis("f", axis, z)
    with pytest.raises(ValueError, match=r"^f: z must be non-empty along axis, got shape \(2, 0\) with axis 1"):
        as_axis("f", 1, np.ones((2, 0)))


def test_a_function_can_be_called():
    assert as_function("f", "g", abs) is abs
    with pytest.raises(TypeError, match=r"f: g must be a function, got float 3.0: pass the function itself"):
        as_function("f", "g", 3.0)


def test_as_generator():
    rng = np.random.default_rng(0)
    assert as_generator("f", "rng", rng) is rng
    with pytest.raises(TypeError, match=re.escape("pass numpy.random.default_rng(7)")):
        as_generator("f", "rng", 7)
    for seed in (True, "7", None, np.random.RandomState(0)):
        with pytest.raises(TypeError, match=re.escape("pass numpy.random.default_rng(seed)")):
            as_generator("f", "rng", seed)
