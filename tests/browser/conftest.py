"""A real Chromium for the browser tests; without one they are skipped, or fail under DLMATH_REQUIRE_BROWSER=1."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.find import find_chromium

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    # Debian's starter asks for it; without a graphics card it costs a quarter of a page's load.
    "--disable-gpu-rasterization",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for all tests of a worker."""
    path = find_chromium()
    if path is None:
        reason = "no Chromium: install one, name it in CHROMIUM, or run `python -m tests.browser.find`"
        if os.environ.get("DLMATH_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """``open_page(url, width=1280, height=900, **context_options)``; at the end no page may have shown an error."""
    contexts: list[Any] = []
    problems: list[str] = []

    def open_(url: str, *, width: int = 1280, height: int = 900, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on(
            "console",
            lambda message: (
                problems.append(f"{message.text} ({message.location.get('url')})") if message.type == "error" else None
            ),
        )
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(url)
        return page

    open_.problems = problems  # type: ignore[attr-defined]
    yield open_
    for context in contexts:
        context.close()
    assert not problems, problems
