"""Keras and JAX as the chapters of *In practice* run them: on the processor, with settings that every reader shares.

They are an extra of their own, ``pip install ".[frameworks]"``; no other part of the package uses them.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
import tempfile
import warnings
from contextlib import contextmanager
from importlib import metadata
from typing import TYPE_CHECKING, Any

import numpy as np

from dlmath_lib._needs import need

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["keras_on_jax"]

MODULES = ("keras", "jax", "jaxlib")
INSTALL = 'in the book\'s folder run  pip install ".[frameworks]"'


def keras_on_jax() -> Any:
    """Import Keras 3 on its JAX backend, on the processor, in float32.

    ``KERAS_BACKEND`` in the environment and the reader's ``keras.json`` are neither obeyed nor changed: the chapters
    show the same numbers to all. Nothing is downloaded. XLA compiles fast and optimises little, which halves the
    seconds of small networks. Keras 3.15 copies its variables in a way that NumPy deprecates; that one warning is
    silenced.

    Returns
    -------
    module
        ``keras``.

    Raises
    ------
    ModuleNotFoundError
        If Keras, JAX or jaxlib, the compiled part of JAX, is not installed.
    ImportError
        If Keras is older than 3, or NumPy older than JAX demands.
    RuntimeError
        If Keras already runs on another backend in this session, or JAX on another device.

    Examples
    --------
    >>> keras = keras_on_jax()
    >>> keras.config.backend(), keras.config.floatx()
    ('jax', 'float32')
    """
    need("dlmath_lib.frameworks", *MODULES, extra="frameworks")
    if "keras" not in sys.modules:
        _check_versions()
    jax: Any = importlib.import_module("jax")
    jax.config.update("jax_platforms", "cpu")
    jax.config.update("jax_disable_most_optimizations", True)
    if (device := jax.default_backend()) != "cpu":
        raise RuntimeError(f"JAX runs on {device} in this session, the chapter on the cpu: {_RESTART}")
    with _settings_of_the_book():
        keras: Any = importlib.import_module("keras")
    if (backend := keras.config.backend()) != "jax":
        raise RuntimeError(f"Keras runs on {backend} in this session, the chapter on jax: {_RESTART}")
    warnings.filterwarnings("ignore", message="__array__ implementation doesn't accept a copy keyword")
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")
    keras.config.set_epsilon(1e-7)
    keras.config.set_image_data_format("channels_last")
    return keras


_RESTART = "restart the kernel, and run this cell first"


def _check_versions() -> None:
    if _numbers(found := metadata.version("keras")) < (3,):
        raise ImportError(f"dlmath_lib.frameworks needs Keras 3, found {found}: {INSTALL}")
    for demand in metadata.requires("jax") or []:
        match = re.fullmatch(r"numpy\s*>=\s*([\d.]+)", demand)
        if match and _numbers(np.__version__) < _numbers(match[1]):
            raise ImportError(f"JAX needs NumPy {match[1]} or newer, found {np.__version__}: {INSTALL}")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


@contextmanager
def _settings_of_the_book() -> Iterator[None]:
    """Keras reads its backend from the environment, and reads and writes ``keras.json``, when it is imported."""
    kept = {name: os.environ.get(name) for name in ("KERAS_BACKEND", "KERAS_HOME")}
    with tempfile.TemporaryDirectory(prefix="dlmath-keras-") as home:
        os.environ.update(KERAS_BACKEND="jax", KERAS_HOME=home)
        try:
            yield
        finally:
            for name, value in kept.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value
