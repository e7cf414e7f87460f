"""Plant faults one at a time in a copy of the book, and count how many the tests see.

`make mutants` runs every row, `python -m tests.mutants verify explorers` some, `--only NAME` one fault. The working
tree is never touched. A fault in the front end is bundled, one in a notebook's code is run and stored, before the tests
run; `stored = true` plants it into the notebook's file as it is, outputs included.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from subprocess import PIPE
from typing import Self

from tests.mutants.plant import BadFault, Fault, changed, copy, planted, read, rows, runs

WANTED = 0.95
FRONTEND = "dlmath_lib/explore/frontend"
BIN = Path(sys.executable).parent
SERVER = Path(__file__).with_name("server.py")
# What no fault touches: loaded once, not for each of them.
LOADED = (
    "anywidget", "flint", "hypothesis", "matplotlib.pyplot", "mpmath", "nbclient", "nbformat", "numpy",
    "playwright.sync_api", "scipy.special", "scipy.stats", "sympy",
)  # fmt: skip
PYTEST = ["pytest", "-x", "-q", "-p", "no:cacheprovider", "--no-header", "--tb=line"]


@dataclass(frozen=True)
class Ran:
    """How a command ended: its code (None if it did not end in time), its last words, its processor time."""

    code: int | None
    told: str
    seconds: float


class Place:
    """A folder in which faults are planted, with a process that runs commands there."""

    def __init__(self, root: Path, loaded: tuple[str, ...] = LOADED) -> None:
        self.root = root
        environment = {
            **os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0",
            "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            # Plugins cost more than most of the tests; without a browser its tests would see nothing.
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "DLMATH_REQUIRE_BROWSER": "1",
        }  # fmt: skip
        environment.pop("DLMATH_BOOK", None)  # a browser test must build the book that holds the fault
        self.server = subprocess.Popen(
            [sys.executable, SERVER, *loaded], cwd=root, env=environment, stdin=PIPE, stdout=PIPE, text=True
        )

    def run(self, words: list[str], limit: float, folder: str = ".") -> Ran:
        """Run a command; None instead of its code if it does not end in time."""
        assert self.server.stdin and self.server.stdout
        with tempfile.NamedTemporaryFile("r", encoding="utf-8", errors="replace") as told:
            print(json.dumps([words, str(self.root / folder), told.name, limit]), file=self.server.stdin, flush=True)
            answer = self.server.stdout.readline()
            if not answer:
                raise BadFault("the process that runs the tests has ended")
            code, seconds = json.loads(answer)
            return Ran(code, f"no end within {limit:.0f} s" if code is None else told.read()[-4000:], seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self.server.stdin and self.server.stdout
        self.server.stdin.close()
        self.server.wait()
        self.server.stdout.close()


@dataclass(frozen=True)
class Judged:
    """What became of a fault: "caught", or why it was not; what saw it; the processor time."""

    verdict: str
    by: str
    seconds: float


def judge(fault: Fault, place: Place, limit: float) -> Judged:
    """Plant a fault, run its tests, and take it out again."""
    run_anew = runs(fault, place.root)
    seconds = 0.0
    with planted(fault, place.root):
        if fault.file.startswith(FRONTEND):
            ran = place.run(["npm", "run", "--silent", "build"], limit, FRONTEND)
            seconds += ran.seconds
            if ran.code != 0:
                raise BadFault(f"{fault.row}: {fault.name}: the front end cannot be bundled:\n{ran.told}")
        if run_anew:
            ran = place.run(["execute", fault.file], limit)
            seconds += ran.seconds
            if ran.code != 0:
                return Judged("caught" if ran.code == 1 else ran.told, "the notebook, as it ran", seconds)
        ran = place.run([*PYTEST, *fault.tests], limit)
    seconds += ran.seconds
    if ran.code not in (0, 1, 2, None):  # 2: a module that the tests import cannot be read
        raise BadFault(f"{fault.row}: {fault.name}: pytest {' '.join(fault.tests)} ended with {ran.code}:\n{ran.told}")
    verdict = "survived" if ran.code == 0 else ran.told if ran.code is None else "caught"
    return Judged(verdict, next(iter(re.findall(r"^(?:FAILED|ERROR) (.+)$", ran.told, re.M)), ""), seconds)


def check_without_faults(tests: tuple[str, ...], place: Place, limit: float) -> float:
    """Return the processor time of tests that must pass: what fails anyway would seem to catch every fault."""
    ran = place.run([*PYTEST, *tests], limit)
    if ran.code != 0:
        raise BadFault(f"{' '.join(tests)} does not pass without a fault:\n{ran.told}")
    return ran.seconds


def sets_of_tests(faults: list[Fault]) -> list[tuple[str, ...]]:
    """What must pass without a fault: one list of all that need no option, and each that has one."""
    plain, special = [], []
    for tests in dict.fromkeys(fault.tests for fault in faults):
        if any(part.startswith("-") for part in tests):
            special.append(tests)
        else:
            plain += tests
    files = {part for part in plain if "::" not in part}
    plain = [part for part in dict.fromkeys(plain) if part in files or part.partition("::")[0] not in files]
    return [*([tuple(plain)] if plain else []), *special]


def judge_all(faults: list[Fault], jobs: int, limit: float) -> tuple[dict[Fault, str], dict[str, float]]:
    """Judge faults in parallel, each worker in a copy of its own; return also the processor time by row."""
    verdicts: dict[Fault, str] = {}
    spent: dict[str, float] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dlmath-mutants-")))
        free: SimpleQueue[Place] = SimpleQueue()
        for number in range(jobs):
            free.put(stack.enter_context(Place(copy(folder / str(number)))))
        pool = stack.enter_context(ThreadPoolExecutor(jobs))

        def check(tests: tuple[str, ...]) -> float:
            place = free.get()
            try:
                return check_without_faults(tests, place, limit)
            finally:
                free.put(place)

        def one(fault: Fault) -> Judged:
            place = free.get()
            try:
                judged = judge(fault, place, limit)
            except BadFault as error:  # the others of a long run are judged all the same
                judged = Judged(str(error), "", 0.0)
            finally:
                free.put(place)
            print(f"{fault.row:12} {fault.name}: {judged.verdict} ({judged.seconds:.0f} s) {judged.by}", flush=True)
            return judged

        for row in dict.fromkeys(fault.row for fault in faults):
            here = [fault for fault in faults if fault.row == row]
            spent[row] = sum(pool.map(check, sets_of_tests(here)))
            print(f"{row:12} the tests pass without a fault ({spent[row]:.0f} s)", flush=True)
            for fault, judged in zip(here, pool.map(one, here), strict=True):
                verdicts[fault] = judged.verdict
                spent[row] += judged.seconds
    return verdicts, spent


def report(verdicts: dict[Fault, str], spent: dict[str, float]) -> bool:
    """Print the share of faults that were caught and the time, row by row; return whether each share is enough."""
    enough = True
    print(f"\n{'row':12} planted  caught  share  CPU seconds")
    for row in dict.fromkeys(fault.row for fault in verdicts):
        here = [verdict for fault, verdict in verdicts.items() if fault.row == row]
        share = here.count("caught") / len(here)
        enough &= share >= WANTED
        print(f"{row:12} {len(here):7} {here.count('caught'):7} {share:6.1%} {spent[row]:12.0f}")
    print(f"{'all':12} {len(verdicts):7} {list(verdicts.values()).count('caught'):7} {sum(spent.values()):19.0f}")
    for fault, verdict in verdicts.items():
        if verdict != "caught":
            print(f"\n{verdict}: {fault.row}: {fault.name}\n  {fault.file}\n  - {fault.old}\n  + {fault.new}")
    return enough


def main() -> int:
    """Run from the command line; 0 if each row has its share."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("rows", nargs="*", help=f"rows of faults (default: all): {', '.join(rows())}")
    parser.add_argument("--only", help="the faults whose name holds this")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="faults at a time (default: the cores)")
    parser.add_argument("--limit", type=float, default=600, help="seconds for the tests of one fault")
    options = parser.parse_args()
    try:
        faults = [f for row in options.rows or rows() for f in read(row) if (options.only or "") in f.name]
        for fault in faults:
            changed(fault, Path.cwd())
        if not faults:
            raise BadFault("there is no such fault")
        verdicts, spent = judge_all(faults, max(1, min(options.jobs, len(faults))), options.limit)
    except (BadFault, OSError) as error:
        print(f"mutants: {error}", file=sys.stderr)
        return 2
    return 0 if report(verdicts, spent) else 1


if __name__ == "__main__":
    sys.exit(main())
