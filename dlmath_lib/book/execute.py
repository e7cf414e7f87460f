"""Run the book's notebooks in parallel and store them in one reproducible form.

`python -m dlmath_lib.book.execute` runs every notebook of `_toc.yml`; paths choose some; `--check` compares the
stored outputs with a fresh run and writes nothing. Seconds are the processor's for the notebook alone: what every
chapter imports is imported once for all (`kernels`).
"""

import argparse
import os
import platform
import re
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from dlmath_lib.book import kernels, notebooks
from dlmath_lib.book.prepared import STARTUP

SLOW = 10.0
CELL_TIMEOUT = 120
# With "1" in this variable a notebook whose frameworks are not installed fails, and is not skipped.
REQUIRED = "DLMATH_REQUIRE_FRAMEWORKS"
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")

# The plainest kernels of OpenBLAS, NumPy and XLA (JAX) on this architecture: what another processor computes with.
OTHER_KERNELS = {
    "OPENBLAS_CORETYPE": "Prescott",
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4",
    "XLA_FLAGS": "--xla_cpu_max_isa=SSE4_2",
}


@dataclass
class Outcome:
    """What became of one notebook; its seconds are the processor's, which a loaded machine does not stretch."""

    path: Path
    seconds: float = 0.0
    changed: bool = False
    skipped: str = ""
    problems: list[str] = field(default_factory=list)
    difference: str = ""


def run(path: Path, check: bool = False, pictures: bool = True) -> Outcome:
    """Run one notebook in a fresh kernel; store it (or, with `check`, compare it) in its normal form."""
    outcome = Outcome(path)
    start = _spent()
    before = path.read_text(encoding="utf-8")
    try:
        notebook = notebooks.read(path)
    except (ValueError, KeyError) as error:
        outcome.problems = [f"this is not a notebook: {error!r}"]
        return outcome
    if (missing := notebooks.lacks(path)) and os.environ.get(REQUIRED) != "1":
        outcome.skipped = f'skipped: {" and ".join(missing)} not installed (pip install ".[frameworks]")'
        return outcome
    outcome.problems = _execute(notebook)
    outcome.seconds = _spent() - start
    if outcome.problems:
        return outcome
    notebook = notebooks.normalise(notebook)
    outcome.problems = notebooks.faults(notebook)
    after = notebooks.text(notebook)
    outcome.changed = after != before
    if outcome.problems or not outcome.changed:
        return outcome
    if check:
        outcome.difference = "\n".join(notebooks.differences(notebooks.read(path), notebook, pictures))
        outcome.changed = bool(outcome.difference)
    else:
        _write(path, after)
    return outcome


def _spent() -> float:
    """Processor time of this process and of the kernels that have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system + kernels.spent()


def _execute(notebook: NotebookNode) -> list[str]:
    """Run the cells in order, in an empty folder: a chapter works anywhere. Return the first failure."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    with tempfile.TemporaryDirectory(prefix="dlmath-run-") as folder:
        client: Any = NotebookClient(
            notebook,
            timeout=CELL_TIMEOUT,
            kernel_name="python3",
            kernel_manager_class=kernels.KernelManager,
            shutdown_kernel="immediate",  # to tear down what SymPy built takes a second
            store_widget_state=False,
            record_timing=False,
            extra_arguments=["--log-level=ERROR"],
            resources={"metadata": {"path": folder}},
        )
        # Handed to the kernel: this process keeps its own, in which the folder would outlive its end.
        own = {**os.environ, **kernels.ENVIRONMENT, "IPYTHONDIR": f"{folder}/.ipython"}
        with client.setup_kernel(env=own):
            if not client.km.forked:
                client.wait_for_reply(client.kc.execute(STARTUP, silent=True, store_history=False))
            for index, cell in enumerate(notebook.cells):
                try:
                    client.execute_cell(cell, index)
                except CellExecutionError:
                    return [f"cell {index + 1} failed:\n{_source(cell)}\n{_traceback(cell)}"]
                except (CellTimeoutError, DeadKernelError) as error:
                    return [f"cell {index + 1} did not end: {str(error).splitlines()[0]}\n{_source(cell)}"]
    return []


def _source(cell: NotebookNode) -> str:
    lines = cell.source.splitlines()
    shown = lines[:6] + (["…"] if len(lines) > 6 else [])
    return "\n".join(f"    | {line}" for line in shown)


def _traceback(cell: NotebookNode) -> str:
    for output in cell.outputs:
        if output.output_type == "error":
            lines = ESCAPES.sub("", "\n".join(output.traceback)).strip().splitlines()
            return "\n".join(f"    {line}" for line in lines[-12:])
    return ""


def _write(path: Path, content: str) -> None:
    """Replace the file in one step: an interrupted run leaves the old one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", text=True)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(content)
        Path(name).chmod(path.stat().st_mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


class Progress:
    """A bar on a terminal; a line for each notebook anywhere else."""

    def __init__(self, total: int) -> None:
        self.total, self.done, self.live = total, 0, sys.stderr.isatty()
        self._draw("")

    def step(self, line: str) -> None:
        """Count one more notebook and print its line."""
        self.done += 1
        print(f"\r\x1b[K{line}" if self.live else line, file=sys.stderr)
        self._draw("\n" if self.done == self.total else "")

    def _draw(self, end: str) -> None:
        if self.live:
            filled = round(24 * self.done / max(self.total, 1))
            bar = "█" * filled + "░" * (24 - filled)
            print(f"\r\x1b[K{bar} {self.done}/{self.total} notebooks", end=end, file=sys.stderr, flush=True)


def run_all(paths: list[Path], *, check: bool, jobs: int, pictures: bool = True) -> list[Outcome]:
    """Run notebooks in parallel, showing the progress."""
    outcomes = []
    progress = Progress(len(paths))
    for outcome in _outcomes(paths, check, jobs, pictures):
        outcomes.append(outcome)
        progress.step(_line(outcome, check))
    return sorted(outcomes, key=lambda outcome: paths.index(outcome.path))


def _outcomes(paths: list[Path], check: bool, jobs: int, pictures: bool) -> Iterator[Outcome]:
    """Run each notebook and yield it as it ends; a single one needs no process beside its kernel."""
    workers = min(jobs, len(paths))
    if workers == 1:
        yield from (run(path, check, pictures) for path in paths)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for future in as_completed([pool.submit(run, path, check, pictures) for path in paths]):
            yield future.result()


def _line(outcome: Outcome, check: bool) -> str:
    if outcome.problems:
        state = "✗ failed"
    elif outcome.skipped:
        state = outcome.skipped
    elif outcome.changed:
        state = "✗ differs from what is stored" if check else "written"
    else:
        state = "unchanged"
    slow = f"  (over {SLOW:.0f} s: make it faster)" if outcome.seconds > SLOW else ""
    return f"{outcome.seconds:6.1f} s  {outcome.path}: {state}{slow}"


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m dlmath_lib.book.execute", description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, help="notebooks or folders (default: all of _toc.yml)")
    parser.add_argument("--check", action="store_true", help="compare with a fresh run and write nothing")
    parser.add_argument(
        "--any-pictures", action="store_true", help="with --check: pass over pictures, which another matplotlib changes"
    )
    parser.add_argument(
        "--other-kernels",
        action="store_true",
        help="compute with the plainest kernels of OpenBLAS, NumPy and XLA, as another processor would",
    )
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="notebooks at a time (default: the cores)"
    )
    options = parser.parse_args(arguments)
    if options.other_kernels:
        if platform.machine().lower() not in ("x86_64", "amd64"):
            print(f"No other kernels are known for {platform.machine()}: nothing was run.", file=sys.stderr)
            return 0
        os.environ.update(OTHER_KERNELS)  # before the workers start: each passes it on to its kernels
    paths = _chosen(options.paths, parser)
    if not paths:
        print("There are no notebooks to run.", file=sys.stderr)
        return 0
    outcomes = run_all(paths, check=options.check, jobs=max(1, options.jobs), pictures=not options.any_pictures)
    for outcome in outcomes:
        for problem in outcome.problems:
            print(f"\n{outcome.path}: {problem}", file=sys.stderr)
        if outcome.difference:
            print(
                f"\n{outcome.path}: {outcome.difference}\n\nRun `make execute` to store the new outputs.",
                file=sys.stderr,
            )
    failed = [outcome for outcome in outcomes if outcome.problems or outcome.difference]
    return 1 if failed else 0


def _chosen(paths: list[Path], parser: argparse.ArgumentParser) -> list[Path]:
    if not paths:
        if not Path("_toc.yml").is_file():
            parser.exit(
                2, "execute: there is no _toc.yml here: run this from the book's folder or name the notebooks\n"
            )
        try:
            return [path.relative_to(Path.cwd()) for path in notebooks.in_contents(Path.cwd())]
        except ValueError as error:
            parser.exit(2, f"execute: {error}\n")
    chosen: list[Path] = []
    for path in paths:
        if path.is_dir():
            chosen += sorted(p for p in path.rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
        elif path.is_file():
            chosen.append(path)
        else:
            beside = ", ".join(p.name for p in sorted(path.parent.glob("*.ipynb"))) or "no notebook"
            parser.exit(2, f"execute: there is no {path}; in that folder is {beside}\n")
    return list(dict.fromkeys(chosen))


if __name__ == "__main__":
    sys.exit(main())
