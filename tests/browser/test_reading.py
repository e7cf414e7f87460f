"""Reading the built book in Chromium: searching, printing, copying, finding one's way."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.browser.serve import served

PROBE = Path(__file__).with_name("probe.js")


@pytest.fixture(scope="module")
def hosts(book: Path) -> Iterator[dict[str, str]]:
    """The book's address over http and as files."""
    with served(book) as address:
        yield {"http": address, "file": book.as_uri()}


@pytest.fixture(scope="module")
def tab(browser: Any) -> Iterator[tuple[Any, list[str]]]:
    """One tab for all these tests, and its errors: a new one costs a process, which Chromium begins anew."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(30_000)  # patient enough for a busy machine
    problems: list[str] = []
    page.on("console", lambda m: problems.append(f"{m.text} ({m.location.get('url')})") if m.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page, problems
    page.context.close()


@pytest.fixture
def page(tab: tuple[Any, list[str]]) -> Iterator[Any]:
    """The tab as if it were new; at the end it may have shown no error."""
    page, problems = tab
    problems.clear()
    page.set_viewport_size({"width": 1280, "height": 900})
    yield page
    page.unroute_all()
    page.emulate_media(media="null")
    assert not problems, problems


def found(page: Any) -> list[tuple[str, str]]:
    """The search's results: where each lands, and what it shows."""
    page.wait_for_function("document.querySelector('#search-progress').textContent")
    return [tuple(one) for one in page.evaluate("""() => [...document.querySelectorAll('#search-results li')].map(li =>
        [li.querySelector('a').getAttribute('href').replace('./', ''), li.textContent])""")]  # fmt: skip


SEARCHES = {
    "chain rule": "chapters/calculus/chain_rule.html",
    "backpropagation": "chapters/networks/backpropagation.html",
    "normal equations": "chapters/networks/linear_regression.html#the-minimum-the-normal-equations",
    "log softmax": "chapters/networks/smooth_activations.html#log-softmax",
    "KL": "chapters/information/cross_entropy_and_kl.html",
    "batch norm": "chapters/regularization/normalization.html#batch-norm-of-one-channel",
    "softmax jacobian": "chapters/networks/smooth_activations.html#eq-softmax-jacobian",
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
    # The page may still grow above the target while its explorers wake up; where it comes to rest counts.
    page.wait_for_function(
        "() => { const top = document.getElementById('eq-sigmoid-derivative').getBoundingClientRect().top;"
        " return 0 <= top && top < 400; }"
    )


@pytest.mark.parametrize(
    "forms",
    [
        ("logsoftmax", "log-softmax", "log_softmax", "Log‑Softmax"),
        ("∇", "nabla"),
        ("σ", "sigma", "Σ"),
        ("initialisation", "initialization"),
        ("relu'", "ReLU′", "relu’"),
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


def test_a_selection_of_formulas_is_copied_as_latex_once(hosts: dict[str, str], page: Any) -> None:
    page.goto(f"{hosts['file']}/chapters/calculus/derivatives.html")
    copied = """(from, to) => { const range = document.createRange(); range.setStart(...from); range.setEnd(...to);
        getSelection().removeAllRanges(); getSelection().addRange(range);
        const data = new DataTransfer();
        const event = new ClipboardEvent('copy', {clipboardData: data, bubbles: true, cancelable: true});
        document.body.dispatchEvent(event); return data.getData('text/plain').trim(); }"""
    whole = f"""() => {{ const copied = {copied};
        const block = document.querySelector('.claim .katex-display');
        return [block.querySelector('annotation').textContent,
            copied([block, 0], [block, block.childNodes.length])]; }}"""
    latex, text = page.evaluate(whole)
    assert text == f"$${latex}$$"
    # Half of an inline formula, with words around it: the formula comes whole, and once, and the words stay.
    part = f"""() => {{ const copied = {copied};
        const line = [...document.querySelectorAll('article p')].find(p => p.querySelectorAll('.katex').length > 1);
        const glyph = line.querySelector('.katex .mord').firstChild;
        const latex = [...line.querySelectorAll('annotation')].map(a => a.textContent);
        return [latex, copied([line, 0], [glyph, 0]), copied([line, 0], [line, line.childNodes.length])]; }}"""
    latex, some, every = page.evaluate(part)
    assert some.count("$") == 2
    assert some.endswith(f"${latex[0]}$")
    assert every.split("$")[1::2] == latex
    plain = f"() => {{ const h1 = document.querySelector('h1'); return ({copied})([h1, 0], [h1, 1]); }}"
    assert page.evaluate(plain) == "", "where there is no formula the browser copies by itself"
    assert page.locator(".copied").count() == 0


def test_a_refused_clipboard_is_said_and_the_code_selected(hosts: dict[str, str], page: Any) -> None:
    page.goto(f"{hosts['file']}/chapters/calculus/derivatives.html")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new DOMException()); }")
    button = page.locator(".cell_input:visible .copy").first
    code = button.locator("xpath=..").locator("pre").text_content()
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('.copy:focus').textContent.startsWith('Not allowed: press')")
    assert page.evaluate("getSelection().toString().trim()") == code.strip()


def test_mathematics_and_code_are_fenced_off_from_language(hosts: dict[str, str], page: Any) -> None:
    page.goto(f"{hosts['file']}/chapters/networks/losses.html")
    bare = """[...document.querySelectorAll('article :is(.katex, pre, code, figure.plot svg)')].filter(e => !e.closest(
        '[translate=no]')).map(e => e.outerHTML.slice(0, 90))"""
    assert page.evaluate(bare) == []
    order = """() => [...document.querySelectorAll('.katex-html')].slice(0, 60).map(f => [...f.querySelectorAll(
        '.base')].map(b => Math.round(b.getBoundingClientRect().left - f.getBoundingClientRect().left)).join())"""
    before = page.evaluate(order)
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert page.evaluate("getComputedStyle(document.querySelector('article p')).direction") == "rtl"
    directions = (
        """[...document.querySelectorAll('article :is(.katex, pre, code)')].map(e => getComputedStyle(e).direction)"""
    )
    assert set(page.evaluate(directions)) == {"ltr"}
    turned = [one for one in page.evaluate(order) if one.startswith("0,") and one != "0"]
    assert turned
    assert len([one for one in before if one.startswith("0,")]) == len(turned)


def test_a_page_from_a_file_says_where_its_notebook_lies(book: Path, hosts: dict[str, str], page: Any) -> None:
    page.goto(f"{hosts['file']}/chapters/networks/losses.html")
    page.locator(".bar-download").click()
    notice = page.get_by_role("dialog", name="Where the notebook lies")
    shown = notice.locator("code").text_content()
    assert Path(shown) == book.resolve() / "_sources/chapters/networks/losses.ipynb"
    assert Path(shown).is_file()
    page.keyboard.press("Escape")
    assert not notice.is_visible()
    assert page.url.endswith("losses.html")
    page.goto(f"{hosts['http']}/chapters/networks/losses.html")
    with page.expect_download() as download:
        page.locator(".bar-download").click()
    assert download.value.suggested_filename == "losses.ipynb"


@pytest.mark.parametrize("width", [1400, 1100, 390])
def test_on_this_page_follows_the_reader(width: int, hosts: dict[str, str], page: Any) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(f"{hosts['file']}/chapters/networks/losses.html")
    fold = page.locator(".onpage details")
    wide = width > 1312
    assert (fold.get_attribute("open") is not None) == wide
    page.evaluate("document.documentElement.style.scrollBehavior = 'auto'")
    for anchor in ("huber", "exercise-7", "intuition"):
        anchor = anchor if anchor != "huber" else "absolute-error-and-huber"
        page.evaluate(f"location.hash = '#{anchor}'")
        page.wait_for_function(f"document.querySelector('.onpage [aria-current]')?.hash === '#{anchor}'")
        title = page.locator(".onpage [aria-current]").text_content()
        top = page.locator(f"#{anchor}").bounding_box()["y"]
        under = page.locator(".bar").bounding_box()["height"]
        if not wide:
            assert page.locator(".onpage-here").text_content() == title
            assert page.locator(".onpage-here").is_visible()
            under += page.locator(".onpage").bounding_box()["height"]
            page.locator(".onpage summary").click()
        assert top >= under - 1, "the heading is not under the bars"
        inside = """() => { const [a, b] = ['.onpage [aria-current]', '.onpage nav'].map(s =>
            document.querySelector(s).getBoundingClientRect());
            return a.top >= b.top - 1 && a.bottom <= b.bottom + 1; }"""
        page.wait_for_function(inside)
        if not wide:
            page.keyboard.press("Escape")
            assert fold.get_attribute("open") is None
    if not wide:
        page.locator(".onpage summary").click()
        page.locator(".onpage nav a").nth(2).click()
        assert fold.get_attribute("open") is None
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("chapter", ["networks/losses", "networks/activations"])
def test_large_text_does_not_widen_the_page(chapter: str, hosts: dict[str, str], page: Any) -> None:
    page.goto(f"{hosts['file']}/chapters/{chapter}.html")
    page.evaluate(PROBE.read_text("utf-8"))
    for width in (1280, 640):
        page.set_viewport_size({"width": width, "height": 800})
        for size in ("100%", "200%"):
            page.evaluate("size => { document.documentElement.style.fontSize = size; }", size)
            page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (chapter, width, size)
            assert page.evaluate("probe.tooWide()") == [], (chapter, width, size)


def test_without_javascript_a_page_is_whole(hosts: dict[str, str], open_page: Any) -> None:
    page = open_page("about:blank", java_script_enabled=False)
    page.set_default_timeout(30_000)
    page.goto(f"{hosts['file']}/chapters/networks/losses.html")
    for width in (1400, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.locator(".onpage nav a").first.is_visible()
        assert page.locator(".contents a").first.is_visible()
        heading, strip = page.locator("h1").bounding_box(), page.locator(".onpage nav").bounding_box()
        if width < 600:
            assert heading["y"] >= strip["y"] + strip["height"], "the list does not lie over the text"
        assert page.locator(".explorer-static img, .explorer-static svg").first.is_visible()
    page.locator("details.solution summary").first.click()
    assert page.locator("details.solution pre").first.is_visible()


# The boxes of a formula's parts stand for the thousands of glyphs in them.
PARTS = "article *:not(.base *, .katex-mathml, .katex-mathml *, svg, svg *, .visually-hidden, .explorer-alt)"
OVERFLOW = f"""() => [...document.querySelectorAll('{PARTS}')].filter(e => {{
    if (e.closest('.visually-hidden, .explorer-alt')) return false;
    const box = e.getBoundingClientRect();
    // Beside the text are 16 mm of margin, in which the invisible end of a subscript may stand.
    return box.width && box.height && (box.right > innerWidth + 4 || box.left < -4);
    }}).map(e => e.outerHTML.slice(0, 120))"""
TALL = f"""() => [...document.querySelectorAll('{PARTS}')].filter(e => getComputedStyle(e).breakInside === 'avoid'
    && e.getBoundingClientRect().height > 0.45 * innerHeight).map(e => e.outerHTML.slice(0, 120))"""
SCROLLING = f"""() => [...document.querySelectorAll('{PARTS}')].filter(e => e.clientWidth &&
    e.scrollWidth > e.clientWidth + 1 && !e.closest('.visually-hidden, .explorer-alt')
    && ['auto', 'scroll', 'hidden'].includes(getComputedStyle(e).overflowX)).map(e => e.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize(
    "name", ["reference/ledger", "networks/backpropagation", "networks/losses", "networks/vanishing_gradients"]
)
def test_paper_shows_everything_and_no_page_is_half_empty(name: str, hosts: dict[str, str], page: Any) -> None:
    page.goto(f"{hosts['file']}/chapters/{name}.html")
    page.evaluate("document.fonts.ready.then(() => dispatchEvent(new Event('beforeprint')))")
    assert page.locator("details:not([open])").count() == 0
    # A4 less its margins, in CSS pixels.
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 673, "height": 987})
    page.evaluate(PROBE.read_text("utf-8"))
    page.evaluate("probe.simplify()")  # a formula's parts keep their boxes; there are ten times fewer elements to print
    assert page.evaluate(OVERFLOW) == []
    assert page.evaluate(SCROLLING) == []
    assert page.evaluate(TALL) == []
    assert page.locator("main").bounding_box()["width"] <= 673
    page.evaluate("probe.thin()")  # rows that are built alike break alike
    filled = page.evaluate("document.documentElement.scrollHeight") / 987
    pages = len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4", prefer_css_page_size=True)))
    assert pages <= 1.1 * filled + 1, f"{pages} pages for what fills {filled:.1f}"


def test_back_brings_the_ledgers_filter_back(hosts: dict[str, str], page: Any) -> None:
    for host in ("http", "file"):
        page.goto(f"{hosts[host]}/chapters/reference/ledger.html")
        page.fill("#ledger-words", "sigmoid")
        page.select_option("#ledger-kind", index=1)
        count = page.get_by_role("status").text_content()
        rows = page.locator("tr.ledger-row:not([hidden])").count()
        assert count
        page.goto(f"{hosts[host]}/intro.html")
        page.go_back()
        page.wait_for_function("document.querySelector('#ledger-words')?.value === 'sigmoid'")
        assert page.get_by_role("status").text_content() == count
        assert page.locator("tr.ledger-row:not([hidden])").count() == rows
        page.goto(f"{hosts[host]}/intro.html")
        page.goto(f"{hosts[host]}/chapters/reference/ledger.html")
        assert page.input_value("#ledger-words") == ""


def test_progress_is_kept_in_the_browser_and_can_be_forgotten(hosts: dict[str, str], page: Any) -> None:
    chapter, other = "chapters/networks/losses.html", "chapters/networks/activations.html"
    settled = "document.documentElement.classList.contains('settled')"  # nothing moves under the mouse any more
    for root in hosts.values():
        page.goto(f"{root}/{chapter}")
        page.evaluate("localStorage.removeItem('dlmath-progress')")
        page.reload()
        page.wait_for_function(settled)
        exercises = page.locator("button.mark", has_text=re.compile("^Solved$"))
        total = exercises.count()
        assert total == page.locator("section[id^='exercise-']").count() > 3
        exercises.nth(1).click()
        page.get_by_role("button", name="I have read this chapter").click()
        assert page.locator(".progress-said").text_content() == f"1 of {total} exercises solved"
        page.goto(f"{root}/{other}")
        assert page.get_by_role("button", name="I have read this chapter").get_attribute("aria-pressed") == "false"
        assert page.locator("#contents .done").count() == 1
        assert page.locator("#contents a:has(.done)").text_content() == "Losses ✓ read"
        page.goto(f"{root}/chapters/reference/exercises.html")
        assert (
            page.locator("table.exercises a:has(.done)").get_attribute("href") == "../networks/losses.html#exercise-2"
        )
        assert "1 chapter as read and 1 exercise as solved" in page.locator(".progress-said").text_content()
        page.goto(f"{root}/{chapter}")
        page.wait_for_function(settled)
        pressed = page.locator("section[id^='exercise-'] button.mark[aria-pressed='true']")
        assert pressed.get_attribute("aria-label").startswith("Solved: 2.")
        pressed.click()
        assert page.locator("section[id^='exercise-'] button.mark[aria-pressed='true']").count() == 0
        page.goto(f"{root}/intro.html")
        page.once("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="Forget all my progress").click()
        assert page.evaluate("localStorage.getItem('dlmath-progress')") is None
        assert page.locator("#contents .done").count() == 0


@pytest.mark.parametrize("stored", ["no JSON", "[1, 2]", '{"read": 3, "solved": [null, "a"]}', "null"])
def test_what_is_no_progress_is_read_as_none(hosts: dict[str, str], page: Any, stored: str) -> None:
    page.goto(f"{hosts['http']}/chapters/networks/losses.html")
    page.evaluate("stored => localStorage.setItem('dlmath-progress', stored)", stored)
    page.reload()
    assert page.locator(".progress-said").text_content().startswith("0 of ")
    page.get_by_role("button", name="I have read this chapter").click()
    assert "chapters/networks/losses" in page.evaluate("localStorage.getItem('dlmath-progress')")
    page.evaluate("localStorage.clear()")


def test_without_storage_one_line_says_so(book: Path, open_page: Any, browser: Any) -> None:
    context = browser.new_context()
    blocked = "get() { throw new DOMException('blocked', 'SecurityError'); }"
    context.add_init_script(f"Object.defineProperty(window, 'localStorage', {{ {blocked} }})")
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto((book / "chapters/networks/losses.html").as_uri())
    assert "its storage is blocked" in page.locator(".progress").text_content()
    assert page.locator("button.mark:visible").count() == 0
    context.close()
    assert problems == []
