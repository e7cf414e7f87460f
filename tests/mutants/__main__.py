"""Plant faults one at a time in a copy of the book, and count how many the tests see.

`make mutants` runs every row, `python -m tests.mutants verify explorers` some, `--only NAME` one fault. The working
tree is never touched. A fault in the front end is bundled, one in a notebook's code is run and stored, before the tests
run; `stored = true` plants it into the notebook's file as it is, outputs included.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.plant import BadFault, Fault, changed, copy, planted, read, rows, runs

WANTED = 0.95
FRONTEND = "dlmath_lib/explore/frontend"
BIN = Path(sys.executable).parent
PYTEST = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--no-header", "--tb=line"]


def run(arguments: list[str], root: Path, limit: float) -> tuple[int | None, str]:
    """Run a command in a copy; None instead of its code if it does not end in time."""
    environment = {
        **os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0",
        "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
    }  # fmt: skip
    environment.pop("DLMATH_BOOK", None)  # a browser test must build the book that holds the fault
    try:
        done = subprocess.run(
            arguments, cwd=root, env=environment, capture_output=True, text=True, timeout=limit, check=False
        )
    except subprocess.TimeoutExpired:
        return None, f"no end within {limit:.0f} s"
    return done.returncode, done.stdout[-2000:] + done.stderr[-2000:]


def judge(fault: Fault, root: Path, limit: float) -> str:
    """Return "caught", or why it was not."""
    run_anew = runs(fault, root)
    with planted(fault, root):
        if fault.file.startswith(FRONTEND):
            code, told = run(["npm", "run", "--silent", "build"], root / FRONTEND, limit)
            if code != 0:
                raise BadFault(f"{fault.row}: {fault.name}: the front end cannot be bundled:\n{told}")
        if run_anew:
            code, told = run([sys.executable, "-m", "dlmath_lib.book.execute", fault.file], root, limit)
            if code != 0:
                return "caught" if code == 1 else told
        code, told = run([*PYTEST, *fault.tests], root, limit)
    if code == 0:
        return "survived"
    if code is None:
        return told
    if code in (1, 2):  # 2: a module that the tests import cannot be read
        return "caught"
    raise BadFault(f"{fault.row}: {fault.name}: pytest {' '.join(fault.tests)} ended with {code}:\n{told}")


def check_without_faults(faults: list[Fault], root: Path, limit: float) -> None:
    """What fails without a fault would seem to catch every fault."""
    seen: set[tuple[str, ...]] = set()
    for fault in faults:
        if fault.tests not in seen:
            seen.add(fault.tests)
            code, told = run([*PYTEST, *fault.tests], root, limit)
            if code != 0:
                raise BadFault(f"{fault.row}: {' '.join(fault.tests)} does not pass without a fault:\n{told}")


def judge_all(faults: list[Fault], jobs: int, limit: float) -> dict[Fault, str]:
    """Judge faults in parallel, each worker in a copy of its own."""
    with tempfile.TemporaryDirectory(prefix="dlmath-mutants-") as folder, ThreadPoolExecutor(jobs) as pool:
        free: SimpleQueue[Path] = SimpleQueue()
        for number in range(jobs):
            free.put(copy(Path(folder) / str(number)))

        def one(fault: Fault) -> str:
            root = free.get()
            try:
                verdict = judge(fault, root, limit)
            finally:
                free.put(root)
            print(f"{fault.row:12} {fault.name}: {verdict}", flush=True)
            return verdict

        root = free.get()
        check_without_faults(faults, root, limit)
        free.put(root)
        return dict(zip(faults, pool.map(one, faults), strict=True))


def report(verdicts: dict[Fault, str]) -> bool:
    """Print the share of faults that were caught, row by row; return whether it is high enough in each."""
    enough = True
    print(f"\n{'row':12} planted  caught  share")
    for row in dict.fromkeys(fault.row for fault in verdicts):
        here = [verdict for fault, verdict in verdicts.items() if fault.row == row]
        share = here.count("caught") / len(here)
        enough &= share >= WANTED
        print(f"{row:12} {len(here):7} {here.count('caught'):7} {share:6.1%}")
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
        verdicts = judge_all(faults, max(1, min(options.jobs, len(faults))), options.limit)
    except (BadFault, OSError) as error:
        print(f"mutants: {error}", file=sys.stderr)
        return 2
    return 0 if report(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
