"""Networks in files: .npz without pickle, written whole or not at all."""

from __future__ import annotations

import contextlib
import glob
import json
import os
import secrets
import stat
import time
import zipfile
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy

from dlmath_lib._validate import fail

try:
    import fcntl
except ModuleNotFoundError:  # Windows
    fcntl = None  # type: ignore[assignment]

FORMAT = "dlmath network 1"
LARGEST_DESCRIPTION = 1 << 20
JUST_OPENED = 60.0  # seconds for which an empty draft may belong to a program that has not locked it yet


def write(function: str, path: Any, description: dict[str, Any], parameters: np.ndarray) -> None:
    """Write beside the target, then rename: a crash leaves the old file or none, never half a one."""
    path = _as_path(function, path)
    if path.suffix != ".npz":
        raise fail(function, "path", "a name that ends in .npz", f"{path.name!r}")
    if not np.isfinite(parameters).all():
        hint = "such a network could not be loaded again"
        raise fail(function, "the network's parameters", "finite", "NaN or infinity", hint)
    target = path.resolve()  # a symbolic link stays, and what it points to is written
    text = json.dumps({"format": FORMAT} | description)
    with _errors_of(path):
        _sweep(target)
        draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}.draft")
        try:
            with draft.open("xb") as file:
                _lock(file)
                np.savez(file, description=np.array(text), parameters=parameters)
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileNotFoundError):
                draft.chmod(stat.S_IMODE(target.stat().st_mode))
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)


@contextlib.contextmanager
def _errors_of(path: Path) -> Any:
    """Errors of the system name the file that the reader named, and not its draft."""
    try:
        yield
    except OSError as error:
        if error.errno is None:
            raise
        raise type(error)(error.errno, error.strerror, str(path)) from None


def _sweep(target: Path) -> None:
    """Remove what programs that were killed have left of earlier drafts of this file: drafts that no one locks."""
    for left in target.parent.glob(f".{glob.escape(target.name)}.????????.draft"):
        with contextlib.suppress(OSError), left.open("rb") as file:
            _lock(file)
            written = os.fstat(file.fileno())
            if written.st_size or time.time() - written.st_mtime > JUST_OPENED:
                left.unlink()


def _lock(file: BinaryIO) -> None:
    """Lock the file until it is closed, or raise OSError. On Windows a file that is open cannot be removed anyway."""
    if fcntl is not None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _as_path(function: str, path: Any) -> Path:
    if not isinstance(path, (str, os.PathLike)):
        raise fail(function, "path", "a name or a path", f"{type(path).__name__}", error=TypeError)
    return Path(path)


def read(function: str, path: Any, size: int | None = None) -> tuple[dict[str, Any], np.ndarray]:
    """What `write` wrote, or a ValueError that says what is wrong with the file.

    With ``size``, so many parameters are expected: what a file claims is compared before it is unpacked.
    """
    path = _as_path(function, path)
    with path.open("rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                description = json.loads(str(_array(archive, "description", LARGEST_DESCRIPTION)))
                if whole := description["format"] == FORMAT:
                    claimed = _claimed(description["layers"])
                    parameters = _array(archive, "parameters", 8 * max(claimed, size or 0) + 4096)
        # Bytes from elsewhere fail in many ways: as zip, as npy, as JSON, as a dictionary, as too large a number.
        except Exception as cause:
            hint = "truncated, or another kind of file"
            raise fail(function, "path", "a whole file written by Network.save", f"{path.name!r}", hint) from cause
    if not whole:
        raise fail(function, "path", f"a file of the format {FORMAT!r}", f"{description['format']!r}")
    if parameters.ndim != 1 or parameters.dtype.kind != "f" or not np.isfinite(parameters).all():
        got = f"{parameters.dtype} of shape {parameters.shape}"
        raise fail(function, "path", "a file with one vector of finite parameters", got)
    if size is not None and claimed == size != parameters.size:
        raise fail(function, "the file's parameters", f"{size} numbers", f"{parameters.size}")
    return description, parameters


def _claimed(layers: Any) -> int:
    """How many parameters the layers of a description have."""
    return sum(int(outputs) * (int(inputs) + 1) for inputs, outputs, *_ in layers)


def _array(archive: zipfile.ZipFile, name: str, most: int) -> np.ndarray:
    """One array of an .npz file of at most ``most`` bytes: a small file may unpack to gigabytes."""
    entry = archive.getinfo(name + ".npy")
    if entry.file_size > most:
        raise ValueError(f"{name} takes {entry.file_size} bytes, at most {most} are expected")
    with archive.open(entry) as stream:
        if npy.read_magic(stream) != (1, 0):
            raise ValueError(f"{name} is in another version of the npy format")
        shape, _, dtype = npy.read_array_header_1_0(stream)
        # Never as much as the header promises, only what is there; objects (pickles) have no buffer.
        return np.frombuffer(stream.read(), dtype).reshape(shape).copy()
