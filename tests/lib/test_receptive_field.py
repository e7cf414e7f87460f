"""dlmath_lib.convolution.receptive_field: by hand, and against the inputs that an output of real layers hangs on."""

import itertools

import numpy as np
import pytest

from dlmath_lib.convolution import conv, max_pool, receptive_field


def test_by_hand():
    assert receptive_field([3]) == (3, 1) and receptive_field([1, 1, 1]) == (1, 1)
    assert receptive_field([3, 3, 3]) == (7, 1)
    assert receptive_field([2, 2, 2], stride=2) == (8, 8)
    assert receptive_field((5, 2, 5, 2), stride=(1, 2, 1, 2)) == (16, 4)
    assert receptive_field([3, 3, 3], dilation=[1, 2, 4]) == (15, 1)


@pytest.mark.parametrize("kernels", list(itertools.product((1, 2, 3), repeat=3)))
@pytest.mark.parametrize(
    ("strides", "dilations"), [((1, 1, 1), (1, 1, 1)), ((2, 1, 3), (1, 1, 1)), ((1, 2, 1), (2, 1, 3))]
)
def test_an_output_of_positive_kernels_hangs_on_these_inputs(kernels, strides, dilations):
    def run(x):
        for k, s, d in zip(kernels, strides, dilations, strict=True):
            x = conv(x, np.ones((1, 1, k)), stride=s, dilation=d)
        return x[0, 0]

    still, size = run(np.zeros((1, 1, 60))), 60
    seen = np.array([run(np.eye(size)[i][None, None]) - still for i in range(size)])
    size, step = receptive_field(kernels, stride=strides, dilation=dilations)
    for output in (0, 1):
        (found,) = np.nonzero(seen[:, output])
        assert found[0] == output * step and found[-1] == output * step + size - 1


def test_pooling_counts_like_a_convolution():
    x = np.random.default_rng(0).normal(size=(1, 1, 24))
    first = max_pool(conv(max_pool(x, 2), np.ones((1, 1, 3))), 2)[0, 0, 0]
    size, step = receptive_field([2, 3, 2], stride=[2, 1, 2])
    assert (size, step) == (8, 4)
    for place, changes in ((size - 1, True), (size, False)):
        other = x.copy()
        other[0, 0, place] += 100
        assert (max_pool(conv(max_pool(other, 2), np.ones((1, 1, 3))), 2)[0, 0, 0] != first) == changes


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        (([3, 0],), {}, ValueError, "receptive_field: kernel must be ≥ 1"),
        ((3,), {}, TypeError, "receptive_field: kernel must be a tuple of whole numbers"),
        (([3, 3],), {"stride": [1]}, ValueError, "stride must be one whole number, or one for each of the 2 layers"),
        (([3, 3],), {"dilation": 0}, ValueError, "receptive_field: dilation must be ≥ 1"),
    ],
)
def test_errors(arguments, options, error, message):
    with pytest.raises(error, match=message):
        receptive_field(*arguments, **options)
