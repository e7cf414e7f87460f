"""What the search looks through: formulas as plain text, and the sections and claims of the built book."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from dlmath_lib.book.plain import plain


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\frac{\partial L}{\partial w_1}", "∂L/∂w₁"),
        (r"\sigma'(x) = \sigma(x)(1-\sigma(x))", "σ′(x) = σ(x)(1 − σ(x))"),
        (r"\frac{a+b}{c}", "(a + b)/c"),
        (r"\frac{(a+b)}{(c)(d+e)}", "(a + b)/((c)(d + e))"),
        (r"\frac{d}{dx}f(x) = \frac{1}{2}(x)", "d/dx f(x) = 1/2(x)"),
        (r"\sqrt{1+x}", "√(1 + x)"),
        (r"\sqrt[3]{x}", "³√x"),
        (r"x_i^2 + y^{k+a}", "xᵢ² + y^(k + a)"),
        (r"\sum_{i=1}^n x_i", "∑ᵢ₌₁ⁿ xᵢ"),
        (r"10^{-40}", "10⁻⁴⁰"),
        (r"f(-x) = -f(x)", "f(−x) = −f(x)"),
        (r"\hat y, \bar g", "ŷ, ḡ"),
        (r"\operatorname{softmax}(z)_i", "softmax(z)ᵢ"),
        (r"\nabla f \leq \epsilon\phi", "∇f ≤ εφ"),
        (r"\begin{aligned} a &= b \\ &= c\end{aligned}", "a = b; = c"),
        (r"\nosuchmacro", r"\nosuchmacro"),
    ],
)
def test_formulas_are_plain_text(latex: str, text: str) -> None:
    assert plain(latex) == text


@pytest.fixture(scope="module")
def index(book: Path) -> dict[str, Any]:
    script = (book / "_static/search-index.js").read_text("utf-8")
    return json.loads(re.fullmatch(r"const searchIndex = (\{.*\});\n", script, re.DOTALL)[1])  # type: ignore[index]


def test_every_page_and_every_heading_is_in_the_index(book: Path, index: dict[str, Any]) -> None:
    found = {(index["pages"][page][0], anchor) for page, anchor, *_ in index["places"]}
    for file in sorted((book / "chapters").rglob("*.html")):
        page = file.relative_to(book).as_posix()
        assert (page, "") in found
        sections = re.findall(r'<section id="([^"]+)"', file.read_text("utf-8"))
        own = [one for one in sections[1:] if not one.startswith(("ledger-", "letter-"))]
        assert {(page, anchor) for anchor in own} <= found, page


def test_every_place_is_on_its_page(book: Path, index: dict[str, Any]) -> None:
    pages = [(book / href).read_text("utf-8") for href, _ in index["pages"]]
    for page, anchor, title, *_ in index["places"]:
        assert title.strip()
        assert not anchor or f'id="{anchor}"' in pages[page], (index["pages"][page], anchor)


def test_claims_are_found_under_their_names(index: dict[str, Any]) -> None:
    (chain,) = [place for place in index["places"] if place[1] == "eq-chain-rule"]
    assert chain[2].startswith("chain")
    assert re.search(r"f′\(g\(x\)\)", chain[3])


def test_no_formula_is_left_raw_and_no_solution_is_given_away(index: dict[str, Any]) -> None:
    for place in index["places"]:
        if index["pages"][place[0]][0].startswith("chapters/reference/api/"):
            continue  # a docstring may speak of a label
        assert not re.search(r"\\[a-zA-Z]{2,}|\$|A solution\.|\beq-[a-z]", place[3]), place[:3]
