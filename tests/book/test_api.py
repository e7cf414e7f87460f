"""The reference of the library: each public name with its docstring; chapters and functions lead to each other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from docutils import nodes

from dlmath_lib.book import api
from tests.conftest import ROOT

PAGES = ROOT / "chapters/reference/api"


def test_each_module_has_a_page() -> None:
    names = [name for name, _ in api.modules()]
    assert sorted(path.stem for path in PAGES.glob("*.md")) == sorted([*names, "index"])
    for name in names:
        assert f"```{{api}} {name}\n" in (PAGES / f"{name}.md").read_text(encoding="utf-8")
    contents = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    assert re.findall(r"chapters/reference/api/(\w+)", contents) == ["index", *names]


@pytest.mark.parametrize(("name", "module"), list(api.modules()), ids=lambda v: v if isinstance(v, str) else "")
def test_each_public_name_is_there_with_its_docstring(book: Path, name: str, module: object) -> None:
    page = (book / f"chapters/reference/api/{name}.html").read_text(encoding="utf-8")
    for own, value in api.public(module):  # type: ignore[arg-type]
        part = page[page.index(f'id="{name}.{own}"') :].partition("</section>")[0]
        plain = re.sub(r"\s+", " ", re.sub("<[^>]*>", "", part))
        assert "Parameters" in plain or "Parameters" not in (value.__doc__ or ""), own
        assert own in plain
        assert "``" not in plain and ".ipynb" not in plain, f"{own}: {plain}"


def test_functions_lead_to_their_chapters_and_chapters_to_their_functions(book: Path) -> None:
    page = (book / "chapters/reference/api/losses.html").read_text(encoding="utf-8")
    huber = page[page.index('id="losses.huber"') :].partition("</section>")[0]
    target = re.search(r'href="\.\./\.\./(networks/losses\.html)#([\w-]+)"', huber)
    assert target
    chapter = (book / "chapters" / target[1]).read_text(encoding="utf-8")
    assert f'id="{target[2]}"' in chapter
    functions = re.search(r'<p class="api-functions">.*?</p>', chapter, re.DOTALL)
    assert functions
    assert 'href="../reference/api/losses.html#losses.huber"' in functions[0]
    assert "huber_vjp" not in functions[0], "a companion stands behind its own function"


def test_the_index_names_all(book: Path) -> None:
    page = (book / "chapters/reference/api/index.html").read_text(encoding="utf-8")
    names = sum(len(list(api.public(module))) for _, module in api.modules())
    assert f"{names} names in {len(list(api.modules()))} modules." in page
    assert len(re.findall(r'<tr class="[^"]*filter-row', page)) == names


def test_places_in_the_built_pages_are_there(book: Path) -> None:
    ids: dict[Path, set[str]] = {}
    for path in (book / "chapters/reference/api").glob("*.html"):
        for link in re.findall(r'href="(\.\./\.\./[^"#]+)#([^"]+)"', path.read_text(encoding="utf-8")):
            target = (path.parent / link[0]).resolve()
            if target not in ids:
                ids[target] = set(re.findall(r'\bid="([^"]+)"', target.read_text(encoding="utf-8")))
            assert link[1] in ids[target], (path.name, link)


def test_the_modules_are_in_the_contents_of_the_librarys_pages_alone(book: Path) -> None:
    def contents(page: str) -> str:
        text = (book / page).read_text(encoding="utf-8")
        return text[text.index('id="contents"') :].partition("</nav>")[0]

    assert 'href="losses.html"' in contents("chapters/reference/api/optimizers.html")
    assert 'href="../reference/api/index.html"' in contents("chapters/networks/activations.html")
    assert "api/losses.html" not in contents("chapters/networks/activations.html")


def test_words_of_a_docstring_become_nodes() -> None:
    found = list(
        api.inline(
            "See :func:`huber`, ``x + 1``, :math:`y` and *this*: "
            "``chapters/networks/losses.ipynb#eq-huber`` or calculus/limits#order."
        )
    )
    kinds = [type(node) for node in found if not isinstance(node, nodes.Text)]
    assert kinds == [api.api_name, nodes.literal, nodes.math, nodes.emphasis, api.chapter_place, api.chapter_place]
    assert [(n["chapter"], n["anchor"]) for n in found if isinstance(n, api.chapter_place)] == [
        ("chapters/networks/losses", "eq-huber"),
        ("chapters/calculus/limits", "order"),
    ]
    assert "".join(node.astext() for node in found).startswith("See huber, x + 1, y and this: ")


def test_a_signature_has_no_types_and_no_addresses() -> None:
    def function(x: int, *, dtype: type = float, rng: object = None) -> int:
        return x

    assert api.signature("function", function) == "function(x, *, dtype=float, rng=None)"


def test_lists_and_examples_of_a_docstring() -> None:
    listed, formula, words = api.blocks("- one\n  line\n- two\n\n.. math:: x^2\n    = y\n\nThen words.")
    assert isinstance(formula, nodes.math_block) and formula.astext() == "x^2 = y"
    assert [item.astext() for item in listed.children] == ["one line", "two"]
    assert words.astext() == "Then words."
    code, after = api._examples(">>> 1 + 1\n2\n\nWhich is so.")
    assert isinstance(code, nodes.literal_block) and code.astext() == ">>> 1 + 1\n2"
    assert after.astext() == "Which is so."
