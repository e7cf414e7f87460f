"""Networks in files: .npz without pickle, written whole or not at all."""

from __future__ import annotations

import contextlib
import glob
import json
import math
import os
import secrets
import stat
import time
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy

from dlmath_lib._validate import fail
from dlmath_lib.network.layer import Layer, described, from_description, output_shapes
from dlmath_lib.network.layers.dense import Dense
from dlmath_lib.network.step import Shape

try:
    import fcntl
except ModuleNotFoundError:  # Windows
    fcntl = None  # type: ignore[assignment]

# The first has dense layers alone, each a list of its fields; the second any layers, and the shape of an example.
FORMATS = ("dlmath network 1", "dlmath network 2")
LARGEST_DESCRIPTION = 1 << 20
JUST_OPENED = 60.0  # seconds for which an empty draft may belong to a program that has not locked it yet


def described_layers(layers: Sequence[Layer], input_shape: Shape) -> dict[str, Any]:
    """Layers as data; dense ones in the way that the first version of this library wrote and reads."""
    if all(type(layer) is Dense for layer in layers):
        return {"layers": [list(vars(layer).values()) for layer in layers]}
    return {"layers": [described(layer) for layer in layers], "input_shape": list(input_shape)}


def _layers(description: dict[str, Any]) -> tuple[list[Layer], dict[str, int]]:
    """The layers of a description, and how many numbers of each kind they have."""
    if "input_shape" in description:
        layers = [from_description(entry) for entry in description["layers"]]
        start = tuple(map(int, description["input_shape"]))
    else:
        layers = [Dense(*entry) for entry in description["layers"]]
        start = layers[0].input_shape
    shapes = output_shapes("the file", layers, start)
    sizes = {}
    for kind in ("parameter", "statistic"):
        found = [getattr(layer, f"{kind}_shapes")(shape) for layer, shape in zip(layers, shapes, strict=False)]
        sizes[f"{kind}s"] = sum(math.prod(shape) for arrays in found for shape in arrays.values())
    return layers, {kind: size for kind, size in sizes.items() if size or kind == "parameters"}


def write(function: str, path: Any, description: dict[str, Any], numbers: Mapping[str, np.ndarray]) -> None:
    """Write beside the target, then rename: a crash leaves the old file or none, never half a one."""
    path = _as_path(function, path)
    if path.suffix != ".npz":
        raise fail(function, "path", "a name that ends in .npz", f"{path.name!r}")
    for name, array in numbers.items():
        if not np.isfinite(array).all():
            hint = "such a network could not be loaded again"
            raise fail(function, f"the network's {name}", "finite", "NaN or infinity", hint)
    target = path.resolve()  # a symbolic link stays, and what it points to is written
    text = json.dumps({"format": FORMATS["input_shape" in description]} | description)
    with _errors_of(path):
        _sweep(target)
        draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}.draft")
        try:
            with draft.open("xb") as file:
                _lock(file)
                arrays: dict[str, Any] = {"description": np.array(text), **numbers}
                np.savez(file, **arrays)
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


def read(function: str, path: Any) -> tuple[dict[str, Any], list[Layer], dict[str, np.ndarray]]:
    """What `write` wrote, and its layers, or a ValueError that says what is wrong with the file.

    No more is unpacked than its layers have numbers.
    """
    path = _as_path(function, path)
    numbers = {}
    with path.open("rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                description = json.loads(str(_array(archive, "description", LARGEST_DESCRIPTION)))
                if whole := description["format"] in FORMATS:
                    layers, claimed = _layers(description)
                    for name, size in claimed.items():
                        numbers[name] = _array(archive, name, 8 * size + 4096)
        # Bytes from elsewhere fail in many ways: as zip, as npy, as JSON, as a dictionary, as too large a number.
        except Exception as cause:
            hint = "truncated, or another kind of file"
            raise fail(function, "path", "a whole file written by Network.save", f"{path.name!r}", hint) from cause
    if not whole:
        expected = " or ".join(map(repr, FORMATS))
        raise fail(function, "path", f"a file of the format {expected}", f"{description['format']!r}")
    for name, array in numbers.items():
        if array.ndim != 1 or array.dtype.kind != "f" or not np.isfinite(array).all():
            got = f"{array.dtype} of shape {array.shape}"
            raise fail(function, "path", f"a file with one vector of finite {name}", got)
        if array.size != claimed[name]:
            raise fail(function, "path", f"a file with {claimed[name]} {name}, as its layers have", f"{array.size}")
    return description, layers, numbers


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
