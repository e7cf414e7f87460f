"""The front end's modules in Node: ``ask(code, given)`` runs code that sees them as ``m``."""

from __future__ import annotations

import json
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from tests.lib import node
from tests.lib.node import find_node

FRONTEND = Path(__file__).parents[2] / "dlmath_lib/explore/frontend"
PARTS = ("state", "format", "axes", "sampling", "contours", "functions", "palette", "theme", "scene", "marks/common",
         "marks/field", "marks/trajectory", "marks/index")  # fmt: skip
BUNDLE = """
import { bundle } from %(build)s;
const contents = %(parts)s.map((part) => `export * from "./${part}.js";`).join("\\n");
const stdin = { contents, resolveDir: %(source)s };
await bundle(null, null, { entryPoints: [], outfile: undefined, stdin, format: "esm", write: false })
  .then((result) => process.stdout.write(result.outputFiles[0].text));
"""


@cache
def _modules() -> tuple[tempfile.TemporaryDirectory[str], str]:
    folder = tempfile.TemporaryDirectory(prefix="dlmath-frontend-")
    names = {"build": (FRONTEND / "build.mjs").as_uri(), "parts": PARTS, "source": str(FRONTEND / "src")}
    file = Path(folder.name) / "parts.mjs"
    program = BUNDLE % {key: json.dumps(value) for key, value in names.items()}
    command = [find_node(), "--input-type=module", "-e", program]
    done = subprocess.run(command, cwd=FRONTEND, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    file.write_text(done.stdout, encoding="utf-8")
    return folder, file.as_uri()  # the folder lives as long as this does


def ask(code: str, given: Any = None) -> Any:
    """What the code returns; numbers that are not finite come as their names."""
    return node.ask(code, given, _modules()[1])
