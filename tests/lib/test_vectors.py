"""Reference vectors lie in the package; a missing library or array is said in words that help."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dlmath_lib import vectors
from dlmath_lib._needs import need


def test_every_file_is_read_whole() -> None:
    stored_files = sorted(path.stem for path in Path(vectors.__file__).parent.glob("*.npz"))
    assert vectors.names() == stored_files and {"network", "optimizers", "training"} <= set(stored_files)
    for name in vectors.names():
        arrays = vectors.load(name)
        with np.load(Path(vectors.__file__).with_name(f"{name}.npz")) as stored:
            assert sorted(arrays) == sorted(stored.files)
        assert all(isinstance(array, np.ndarray) for array in arrays.values())
    assert vectors.load("network")["labels"].tolist() == [0, 3, 1, 1, 2, 0, 3, 2, 1, 0]


def test_errors_say_what_there_is() -> None:
    with pytest.raises(
        ValueError,
        match=r"load: name must be one of 'activations', 'attention', .*'normalization', .*'training', got 'sums'",
    ):
        vectors.load("sums")
    with pytest.raises(KeyError, match=r"the vectors 'network' hold no 'softsign_64'.*CONTRIBUTING"):
        vectors.load("network")["softsign_64"]


def test_vectors_are_part_of_a_wheel() -> None:
    source = Path(importlib.util.find_spec("dlmath_lib.vectors").origin).parent
    assert {path.name for path in source.glob("*.npz")} == {f"{name}.npz" for name in vectors.names()}


@pytest.mark.parametrize(
    ("part", "lacking"),
    [
        ("verify", "sympy"),
        ("verify", "flint"),
        ("explore", "anywidget"),
        ("exercises", "sympy"),
        ("plotting", "matplotlib"),
    ],
)
def test_a_part_names_the_command_that_installs_what_it_lacks(part: str, lacking: str) -> None:
    hidden = (
        "import importlib.util, sys\n"
        "find = importlib.util.find_spec\n"
        f"importlib.util.find_spec = lambda name, *rest: None if name == {lacking!r} else find(name, *rest)\n"
        f"import dlmath_lib.{part}"
    )
    done = subprocess.run([sys.executable, "-c", hidden], capture_output=True, text=True, check=False)
    last = done.stderr.strip().splitlines()[-1]
    assert f"dlmath_lib.{part} needs {lacking}, not installed here" in last
    assert 'pip install ".[chapters]"' in last


def test_nothing_is_said_when_all_is_there() -> None:
    need("dlmath_lib", "numpy")


def test_the_mathematics_needs_numpy_alone() -> None:
    modules = "activations, autodiff, calculus, convolution, datasets, initialization, layers, linalg, losses, network"
    block = (
        "import sys\n"
        "for name in ('sympy', 'scipy', 'sklearn', 'matplotlib', 'flint', 'IPython', 'tqdm', 'anywidget'):\n"
        "    sys.modules[name] = None\n"
        f"from dlmath_lib import {modules}, optimizers, vectors\n"
    )
    done = subprocess.run([sys.executable, "-c", block], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
