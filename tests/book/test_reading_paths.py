"""The landing page's three ways through the book: what they promise of the order, and their hours."""

from __future__ import annotations

import re
from pathlib import Path

from dlmath_lib.book.reading_paths import MINUTES_AN_EXERCISE, WORDS_A_MINUTE, minutes
from tests.book.test_notebooks import CHAPTERS, load, markdown, name_of
from tests.conftest import ROOT

INTRO = (ROOT / "intro.md").read_text(encoding="utf-8")
PATHS = [
    re.sub(r"^:.*\n", "", found).split() for found in re.findall(r"```\{reading-path\}\n(.*?)```", INTRO, re.DOTALL)
]


def needed(path: Path) -> set[str]:
    """The chapters that "You need" links to."""
    found = re.search(r"\*\*You need\*\*(.*?)\*\*Symbols\*\*", markdown(load(path)), re.DOTALL)
    links = re.findall(r"\]\(([\w./]+\.ipynb)", found[1]) if found else []
    targets = [(path.parent / link).resolve() for link in links]
    return {name_of(target) for target in targets if target.parent.name != "reference"}


def test_there_are_three_and_each_is_in_the_order_of_the_book() -> None:
    order = [name_of(path) for path in CHAPTERS]
    assert len(PATHS) == 3
    for path in PATHS:
        assert path == sorted(set(path), key=order.index)


def test_the_first_course_holds_all_that_its_chapters_need() -> None:
    course = PATHS[0]
    for name in course:
        missing = needed(ROOT / f"chapters/{name}.ipynb") - set(course[: course.index(name)])
        assert not missing, f"{name} needs {missing}"


def test_the_hours_are_those_of_words_and_exercises(book: Path) -> None:
    page = re.sub("<[^>]*>", "", (book / "intro.html").read_text(encoding="utf-8"))
    assert (
        f"counted at {WORDS_A_MINUTE} words a minute" in page and f"{MINUTES_AN_EXERCISE} minutes an exercise" in page
    )
    for path, done in zip(PATHS, (True, False, True), strict=True):
        hours = sum(minutes(ROOT / f"chapters/{name}.ipynb", done) for name in path) / 60
        assert f"{len(path)} chapters, about {hours:.0f} hours {'with' if done else 'without'} the exercises:" in page
