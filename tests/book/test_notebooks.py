"""Every notebook: stored in its normal form. Every chapter: the anatomy that DESIGN.md gives it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from html import unescape
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from dlmath_lib.book import notebooks
from dlmath_lib.book.chapter import LEFT
from tests.conftest import ROOT

# A page is one sitting.
MOST_FRAMES, MOST_WORDS = 20, 4500
OPTIONAL = {"Implementation", "Explore"}
# Words with which an alternative text says nothing of what is drawn.
EMPTY = set(
    re.findall(
        r"\w+",
        """a about above also an and are as at be below by chapter cell described explained explorer figure for from
        graph
        here how image in is it its of on or picture plot plots reader same see seen show showing shown shows text that
        the there things this to under was what which with words""",
    )
)
ABBREVIATED = {"mse": "mean squared error", "exp": "exponential", "log": "logarithm", "sin": "sine", "cos": "cosine"}
MIME = "application/vnd.dlmath.claim+json"
SPEC = re.compile(r'class="explorer-spec">(.*?)</script>', re.DOTALL)
HEADINGS = [
    "Intuition", "Derivation", "Implementation", "Verification", "Explore", "Where it goes wrong", "Exercises",
    "Summary", "Further reading",
]  # fmt: skip
# The common mistakes that a chapter refutes, by their number.
CLINIC = {
    "regularization/weight_penalties": {54, 55},
    "linear_algebra/matrices": {50, 53},
    "linear_algebra/linear_systems": {50},
    "calculus/limits": {47},
    "calculus/derivatives": {36, 49},
    "calculus/integrals": {48},
    "calculus/gradients": {26, 27},
    "calculus/chain_rule": {17, 25},
    "calculus/taylor_and_convexity": {26, 28},
    "calculus/automatic_differentiation": {24},
    "calculus/matrix_calculus": {15},
    "information/cross_entropy_and_kl": {42},
    "information/mutual_information": {44},
    "networks/linear_regression": {1, 2, 3, 4, 5, 7, 29, 52},
    "networks/neurons_and_layers": {6, 50, 51, 64},
    "networks/activations": {36, 37, 38, 39, 40, 41, 42},
    "networks/smooth_activations": {42},
    "networks/losses": {7, 11, 16, 18, 42},
    "networks/backpropagation": {13, 16, 18, 19, 20, 21, 22},
    "networks/backpropagation_in_matrices": {14, 15, 23, 24},
    "networks/vanishing_gradients": {35, 63},
    "networks/training_a_network": {8, 65},
    "networks/why_depth": {63, 64},
    "optimization/gradient_descent": {26, 27, 28, 30},
    "optimization/stochastic_gradients": {31, 32},
    "optimization/momentum": {9, 12},
    "regularization/dropout": {56},
    "regularization/normalization": {57, 58},
    "optimization/learning_rates": {26},
    "regularization/overfitting": {54, 68, 69},
    "practice/preprocessing": {68},
    "practice/keras_twin": {10, 11, 67},
    "practice/frameworks": {67},
}
TYPED_DISPLAY = re.compile(r"\$\$|\\\[|\\begin\{|```+\{math\}|:::+\{math\}")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)

NOTEBOOKS = notebooks.in_contents(ROOT)
CHAPTERS = [path for path in NOTEBOOKS if path.parent.name not in ("reference", "clinic")]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT / "chapters").with_suffix("").as_posix()


def load(path: Path) -> list[Any]:
    return notebooks.read(path).cells


def markdown(cells: list[Any]) -> str:
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def tags(cell: Any) -> set[str]:
    return set(cell.metadata.get("tags", []))


def outputs(cells: list[Any], kind: str) -> list[Any]:
    return [
        output["data"][kind]
        for cell in cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if kind in output.get("data", {})
    ]


def flat(claims: list[Any]) -> list[Any]:
    """The claims and the rows of the families among them."""
    return [part for claim in claims for part in (claim, *flat(claim.get("rows", [])))]


every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=name_of)


def test_there_are_notebooks() -> None:
    listed = {path.resolve() for path in NOTEBOOKS}
    written = {
        path.resolve() for path in (ROOT / "chapters").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts
    }
    assert listed == written, "what is written stands in _toc.yml, and the other way round"


@every_notebook
def test_nothing_is_left_to_write(path: Path) -> None:
    lines = [(number, line) for number, cell in enumerate(load(path)) for line in cell.source.splitlines()]
    left = [f"  cell {number}: {line.strip()}" for number, line in lines if LEFT.search(line)]
    assert not left, "\n".join([f"{len(left)} lines are still to be written:", *left])


@pytest.mark.parametrize("index", sorted((ROOT / "chapters").glob("*/index.md")), ids=lambda path: path.parent.name)
def test_the_subjects_page_lists_its_chapters_in_their_order(index: Path) -> None:
    text = index.read_text(encoding="utf-8")
    table = text.partition("| Chapter |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| \[([^\]]+)\]\(([\w/.]+)\) \| (.+) \|$", table, re.MULTILINE)
    chapters = [path.name for path in CHAPTERS if path.parent == index.parent]
    assert [target for _, target, _ in rows] == chapters, f"{index}: a row for each chapter, in the order of _toc.yml"
    for title, target, question in rows:
        heading = re.search(r"^# (.+)$", markdown(load(index.parent / target)), re.MULTILINE)
        assert heading is not None and title == heading[1].strip(), f"{target} is named as its heading"
        assert question.endswith("?"), question
    assert not LEFT.search(text)


@every_notebook
def test_stored_in_its_normal_form(path: Path) -> None:
    notebook = notebooks.read(path)
    assert notebooks.text(notebooks.normalise(notebook)) == path.read_text(encoding="utf-8"), "run `make execute`"
    assert notebooks.faults(notebook) == []


@every_notebook
def test_was_run_from_top_to_bottom(path: Path) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    counts = [
        cell["execution_count"]
        for cell in content["cells"]
        if cell["cell_type"] == "code" and "".join(cell["source"]).strip()
    ]
    assert counts == list(range(1, len(counts) + 1))


@every_notebook
def test_runs_where_it_lands(path: Path) -> None:
    code = [cell for cell in load(path) if cell.cell_type == "code"]
    assert code[0].source == notebooks.OPENING
    assert tags(code[0]) == {"remove-cell"}
    for cell in code:
        assert "../" not in cell.source, f"a chapter reads nothing outside its own folder: {cell.source}"


def test_opening_says_in_one_line_what_is_missing() -> None:
    # -S and -I: without site-packages and this folder there is no dlmath_lib.
    command = [sys.executable, "-I", "-S", "-c", notebooks.OPENING]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    last = done.stderr.strip().splitlines()[-1]
    assert last == 'ImportError: dlmath_lib is missing: in the folder of the book run  pip install ".[chapters]"'
    exec(notebooks.OPENING, {})


@every_notebook
def test_cells_are_short(path: Path) -> None:
    for number, cell in enumerate(load(path), start=1):
        if cell.cell_type == "code":
            lines = len(cell.source.splitlines())
            assert lines < 25, f"cell {number} has {lines} lines"


@every_notebook
def test_no_display_equation_is_typed(path: Path) -> None:
    for number, cell in enumerate(load(path), start=1):
        if cell.cell_type == "markdown":
            found = TYPED_DISPLAY.search(CODE.sub("", cell.source) if "{math}" not in cell.source else cell.source)
            assert found is None, f"cell {number} types {found.group()}" if found else ""
        else:
            assert not re.search(r"\bMath\(|\bLatex\(", cell.source), f"cell {number} types a formula"


@every_notebook
def test_pictures_say_what_they_show(path: Path) -> None:
    cells = load(path)
    for html in outputs(cells, "text/html"):
        for alt in re.findall(r'<img [^>]*alt="([^"]*)"', html):
            assert len(alt) >= 20, alt
        assert html.count("<img ") == len(re.findall(r'<img [^>]*alt="', html))
    for alt in re.findall(r'\balt="([^"]*)"', " ".join(outputs(cells, "text/html"))):
        telling = {word for word in re.findall(r"\w+", unescape(alt).lower()) if word not in EMPTY}
        assert len(telling) >= 6, f"an alternative text says what is drawn: {alt}"
    assert not outputs(cells, "image/png"), "show figures by dlmath_lib.plotting.show(fig, alt=…)"


@every_notebook
def test_relative_links_lead_to_files(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", CODE.sub("", markdown(load(path)))):
        if not re.match(r"[a-z]+:", target):
            assert (path.parent / target).resolve().is_file(), target


@every_chapter
def test_headings_stand_in_their_order(path: Path) -> None:
    text = re.sub(r"```.*?```", "", markdown(load(path)), flags=re.DOTALL)
    found = re.findall(r"^## (.+?)\s*$", text, re.MULTILINE)
    assert found == [heading for heading in HEADINGS if heading in found or heading not in OPTIONAL]
    assert len(re.findall(r"^# ", text, re.MULTILINE)) == 1
    opening = text[: text.index("## Intuition")]
    for words in ("**You will be able to**", "**You need**", "**Symbols**"):
        assert words in opening.replace(":**", "**"), words
    symbols = opening[opening.index("**Symbols**") :]
    assert "|" in symbols, "the symbols are a table"
    assert "shape" in symbols.lower(), "with shapes"


@every_chapter
def test_every_section_holds_what_it_is_for(path: Path) -> None:
    cells = load(path)
    sections: dict[str, list[Any]] = {}
    here = ""
    for cell in cells:
        if cell.cell_type == "markdown":
            for heading in re.findall(r"^## (.+?)\s*$", cell.source, re.MULTILINE):
                here = heading
        sections.setdefault(here, []).append(cell)
    kinds = {name: {claim["kind"] for claim in flat(outputs(part, MIME))} for name, part in sections.items()}
    assert "derivation" in kinds["Derivation"]
    assert kinds["Verification"] & {"agrees", "gradient"}
    assert "refuted" in kinds["Where it goes wrong"]
    assert "bibliography.md#" in markdown(sections["Further reading"])


@every_chapter
def test_at_least_two_explorers_with_tasks(path: Path) -> None:
    cells = load(path)
    names = [found for html in outputs(cells, "text/html") for found in re.findall(r'id="explorer-([^"]+)"', html)]
    assert len(set(names)) >= 2, names
    assert len(names) == len(set(names)), "each explorer has its own name"
    assert re.search(r"\*\*?(?:Tasks?|Try it)\b", markdown(cells)), "each explorer has a task"


@every_chapter
def test_exercises_have_solutions_that_pass(path: Path) -> None:
    asked: set[str] = set()
    solved: set[str] = set()
    for cell in load(path):
        if cell.cell_type != "code":
            continue
        names = re.findall(r"\bcheck\(\s*[\"']([\w.]+)[\"']", cell.source)
        shown = " ".join(str(output.get("data", {}).get("text/plain", "")) for output in cell.outputs)
        if "solution" in tags(cell):
            assert "hide-cell" in tags(cell), cell.source
            folded = {"outputs_hidden": True, "source_hidden": True}
            assert cell.metadata.get("jupyter") == folded, "folded in JupyterLab too, with its answer: `make execute`"
            if names:
                assert "✓" in shown, cell.source
            solved.update(names)
        elif names:
            assert "not yet" in shown, f"the stub of {names} must not hold the answer"
            asked.update(names)
    assert len(asked) >= 4, asked
    assert solved == asked


@every_chapter
def test_every_exercise_has_a_hint(path: Path) -> None:
    hinted = False
    for cell in load(path):
        if cell.cell_type == "markdown":
            hinted &= not re.search(r"^### ", cell.source, re.MULTILINE)
            hinted |= re.search(r"<summary>Hint[^<]*</summary>\s*\S+ \S+ \S+", cell.source) is not None
        elif "solution" not in tags(cell):
            for name in re.findall(r"\bcheck\(\s*[\"']([\w.]+)[\"']", cell.source):
                assert hinted, f"{name}: a hint stands in <details><summary>Hint</summary> … </details>"


def overlap(label: str, claim: dict[str, Any]) -> int:
    """How many words of a label stand in what the claim says."""
    parts = [claim, *claim.get("steps", [])]
    said = " ".join(str(part.get(key) or "") for part in parts for key in ("name", "statement", "because")).lower()
    words = re.findall(r"[a-z]{2,}", said)
    wanted = [word for part in label.split("-")[1:] for word in ABBREVIATED.get(part, part).split() if len(word) > 1]
    return sum(any(word[:4] == other[:4] for other in words) for word in wanted)


def swapped(claims: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Pairs of labels that would fit each other's claims better than their own."""
    return [
        (one["label"], two["label"])
        for one, two in combinations(claims, 2)
        if overlap(one["label"], two) + overlap(two["label"], one)
        > overlap(one["label"], one) + overlap(two["label"], two)
    ]


@every_chapter
def test_a_label_belongs_to_its_claim(path: Path) -> None:
    claims = [claim for claim in flat(outputs(load(path), MIME)) if claim.get("label")]
    assert swapped(claims) == [], "a label shares words with its claim's name or formula"
    cells = load(path)
    for number, cell in enumerate(cells):
        beside = markdown(cells[max(0, number - 1) : number + 2])
        for claim in outputs([cell], MIME):
            told = overlap(claim.get("label") or "", {**claim, "because": beside})
            assert told or not claim.get("label"), f"{claim['label']}: {claim['name']}"


def test_swapped_labels_are_seen() -> None:
    mean = {"label": "eq-mean", "name": "mean of the sample", "statement": "m = (x + y)/2"}
    spread = {"label": "eq-variance", "name": "its variance", "statement": "v = (x − y)²/4"}
    assert swapped([mean, spread]) == []
    exchanged = [{**mean, "label": spread["label"]}, {**spread, "label": mean["label"]}]
    assert swapped(exchanged) == [("eq-variance", "eq-mean")]


@cache
def labels(path: Path) -> list[str]:
    """The labels of a notebook's claims."""
    return [claim["label"] for claim in flat(outputs(load(path), MIME)) if claim.get("label")]


@every_notebook
def test_a_label_is_given_once(path: Path) -> None:
    assert sorted(set(labels(path))) == sorted(labels(path))


@every_notebook
def test_links_to_formulas_lead_to_their_labels(path: Path) -> None:
    for file, anchor in re.findall(r"\]\(([\w/.]*)#(eq-[\w-]+)\)", markdown(load(path))):
        there = (path.parent / file).resolve() if file else path
        assert there in NOTEBOOKS and anchor in labels(there), f"{file}#{anchor}"


@every_chapter
def test_a_witness_names_a_formula_of_the_book(path: Path) -> None:
    cells = load(path)
    specs = [json.loads(spec) for html in outputs(cells, "text/html") for spec in re.findall(SPEC, html)]
    named = {label for part in (*flat(outputs(cells, MIME)), *specs) for label in part.get("of") or []}
    assert named <= set().union(*map(labels, NOTEBOOKS))


def misnamed(claims: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Labels that witnesses name though their words are those of another, which differs from it in one word."""
    labels = {claim["label"] for claim in claims if claim.get("label")}
    found = []
    for claim in (claim for claim in claims if claim.get("of")):
        words = set(re.findall(r"[a-z]+", f"{claim['name']} {claim['statement']}".lower()))
        for own in claim["of"]:
            for other in sorted(labels - set(claim["of"])):
                mine, others = set(own.split("-")), set(other.split("-"))
                if (
                    len(mine - others) == len(others - mine) == 1
                    and others - mine <= words
                    and not mine - others & words
                ):
                    found.append((own, other))
    return found


@every_chapter
def test_a_witness_names_its_own_formula(path: Path) -> None:
    assert misnamed(flat(outputs(load(path), MIME))) == []


def test_the_witness_of_another_formula_is_seen() -> None:
    exp, log = ({"name": f, "statement": f"{f}′", "label": f"eq-derivative-of-{f}"} for f in ("exp", "log"))
    witness = {"name": "exp x", "statement": "derivative(x) = exp(x)"}
    for of in ([exp["label"]], ["eq-chain-rule"]):
        assert misnamed([exp, log, {**witness, "of": of}]) == []
    assert misnamed([exp, log, {**witness, "of": [log["label"]]}]) == [(log["label"], exp["label"])]


def needed(text: str) -> list[str]:
    """The notebooks that a chapter's line *You need* links to."""
    start = text.index("**You need**")
    line = re.split(r"\n\s*\n|\n(?=\*\*)", text[start:], maxsplit=1)[0]
    return re.findall(r"\]\(([\w/.]+\.ipynb)", line)


@every_chapter
def test_what_a_chapter_needs_stands_before_it(path: Path) -> None:
    order = [notebook.resolve() for notebook in CHAPTERS]
    before = order[: order.index(path.resolve())]
    wanted = [file for file in needed(markdown(load(path))) if "reference/" not in file]
    assert [file for file in wanted if (path.parent / file).resolve() not in before] == []


def test_a_need_that_stands_later_is_seen() -> None:
    text = "**You need** [a](a.ipynb#x),\nof [b](../o/b.ipynb) the sum.\n\nSee [c](c.ipynb).\n**Symbols** [d](d.md)"
    assert needed(text) == ["a.ipynb", "../o/b.ipynb"]


@every_chapter
def test_a_page_is_one_sitting(path: Path) -> None:
    cells = load(path)
    frames = len(outputs([cell for cell in cells if "solution" not in tags(cell)], MIME))
    assert frames <= MOST_FRAMES, f"{frames} frames: put a family of small claims into one"
    words = len(re.findall(r"\S+", CODE.sub("", markdown(cells))))
    assert words <= MOST_WORDS, f"{words} words: make it two chapters"


@every_chapter
def test_common_mistakes_are_refuted(path: Path) -> None:
    """Their numbers are data of the claims; the text does not cite a list that the book does not hold yet."""
    cells = load(path)
    wanted = CLINIC.get(name_of(path), set())
    found = {claim["mistake"] for claim in flat(outputs(cells, MIME)) if claim.get("mistake")}
    assert wanted <= found, f"missing: {sorted(wanted - found)}"
    assert not re.search(r"\bclinic \d", "\n".join(cell.source for cell in cells), re.IGNORECASE)
