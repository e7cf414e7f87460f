"""`python -m dlmath_lib.book.execute`, on tiny notebooks."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dlmath_lib.book import execute, kernels, notebooks, prepared
from dlmath_lib.book.notebooks import DROPPED_TYPES


def write(path: Path, *sources: str, **cell: Any) -> Path:
    cells = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source, **cell}
        for source in sources
    ]
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


WIDGET = "import ipywidgets\nipywidgets.IntSlider(description='k')"
LATEX = "class Letter:\n    _repr_latex_ = lambda self: '$x$'\n    __repr__ = lambda self: 'x'\nLetter()"


def test_stored_form_is_normal_and_the_same_twice(tmp_path: Path) -> None:
    path = write(tmp_path / "a.ipynb", "print(1)\nprint(2)", "", LATEX, WIDGET)
    assert execute.main([str(path)]) == 0
    stored = path.read_text()
    content = json.loads(stored)
    assert content["metadata"] == notebooks.METADATA
    assert [cell["execution_count"] for cell in content["cells"]] == [1, None, 2, 3]
    assert content["cells"][0]["outputs"] == [{"name": "stdout", "output_type": "stream", "text": ["1\n", "2\n"]}]
    assert set(content["cells"][3]["outputs"][0]["data"]) == {"text/plain"}
    assert all(cell["id"] and cell["metadata"] == {} for cell in content["cells"])
    assert stored.endswith("}\n")
    assert not stored.endswith("\n\n")
    assert set(content["cells"][2]["outputs"][0]["data"]) == {"text/latex", "text/plain"}
    written = path.stat().st_mtime_ns
    assert execute.main([str(path)]) == 0
    assert path.read_text() == stored
    assert path.stat().st_mtime_ns == written, "a file that stays the same is not written"


def test_normal_form_drops_what_editors_add() -> None:
    raw = {
        "cells": [
            {
                "cell_type": "code", "execution_count": 7, "id": "abc", "source": ["a\n", "b"],
                "metadata": {"execution": {"iopub.execute_input": "2026"}, "tags": ["hide-cell"], "scrolled": True},
                "outputs": [
                    {"output_type": "stream", "name": "stdout", "text": ["1\n"]},
                    {"output_type": "stream", "name": "stdout", "text": "2\n"},
                    {"output_type": "display_data", "metadata": {}, "data": {kind: {} for kind in DROPPED_TYPES}},
                ],
            }
        ],
        "metadata": {"widgets": {"state": {}}, "language_info": {"version": "3.11.7"}},
        "nbformat": 4, "nbformat_minor": 5,
    }  # fmt: skip
    path_like = notebooks.nbformat.from_dict(notebooks._joined(raw))
    cell = notebooks.normalise(path_like).cells[0]
    assert cell.metadata == {"tags": ["hide-cell"], "jupyter": {"outputs_hidden": True, "source_hidden": True}}
    assert cell.execution_count == 1
    assert [output.text for output in cell.outputs] == ["1\n2\n"]


def test_ids_are_kept_and_new_ones_are_stable(tmp_path: Path) -> None:
    path = write(tmp_path / "a.ipynb", "1", "1", "2")
    ids = [cell.id for cell in notebooks.read(path).cells]
    assert ids == [cell.id for cell in notebooks.read(path).cells]
    assert len(set(ids)) == 3
    path = write(tmp_path / "b.ipynb", "1", id="mine")
    assert notebooks.read(path).cells[0].id == "mine"


def test_check_takes_numbers_as_numbers_and_catches_what_is_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "a.ipynb", "print('new')", "print(0.1234)")

    def check(words: str, number: str) -> int:
        notebook = notebooks.read(path)
        for cell, said in zip(notebook.cells, (words, number), strict=True):
            cell.outputs = [notebooks.nbformat.v4.new_output("stream", text=f"{said}\n")]
        stored = notebooks.text(notebooks.normalise(notebook))
        path.write_text(stored)
        code = execute.main([str(path), "--check"])
        assert path.read_text() == stored, "--check writes nothing"
        return code

    assert check("old", "0.1236") == 1
    told = capsys.readouterr().err
    assert "cell 1: the words: stored 'old\\n', now 'new\\n'" in told
    assert "stored '0.1236', now '0.1234'" in told

    def gives(words: str, number: str) -> None:
        """Let a run give this, without a kernel."""

        def run(notebook: Any) -> list[str]:
            for cell, said in zip(notebook.cells, (words, number), strict=True):
                cell.outputs = [notebooks.nbformat.v4.new_output("stream", text=f"{said}\n")]
            return []

        monkeypatch.setattr(execute, "_execute", run)

    gives("new", "0.1234")
    assert check("new", "0.1235") == 0
    assert check("old", "0.1234") == 1
    assert check("new", "0.1236") == 1
    assert check("new", "0.1234") == 0


def test_notebooks_that_run_side_by_side_are_told_in_their_order(tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.ipynb" for name in "ba"]
    for path in paths:
        path.write_text("{")
    outcomes = execute.run_all(paths, check=False, jobs=2)
    assert [outcome.path for outcome in outcomes] == paths
    assert all("not a notebook" in outcome.problems[0] for outcome in outcomes)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import sys; print('careful', file=sys.stderr)\nobject()", ("wrote to stderr: careful", "memory address")),
        ("import warnings; warnings.warn('soon gone')", ("UserWarning: soon gone",)),
        ("def f():\n    raise ValueError('no')\nf()", ("ValueError: no",)),
    ],
)
def test_failure_names_notebook_cell_and_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], source: str, said: tuple[str, ...]
) -> None:
    path = write(tmp_path / "broken.ipynb", "1", source)
    before = path.read_bytes()
    assert execute.main([str(path)]) == 1
    told = capsys.readouterr().err
    assert "broken.ipynb: cell 2" in told
    assert all(words in told for words in said), told
    assert path.read_bytes() == before, "a failed run stores nothing"


def test_what_is_not_a_notebook_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text("{")
    assert execute.main([str(path)]) == 1
    assert "not a notebook" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stopped:
        execute.main([str(tmp_path / "missing.ipynb")])
    assert stopped.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line == f"execute: there is no {tmp_path}/missing.ipynb; in that folder is a.ipynb"


def test_slow_notebook_is_named() -> None:
    slow = execute.Outcome(Path("a.ipynb"), seconds=12.3, changed=True)
    assert "over 10 s" in execute._line(slow, check=False)
    assert "over" not in execute._line(execute.Outcome(Path("a.ipynb"), seconds=3.0), check=False)


def test_contents_give_the_order(tmp_path: Path) -> None:
    (tmp_path / "_toc.yml").write_text(
        "format: jb-book\nroot: intro\nparts:\n- chapters:\n  - file: b\n    sections:\n    - file: a\n  - file: c\n"
    )
    for name in "abd":
        write(tmp_path / f"{name}.ipynb", "1")
    assert [path.name for path in notebooks.in_contents(tmp_path)] == ["b.ipynb", "a.ipynb"]


def test_contents_that_cannot_be_read_are_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for bad, said in (("parts: [\n  - a: b: c", "_toc.yml cannot be read"), ("- a", "_toc.yml must be a mapping")):
        (tmp_path / "_toc.yml").write_text(bad)
        with pytest.raises(SystemExit):
            execute.main([])
        told = capsys.readouterr().err
        assert said in told
        assert "Traceback" not in told


def test_other_kernels_reach_the_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = f"print(*[os.environ[n] for n in {[*execute.OTHER_KERNELS]}])"
    path = write(tmp_path / "a.ipynb", f"import os\nassert 'dlmath-run' in os.environ['IPYTHONDIR']\n{seen}")
    for name in execute.OTHER_KERNELS:
        monkeypatch.setenv(name, "")  # put back afterwards what was there before
    monkeypatch.setattr(execute.platform, "machine", lambda: "x86_64")
    before = {**os.environ, **execute.OTHER_KERNELS}
    assert execute.main([str(path), "--other-kernels"]) == 0
    shown = notebooks.read(path).cells[0].outputs[0].text
    assert shown == "Prescott X86_V3 X86_V4 --xla_cpu_max_isa=SSE4_2\n"
    # Another kernel that a test starts afterwards must not look into a folder that is gone.
    assert dict(os.environ) == before


def test_an_architecture_without_other_kernels_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "a.ipynb", "1")
    monkeypatch.setattr(execute.platform, "machine", lambda: "arm64")
    assert execute.main([str(path), "--other-kernels"]) == 0
    assert "No other kernels are known for arm64" in capsys.readouterr().err


def test_seconds_are_the_processors(tmp_path: Path) -> None:
    """Those of the kernel are among them; those in which it slept are not."""
    works = "start = time.process_time()\nwhile time.process_time() < start + 0.3: pass"
    path = write(tmp_path / "a.ipynb", f"import time; time.sleep(1)\n{works}")
    before = sum(os.times()[:4]) + kernels.spent()
    seconds = execute.run(path).seconds
    assert 0.3 <= seconds <= sum(os.times()[:4]) + kernels.spent() - before


TELLS = "import os, sys\nprint(os.getppid(), *(m in sys.modules for m in ('dlmath_lib.verify', 'sklearn')))"


def test_kernels_are_forked_from_one_that_has_imported(tmp_path: Path) -> None:
    first, second = (write(tmp_path / f"{name}.ipynb", TELLS, "leaked = 1") for name in "ab")
    assert not execute.run(first).problems
    assert not execute.run(second).problems
    told = [notebooks.read(path).cells[0].outputs[0].text.split() for path in (first, second)]
    assert told[0] == told[1]
    linux = sys.platform.startswith("linux")
    assert told[0][1:] == [str(linux)] * 2
    assert (int(told[0][0]) != os.getpid()) == linux
    assert not execute.run(write(tmp_path / "c.ipynb", "assert 'leaked' not in globals()")).problems


def test_without_a_prepared_process_an_ordinary_kernel_gives_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = ("import sys\nprint(sys.argv[0].endswith('ipykernel_launcher.py'))", LATEX, WIDGET)
    paths = [write(tmp_path / f"{name}.ipynb", *sources) for name in "ab"]
    assert not execute.run(paths[0]).problems
    monkeypatch.setattr(kernels, "_prepared", {})
    monkeypatch.setattr(kernels._Prepared, "COMMAND", [sys.executable, "-c", "pass"])
    assert not execute.run(paths[1]).problems
    assert list(kernels._prepared.values()) == [None]
    ours, ordinary = (notebooks.read(path) for path in paths)
    assert ordinary.cells[0].outputs[0].text == "True\n"
    assert ours.cells[1:] == ordinary.cells[1:]
    warned = execute.run(write(tmp_path / "c.ipynb", "import warnings; warnings.warn('soon gone')"))
    assert "UserWarning: soon gone" in warned.problems[0]


def test_a_kernel_that_dies_is_told_and_the_next_one_lives(tmp_path: Path) -> None:
    dead = execute.run(write(tmp_path / "a.ipynb", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"))
    assert "cell 1 did not end" in dead.problems[0]
    assert not execute.run(write(tmp_path / "b.ipynb", "1")).problems


def test_imports_of_the_prepared_process_are_those_of_every_chapter() -> None:
    # What it has imported, a chapter cannot forget to import: beside what is compared with, only the engine's own.
    brought = "import sys, dlmath_lib.exercises, dlmath_lib.explore, dlmath_lib.verify, dlmath_lib.listing"
    lazily = {"sympy.physics.units", "matplotlib.backends.backend_svg"}
    code = f"{brought}, dlmath_lib.plotting, IPython.display, ipykernel.kernelapp, ipykernel.zmqshell"
    code += f"\nprint([m for m in {prepared.MODULES} if m not in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert set(ast.literal_eval(told)) == lazily
