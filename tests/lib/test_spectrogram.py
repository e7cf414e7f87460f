"""The DFT matrix and the spectrogram: by hand, against numpy.fft and scipy.signal, laws."""

import numpy as np
import pytest
import scipy.linalg
import scipy.signal

from dlmath_lib.convolution import conv, spectrogram
from dlmath_lib.linalg import dft_matrix

RNG = np.random.default_rng(5)


def test_by_hand():
    np.testing.assert_allclose(dft_matrix(1), [[1]])
    np.testing.assert_allclose(dft_matrix(2), [[1, 1], [1, -1]], atol=1e-15)
    np.testing.assert_allclose(dft_matrix(4)[1], [1, -1j, -1, 1j], atol=1e-15)


@pytest.mark.parametrize("n", [1, 2, 3, 8, 30, 257])
def test_against_numpy_and_scipy(n):
    x = RNG.normal(size=n) + 1j * RNG.normal(size=n)
    np.testing.assert_allclose(dft_matrix(n) @ x, np.fft.fft(x), rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(dft_matrix(n), scipy.linalg.dft(n), atol=1e-11)


@pytest.mark.parametrize("n", [2, 5, 16])
def test_it_is_unitary_up_to_n_and_symmetric(n):
    f = dft_matrix(n)
    np.testing.assert_allclose(f @ f.conj(), n * np.eye(n), atol=1e-12)
    np.testing.assert_array_equal(f, f.T)


def test_a_sine_has_the_power_at_its_own_frequency():
    n, k, amplitude = 32, 5, 3.0
    power = np.abs(dft_matrix(n) @ (amplitude * np.sin(2 * np.pi * k * np.arange(n) / n + 0.4))) ** 2
    assert set(np.flatnonzero(power > 1e-20)) == {k, n - k}
    np.testing.assert_allclose(power[k], (amplitude * n / 2) ** 2, rtol=1e-12)


@pytest.mark.parametrize(("length", "hop"), [(8, 8), (9, 4), (16, 3), (64, 1)])
def test_spectrogram_against_numpy_and_scipy(length, hop):
    x, window = RNG.normal(size=100), scipy.signal.get_window("hann", length)
    found = spectrogram(x, window, hop=hop)
    frames = np.stack([x[t : t + length] * window for t in range(0, 100 - length + 1, hop)])
    np.testing.assert_allclose(found, np.abs(np.fft.rfft(frames)).T ** 2, rtol=1e-10, atol=1e-12)
    _, _, outside = scipy.signal.spectrogram(
        x, window=window, nperseg=length, noverlap=length - hop, detrend=False, scaling="spectrum", mode="complex"
    )
    np.testing.assert_allclose(found, np.abs(outside * window.sum()) ** 2, rtol=1e-10, atol=1e-12)


def test_it_is_a_convolution_with_stride():
    x, window = RNG.normal(size=60), RNG.uniform(size=12)
    waves = dft_matrix(12)[:7] * window
    parts = [conv(x[None, None], part[:, None], stride=5)[0] for part in (waves.real, waves.imag)]
    np.testing.assert_allclose(spectrogram(x, window, hop=5), parts[0] ** 2 + parts[1] ** 2, rtol=1e-10, atol=1e-12)


def test_types_and_refusals():
    assert spectrogram(np.ones(8, np.float32), np.ones(4, np.float32), hop=2).dtype == np.float32
    assert spectrogram([1, 2, 3, 4], [1, 1], hop=1).shape == (2, 3)
    with pytest.raises(ValueError, match="window must be no longer than x"):
        spectrogram(np.ones(3), np.ones(4), hop=1)
    with pytest.raises(ValueError, match="an overflow in float16"):
        spectrogram(np.full(8, 100, np.float16), np.ones(8, np.float16), hop=1)
