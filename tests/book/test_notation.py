"""One table of notation: a chapter's table of symbols agrees with it, or takes a letter a second time on purpose."""

from __future__ import annotations

import re
from pathlib import Path

from tests.book.test_notebooks import CHAPTERS, every_chapter, load, markdown, name_of
from tests.conftest import ROOT

# What the table of the page Notation says a letter means: words of which a chapter's row has one.
MEANINGS = {
    r"\alpha": r"learning rate|rate of",
    r"\sigma": r"sigmoid|deviation|singular|noise",
    r"\lambda": r"eigenvalue|penalty|curvature",
    r"\kappa": r"condition|largest over|largest curvature",
    r"\delta": r"error signal",
    r"\theta": r"parameter|weights",
    r"W": r"weight|matri",
    r"b": r"bias|batch|intercept",
    r"z": r"pre-activation|logit",
    r"a": r"activation|hands on",
    r"L": r"loss",
    r"J": r"Jacobian|mean|loss",
    r"H": r"Hessian|entropy|second derivatives",
    r"n": r"examples|number|draws|count",
    r"d": r"features|inputs|columns|dimension|number",
    r"X": r"batch|design|variable|row|features|inputs|column|data|example",
    r"y": r"target|labels",
    r"\hat y": r"predict",
    r"\odot": r"product",
    r"\mathbf{g}": r"cotangent|upstream|gradient",
    r"g": r"cotangent|gradient|upstream|derivative",
}
# Letters that a chapter takes a second time: its own table of symbols holds there (the page Notation says so).
# A new one is a decision.
SECOND = {
    "calculus/automatic_differentiation": {r"L"},
    "calculus/chain_rule": {r"\kappa", r"\lambda"},
    "calculus/derivatives": {r"L", r"\delta", r"y", r"z"},
    "calculus/integrals": {r"\lambda", r"a", r"b", r"g"},
    "calculus/limits": {r"L", r"\delta", r"a", r"g"},
    "calculus/matrix_calculus": {r"H", r"X", r"a", r"d", r"y"},
    "calculus/taylor_and_convexity": {r"L", r"a", r"n", r"y", r"z"},
    "convolution/convolution": {r"d", r"n", r"y"},
    "convolution/convolutional_network": {r"L"},
    "convolution/pooling": {r"n", r"y", r"z"},
    "information/entropy": {r"\lambda"},
    "linear_algebra/geometry": {r"\delta", r"\theta"},
    "linear_algebra/least_squares": {r"H"},
    "linear_algebra/linear_systems": {r"L"},
    "linear_algebra/vectors": {r"\theta", r"a", r"b"},
    "networks/activations": {r"a"},
    "networks/neurons_and_layers": {r"y"},
    "networks/why_depth": {r"L"},
    "optimization/learning_rates": {r"a", r"n"},
    "optimization/momentum": {r"L"},
    "practice/applications": {r"L", r"X"},
    "practice/preprocessing": {r"z"},
    "probability/distributions": {r"L", r"\lambda", r"b"},
    "probability/estimation": {r"b"},
    "probability/importance_sampling": {r"z"},
    "probability/random_variables": {r"\lambda", r"g"},
    "regularization/dropout": {r"z"},
    "regularization/weight_penalties": {r"\theta", r"z"},
}
ROW = re.compile(r"^\|(.*)\|$", re.MULTILINE)


def symbols(path: Path, start: str) -> dict[str, str]:
    """The letters of a table of symbols, each with what its row says; a row may have several."""
    text = markdown(load(path))
    table = text[text.index(start) :].partition("\n\n## ")[0].partition("\n# ")[0]
    found = {}
    for row in ROW.findall(table)[2:]:
        letters, meaning = [cell.strip() for cell in re.split(r"(?<!\\)\|", row)][:2]
        for formula in re.findall(r"\$([^$]+)\$", letters):
            found[formula.split("=")[0].strip()] = meaning
    return found


def test_the_page_gives_each_letter_its_meaning() -> None:
    table = symbols(ROOT / "chapters/reference/notation.ipynb", "## Symbols")
    both = set(table) & set(MEANINGS)
    assert len(both) > 15, "the page has lost letters that chapters use"
    for letter in both:
        assert re.search(MEANINGS[letter], table[letter], re.IGNORECASE), (letter, table[letter])


@every_chapter
def test_a_letter_means_what_the_table_says_or_is_taken_a_second_time_on_purpose(path: Path) -> None:
    taken = {
        letter
        for letter, meaning in symbols(path, "**Symbols**").items()
        if letter in MEANINGS and not re.search(MEANINGS[letter], meaning, re.IGNORECASE)
    }
    assert taken == SECOND.get(name_of(path), set())


def test_every_listed_chapter_is_there() -> None:
    assert set(SECOND) <= {name_of(path) for path in CHAPTERS}
