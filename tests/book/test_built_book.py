"""The built book: it asks nobody else for anything, its links lead somewhere, its mathematics is typeset."""

from __future__ import annotations

import gzip
import json
import re
from functools import cache, lru_cache
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
NO_LANGUAGE = {"script", "style", "pre", "code", "annotation"}
BUDGET = 350_000


# Half a million tags, most of them KaTeX's: html.parser needs three times as long.
TAG = re.compile(
    r"""<!--.*?-->|<![^>]*>|<(?P<raw>script|style)\b(?P<given>[^>]*)>.*?</(?P=raw)\s*>"""
    r"""|<(?P<end>/?)(?P<tag>[a-zA-Z][-\w]*)(?P<attributes>(?:"[^"]*"|'[^']*'|[^>"'])*)>""",
    re.DOTALL | re.IGNORECASE,
)
ATTRIBUTE = re.compile(r"""([^\s=/"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?""")


@lru_cache(maxsize=4096)
def attributes(text: str) -> dict[str, str]:
    return {name.lower(): unescape(a or b or c) for name, a, b, c in ATTRIBUTE.findall(text)}


class Page:
    """What the tests ask of a page."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.pictures: list[dict[str, str]] = []
        self.figures: list[dict[str, str]] = []
        self.words: list[str] = []
        self.classes: set[str] = set()
        self._open: list[tuple[str, bool]] = []  # the open tags, and whether their text is language
        text, done = path.read_text(encoding="utf-8"), 0
        for found in TAG.finditer(text):
            self._text(text[done : found.start()])
            done = found.end()
            if found["raw"]:
                self._start(found["raw"].lower(), attributes(found["given"]))
                self._end(found["raw"].lower())
            elif found["end"]:
                self._end(found["tag"].lower())
            elif found["tag"]:
                self._start(found["tag"].lower(), attributes(found["attributes"]))
        self._text(text[done:])

    def _start(self, tag: str, values: dict[str, str]) -> None:
        classes = values.get("class", "").split()
        self.classes.update(classes)
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag in ("script", "img", "source", "iframe", "video", "audio", "embed") and "src" in values:
            self.loads.append(values["src"])
        if tag == "link" and values.get("rel") in ("stylesheet", "icon", "preload", "modulepreload", "preconnect"):
            self.loads.append(values["href"])
        if tag == "img":
            self.pictures.append(values)
        if tag == "figure":
            self.figures.append(values)
        if tag not in VOID:
            language = tag not in NO_LANGUAGE and "highlight" not in classes
            self._open.append((tag, language and (not self._open or self._open[-1][1])))

    def _end(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def _text(self, data: str) -> None:
        if data and (not self._open or self._open[-1][1]):
            self.words.append(unescape(data))


@pytest.fixture(scope="module")
def pages(book: Path) -> dict[str, Page]:
    found = {
        str(path.relative_to(book)): Page(path) for path in sorted(book.rglob("*.html")) if "_static" not in path.parts
    }
    assert found
    return found


def test_nothing_is_asked_of_another_origin(book: Path, pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        for load in page.loads:
            assert load.startswith("data:") or not re.match(r"[a-z]+:|//", load), f"{name} loads {load}"
            if not load.startswith("data:"):
                assert (page.path.parent / load.split("?")[0]).resolve().is_file(), (
                    f"{name} loads {load}: it is not there"
                )
    for sheet in (book / "_static").rglob("*.css"):
        for url in re.findall(r"url\(([^)]+)\)|@import\s+['\"]([^'\"]+)", sheet.read_text(encoding="utf-8")):
            target = (url[0] or url[1]).strip("'\"")
            assert not re.match(r"https?:|//", target), f"{sheet.name} loads {target}"


def test_the_bibliography_is_in_order_and_says_where_each_is_cited(book: Path) -> None:
    page = (book / "chapters/reference/bibliography.html").read_text(encoding="utf-8")
    entries = re.findall(r'<div class="citation" id="([^"]+)"(.*?)</div>', page, re.DOTALL)
    assert entries and all('class="cited-in"' in text for _, text in entries)
    # Organisations and accented letters have braces in the file.
    named = [
        "hu2021lora",
        "jax2026thinking",
        "keras2024sgd",
        "kessy2018optimal",
        "lauchli1961jordan",
        "lecun1990second",
    ]
    assert [key for key, _ in entries if key in named] == named


def test_pages_load_only_what_they_use(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        loaded = {Path(load.split("?")[0]).name for load in page.loads if not load.startswith("data:")}
        allowed = {"katex.min.css", "book.css", "book.js"}
        if "explorer" in page.classes:
            allowed |= {"explorer.css", "explorer.js"}
        if name == "search.html":
            allowed |= {"search-index.js", "search.js"}
        pictures = {Path(picture["src"]).name for picture in page.pictures}
        assert loaded - pictures <= allowed, name


def test_links_lead_somewhere(book: Path, pages: dict[str, Page]) -> None:
    broken = []
    for name, page in pages.items():
        for link in page.links:
            if re.match(r"[a-z]+:", link):
                continue
            path, anchor = urldefrag(unquote(link))
            target = (page.path.parent / path).resolve() if path else page.path
            if not target.is_file():
                broken.append(f"{name}: {link}: no such page")
            elif anchor and target.suffix == ".html":
                known = pages[str(target.relative_to(book.resolve()))].ids
                if anchor not in known:
                    broken.append(f"{name}: {link}: no such place on the page")
    assert not broken, "\n".join(broken)


def test_ids_are_unique(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        twice = {one for one in page.ids if page.ids.count(one) > 1}
        assert not twice, f"{name}: {twice}"


def test_every_figure_says_what_it_shows(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        for picture in page.pictures:
            assert len(picture.get("alt", "")) >= 20, f"{name}: {picture.get('src', '')[:60]}"
        for figure in page.figures:
            if "plot" in figure.get("class", ""):
                assert len(figure.get("aria-label", "")) >= 20, name


def test_mathematics_is_typeset(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        assert "katex-error" not in page.classes, name
        words = " ".join(page.words)
        left = re.search(r"\\\(|\\\[|\$\$|\\(?:frac|begin|sigma|displaystyle)\b", words)
        assert left is None, f"{name}: …{words[max(0, left.start() - 60) : left.end() + 60]}…" if left else ""


def test_every_claim_of_the_notebooks_is_in_the_ledger(book: Path, pages: dict[str, Page]) -> None:
    claims = 0
    for source in (book / "_sources").rglob("*.ipynb"):
        for cell in json.loads(source.read_text(encoding="utf-8"))["cells"]:
            # What is folded with its answer stays folded; a family is listed row by row.
            folded = "hide-cell" in cell["metadata"].get("tags", [])
            for output in [] if folded else cell.get("outputs", []):
                claim = output.get("data", {}).get("application/vnd.dlmath.claim+json")
                claims += 0 if claim is None else len(claim.get("rows", [claim]))
    ledger = pages["chapters/reference/ledger.html"]
    rows = ledger.path.read_text(encoding="utf-8").count("ledger-row")
    assert claims > 0
    assert rows == claims
    assert f"{claims} claims" in " ".join(ledger.words)


@cache
def size(path: Path) -> int:
    """Return the bytes that a file costs on the way; a font is compressed already."""
    content = path.read_bytes()
    return len(content) if path.suffix == ".woff2" else len(gzip.compress(content, 6))


def weight(page: Page) -> int:
    """Return the bytes of a page and of all that it loads, every font of the mathematics included."""
    total = size(page.path)
    for load in page.loads:
        if load.startswith("data:"):
            continue
        path = (page.path.parent / load.split("?")[0]).resolve()
        total += size(path)
        if path.name == "katex.min.css":
            total += sum(size(font) for font in fonts_used(page, path))
    return total


def fonts_used(page: Page, sheet: Path) -> set[Path]:
    """Return the fonts that any formula here may ask for: the four usual ones, and those whose classes appear."""
    used = {"KaTeX_Main-Regular", "KaTeX_Math-Italic", "KaTeX_Size1-Regular", "KaTeX_Size2-Regular"}
    by_class = {
        "mathbb": "KaTeX_AMS-Regular", "amsrm": "KaTeX_AMS-Regular", "mathcal": "KaTeX_Caligraphic-Regular",
        "mathbf": "KaTeX_Main-Bold", "mathtt": "KaTeX_Typewriter-Regular", "textit": "KaTeX_Main-Italic",
        "boldsymbol": "KaTeX_Math-BoldItalic", "delimsizinginner": "KaTeX_Size4-Regular",
        "size3": "KaTeX_Size3-Regular", "size4": "KaTeX_Size4-Regular", "mathsf": "KaTeX_SansSerif-Regular",
    }  # fmt: skip
    used |= {font for name, font in by_class.items() if name in page.classes}
    return {sheet.parent / "fonts" / f"{font}.woff2" for font in used}


def test_pages_are_light(pages: dict[str, Page], record_property: pytest.RecordProperty) -> None:
    weights = {name: weight(page) for name, page in pages.items() if name not in ("search.html", "genindex.html")}
    for name, total in weights.items():
        record_property(name, total)
    heavy = {name: total for name, total in weights.items() if total > BUDGET}
    assert not heavy, heavy


def test_a_chapter_can_be_downloaded(book: Path, pages: dict[str, Page]) -> None:
    notebooks = sorted((book / "_sources").rglob("*.ipynb"))
    assert notebooks
    for notebook in notebooks:
        name = notebook.relative_to(book / "_sources")
        page = pages[str(name.with_suffix(".html"))]
        targets = {(page.path.parent / link).resolve() for link in page.links if link.endswith(".ipynb")}
        assert notebook.resolve() in targets, name


def test_no_style_depends_on_what_follows(book: Path) -> None:
    """A browser asks `:has()` again at each change of a long page, such as each move of a slider: 10 ms a time."""
    for sheet in ("book.css", "explorer.css"):
        assert ":has(" not in (book / "_static" / sheet).read_text("utf-8"), sheet
