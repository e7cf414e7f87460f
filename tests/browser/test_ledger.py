"""The filters above the ledger of claims and the index of the clinic, in Chromium."""

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


@pytest.mark.parametrize(
    ("words", "entry"),
    [
        ("broadcasting", "mistake-1"),
        ("heavy ball", "mistake-9"),
        ("logits", "mistake-42"),
        ("pre-activation", "mistake-51"),
    ],
)
def test_the_clinic_is_searched_by_the_terms_of_its_entries(book: Path, open_page: Any, words: str, entry: str) -> None:
    page = open_page((book / "chapters/clinic/index.html").as_uri())
    page.get_by_label("Show mistakes with these words").fill(words)
    found = page.locator(f"tr.filter-row:not([hidden]):has(a[href$='#{entry}'])")
    assert found.count() == 1
    assert words not in found.inner_text().lower(), "its title says it"
    assert page.locator("tr.filter-row:not([hidden])").count() < page.locator("tr.filter-row").count() / 2


def test_the_clinics_index_is_whole_on_a_phone(book: Path, open_page: Any) -> None:
    page = open_page((book / "chapters/clinic/index.html").as_uri())
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    boxes = "[...document.querySelectorAll('.table-wrap, table.clinic td')]"
    assert page.evaluate(f"{boxes}.every(box => box.scrollWidth <= box.clientWidth + 1)")
    assert all(page.locator("tr.filter-row").nth(0).locator("td").nth(i).is_visible() for i in range(4))


def test_the_clinic_is_filtered_by_severity_topic_and_words(book: Path, open_page: Any) -> None:
    page = open_page((book / "chapters/clinic/index.html").as_uri())
    rows = page.locator("tr.filter-row")
    severities = page.get_by_label("Show mistakes of this severity")
    topics = page.get_by_label("Show mistakes of this topic")
    seen = 0
    for word in severities.locator("option").all_text_contents()[1:]:
        severities.select_option(label=word)
        own = page.locator("tr.filter-row:not([hidden])")
        assert own.count() == page.locator(f"tr.filter-{word.lower()}").count() > 0
        assert all(word in text for text in own.all_text_contents())
        seen += own.count()
    assert seen == rows.count() > 0
    severities.select_option(label="every severity")
    topic = topics.locator("option").all_text_contents()[1]
    topics.select_option(label=topic)
    page.get_by_label("Show mistakes with these words").fill("relu")
    own = page.locator("tr.filter-row:not([hidden])").all_text_contents()
    assert all(topic in text and "relu" in text.lower() for text in own)
    assert page.get_by_role("status").text_content() in (
        f"{len(own)} of {rows.count()} mistakes",
        "No mistake matches. Try fewer words, or every severity, every topic.",
    )
    page.goto((book / "chapters/reference/ledger.html").as_uri())
    page.go_back()
    assert topics.input_value() != ""
    assert page.get_by_label("Show mistakes with these words").input_value() == "relu"
