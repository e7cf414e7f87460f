"""Faults: read from the files of `tests/mutants/faults`, planted into a copy of the book, taken out again."""

from __future__ import annotations

import compileall
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode

from dlmath_lib.book import notebooks

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).with_name("faults")
# What is not in git and yet needed: the front end's bundle, and what bundles it.
BUILT = ("dlmath_lib/explore/static", "dlmath_lib/book/static")
LINKED = ("dlmath_lib/explore/frontend/node_modules",)


class BadFault(Exception):
    """A fault that does not say one place, or no test."""


@dataclass(frozen=True)
class Fault:
    """One change that a test should see."""

    row: str
    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...] = ()
    stored: bool = False  # of a notebook: the fault is in what is stored, which is not made anew


def rows(folder: Path = FOLDER) -> list[str]:
    """The rows of faults, each a file."""
    return sorted(path.stem for path in folder.glob("*.toml"))


def read(row: str, folder: Path = FOLDER) -> list[Fault]:
    """Read the faults of a row; ``tests`` at the top of the file are those of each fault that names none."""
    if not (folder / f"{row}.toml").is_file():
        raise BadFault(f"there is no row {row!r}: the rows are {', '.join(rows(folder))}")
    content = tomllib.loads((folder / f"{row}.toml").read_text(encoding="utf-8"))
    common = content.get("tests", [])
    faults = []
    for entry in content.get("fault", []):
        try:
            fault = Fault(row=row, **{**entry, "tests": tuple(entry.get("tests", common))})
        except TypeError as error:
            raise BadFault(f"{row}.toml: {entry.get('name', entry)}: {error}") from None
        if not fault.tests:
            raise BadFault(f"{row}: {fault.name}: names no tests that should see it")
        if fault.old == fault.new:
            raise BadFault(f"{row}: {fault.name}: old and new are the same")
        faults.append(fault)
    doubled = {fault.name for fault in faults if [other.name for other in faults].count(fault.name) > 1}
    if doubled:
        raise BadFault(f"{row}: two faults have the name {', '.join(sorted(doubled))}")
    return faults


def changed(fault: Fault, root: Path) -> str:
    """Return the file with the fault in it; in a notebook it is planted into the source of one cell."""
    path = root / fault.file
    if not path.is_file():
        raise BadFault(f"{fault.row}: {fault.name}: there is no {fault.file}")
    if path.suffix != ".ipynb" or fault.stored:
        return _replaced(fault, path.read_text(encoding="utf-8"))
    notebook = notebooks.read(path)
    holding = [cell for cell in notebook.cells if fault.old in cell.source]
    if len(holding) != 1:
        raise BadFault(f"{fault.row}: {fault.name}: old stands in {len(holding)} cells of {fault.file}, not in one")
    holding[0].source = _replaced(fault, holding[0].source)
    return notebooks.text(notebook)


def runs(fault: Fault, root: Path) -> bool:
    """Whether the notebook must be run with its fault: what stands in a text cell changes no output."""
    if not fault.file.endswith(".ipynb") or fault.stored:
        return False
    cells = notebooks.read(root / fault.file).cells
    return any(fault.old in cell.source for cell in cells if cell.cell_type == "code")


def _replaced(fault: Fault, text: str) -> str:
    found = text.count(fault.old)
    if found != 1:
        raise BadFault(f"{fault.row}: {fault.name}: old stands {found} times in {fault.file}, not once")
    return text.replace(fault.old, fault.new)


def copy(target: Path) -> Path:
    """Copy the book's files (not `.git`, not the environment) for faults to be planted in."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    for name in BUILT:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target / name, dirs_exist_ok=True)
    for name in LINKED:
        if (ROOT / name).is_dir():
            (target / name).symlink_to(ROOT / name)
    # Nothing is compiled anew in each run; by its hash, since a fault may come within the second and leave the size.
    compileall.compile_dir(target / "dlmath_lib", quiet=1, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
    return target


@contextmanager
def planted(fault: Fault, root: Path) -> Iterator[None]:
    """Plant a fault in a copy and take it out again."""
    path = root / fault.file
    after = changed(fault, root)
    before = path.read_bytes()
    path.write_text(after, encoding="utf-8")
    try:
        yield
    finally:
        path.write_bytes(before)
