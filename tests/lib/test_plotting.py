"""A figure carries its alternative text, follows the theme, and is the same in every process."""

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import numpy as np
import pytest

from dlmath_lib.plotting import COLOR_CYCLE, COLORS, figure, inline, show

ALT = "A straight line that rises from 0 to 1"


def draw(label="a line"):
    fig, ax = figure()
    ax.plot(np.linspace(0, 1, 7), np.linspace(0, 1, 7), "o--", label=label)
    ax.set_xlabel("x & y")
    ax.legend()
    return show(fig, alt=ALT)


def test_the_html_is_a_figure_with_its_alternative_text():
    page = inline(draw()._repr_html_())
    assert page.startswith(f'<figure class="plot" role="img" aria-label="{ALT}"><svg ')
    assert "x &amp; y" in page and "a line" in page
    assert repr(draw()) == f"Figure: {ALT}"


def test_an_alternative_text_is_escaped():
    fig, _ = figure()
    assert 'alt="a &lt; b and &quot;c&quot;, so to say"' in show(fig, alt='a < b and "c", so to say')._repr_html_()


def test_it_follows_the_theme():
    page = inline(draw()._repr_html_())
    assert "<style" not in page, "a style inside an SVG of a page is a style of the whole page"
    assert "var(--explorer-blue, #0b6db0)" in page
    assert "currentColor" in page
    assert "#000000" not in page and "DejaVu" not in page and "<metadata" not in page


def test_the_stored_form_is_an_image_that_survives_sanitising():
    """Hosts that do not trust a notebook keep <img> and drop <svg>, but keep the labels in it."""
    page = draw("it's <b> & 100% #1 \u2212 σ")._repr_html_()
    tags = re.findall(r"<(\w+)", re.sub(r'"[^"]*"', '""', page))
    assert tags == ["figure", "img"]
    source = re.search(r' src="([^"]*)"', page)[1]
    assert source.startswith("data:image/svg+xml;charset=utf-8,<svg ")
    root = ElementTree.fromstring(unquote(source.split(",", 1)[1]))
    texts = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "it's <b> & 100% #1 \u2212 σ" in texts
    assert "prefers-color-scheme:dark" in root[0].text


def test_numbers_are_rounded_and_ids_are_counted():
    page = inline(draw()._repr_html_(), "a") + inline(draw("another line")._repr_html_(), "b")
    assert not re.search(r"\d\.\d{3,}", page)
    ids = re.findall(r" id='([^']+)'", page)
    assert len(ids) == len(set(ids)) and ids
    assert set(re.findall(r"(?:url\(#|href='#)([\w-]+)", page)) <= set(ids)


def test_what_a_reader_reads_is_not_rounded():
    assert ">Adam 0.003, -0 and 12345.678<" in inline(draw("Adam 0.003, -0 and 12345.678")._repr_html_())


def test_no_id_depends_on_a_number():
    """matplotlib hashes unrounded positions into ids: 1e-13 more of one made another id, on another processor."""

    def drawn(shift):
        fig, ax = figure()
        ax.plot([0, 1, 2], [0, 1 + shift, 4], "o-")
        return show(fig, alt=ALT)._repr_html_()

    assert drawn(0) == drawn(1e-13)
    ids = re.findall(r" id='([^']+)'", drawn(0))
    assert ids == re.findall(r" id='([^']+)'", drawn(0.3))


def test_it_is_the_same_in_every_process():
    program = f"import sys; sys.path[:0] = {sys.path!r}; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
    program += "from test_plotting import draw; print(draw()._repr_html_())"
    other = {**os.environ, "PYTHONHASHSEED": "42"}
    done = subprocess.run([sys.executable, "-c", program], env=other, capture_output=True, check=True)
    assert done.stdout == draw()._repr_html_().encode() + b"\n"


def test_several_axes():
    fig, axes = figure(8, 3, ncols=2, sharey=True)
    assert axes.shape == (2,)
    assert tuple(fig.get_size_inches()) == (8, 3)


@pytest.mark.parametrize("alt", ["", "too short", None, 3])
def test_a_figure_without_words_is_refused(alt):
    fig, _ = figure()
    with pytest.raises(ValueError, match="show: alt must be a description of at least 20 characters"):
        show(fig, alt=alt)


def test_what_is_no_figure_is_refused():
    with pytest.raises(TypeError, match="show: fig must be a matplotlib figure, got str"):
        show("picture", alt=ALT)


def contrast(one, other):
    def luminance(color):
        channels = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
        linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", COLOR_CYCLE)
def test_every_colour_stands_out_of_its_page(name):
    light, dark = COLORS[name]
    # 4.5:1, as WCAG 2.2 asks of text: the same colours write the readouts.
    assert contrast(light, "#ffffff") >= 4.5
    assert contrast(dark, "#121212") >= 4.5
