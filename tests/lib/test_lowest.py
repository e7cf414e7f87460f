"""Every declared dependency has a lower bound, and the pinned version is not below it."""

from __future__ import annotations

import re

from tests.conftest import ROOT
from tests.lowest import PROJECT, RUNNERS, lowest


def version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text.partition("==")[2]))


def test_bounds_become_pins() -> None:
    pins = lowest()
    assert "numpy==2.0" in pins
    assert all(re.fullmatch(r"[\w-]+==[\d.]+", pin) for pin in pins if pin not in RUNNERS)
    assert "scipy==1.15" in pins, "scipy.differentiate came with 1.15"


def test_a_readers_pins_are_not_below_the_bounds() -> None:
    pinned = {line.partition("==")[0]: line.strip() for line in (ROOT / "requirements.txt").read_text().splitlines()}
    checked = [pin for pin in lowest() if pin.partition("==")[0] in pinned and "==" in pin]
    assert len(checked) >= 8
    for bound in checked:
        assert version(pinned[bound.partition("==")[0]]) >= version(bound), bound
    assert PROJECT.is_file()
