"""Keras on JAX as two chapters run it: the same for every reader, or one clear line."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib import metadata
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from dlmath_lib import _needs, frameworks, vectors
from dlmath_lib.book import execute, notebooks
from tests.conftest import ROOT
from tests.frameworks import frameworks as pins

MISSING = _needs.lacking(*frameworks.MODULES)
installed = pytest.mark.skipif(
    bool(MISSING) and os.environ.get(execute.REQUIRED) != "1", reason=f"{' and '.join(MISSING)} not installed"
)


def run(code: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run code as a chapter's cell, in a Python and a home of its own, with no network; a warning is an error."""
    no_network = "import socket\ndef refuse(*a, **k): raise OSError('no network')\nsocket.socket.connect = refuse\n"
    settings = {**os.environ, "HOME": str(home), **environment}
    command = [sys.executable, "-W", "error", "-c", no_network + code]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=settings, cwd=home)


@installed
def test_another_backend_and_the_readers_settings_are_set_right(tmp_path: Path) -> None:
    (tmp_path / ".keras").mkdir()
    settings = tmp_path / ".keras/keras.json"
    theirs = {"floatx": "float64", "epsilon": 0.5, "backend": "torch", "image_data_format": "channels_first"}
    settings.write_text(json.dumps(theirs))
    code = """
import os, sys
from dlmath_lib.frameworks import keras_on_jax
keras = keras_on_jax()
assert keras is keras_on_jax()
c = keras.config
print(c.backend(), c.floatx(), c.epsilon(), c.image_data_format())
print(os.environ["KERAS_BACKEND"], "KERAS_HOME" in os.environ)
import jax
print(jax.default_backend(), *[name for name in ("tensorflow", "torch") if name in sys.modules])
model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(2)])
print(model(keras.ops.ones((1, 3))).shape)
"""
    done = run(code, tmp_path, KERAS_BACKEND="tensorflow", JAX_PLATFORMS="cuda")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["jax float32 1e-07 channels_last", "tensorflow False", "cpu", "(1, 2)"]
    assert json.loads(settings.read_text()) == theirs


@installed
def test_keras_on_another_backend_is_one_clear_line(tmp_path: Path) -> None:
    code = "import keras\nfrom dlmath_lib.frameworks import keras_on_jax\nkeras_on_jax()"
    done = run(code, tmp_path, KERAS_BACKEND="numpy")
    last = done.stderr.strip().splitlines()[-1]
    assert last == (
        "RuntimeError: Keras runs on numpy in this session, the chapter on jax: restart the kernel, "
        "and run this cell first"
    )


@installed
def test_the_example_runs_and_nothing_is_written_into_the_readers_home(tmp_path: Path) -> None:
    done = run("import doctest, dlmath_lib.frameworks as f; print(doctest.testmod(f))", tmp_path)
    assert done.stdout.strip() == "TestResults(failed=0, attempted=2)", done.stdout + done.stderr
    assert not (tmp_path / ".keras").exists()


@pytest.mark.parametrize("name", ["keras", "jax", "jaxlib"])
def test_without_one_of_them_one_line_says_what_to_run(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    find = _needs.find_spec
    monkeypatch.setattr(_needs, "find_spec", lambda asked: None if asked == name else find("numpy"))
    with pytest.raises(ModuleNotFoundError) as told:
        frameworks.keras_on_jax()
    assert str(told.value) == f"dlmath_lib.frameworks needs {name}, not installed here: {frameworks.INSTALL}"
    assert frameworks.INSTALL == 'in the book\'s folder run  pip install ".[frameworks]"'


def pretend(monkeypatch: pytest.MonkeyPatch, keras: str, demands: list[str]) -> None:
    monkeypatch.setattr(_needs, "find_spec", lambda name: object())
    monkeypatch.setattr(metadata, "version", lambda name: keras)
    monkeypatch.setattr(metadata, "requires", lambda name: demands)
    monkeypatch.delitem(sys.modules, "keras", raising=False)


def test_an_older_numpy_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, "3.15.1", ["opt_einsum", "numpy>=2.0", 'numpy>=9; python_version >= "3.99"'])
    monkeypatch.setattr(np, "__version__", "1.26.4")
    with pytest.raises(ImportError, match=r"^JAX needs NumPy 2\.0 or newer, found 1\.26\.4: .*\[frameworks\]\"$"):
        frameworks.keras_on_jax()


def test_an_older_keras_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, "2.15.0", [])
    with pytest.raises(ImportError, match=r"^dlmath_lib\.frameworks needs Keras 3, found 2\.15\.0: "):
        frameworks.keras_on_jax()


def test_jax_on_another_device_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, "3.15.1", ["numpy>=2.0"])
    jax: Any = ModuleType("jax")
    jax.config, jax.default_backend = SimpleNamespace(update=lambda *a: None), lambda: "gpu"
    monkeypatch.setitem(sys.modules, "jax", jax)
    with pytest.raises(RuntimeError, match=r"^JAX runs on gpu in this session, the chapter on the cpu: restart"):
        frameworks.keras_on_jax()


def test_the_pins_are_exact_and_hold_no_pytorch() -> None:
    assert all(re.fullmatch(r"\w+==[\d.]+", pin) for pin in pins())
    assert {pin.partition("==")[0] for pin in pins()} >= set(frameworks.MODULES)
    assert not [pin for pin in pins() if pin.startswith(("torch", "tensorflow"))]
    if not MISSING:
        assert [f"{name}=={metadata.version(name)}" for name in (p.partition("==")[0] for p in pins())] == pins()


class TestNotebooksThatNeedThem:
    def write(self, path: Path, source: str) -> Path:
        cell = {"cell_type": "code", "execution_count": None, "id": "a", "metadata": {}, "outputs": []}
        content = {"cells": [{**cell, "source": source}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        path.write_text(json.dumps(content))
        return path

    @pytest.fixture
    def needing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setattr(notebooks, "FRAMEWORKS", ("no_such_framework",))
        return self.write(tmp_path / "a.ipynb", "from dlmath_lib.frameworks import keras_on_jax")

    def test_they_are_known_by_their_import(self, needing: Path) -> None:
        assert notebooks.lacks(needing) == ["no_such_framework"]
        assert notebooks.lacks(self.write(needing.parent / "b.ipynb", "import numpy  # keras")) == []

    def test_execute_skips_them_and_says_so(
        self, needing: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.delenv(execute.REQUIRED, raising=False)
        before = needing.read_text()
        assert execute.main([str(needing)]) == 0
        assert needing.read_text() == before
        told = capsys.readouterr().err
        assert 'skipped: no_such_framework not installed (pip install ".[frameworks]")' in told

    def test_where_they_are_required_they_fail(self, needing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(execute.REQUIRED, "1")
        self.write(needing, "from dlmath_lib.frameworks import no_such_name")
        assert execute.main([str(needing)]) == 1

    @pytest.mark.parametrize("required", ["0", "1"])
    def test_nbval_skips_them_and_says_so(self, needing: Path, required: str) -> None:
        self.write(needing, "from dlmath_lib.frameworks import no_such_name")
        (needing.parent / "conftest.py").write_text(
            (ROOT / "conftest.py").read_text(encoding="utf-8") + "\n\nnotebooks.FRAMEWORKS = ('no_such_framework',)\n"
        )
        plugins = ["-p", "nbval.plugin", "--nbval", "-p", "no:cacheprovider"]
        command = [sys.executable, "-m", "pytest", "-q", "-rs", *plugins, str(needing)]
        environment = {**os.environ, execute.REQUIRED: required, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=needing.parent)
        if required == "1":
            assert done.returncode == 1, done.stdout
        else:
            assert "1 skipped" in done.stdout, done.stdout + done.stderr
            assert 'no_such_framework not installed: pip install ".[frameworks]"' in done.stdout


def test_continuous_integration_requires_them() -> None:
    assert f"export {execute.REQUIRED}=1" in (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert "tests.frameworks" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_code_of_pytorch_on_the_page_made_the_stored_numbers() -> None:
    """Word for word, but for the import that the page needs inside."""
    start, script = "def torch_network(", (ROOT / "tests/oracles/make_framework_vectors.py").read_text(encoding="utf-8")
    cells = notebooks.read(ROOT / "chapters/practice/frameworks.ipynb").cells
    (cell,) = [cell.source for cell in cells if cell.source.startswith(start)]
    assert script[script.index(start) :].startswith(cell.strip() + "\n\n\n")


@pytest.mark.parametrize("broken", [None, "raise ImportError('half of it')", "raise OSError('a library is missing')"])
def test_without_a_whole_pytorch_the_page_takes_the_stored_numbers(broken: str | None, tmp_path: Path) -> None:
    cells = notebooks.read(ROOT / "chapters/practice/frameworks.ipynb").cells
    defined = {"x": 0, "labels": 0, "W1": 0, "b1": 0, "W2": 0, "b2": 0, "stored": vectors.load("frameworks")}
    for start in ("def torch_network(", "def from_store("):
        (cell,) = [cell.source for cell in cells if cell.source.startswith(start)]
        exec(cell.partition("\n\n\nin_torch")[0], defined)
    finder = SimpleNamespace(find_spec=lambda name, path=None, target=None: refused(name, broken))
    before = sys.modules.pop("torch", None)
    sys.meta_path.insert(0, finder)  # type: ignore[arg-type]
    try:
        told = defined["in_pytorch"]("falling")  # type: ignore[operator]
    finally:
        sys.meta_path.remove(finder)  # type: ignore[arg-type]
        if before is not None:
            sys.modules["torch"] = before
    assert np.array_equal(told["losses"], vectors.load("frameworks")["falling_losses"])


def refused(name: str, code: str | None) -> Any:
    """Find PyTorch as a module that runs ``code``, or say that there is none."""
    if name != "torch":
        return None
    if code is None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    loader = SimpleNamespace(create_module=lambda spec: None, exec_module=lambda module: exec(code))
    return ModuleSpec(name, loader)  # type: ignore[arg-type]
