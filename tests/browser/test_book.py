"""The built book in Chromium: every explorer of every page, by mouse and by keyboard, over http and from file://.

Each explorer is moved and its numbers are compared with those that NumPy computes from the chapter's own objects.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import drawn
from tests.browser.chapters import compare, models, notebooks
from tests.browser.serve import served

ROOT = Path(__file__).parents[2]
AXE = ROOT / "dlmath_lib/explore/frontend/node_modules/axe-core/axe.min.js"
HOSTS = [("http", 1280, "light"), ("file", 390, "dark")]
# All that a reader sees of an explorer: its drawing, canvases included, and its readouts.
PICTURE = """figure => [figure.querySelector('.explorer-live').innerHTML,
    ...[...figure.querySelectorAll('canvas')].map(canvas => canvas.toDataURL())].join()"""


@pytest.fixture(scope="session")
def origin(book: Path) -> Iterator[str]:
    """The book, served from this machine."""
    with served(book) as address:
        yield address


@pytest.fixture
def visit(book: Path, origin: str, open_page: Any) -> Any:
    """``visit(page path, host, width, theme)``; no request may leave the book."""
    foreign: list[str] = []

    def visit_(path: str, host: str = "http", width: int = 1280, theme: str = "light") -> Any:
        base = origin if host == "http" else book.as_uri()
        page = open_page("about:blank", width=width, color_scheme=theme, has_touch=width < 600)
        own = (base, "data:", "blob:", "about:")
        page.on("request", lambda request: None if request.url.startswith(own) else foreign.append(request.url))
        page.goto(f"{base}/{path}")
        return page

    yield visit_
    assert not foreign, foreign


def settle(page: Any) -> None:
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def check_numbers(figure: Any, model: Any) -> None:
    """The page's numbers at its present values are NumPy's."""
    got = figure.evaluate("figure => ({values: figure.explorer.values, numbers: figure.explorer.numbers()})")
    wanted = model.numbers(model.check("test", got["values"]), {})
    assert compare(got["numbers"], wanted, model.name) > 0
    theme = figure.evaluate("() => document.documentElement.dataset.theme")
    drawn.check(figure, model.spec(), got["numbers"], theme)


def move(page: Any, figure: Any, control: Any, act: Any) -> None:
    """``act`` must change a value and the picture."""
    before = figure.evaluate("figure => figure.explorer.values"), figure.evaluate(PICTURE)
    act()
    settle(page)
    after = figure.evaluate("figure => figure.explorer.values"), figure.evaluate(PICTURE)
    name = figure.get_attribute("id")
    assert after[0] != before[0], f"{name}: {control} is dead"
    assert after[1] != before[1], f"{name}: {control} changes no picture"


def move_slider(page: Any, figure: Any, slider: Any, by: str) -> None:
    if slider.is_disabled():
        return  # it says that it has no effect: test_explore_dependence
    name = slider.get_attribute("aria-valuetext")
    if by == "keyboard":
        slider.focus()
        key = "ArrowLeft" if slider.input_value() == slider.get_attribute("max") else "ArrowRight"
        # A fine slider takes a few steps until its readout moves a pixel.
        move(page, figure, f"slider at {name}", lambda: [page.keyboard.press(key) for _ in range(5)])
        return
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    part = float(slider.evaluate("s => (s.value - s.min) / (s.max - s.min)"))
    goal = 0.25 if part > 0.5 else 0.75
    x, y = box["x"] + goal * box["width"], box["y"] + box["height"] / 2
    move(page, figure, f"slider at {name}", lambda: page.mouse.click(x, y))


def move_choice(page: Any, figure: Any, choice: Any, by: str) -> None:
    if choice.locator("select").count():
        select = choice.locator("select")
        other = select.evaluate("s => String((s.selectedIndex + 1) % s.options.length)")
        move(page, figure, "choice", lambda: select.select_option(other))
    elif by == "keyboard":
        choice.locator("input:checked").focus()
        move(page, figure, "choice", lambda: page.keyboard.press("ArrowRight"))
    else:
        move(page, figure, "choice", choice.locator("label:not(:has(input:checked))").last.click)


def move_point(page: Any, figure: Any, handle: Any, by: str) -> None:
    handle.scroll_into_view_if_needed()
    if by == "keyboard":
        handle.focus()
        states = figure.evaluate("figure => figure.explorer.values")
        for key in ("ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown"):
            page.keyboard.press(key)
            settle(page)
            if figure.evaluate("figure => figure.explorer.values") != states:
                return
        raise AssertionError(f"{figure.get_attribute('id')}: no arrow key moves the point")
    box = handle.locator(".explorer-dot").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    frame = figure.locator(".explorer-panels").bounding_box()
    # Towards the middle of the picture, so that the point is not at its bound already.
    right = 24 if x < frame["x"] + frame["width"] / 2 else -24
    down = 18 if y < frame["y"] + frame["height"] / 2 else -18

    def drag() -> None:
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + right, y + down, steps=3)
        page.mouse.up()

    move(page, figure, "point", drag)


@pytest.mark.parametrize("notebook", notebooks())
@pytest.mark.parametrize(("host", "width", "theme"), HOSTS, ids=[f"{h}-{w}-{t}" for h, w, t in HOSTS])
def test_every_explorer_moves_and_its_numbers_are_numpys(
    notebook: str, host: str, width: int, theme: str, visit: Any
) -> None:
    page = visit(f"{notebook}.html", host, width, theme)
    assert page.locator("html").get_attribute("data-theme") == theme
    figures = page.locator("figure.explorer").all()
    assert {f.get_attribute("id").removeprefix("explorer-") for f in figures} <= models(notebook).keys()
    assert figures
    for figure in figures:
        model = models(notebook)[figure.get_attribute("id").removeprefix("explorer-")]
        figure.scroll_into_view_if_needed()
        check_numbers(figure, model)
        start = figure.evaluate("figure => figure.explorer.values")
        for by in ("keyboard", "mouse"):
            for slider in figure.locator("input[type=range]").all():
                move_slider(page, figure, slider, by)
            for choice in figure.locator(".explorer-control.is-choice").all():
                move_choice(page, figure, choice, by)
            for handle in figure.locator("[role=slider]").all():
                move_point(page, figure, handle, by)
            check_numbers(figure, model)
            figure.locator(".explorer-reset").click()
            settle(page)
            assert figure.evaluate("figure => figure.explorer.values") == start
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def pages(book: Path) -> list[str]:
    found = (file.relative_to(book).as_posix() for file in book.rglob("*.html"))
    # index.html only leads on to intro.html.
    return sorted(page for page in found if not page.startswith("_") and page != "index.html")


@pytest.mark.parametrize(("host", "width", "theme"), HOSTS, ids=[f"{h}-{w}-{t}" for h, w, t in HOSTS])
def test_axe_finds_nothing_serious_on_any_page(host: str, width: int, theme: str, book: Path, visit: Any) -> None:
    serious, wide = [], []
    for path in pages(book):
        page = visit(path, host, width, theme)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        page.evaluate(AXE.read_text("utf-8"))
        found = page.evaluate("axe.run({ preload: false }).then(result => result.violations)")
        serious += [
            f"{path}: {v['id']}: {v['help']}: {v['nodes'][0]['html'][:200]}"
            for v in found
            if v["impact"] in ("serious", "critical")
        ]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(path)
        page.context.close()
    assert not serious, "\n".join(serious)
    assert not wide, f"wider than {width} px: {wide}"


def test_the_landing_page_shows_a_live_explorer_in_its_first_screen(book: Path, visit: Any) -> None:
    # index.html only leads on; it names no icon, so that a browser may ask for /favicon.ico in between.
    assert "url=intro.html" in (book / "index.html").read_text("utf-8")
    page = visit("intro.html")
    figure = page.locator("figure.explorer").first
    assert figure.locator(".explorer-plot, .explorer-panels").first.bounding_box()["y"] < 500
    handle = figure.locator("[role=slider]").first
    move_point(page, figure, handle, "mouse")


def test_the_theme_switch_changes_explorers_and_figures_at_once(visit: Any) -> None:
    page = visit(f"{notebooks()[0]}.html")
    curve = "getComputedStyle(document.querySelector('.explorer-panels path')).stroke"
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background), page.evaluate(curve)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    settle(page)
    assert page.evaluate(background) != light[0]
    assert page.evaluate(curve) != light[1]
