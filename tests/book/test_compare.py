"""Two outputs are the same when their numbers agree to the last digit shown and all else agrees to the letter."""

from __future__ import annotations

import base64
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dlmath_lib.book import compare
from dlmath_lib.book.compare import difference, same
from tests.conftest import ROOT

SAME = [
    ("loss 0.2497", "loss 0.2498"),
    ("9.99", "10.00"),
    ("0.5", "0.4999"),
    ("5.38e-13", "5.379e-13"),
    ("9.9e-05", "1.0e-04"),
    ("1.2 · 10⁻⁷", "1.3 · 10⁻⁷"),
    (r"$1.2 \cdot 10^{-7}$", r"$1.3 \cdot 10^{-7}$"),
    ("1.2 × 10<sup>−7</sup>", "1.1 × 10<sup>−7</sup>"),
    ("−0.12", "−0.13"),
    ("error below 1e-8", "error below 1e-7"),
    ("[ 0.00  1.0]", "[-0.00  1.0]"),
    ("accuracy 97 %", "accuracy 98 %"),
    ("12.3%", "12.4%"),
    (r"12.3\,\%", r"12.4\,\%"),
    ("| 9.99  | a |", "| 10.00 | a |"),
    ('<svg><path d="M 10.5 3"/></svg>', '<svg><path d="M 10.51 3"/></svg>'),
    ('<svg><path d="M10.5 3L2 3"/></svg>', '<svg><path d="M10.51 3L2 2.99"/></svg>'),
    ('<p style="width: 12.5px">0.31</p>', '<p style="width: 12.4px">0.32</p>'),
]
DIFFERENT = [
    ("loss 0.2497", "loss 0.2499"),
    ("loss 0.2497", "cost 0.2497"),
    ("0.2497", "0.249"),
    ("16/19 solved", "17/20 solved"),
    ("16 solved", "17 solved"),
    ("shape (32, 10)", "shape (32, 9)"),
    ("5.38e-13", "5.40e-13"),
    ("1e-40", "1e-39"),
    ("error below 1e-8", "error below 1e-6"),
    ("error below 1e-8", "error below -1e-8"),
    ("error below 1e-8", "error below 2e-7"),
    ("1.2 · 10⁻⁷", "1.4 · 10⁻⁷"),
    ("1.2 · 10⁻⁷", "1.2 · 10⁻⁶"),
    (r"1.2 \cdot 10^{-7}", r"1.2 \cdot 10^{-6}"),
    ("1.2 × 10<sup>−7</sup>", "1.2 × 10<sup>−6</sup>"),
    ("−0.12", "0.12"),
    ("97 %", "99 %"),
    ("12.3%", "12.3"),
    ("[1. 2.]", "[1. 3.]"),
    ("0.5 0.6", "0.5"),
    ("0.5", "0.5 "  "b"),
    ("nan", "inf"),
    ("x1.5", "x1.6"),
    ("x1", "x2"),
    ('<a href="#eq-loss-1.5">', '<a href="#eq-loss-1.6">'),
    ('fill="#c2334d"', 'fill="#c2335d"'),
    ("PyTorch 2.13.0", "PyTorch 2.14.0"),
    ("NumPy 2.4", "NumPy 2.5"),
    ('<svg><path d="M 10.5 3"/></svg>', '<svg><path d="M 10.6 3"/></svg>'),
    ('<svg><path d="M10.5 3L2 3"/></svg>', '<svg><path d="M10.5 3L2 4"/></svg>'),
    ("<svg></svg>", "<svg></svg><svg></svg>"),
]  # fmt: skip


@pytest.mark.parametrize(("stored", "now"), SAME)
def test_the_last_digit_may_differ_by_one(stored: str, now: str) -> None:
    assert same(stored, now), difference(stored, now)
    assert same(now, stored)


@pytest.mark.parametrize(("stored", "now"), DIFFERENT)
def test_a_changed_digit_and_a_changed_word_are_seen(stored: str, now: str) -> None:
    assert difference(stored, now)
    assert not same(now, stored)


ROUNDED = [0.25, 0.123, 0, 1.004]


def explorer(**spec: Any) -> str:
    return f'<p>a</p><script type="application/json" class="explorer-spec">{json.dumps(spec)}</script><p>b</p>'


@pytest.mark.parametrize(
    ("stored", "now", "expected"),
    [
        ({"data": [0.1 + 0.2, 1e5 / 3]}, {"data": [0.3, 33333.333333333336]}, True),
        ({"data": [2.143e-5]}, {"data": [2.144e-5]}, True),
        ({"data": [2.143e-5]}, {"data": [2.145e-5]}, False),
        ({"data": [1.0]}, {"data": [0.9999]}, True),
        ({"data": [[0.687, *ROUNDED]]}, {"data": [[0.688, *ROUNDED]]}, True),  # 11/16, rounded the other way
        ({"data": [[0.687, *ROUNDED]]}, {"data": [[0.689, *ROUNDED]]}, False),
        ({"data": [[0.5, *ROUNDED]]}, {"data": [[0.6, *ROUNDED]]}, False),
        ({"value": 0.75}, {"value": 0.76}, False),
        ({"value": 1}, {"value": 1.0}, True),
        ({"samples": 300}, {"samples": 301}, False),
        ({"body": "return 0.30000000000000004*p[0];"}, {"body": "return 0.3*p[0];"}, True),
        ({"body": "return pow(p[0],0.5);"}, {"body": "return pow(p[0],0.6);"}, False),
        ({"body": "return p[0]-p[1];"}, {"body": "return p[0]+p[1];"}, False),
        ({"value": True}, {"value": 1}, False),
        ({"value": None}, {"value": 0}, False),
        ({"a": 1}, {"b": 1}, False),
        ({"a": [1]}, {"a": [1, 1]}, False),
    ],
)
def test_the_spec_of_an_explorer_is_compared_as_numbers(
    stored: dict[str, Any], now: dict[str, Any], expected: bool
) -> None:
    assert same(explorer(**stored), explorer(**now)) is expected
    assert same(explorer(**stored), explorer(**now).replace("b</p>", "c</p>")) is False


def picture(pixels: np.ndarray) -> str:
    buffer = io.BytesIO()
    Image.fromarray(pixels.astype("uint8")).save(buffer, format="png")
    return f'<img alt="a" src="data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}">'


def test_a_picture_may_differ_in_shades_but_not_in_what_it_shows() -> None:
    rng = np.random.default_rng(0)
    page = np.full((100, 200, 3), 255.0)
    page[20:30, 50:150] = 0.0
    shaded = np.clip(page + rng.integers(-20, 20, page.shape), 0, 255)
    assert same(picture(page), picture(shaded))
    assert not same(picture(page), picture(page[::-1]))
    assert not same(picture(page), picture(page[:, :150]))


def test_a_difference_is_told_where_it_is() -> None:
    assert "'0.25', now '0.35'" in difference("the loss is 0.25", "the loss is 0.35")
    assert "the loss is" in difference("the loss is 0.25", "the loss is 0.35")
    assert "at data.1" in difference(explorer(data=[1, 2.5]), explorer(data=[1, 3.5]))


def notebook(folder: Path, *texts: str) -> Path:
    cells = [
        {
            "cell_type": "code", "execution_count": n, "id": f"c{n}", "metadata": {},
            "source": "import math; print(round(math.pi, 4))",
            "outputs": [{"name": "stdout", "output_type": "stream", "text": [text + "\n"]}],
        }
        for n, text in enumerate(texts, start=1)
    ]  # fmt: skip
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    path = folder / "a.ipynb"
    content = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(content))
    return path


def test_nbval_compares_by_it(tmp_path: Path) -> None:
    path = notebook(tmp_path, "3.1416", "3.1415", "3.1417", "3.1418", "4")
    command = [
        sys.executable, "-m", "pytest", "-q", "-p", "nbval.plugin", "--nbval", "-p", "conftest",
        "--rootdir", tmp_path, "-c", "/dev/null",
    ]  # fmt: skip
    own = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run([*command, path], capture_output=True, text=True, check=False, cwd=ROOT, env=own)
    assert "2 failed, 3 passed" in done.stdout, done.stdout + done.stderr
    assert "stored '3.1418', now '3.1416'" in done.stdout
    assert "stored '4', now '3.1416'" in done.stdout


def test_another_matplotlibs_pictures_may_be_passed_over() -> None:
    stored = [{"text/html": f"<p>2.5</p>{svg(1)}", "image/png": "one"}]
    assert compare.without_pictures(stored) == compare.without_pictures(
        [{"text/html": f"<p>2.5</p>{svg(2)}", "image/png": "other"}]
    )
    for other in ([{"text/html": f"<p>2.9</p>{svg(1)}", "image/png": "one"}], [{"text/html": "<p>2.5</p>"}], []):
        assert compare.difference(*map(compare.without_pictures, (stored, other)))


def svg(width: int) -> str:
    return f"<svg width='{width}'><path d='M0 0'/></svg>"
