"""A JupyterLab of its own, for a test or a measurement: its own settings, folder and port, on this machine only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def wait_for(what: str, seconds: float, ask: Callable[[], Any]) -> Any:
    """Ask until the answer is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := ask():
            return answer
        time.sleep(0.2)
    raise AssertionError(f"{what}: not within {seconds} s")


@contextmanager
def jupyterlab(folder: Path) -> Iterator[tuple[str, Path]]:
    """Serve the notebooks in a folder; gives the address and the runtime folder, where the kernels' files are."""
    settings = folder / "settings/@jupyterlab/notebook-extension"
    settings.mkdir(parents=True)
    # Lab would take outputs off the page that are not on the screen.
    (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    runtime = folder / "runtime"
    own = {"JUPYTER_CONFIG_DIR": folder / "config", "JUPYTER_RUNTIME_DIR": runtime}
    environment = {**os.environ, **{key: str(path) for key, path in own.items()}}
    environment |= {"JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"), "JUPYTERLAB_WORKSPACES_DIR": str(folder)}
    options = ["--no-browser", "--allow-root", "--port=0", "--ip=127.0.0.1", "--IdentityProvider.token="]
    options += [f"--ServerApp.root_dir={folder}", "--LabApp.news_url=None", "--LabApp.check_for_updates_class="]
    options[-1] += "jupyterlab.NeverCheckForUpdate"
    with (folder / "lab.log").open("w") as log:
        command = [sys.executable, "-m", "jupyterlab", *options]
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT, cwd=folder)
        try:
            file = wait_for("JupyterLab's start", 60, lambda: next(iter(runtime.glob("jpserver-*.json")), None))
            yield json.loads(file.read_text())["url"].rstrip("/"), runtime
        finally:
            server.terminate()
            server.wait(20)


def run_all(page: Any) -> None:
    """Run every cell of the open notebook, once its kernel is there: Lab loses what it is asked before."""
    page.locator("#jp-main-statusbar").get_by_text("| Idle").first.wait_for()
    page.locator(".jp-Notebook").first.click(position={"x": 5, "y": 5})
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
