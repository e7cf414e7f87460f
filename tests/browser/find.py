"""Where a Chromium is: `python -m tests.browser.find` prints its path, fetching one where that is possible.

The tests take, in this order, the one that CHROMIUM names, one on PATH, and the one that Playwright has fetched.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

# The first is Chromium without windows: the same engine, and half as long to open a page.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find_chromium() -> str | None:
    """The path of a Chromium, or None."""
    if named := os.environ.get("CHROMIUM"):
        return named
    return next(filter(None, map(shutil.which, NAMES)), None) or _playwrights_own()


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if path and Path(path).is_file() else None


def fetch_chromium() -> str | None:
    """Let Playwright download its Chromium; None where the network does not give it."""
    print("No Chromium here: trying to fetch one …", flush=True)
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return _playwrights_own() if done.returncode == 0 else None


if __name__ == "__main__":
    path = find_chromium() or fetch_chromium()
    if path is None:
        sys.exit("No Chromium was found or could be fetched: install one, or name it in CHROMIUM.")
    print(f"Browser tests use {path}")
