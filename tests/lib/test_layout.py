"""One layout for the package: a gradient has the shape of its input, a Jacobian those of the output and the input."""

import inspect

import numpy as np
import pytest

from dlmath_lib import activations, calculus, convolution, layers, linalg, losses
from tests.lib.test_bad_input import CALLS, by_rule

FOUND = [
    (module.__name__.rpartition(".")[2], name, getattr(module, name))
    for module in (activations, layers, linalg, losses, calculus, convolution)
    for name in module.__all__
    if name.endswith(("_vjp", "_jacobian", "_grad")) and inspect.isfunction(getattr(module, name))
]


def call_of(module, name, function):
    make = CALLS.get(f"{module}.{name}")
    return make() if make else by_rule(module, name, list(inspect.signature(function).parameters))


@pytest.mark.parametrize(("module", "name", "function"), FOUND, ids=[f"{m}.{n}" for m, n, _ in FOUND])
def test_shapes(module, name, function):
    arguments = call_of(module, name, function)
    starred = any(key.startswith("*") for key in arguments)
    result = function(*arguments.values()) if starred else function(**arguments)
    inputs = [v for k, v in arguments.items() if k.strip("*") != "g" and np.ndim(v) and np.asarray(v).dtype.kind == "f"]
    if name.endswith("_jacobian"):
        (z,) = inputs
        base = getattr(activations, name.removesuffix("_jacobian"))
        assert result.shape == np.shape(base(z)) + z.shape
        np.testing.assert_allclose(result, calculus.jacobian(base, z), atol=1e-7)
    else:
        parts = result if isinstance(result, tuple) else (result,)
        shapes = [np.shape(v) for v in inputs]
        assert all(np.shape(part) == shape for part, shape in zip(parts, shapes, strict=False))


def test_every_kind_is_there():
    assert {name.rpartition("_")[2] for _, name, _ in FOUND} == {"vjp", "jacobian", "grad"}
    assert len(FOUND) > 30
