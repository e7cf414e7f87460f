"""What `prove` has found, kept between two runs of the notebooks that differ in the processor's kernels alone.

SymPy's proofs and ball arithmetic compute with whole numbers: no kernel of OpenBLAS or NumPy takes part in them. So the
second run of `make test`, "as another processor computes them", need not prove anew what the first has proved; its
numbers, pictures and explorers are all computed anew. Nothing is kept longer: `make test` begins with an empty folder.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import sympy as sp

WRITE, READ = "DLMATH_EVIDENCE_WRITE", "DLMATH_EVIDENCE_READ"


def attend(environment: Mapping[str, str]) -> None:
    """Let `prove` write down its evidence in the folder that the environment names, or read it there first."""
    prove: Any = importlib.import_module("dlmath_lib.verify.prove")
    check: Callable[..., Any] = prove._check
    if folder := environment.get(READ):
        prove._check = lambda *statement: _read(Path(folder), statement) or check(*statement)
    elif folder := environment.get(WRITE):
        Path(folder).mkdir(parents=True, exist_ok=True)
        prove._check = lambda *statement: _write(Path(folder), statement, check(*statement))


def _read(folder: Path, statement: tuple[Any, ...]) -> Any:
    file = _file(folder, statement)
    return pickle.loads(file.read_bytes()) if file and file.is_file() else None


def _write(folder: Path, statement: tuple[Any, ...], evidence: Any) -> Any:
    if file := _file(folder, statement):
        new = file.with_suffix(f".{os.getpid()}")
        new.write_bytes(pickle.dumps(evidence))
        new.replace(file)
    return evidence


def _file(folder: Path, statement: tuple[Any, ...]) -> Path | None:
    """Return the statement's own file; None for a statement that cannot be written out in full."""
    try:
        return folder / hashlib.sha256("\n".join(map(_written, statement)).encode()).hexdigest()
    except Exception:  # SymPy's printers raise all kinds: such a statement is proved each time
        return None


def _written(part: Any) -> str:
    """Write a part of a statement out with the assumptions of its symbols."""
    if isinstance(part, Mapping):
        return "{" + ", ".join(f"{_written(key)}: {_written(value)}" for key, value in part.items()) + "}"
    if isinstance(part, (tuple, list)):
        return "(" + ", ".join(map(_written, part)) + ")"
    if isinstance(part, (sp.Basic, sp.MatrixBase)):
        functions = sorted({f"{f.func.__name__}{sorted(f._assumptions.items())}" for f in part.atoms(sp.Function)})
        return sp.srepr(part) + "".join(functions)
    if part is None or isinstance(part, (str, int, float)):
        return repr(part)
    raise TypeError(f"no form in writing: {type(part).__name__}")
