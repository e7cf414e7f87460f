"""The runner of planted faults, on a small tree of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mutants import __main__ as runner
from tests.mutants import plant
from tests.mutants.__main__ import Place
from tests.mutants.plant import BadFault, Fault

TESTS = ("test_a.py",)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    root = tmp_path_factory.mktemp("tree")
    (root / "a.py").write_text("def f(x):\n    return 2 * x\n\n\ndef g(x):\n    return x + 1\n")
    (root / "test_a.py").write_text("from a import f\n\n\ndef test_f():\n    assert f(2) == 4\n")
    (root / "test_c.py").write_text("def test_f():\n    assert False\n")
    with Place(root, loaded=()) as place:
        yield place


def fault(old: str, new: str, file: str = "a.py", tests: tuple[str, ...] = TESTS) -> Fault:
    return Fault("row", "name", file, old, new, tests)


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ("2 * x", "3 * x", "caught"),
        ("2 * x", "x + x", "survived"),
        ("x + 1", "x - 1", "survived"),
        ("def f(x):", "def f(x)", "caught"),
        ("2 * x", "__import__('time').sleep(60)", "no end within 3 s"),
    ],
)
def test_a_fault_is_judged_and_taken_out(place: Place, old: str, new: str, verdict: str) -> None:
    before = (place.root / "a.py").read_bytes()
    judged = runner.judge(fault(old, new), place, limit=3 if "sleep" in new else 60)
    assert judged.verdict == verdict
    assert judged.by.startswith("test_a.py") == (verdict == "caught")
    assert judged.seconds > 0
    assert (place.root / "a.py").read_bytes() == before


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (fault("5 * x", "x"), "old stands 0 times in a.py, not once"),
        (fault("return", "yield"), "old stands 2 times in a.py, not once"),
        (fault("2", "3", file="b.py"), "there is no b.py"),
        (fault("2 * x", "3 * x", tests=("test_b.py",)), "pytest test_b.py ended with 4"),
    ],
)
def test_a_fault_that_cannot_be_planted_or_judged_is_an_error(place: Place, bad: Fault, said: str) -> None:
    with pytest.raises(BadFault, match=said):
        runner.judge(bad, place, limit=60)


def test_tests_that_fail_anyway_are_an_error(place: Place) -> None:
    assert runner.check_without_faults(TESTS, place, limit=60) > 0
    with pytest.raises(BadFault, match="does not pass without a fault"):
        runner.check_without_faults(("test_c.py",), place, limit=60)


def test_tests_without_options_are_checked_in_one_run() -> None:
    lists = [("a.py",), ("b.py::test_x", "c.py"), ("a.py::test_y",), ("b.py::test_x",), ("a.py", "-k", "z")]
    faults = [fault("2 * x", str(n), tests=tests) for n, tests in enumerate(lists)]
    assert runner.sets_of_tests(faults) == [("a.py", "b.py::test_x", "c.py"), ("a.py", "-k", "z")]


def test_a_fault_of_a_notebook_stands_in_one_cell(tmp_path: Path) -> None:
    cell = {"cell_type": "markdown", "metadata": {}, "id": "a"}
    cells = [{**cell, "source": ["one\n", "two"]}, {**cell, "id": "b", "source": ["one\n", "three"]}]
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    assert "six" in plant.changed(fault("one\nthree", "six", file="a.ipynb"), tmp_path)
    with pytest.raises(BadFault, match="old stands in 2 cells"):
        plant.changed(fault("one", "six", file="a.ipynb"), tmp_path)


def test_rows_are_read_with_their_common_tests(tmp_path: Path) -> None:
    entry = '[[fault]]\nname = "{}"\nfile = "a.py"\nold = "1"\nnew = "{}"\n'
    (tmp_path / "row.toml").write_text('tests = ["t.py"]\n' + entry.format("one", 2) + entry.format("two", 3))
    assert [(f.name, f.tests) for f in plant.read("row", tmp_path)] == [("one", ("t.py",)), ("two", ("t.py",))]
    for content, said in (
        (entry.format("one", 2), "names no tests"),
        ('tests = ["t.py"]\n' + entry.format("one", 1), "old and new are the same"),
        ('tests = ["t.py"]\n' + entry.format("one", 2) * 2, "two faults have the name one"),
        ('tests = ["t.py"]\n' + entry.format("one", 2) + "why = 1\n", "unexpected keyword argument 'why'"),
    ):
        (tmp_path / "row.toml").write_text(content)
        with pytest.raises(BadFault, match=said):
            plant.read("row", tmp_path)
    with pytest.raises(BadFault, match=r"there is no row 'rows': the rows are row$"):
        plant.read("rows", tmp_path)


def test_every_row_of_the_book_is_there() -> None:
    assert plant.rows() == ["exercises", "explorers", "mathematics", "notebooks", "probability", "verify"]


@pytest.mark.parametrize("row", plant.rows())
def test_every_fault_still_stands_and_names_tests_that_there_are(row: str) -> None:
    for planted in plant.read(row):
        plant.changed(planted, plant.ROOT)
        for part in planted.tests:
            file, _, name = part.partition("[")[0].partition("::")
            if file.endswith(".py"):
                assert re.search(
                    rf"^ *def {name.rpartition('::')[2] or 'test_'}", (plant.ROOT / file).read_text("utf-8"), re.M
                ), part


def test_the_report_has_the_share_of_each_row_and_the_survivors(capsys: pytest.CaptureFixture[str]) -> None:
    verdicts = {Fault("a", f"f{n}", "a.py", "1", str(n), TESTS): "caught" for n in range(2, 21)}
    spent = {"a": 12.4, "b": 3.0}
    assert runner.report(verdicts, spent)
    assert runner.report({**verdicts, Fault("a", "late", "a.py", "1", "x", TESTS): "survived"}, spent)
    assert not runner.report({**verdicts, Fault("b", "lost", "a.py", "1", "x", TESTS): "survived"}, spent)
    told = capsys.readouterr().out
    assert "a                 20      19  95.0%           12\n" in told
    assert "all               20      19                  15\n" in told
    assert "survived: b: lost\n  a.py\n  - 1\n  + x" in told
