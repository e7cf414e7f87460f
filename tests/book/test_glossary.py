"""The glossary: it has every term that the chapters set in bold, and the built pages link the first use of each."""

from __future__ import annotations

import json
import re
from functools import cache
from html import unescape
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from dlmath_lib.book.glossary import FIELD, PAGE, conflicts, is_linked, sort_key
from dlmath_lib.book.terms import Term, plurals, tokens
from tests.book.test_built_book import TAG, VOID, attributes
from tests.book.test_extension import markdown, write
from tests.conftest import ROOT, run_build

SOURCE = ROOT / f"{PAGE}.md"
# Bold in the chapters, and no terms: labels, run-in headings without a full stop, and words that are emphasised.
EMPHASIS = frozenset("""
You need|Symbols|Tasks|Derived in|By hand|An edge case|At the edge|On real data|Real data|Conventions|PyTorch
Inputs|Output|Forward|Backward|Reverse|The gradient|Two classes|Two minima|The mean m|A vector|The sine|Monotone
monotone|Reciprocal|exp|log|sin|arctan|additive|bounded in size|constant|constant factor|sum|line|parabola
Whole Jacobians|Linear algebra|Calculus|boxes|7,114|best plane|unit|Compilation|Devices|Layouts|Randomness
What is ready-made|Batch norm's momentum|Gradients add up|Arrays|float64
Preprocessing|κ of real data|Ridge depends on units
A Monte Carlo estimate|A common cause|A common effect|A network's loss|After an activation|At a hole|At a tie
Before batch norm|For your own table|In d dimensions|On one curvature|Random weights|Shrinking steps|This is the
Strided transposed convolutions|The inverse question|Turned by 45°|Variance of a sum|Without the correction
X^\\top X is diagonal|as x \\to \\infty|at the new|back along the weight|below the axis|computes XOR|four equations
no minimum|no parameters|one neuron computes XOR|order 2|order 4|progress bar|put a in|repeat themselves
slope is the order|variances add up|substituted|undefined|hypotheses|observations|"same"|memory|split|triple
row|column|columns|adds|all|bold|half|two thirds|two|kept|not|once|or|random|0|A|B|C|D|E
""".replace("\n", "|").strip("|").split("|"))  # fmt: skip
# Where no link to the glossary may stand: tags and classes around it.
NOWHERE = {"a", "h1", "h2", "h3", "h4", "code", "pre", "table", "math", "katex", "claim", "cell", "explorer", "figure"}


def entry(block: str) -> tuple[Term, str]:
    """Read one entry of the source: its term and its definition."""
    title, *definitions = block.rstrip().split("\n: ")
    title = title.replace("$", "")
    fields = {
        m[1]: re.split(r",\s+", line[m.end() :].replace("$", "")) for line in definitions if (m := FIELD.match(line))
    }
    linked = fields.get("linked", [])
    forms = (re.sub(r" \(.*\)$", "", title), *fields.get("also", []), *fields.get("forms", []))
    pages = tuple(page for page in linked if page != "bold")
    return Term("", title, forms, "bold" in linked, pages), definitions[0]


@cache
def entries() -> list[tuple[Term, str]]:
    blocks = re.split(r"\n\n+", SOURCE.read_text(encoding="utf-8"))
    return [entry(block) for block in blocks if "\n: " in block]


def bold_phrases(notebook: Path) -> list[str]:
    """Return the bold phrases of one to four words in the text of a chapter, without formulas and run-in headings."""
    found = []
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "markdown":
            text = re.sub(r"`[^`]*`", "", "".join(cell["source"]))
            text = "\n".join(line for line in text.split("\n") if not line.startswith("|"))
            for match in re.finditer(r"\*\*([^*]+)\*\*", text):
                phrase = " ".join(re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", match[1]).split())
                heading = re.search(r"[.:?,]$", phrase)
                formula = re.search(r"=|\\(geq|leq|dfrac|mid|leftarrow)\b", phrase)
                if len(re.sub(r"\$[^$]*\$", "M", phrase).split()) <= 4 and not heading and not formula:
                    found.append(phrase.replace("$", ""))
    return found


def is_entry(phrase: str) -> bool:
    return tokens(phrase) in {words for term, _ in entries() for words, _ in term.words()}


def test_every_bold_term_of_the_chapters_has_an_entry() -> None:
    missing = [
        f"{notebook.parent.name}/{notebook.stem}: {phrase}"
        for notebook in sorted((ROOT / "chapters").glob("*/*.ipynb"))
        for phrase in bold_phrases(notebook)
        if phrase not in EMPHASIS and not is_entry(phrase)
    ]
    assert not missing, (
        "bold, and not in chapters/reference/glossary.md (or in EMPHASIS, if it is no term):\n" + "\n".join(missing)
    )


def test_what_is_listed_as_emphasis_is_no_term() -> None:
    assert [phrase for phrase in sorted(EMPHASIS) if is_entry(phrase)] == []


def test_entries_stand_in_alphabetical_order_under_their_letters() -> None:
    text = SOURCE.read_text(encoding="utf-8")
    titles = [term.title for term, _ in entries()]
    assert len(titles) > 500
    for one, next_one in pairwise(titles):
        assert sort_key(one) < sort_key(next_one), f"{one!r} before {next_one!r}"
    for letter, content in re.findall(r"^## (.)\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE):
        titles = re.findall(r"^(?!: )(.+)\n: ", content, re.MULTILINE)
        assert {sort_key(title.replace("$", ""))[0].upper() for title in titles} == {letter}
        assert f"[{letter}](#{letter.lower()})" in text


def test_no_word_is_claimed_twice() -> None:
    assert [(words, one.title, other.title) for words, one, other in conflicts([term for term, _ in entries()])] == []


def test_a_word_that_is_claimed_twice_is_found() -> None:
    kernels = [
        Term("a", "kernel", ("kernel",), pages=("convolution",)),
        Term("b", "null space", ("null space", "kernel")),
    ]
    assert [words for words, _, _ in conflicts([*kernels, Term("c", "filter", ("filters", "kernel"))])]
    apart = [
        Term("a", "kernel", ("kernel",), pages=("convolution",)),
        Term("b", "kernel", ("kernel",), pages=("calculus",)),
    ]
    assert list(conflicts(apart)) == []
    near = [Term("a", "rank", ("rank",), pages=("networks",)), Term("b", "rank", ("rank",), pages=("networks/losses",))]
    assert [words for words, _, _ in conflicts(near)] == ["rank", "ranks"]


def test_each_entry_is_short_and_names_its_place() -> None:
    for term, definition in entries():
        place = re.search(r" See \[[^]]+\]\(\.\./[a-z_]+/[a-z_]+\.ipynb#[^)\s]+\)\.$", definition)
        assert place, f"{term.title}: the definition ends with its place: See [Chapter](../subject/topic.ipynb#anchor)."
        assert 3 <= len(definition[: place.start()].split()) <= 75, term.title


def test_pages_and_folders_of_entries_are_there() -> None:
    for term, _ in entries():
        for page in term.pages:
            path = ROOT / "chapters" / page
            assert path.is_dir() or any(path.parent.glob(f"{path.name}.*")), f"{term.title}: {page}"


def test_simple_plurals() -> None:
    assert [plurals(word) for word in ("vector", "entropy", "loss", "convex", "series", "ray", "bias", "AUC")] == [
        ["vectors"], ["entropies"], ["losses"], ["convexes"], [], ["rays"], [], []
    ]  # fmt: skip


GLOSSARY = """# Glossary

## G

gradient
: The vector of the best plane. See [a](../a.ipynb#top-gradient).

gradient descent
: Steps against the gradient. See [a](../a.ipynb#top-gradient).
: also: steepest descent, (descent)

kernel (of a convolution)
: What slides. See [a](../a.ipynb#top-gradient).
: forms: mask of weights
: linked: b

null space
: What is sent to 0. See [a](../a.ipynb#top-gradient).
: also: kernel
: linked: bold, a

$p$-norm
: A root. See [a](../a.ipynb#top-gradient).
"""
TEXT = """## Top gradient

Do not link non-gradient, gradient-free or `gradient`, nor $gradient$ or [the gradient](#top-gradient). The *steepest
descent* of the **$p$-norm** meets two gradients, a Gradient descent, and a kernel.

- again a gradient, one descent and **descent.**

| gradient |
|---|
| steepest descent |
"""


def small_book(root: Path, glossary: str, text: str) -> tuple[Path, str]:
    """Build a book of two chapters, a glossary and its index; return its pages and what the build said."""
    write(root, markdown(text), intro="A gradient.")
    (root / f"{PAGE}.md").write_text(glossary, encoding="utf-8")
    index = "# Index\n\n```{index-of-terms}\n```\n"
    (root / "chapters/reference/index_of_terms.md").write_text(index, encoding="utf-8")
    (root / "chapters/b.md").write_text(
        "# Another\n\n## Part\n\nA **kernel** is a mask of\nweights.\n", encoding="utf-8"
    )
    contents = (root / "_toc.yml").read_text(encoding="utf-8")
    more = "".join(f"- file: {page}\n" for page in ("chapters/b", PAGE, "chapters/reference/index_of_terms"))
    (root / "_toc.yml").write_text(contents + more, encoding="utf-8")
    done = run_build(root, root)
    return root / "_build/html/chapters", done.stdout + done.stderr


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pages, said = small_book(tmp_path_factory.mktemp("glossary"), GLOSSARY, TEXT)
    assert "build finished" in said.lower() or pages.is_dir(), said[-3000:]
    assert "WARNING" not in said, said[-3000:]
    return pages


def linked(page: Path) -> list[tuple[str, str]]:
    """Return the terms that a page links, each with the words that carry the link."""
    text = page.read_text(encoding="utf-8")
    found = re.findall(r'<a class="term [^"]*" href="[^"#]*glossary.html#term-([^"]*)"[^>]*>(.*?)</a>', text, re.DOTALL)
    return [(term, " ".join(unescape(re.sub(r"<[^>]*>", "", words)).split())) for term, words in found]


def test_the_first_use_in_running_text_is_linked(small: Path) -> None:
    found = linked(small / "a.html")
    assert [term for term, _ in found] == ["gradient-descent", "p-norm", "gradient", "null-space"]
    assert [words for _, words in found if "norm" not in words] == ["steepest descent", "gradients", "kernel"]
    page = (small / "a.html").read_text(encoding="utf-8")
    assert re.search(r'<strong><a class="term [^>]*title="Definition in the glossary"[^>]*><span class="math', page)
    assert "non-gradient, gradient-free or" in page


def test_a_word_means_what_its_page_says(small: Path) -> None:
    assert linked(small / "b.html") == [("kernel-of-a-convolution", "kernel")]
    assert linked(small / "reference/glossary.html") == []
    assert linked(small.parent / "intro.html") == []


def test_an_entry_has_an_anchor_and_shows_its_synonyms(small: Path) -> None:
    page = (small / "reference/glossary.html").read_text(encoding="utf-8")
    assert '<dt id="term-gradient-descent">' in page
    assert "also: steepest descent, descent" in page
    assert not re.search(r"forms:|linked:", page)


def test_the_index_names_the_chapters_that_use_a_term(small: Path) -> None:
    page = (small / "reference/index_of_terms.html").read_text(encoding="utf-8")
    lines = [re.sub(r"<[^>]*>", "", line).strip() for line in re.findall(r"<li><p>(<a.*?)</p>", page, re.DOTALL)]
    assert lines == [
        "gradient: Chapter", "gradient descent: Chapter", "kernel (of a convolution): Another",
        "null space: Chapter", "p-norm: Chapter",
    ]  # fmt: skip
    assert 'href="../b.html#part"><strong>Another</strong>' in page, "a chapter that sets the term in bold is bold"
    assert 'href="../a.html#top-gradient"' in page


def test_an_entry_without_its_place_and_a_word_with_two_meanings_fail(tmp_path: Path) -> None:
    wrong = GLOSSARY.replace("linked: bold, a", "linked: a").replace("linked: b", "forms: x")
    wrong = wrong.replace("#top-gradient", "#nowhere")
    _, said = small_book(tmp_path, wrong, TEXT)
    assert "claim 'kernel'" in said or 'claim "kernel"' in said
    assert "nowhere" in said


class Links:
    """The links to the glossary on a built page, each with the tags around it."""

    def __init__(self, path: Path) -> None:
        self.targets: list[str] = []
        self.wrong: list[str] = []
        opened: list[tuple[str, set[str]]] = []
        text = path.read_text(encoding="utf-8")
        for found in TAG.finditer(text[text.index("<main") : text.index("</main>")]):
            tag = (found["tag"] or "").lower()
            if found["end"]:
                while opened and opened.pop()[0] != tag:
                    pass
            elif tag and tag not in VOID:
                values = attributes(found["attributes"])
                classes = set(values.get("class", "").split())
                if "term" in classes:
                    around = {name for name, _ in opened} | {name for _, names in opened for name in names}
                    self.targets.append(values["href"].rpartition("#")[2])
                    if inside := around & NOWHERE:
                        self.wrong.append(f"{values['href']} in {sorted(inside)}")
                opened.append((tag, classes))


@pytest.fixture(scope="module")
def links(book: Path) -> dict[str, Links]:
    pages = [path for path in sorted(book.glob("chapters/*/*.html")) if path.parent.name != "reference"]
    return {f"{path.parent.name}/{path.stem}": Links(path) for path in pages}


def test_each_page_links_a_term_once_and_nowhere_else_than_in_its_text(links: dict[str, Links]) -> None:
    for name, page in links.items():
        assert len(page.targets) == len(set(page.targets)), name
        assert page.wrong == [], name
        assert bool(page.targets) == is_linked(f"chapters/{name}"), name
        assert len(page.targets) <= 150, f"{name}: so many links are noise"


def test_each_entry_is_linked_from_a_chapter(book: Path, links: dict[str, Links]) -> None:
    glossary = (book / f"{PAGE}.html").read_text(encoding="utf-8")
    anchors = re.findall(r'<dt id="(term-[^"]*)"', glossary)
    assert len(anchors) == len(set(anchors)) == len(entries())
    used = {target for page in links.values() for target in page.targets}
    assert used <= set(anchors)
    assert sorted(set(anchors) - used) == []


def test_the_index_lists_every_term(book: Path) -> None:
    index = (book / "chapters/reference/index_of_terms.html").read_text(encoding="utf-8")
    lines = re.findall(r'<li><p><a class="index-term [^"]*" href="glossary.html#(term-[^"]*)".*?</p>', index, re.DOTALL)
    assert len(lines) == len(entries())


def test_the_glossary_stands_in_the_contents_behind_the_notation() -> None:
    parts = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))["parts"]
    reference = [chapter["file"] for part in parts for chapter in part["chapters"] if "reference" in chapter["file"]]
    assert reference.index(PAGE) == reference.index("chapters/reference/notation") + 1
