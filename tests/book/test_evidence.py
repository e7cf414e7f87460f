"""`make test` proves a statement once: the second run of the notebooks takes the evidence of the first."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
import sympy as sp

from dlmath_lib.book import evidence
from dlmath_lib.verify import ClaimFailed
from dlmath_lib.verify import prove as prove_

prove: Any = importlib.import_module("dlmath_lib.verify.prove")
x = sp.Symbol("x", real=True)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The statements that are really checked."""
    found: list[Any] = []
    check = prove._check
    monkeypatch.setattr(prove, "_check", lambda *statement: found.append(statement) or check(*statement))
    return found


def run(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch, *statement: Any, **options: Any) -> str:
    with monkeypatch.context() as patch:
        patch.setattr(prove, "_check", prove._check)
        evidence.attend({name: str(folder)})
        return str(prove_(*statement, **options))


def test_the_second_run_says_the_same_and_proves_nothing(
    tmp_path: Path, calls: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    square = ((x + 1) ** 2, x**2 + 2 * x + 1)
    first = run(evidence.WRITE, tmp_path, monkeypatch, *square)
    assert len(calls) == 1
    assert run(evidence.READ, tmp_path, monkeypatch, *square) == first
    assert len(calls) == 1
    assert run(evidence.WRITE, tmp_path, monkeypatch, *square) == first, "what writes proves"
    assert len(calls) == 2


@pytest.mark.parametrize(
    "other",
    [
        ((x + 1) ** 2, x**2 + 2 * x + 2),
        ((x - 1) ** 2, x**2 + 2 * x + 1),
        ((sp.Symbol("x") + 1) ** 3, sp.Symbol("x") ** 3),
    ],
)
def test_another_statement_is_not_believed(
    other: tuple[Any, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(evidence.WRITE, tmp_path, monkeypatch, (x + 1) ** 2, x**2 + 2 * x + 1)
    with pytest.raises(ClaimFailed):
        run(evidence.READ, tmp_path, monkeypatch, *other)


def test_domains_points_and_assumptions_belong_to_a_statement(
    tmp_path: Path, calls: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    y, f = sp.Symbol("x", positive=True), sp.Function("f", real=True)
    statements = [
        ((sp.sqrt(x**2), sp.Abs(x)), {}),
        ((sp.sqrt(x**2), sp.Abs(x)), {"where": {x: (1, 2)}}),
        ((sp.sqrt(x**2), sp.Abs(x)), {"points": 7}),
        ((sp.sqrt(y**2), sp.Abs(y)), {}),
        ((f(x) + 0 * x + f(x), 2 * f(x)), {}),
        ((sp.Function("f")(x) * 2, sp.Function("f")(x) + sp.Function("f")(x)), {}),
    ]
    for statement, options in statements:
        run(evidence.WRITE, tmp_path, monkeypatch, *statement, **options)
    assert len(list(tmp_path.iterdir())) == len(calls) == len(statements)
