"""The built book in Chromium: each page is loaded once over http and once as a file, and tried there in every way.

Over http it is 1280 px wide and light, then dark; as a file 390 px wide, dark, on a touch screen, then wide and light.
Each explorer's numbers are compared with NumPy's and its drawing is read back, at the start and after every control
was moved: over http by keyboard, as a file by mouse, for the code that hears them is the same in both.
The tests of a page share its two loads, in this order, and leave it turned.
pytest-xdist gives them to one worker (`tests/conftest.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from dlmath_lib.book.explorers import PICTURE, lighter, stored_explorers
from tests.browser import drawn
from tests.browser.chapters import compare, models, notebooks
from tests.browser.moves import Hand
from tests.browser.serve import served

ROOT = Path(__file__).parents[2]
AXE = ROOT / "dlmath_lib/explore/frontend/node_modules/axe-core/axe.min.js"
PROBE = Path(__file__).with_name("probe.js")
HOSTS = {"http": (1280, "light"), "file": (390, "dark")}
SHIFT = """window.shift = 0;
new PerformanceObserver((list) => { for (const entry of list.getEntries()) shift += entry.value; })
    .observe({type: 'layout-shift', buffered: true});"""
HANDS = {"http": "keyboard", "file": "mouse"}


def contents() -> list[str]:
    """The pages of the book, and the search."""
    found = []

    def walk(entry: Any) -> None:
        if isinstance(entry, dict):
            found.extend(entry[key] for key in ("root", "file") if key in entry)
            entry = list(entry.values())
        if isinstance(entry, list):
            for part in entry:
                walk(part)

    walk(yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8")))
    return [*found, "search"]


@dataclass
class Visit:
    """One loaded page, and what went wrong on it."""

    name: str
    host: str
    page: Any
    problems: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    theme: str = ""

    @property
    def width(self) -> int:
        return self.page.viewport_size["width"]

    def check_theme(self, theme: str) -> None:
        self.theme = self.page.evaluate("document.documentElement.dataset.theme")
        assert self.theme == theme, "the page does not follow the system's theme"

    def settle(self) -> None:
        """Wait until every block has its height, and what scrolls can be reached; what a reader sees has not moved."""
        self.rest()
        if self.host == "file":  # a file's fonts may not be asked for beforehand: text moves when they come
            return
        if self.page.evaluate("shift") > 0.05:
            # A busy machine may bring a font when the text stands already. The second time it is at hand.
            address = self.page.url
            self.page.goto("about:blank")
            self.page.goto(address)
            self.page.evaluate(PROBE.read_text("utf-8"))
            self.rest()
        assert self.page.evaluate("shift") <= 0.05, "what a reader sees moves while the page opens"

    def rest(self) -> None:
        self.page.wait_for_function("document.documentElement.classList.contains('settled')")
        resting, awake = self.page.evaluate("probe.heights()")
        # On a busy machine a block may be drawn once more after its height was kept: it takes it when it is seen.
        assert abs(resting - awake) < 0.005 * awake, (
            f"what rests out of sight has not its own height: {resting} for {awake} px"
        )

    def turn(self, theme: str, width: int) -> None:
        """Another theme, as the system asks for it, and another width."""
        ground = "getComputedStyle(document.body).backgroundColor"
        before = self.page.evaluate(ground)
        self.page.emulate_media(color_scheme=theme)
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        self.check_theme(theme)
        assert self.page.evaluate(ground) != before

    def check_width(self) -> None:
        assert self.page.evaluate("document.documentElement.scrollWidth") <= self.width, f"wider than {self.width} px"
        assert self.page.evaluate("probe.tooWide()") == [], f"cut off at {self.width} px"
        if self.width >= 1280:
            assert self.page.evaluate("probe.sideways()") == [], "to be scrolled sideways on a wide screen"

    def figures(self) -> list[str]:
        return self.page.evaluate("[...document.querySelectorAll('figure.explorer')].map(figure => figure.id)")


@pytest.fixture(scope="module")
def visited(request: pytest.FixtureRequest, browser: Any, book: Path) -> Iterator[dict[str, Visit]]:
    """The page of this name in both hosts; no request may leave the book, and no error may be shown."""
    visits = {}
    with served(book) as address:
        for host, (width, theme) in HOSTS.items():
            base = address if host == "http" else book.as_uri()
            options = {"viewport": {"width": width, "height": 900}, "color_scheme": theme, "has_touch": width < 600}
            visit = visits[host] = Visit(request.param, host, browser.new_context(**options).new_page())
            visit.page.set_default_timeout(30_000)
            visit.page.add_init_script(SHIFT)
            own = (base, "data:", "blob:", "about:")
            visit.page.on(
                "request", lambda asked, v=visit, own=own: asked.url.startswith(own) or v.foreign.append(asked.url)
            )
            visit.page.on("console", lambda m, v=visit: m.type == "error" and v.problems.append(m.text))
            visit.page.on("pageerror", lambda error, v=visit: v.problems.append(str(error)))
            visit.page.goto(f"{base}/{request.param}.html")
            visit.page.evaluate(PROBE.read_text("utf-8"))
            visit.check_theme(theme)
        if request.param in notebooks():
            models(request.param)  # while the pages come to rest
        for visit in visits.values():
            visit.settle()
        yield visits
        for visit in visits.values():
            visit.page.context.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "visited" in metafunc.fixturenames:
        wanted = notebooks() if "explorer" in metafunc.function.__name__ else contents()
        metafunc.parametrize("visited", wanted, indirect=True, scope="module")


def test_every_page_of_the_book_is_tried(book: Path) -> None:
    found = {file.relative_to(book).with_suffix("").as_posix() for file in book.rglob("*.html")}
    # index.html only leads on to intro.html.
    assert {page for page in found if not page.startswith("_")} - {"index"} == set(contents())
    assert "url=intro.html" in (book / "index.html").read_text("utf-8")


def check_drawing(visit: Visit, figure: str, model: Any) -> None:
    """The page's numbers are NumPy's, and the drawing is that of the numbers."""
    place = visit.page.locator(f"#{figure}")
    seen = drawn.read(place)
    wanted = model.numbers(model.check("test", seen["values"]), {})
    assert compare(seen["numbers"], wanted, model.name) > 0
    drawn.check(place, model.spec(), visit.theme, seen)


def test_every_explorer_shows_its_numbers_at_once_and_after_moves(visited: dict[str, Visit]) -> None:
    for visit in visited.values():
        known = models(visit.name)
        figures = visit.figures()
        assert figures
        assert {figure.removeprefix("explorer-") for figure in figures} <= known.keys()
        for figure in figures:
            model, hand = known[figure.removeprefix("explorer-")], Hand(visit.page, figure)
            check_drawing(visit, figure, model)
            start = hand.ask("values")
            hand.move_all(HANDS[visit.host])
            check_drawing(visit, figure, model)
            hand.reset()
            assert hand.ask("values") == start, f"{figure}: Reset leaves other values"
        visit.check_width()


def test_every_explorers_picture_is_its_own(visited: dict[str, Visit]) -> None:
    """What stands there without JavaScript: the picture that its cell has stored, made lighter; nbval draws it anew."""
    visit = visited["http"]
    shown = visit.page.evaluate(
        "[...document.querySelectorAll('figure.explorer')].map(figure => [figure.id, "
        "figure.querySelector('.explorer-static img').src, figure.querySelector('.explorer-static img').alt])"
    )
    stored = stored_explorers(ROOT / f"{visit.name}.ipynb")
    for figure, source, alt in shown:
        name = figure.removeprefix("explorer-")
        assert alt == models(visit.name)[name].alt, f"{figure}: another alternative text"
        kept = PICTURE.search(stored[name])
        assert kept and source == lighter(kept[0]), f"{figure}: another picture"


def test_axe_finds_nothing_serious(visited: dict[str, Visit]) -> None:
    """From here on a page is made small for axe: what is repeated in it goes, but for the explorers."""
    for visit in visited.values():
        visit.page.evaluate("probe.wake(), document.querySelectorAll('details').forEach(d => d.open = true)")
        visit.check_width()
        visit.page.evaluate(AXE.read_text("utf-8"))
        if visit.host == "http":
            visit.page.evaluate("probe.simplify(), probe.thin()")
            found = visit.page.evaluate("probe.serious('structure')")
            visit.page.evaluate("probe.prune()")
            found += visit.page.evaluate("probe.serious('colours')")
            visit.turn("dark", 1280)
            found += visit.page.evaluate("probe.serious('colours')")
        else:
            visit.page.evaluate("probe.prune(), probe.simplify()")
            found = visit.page.evaluate("probe.serious('all')")
        assert not found, "\n".join(found)
        assert not visit.problems, visit.problems
        assert not visit.foreign, f"asked for from elsewhere: {visit.foreign}"


def test_every_explorer_follows_the_theme_and_the_width_at_once(visited: dict[str, Visit]) -> None:
    """Over http the page has become dark; as a file it becomes light and wide."""
    visited["file"].turn("light", 1280)
    for visit in visited.values():
        for figure in visit.figures():
            check_drawing(visit, figure, models(visit.name)[figure.removeprefix("explorer-")])


def test_the_landing_page_shows_a_live_explorer_in_its_first_screen(book: Path, open_page: Any) -> None:
    page = open_page((book / "intro.html").as_uri())
    page.evaluate(PROBE.read_text("utf-8"))
    figure = page.locator("figure.explorer").first
    assert figure.locator(".explorer-plot, .explorer-panels").first.bounding_box()["y"] < 520
    hand = Hand(page, figure.get_attribute("id"))
    hand.move(hand.ask("kinds").index("point"), "point", "mouse")
