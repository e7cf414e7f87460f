"""Networks in files: .npz without pickle, written whole or not at all."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any

import numpy as np

from dlmath_lib._validate import fail

FORMAT = "dlmath network 1"


def write(path: Any, description: dict[str, Any], parameters: np.ndarray) -> None:
    """Write beside the target, then rename: a crash leaves the old file or none, never half a one."""
    path = Path(path)
    if path.suffix != ".npz":
        raise fail("Network.save", "path", "a name that ends in .npz", f"{path.name!r}")
    text = json.dumps({"format": FORMAT} | description)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with draft.open("xb") as file:
            np.savez(file, description=np.array(text), parameters=parameters)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def read(function: str, path: Any) -> tuple[dict[str, Any], np.ndarray]:
    """What `write` wrote, or a ValueError that says what is wrong with the file."""
    path = Path(path)
    with path.open("rb") as file:
        try:
            with np.load(file, allow_pickle=False) as stored:
                description, parameters = json.loads(str(stored["description"])), stored["parameters"]
            whole = description["format"] == FORMAT
        # Bytes from elsewhere fail in many ways: as zip, as npy, as JSON, as a dictionary, as too large a number.
        except Exception as cause:
            hint = "truncated, or another kind of file"
            raise fail(function, "path", "a whole file written by Network.save", f"{path.name!r}", hint) from cause
    if not whole:
        raise fail(function, "path", f"a file of the format {FORMAT!r}", f"{description['format']!r}")
    if parameters.ndim != 1 or parameters.dtype.kind != "f" or not np.isfinite(parameters).all():
        got = f"{parameters.dtype} of shape {parameters.shape}"
        raise fail(function, "path", "a file with one vector of finite parameters", got)
    return description, parameters
