"""Reading the built book in Chromium: searching, printing, copying, finding one's way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.browser.serve import served


@pytest.fixture(scope="module")
def hosts(book: Path) -> Iterator[dict[str, str]]:
    """The book's address over http and as files."""
    with served(book) as address:
        yield {"http": address, "file": book.as_uri()}


@pytest.fixture
def page(open_page: Any) -> Any:
    """An empty page, patient enough for a busy machine."""
    page = open_page("about:blank")
    page.set_default_timeout(30_000)
    return page


def found(page: Any) -> list[tuple[str, str]]:
    """The search's results: where each lands, and what it shows."""
    page.wait_for_function("document.querySelector('#search-progress').textContent")
    return [tuple(one) for one in page.evaluate("""() => [...document.querySelectorAll('#search-results li')].map(li =>
        [li.querySelector('a').getAttribute('href').replace('./', ''), li.textContent])""")]  # fmt: skip


SEARCHES = {
    "chain rule": "chapters/calculus/derivatives.html#the-chain-rule",
    "backpropagation": "chapters/networks/backpropagation.html",
    "normal equations": "chapters/networks/linear_regression.html#the-minimum-the-normal-equations",
    "log softmax": "chapters/networks/activations.html#log-softmax",
}


@pytest.mark.parametrize("host", ["http", "file"])
def test_search_lands_in_the_section_and_shows_each_formula_once(host: str, hosts: dict[str, str], page: Any) -> None:
    for query, place in SEARCHES.items():
        page.goto(f"{hosts[host]}/search.html?q={quote(query)}")
        assert found(page)[0][0] == place, query
    page.goto(f"{hosts[host]}/search.html?q=sigmoid%20derivative")
    link, words = found(page)[0]
    assert link == "chapters/networks/activations.html#eq-sigmoid-derivative"
    assert "\\" not in words
    assert words.count("split off σ") == 1
    assert page.locator("#search-results mark").count() > 2
    page.locator("#search-results a").first.click()
    page.wait_for_url("**/activations.html#eq-sigmoid-derivative")
    top = page.locator("#eq-sigmoid-derivative").bounding_box()["y"]
    assert 0 <= top < 400


@pytest.mark.parametrize(
    "forms",
    [
        ("logsoftmax", "log-softmax", "log_softmax", "Log‑Softmax"),
        ("∇", "nabla"),
        ("σ", "sigma", "Σ"),
        ("initialisation", "initialization"),
        ("hyperparameter", "hyperparameters"),
    ],
)
def test_other_forms_of_a_word_find_the_same(forms: tuple[str, ...], hosts: dict[str, str], page: Any) -> None:
    results = []
    for form in forms:
        page.goto(f"{hosts['file']}/search.html?q={quote(form)}")
        results.append([link for link, _ in found(page)])
    assert results[0]
    assert all(result == results[0] for result in results[1:]), dict(zip(forms, results, strict=True))


def test_search_folds_accents_counts_and_is_safe(hosts: dict[str, str], page: Any) -> None:
    places = [[0, f"p{n}", f"Poincaré {n}", "<b>x</b> & x̂ = ½ … " + "word " * 200 + "ende", "np"] for n in range(60)]
    index = f"const searchIndex = {json.dumps({'pages': [['a.html', 'A']], 'places': places})};"
    page.route("**/search-index.js*", lambda route: route.fulfill(body=index, content_type="text/javascript"))
    page.goto(f"{hosts['http']}/search.html?q=poincare")
    assert len(found(page)) == 50
    assert page.locator("#search-progress").text_content() == "The 50 best of 60 places."
    assert page.locator("#search-results b").count() == 0
    assert "<b>x</b> & x̂ = ½" in page.locator("#search-results").inner_text()
    page.goto(f"{hosts['http']}/search.html?q=ende%20POINCARÉ%2059")
    assert [link for link, _ in found(page)] == ["a.html#p59"]
    assert "… word" in found(page)[0][1]
    for query in ("zyzzyva", "<img src=x onerror=alert(1)>", "(", "[a-", "\\", "*", "a/b?"):
        page.goto(f"{hosts['http']}/search.html?q={quote(query)}")
        assert found(page) == []
        assert query in page.locator("#search-progress").text_content()
    page.goto(f"{hosts['http']}/search.html")
    assert page.locator("#search-progress").text_content() == ""


def test_the_bar_searches_from_any_page(hosts: dict[str, str], page: Any) -> None:
    page.goto(f"{hosts['file']}/chapters/networks/losses.html")
    page.fill("#bar-search", "Huber")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=Huber")
    assert any("losses.html#" in link for link, _ in found(page))
