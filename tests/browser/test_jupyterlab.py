"""A chapter in a real JupyterLab: it is opened, run, a slider moves, and the kernel sees the new value."""

from __future__ import annotations

import json
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client import BlockingKernelClient

from tests.browser.lab import jupyterlab, run_all, wait_for

ROOT = Path(__file__).parents[2]
CHAPTER = ROOT / "chapters/calculus/numerical_derivatives.ipynb"
VALUES = """
import gc, json
from dlmath_lib.explore import Explorer
(found,) = [e for e in gc.get_objects() if isinstance(e, Explorer) and e.spec["title"] == %r]
print(json.dumps(found.values))
"""


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    shutil.copy(CHAPTER, tmp_path)
    with jupyterlab(tmp_path) as served:
        yield served


def kernel(url: str, runtime: Path) -> BlockingKernelClient:
    """A second client of the kernel that the notebook runs in."""
    with urllib.request.urlopen(f"{url}/api/sessions") as answer:
        session = json.loads(answer.read())[0]
    client = BlockingKernelClient(connection_file=str(runtime / f"kernel-{session['kernel']['id']}.json"))
    client.load_connection_file()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    return client


def values(client: BlockingKernelClient, title: str) -> dict[str, float]:
    """The explorer's values, as Python sees them."""
    printed: list[str] = []

    def keep(message: dict[str, Any]) -> None:
        if message["msg_type"] == "stream":
            printed.append(message["content"]["text"])

    reply = client.execute_interactive(VALUES % title, output_hook=keep, timeout=60)
    assert reply["content"]["status"] == "ok", reply["content"]
    return dict(json.loads("".join(printed)))


def test_a_chapter_runs_and_its_slider_reaches_the_kernel(lab: tuple[str, Path], open_page: Any) -> None:
    url, runtime = lab
    page = open_page(f"{url}/lab/tree/{CHAPTER.name}", height=1000)
    page.set_default_timeout(60_000)
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    stored = page.locator(".jp-Notebook figure.explorer").first
    stored.wait_for(state="attached")
    assert "starting state" in stored.locator(".explorer-fallback").text_content()

    run_all(page)
    client = kernel(url, runtime)
    try:
        live = page.locator(".jp-Notebook .explorer.is-live", has=page.locator("input[type=range]")).first
        live.wait_for()
        wait_for("the last cell's run", 60, lambda: page.locator(".jp-InputPrompt:text('[*]')").count() == 0)
        assert page.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"]').count() == 0
        # Running opens a folded output, but not what lies under a collapsed heading.
        solutions = page.locator(".jp-Notebook .jp-CodeCell", has_text="# A solution.")
        assert page.locator(".jp-MarkdownHeadingCollapsed", has_text="A solution").count() >= 4
        assert not any(solution.is_visible() for solution in solutions.all())
        title = live.locator(".explorer-title span").first.text_content()
        before = values(client, title)
        slider = live.locator("input[type=range]").first
        slider.focus()
        for _ in range(4):
            page.keyboard.press("ArrowLeft" if slider.input_value() == slider.get_attribute("max") else "ArrowRight")
        shown = live.evaluate("figure => figure.explorer.values")
        assert shown != pytest.approx(before)
        wait_for("the figure's values in the kernel", 20, lambda: values(client, title) == pytest.approx(shown))
        # The arrow keys moved the slider and not Lab's selected cell.
        assert page.evaluate("document.activeElement.type") == "range"
        # A combination with Ctrl is Lab's, though the focus is on the slider: the notebook is saved.
        file = runtime.parent / CHAPTER.name
        before_saving = file.stat().st_mtime_ns
        page.keyboard.press("Control+s")
        wait_for("the notebook's saving", 30, lambda: file.stat().st_mtime_ns != before_saving)
        assert page.evaluate("document.activeElement.type") == "range"
    finally:
        client.stop_channels()
