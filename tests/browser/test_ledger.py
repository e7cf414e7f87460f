"""The filter above the ledger of claims, in Chromium."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

KINDS = {
    "Definition": "definition",
    "Proved": "proved",
    "Derived": "derivation",
    "Agrees": "agrees",
    "Gradient checked": "gradient",
    "Refuted": "refuted",
}


@pytest.fixture
def ledger(book: Path, open_page: Any) -> Any:
    return open_page((book / "chapters/reference/ledger.html").as_uri())


def shown(page: Any) -> list[str]:
    return page.evaluate(
        "[...document.querySelectorAll('tr.ledger-row:not([hidden])')].map(row => row.textContent.toLowerCase())"
    )


def test_kinds_are_named_as_on_the_claims(ledger: Any) -> None:
    names = ledger.locator("#ledger-kind option").all_text_contents()
    assert names == ["every kind", *KINDS]
    rows = len(shown(ledger))
    seen = 0
    for name, kind in KINDS.items():
        ledger.select_option("#ledger-kind", label=name)
        assert len(shown(ledger)) == ledger.locator(f"tr.ledger-{kind}").count() > 0
        seen += len(shown(ledger))
        assert ledger.get_by_role("status").text_content() == f"{len(shown(ledger))} of {rows} claims"
    assert seen == rows


def test_every_word_must_be_there_in_any_order(ledger: Any) -> None:
    ledger.fill("#ledger-words", "  Sigmoid  derivative ")
    found = shown(ledger)
    assert found
    assert all("sigmoid" in row and "derivative" in row for row in found)
    assert ledger.get_by_role("status").is_visible()
    ledger.fill("#ledger-words", "derivative sigmoid")
    assert shown(ledger) == found


def test_nothing_found_is_said(ledger: Any) -> None:
    ledger.fill("#ledger-words", "sigmoid zyzzyva")
    assert shown(ledger) == []
    assert "No claim matches" in ledger.get_by_role("status").text_content()
    ledger.fill("#ledger-words", "")
    assert ledger.get_by_role("status").text_content() == ""
    assert len(shown(ledger)) == ledger.locator("tr.ledger-row").count()
