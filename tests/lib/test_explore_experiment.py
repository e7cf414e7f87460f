"""Experiments: ipywidgets over a Python function in Jupyter, frames in the book."""

from __future__ import annotations

import time

import ipywidgets
import numpy as np
import pytest
import sympy as sp

from dlmath_lib.explore import Choice, Curve, Experiment, Panel, Polyline, Readout, Slider
from tests.lib.explorer_gallery import ALT

rate, noise, size, rule, x = sp.symbols("rate noise size rule x", real=True)
STEPS = np.arange(12)


def descend(rate: float, noise: float, rng: np.random.Generator) -> dict[str, object]:
    w, losses = 1.0, []
    for _ in STEPS:
        losses.append(w * w)
        w -= rate * (2 * w + noise * rng.standard_normal())
    return {"loss": losses}


def make(**options: object) -> Experiment:
    return Experiment(
        descend,
        Slider(rate, 0.01, 1, value=0.1, scale="log", label="learning rate"),
        Slider(noise, 0, 2, value=0.5, label="noise"),
        marks=lambda run: [
            Panel(Polyline(STEPS, run["loss"], label="loss"), Curve((1 - 2 * rate) ** (2 * x), (x, 0, 11), dash=True)),
            Readout("rate", rate),
        ],
        title="Noisy descent",
        alt=ALT,
        seed=3,
        **options,  # type: ignore[arg-type]
    )


def shown(experiment: Experiment) -> np.ndarray:
    return np.asarray(experiment.numbers()["panels"][0][0]["y"])


def test_moving_a_slider_computes_again() -> None:
    experiment = make()
    wanted = descend(0.1, 0.5, np.random.default_rng(3))["loss"]
    np.testing.assert_allclose(shown(experiment), wanted, rtol=1e-15)
    experiment.controls["noise"].value = 1.23
    wanted = descend(0.1, 1.23, np.random.default_rng(3))["loss"]
    np.testing.assert_allclose(shown(experiment), wanted, rtol=1e-15)
    assert experiment.values == {"rate": 0.1, "noise": 1.23}
    assert experiment.explorer.values == experiment.values
    experiment.controls["rate"].value = 0.3
    assert experiment.numbers()["readouts"] == pytest.approx([experiment.controls["rate"].value])


def test_resample_draws_other_numbers_and_is_reproducible() -> None:
    first, second = make(), make()
    before = shown(first)
    first.resample()
    again = shown(first)
    assert not np.allclose(before, again)
    button = next(c for c in second.widget.children if isinstance(c, ipywidgets.Button))
    assert button.description == "resample"
    button.click()
    np.testing.assert_array_equal(again, shown(second))


def test_the_widgets_are_ipywidgets() -> None:
    kinds = [type(c).__name__ for c in make().widget.children]
    assert kinds == ["FloatLogSlider", "FloatSlider", "Button", "HTML", "_Bench"]
    assert make().controls["noise"].description == "noise"
    experiment = Experiment(
        lambda size, rule, noise: {"y": [size, rule, noise]},
        Slider(size, 1, 4, value=2, integer=True),
        Choice(rule, ["plain", "momentum"]),
        Slider(noise, 0, 9, values=[0, 1, 9]),
        marks=lambda run: [Polyline([0, 1, 2], run["y"])],
        title="Kinds",
        alt=ALT,
    )
    kinds = [type(c).__name__ for c in experiment.widget.children]
    assert kinds == ["IntSlider", "Dropdown", "SelectionSlider", "HTML", "_Bench"]
    experiment.controls["rule"].value = 1
    experiment.controls["noise"].value = 9.0
    experiment.controls["size"].value = 4
    assert list(shown(experiment)) == [4, 1, 9]


def test_in_jupyter_the_picture_has_no_second_slider() -> None:
    spec = make().explorer.spec
    assert {c["type"] for c in spec["controls"]} == {"state"}
    assert spec["frames"][0]["params"] == []
    assert len(spec["frames"][0]["arrays"]["loss"]["data"]) == 1


def test_in_the_book_the_sliders_go_over_the_frames() -> None:
    experiment = make()
    html = experiment.html()
    assert '"type":"slider"' in html
    spec = experiment._model.spec()
    rates, noises = (c["values"] for c in spec["controls"])
    assert rates[0] == 0.01
    assert 0.1 in rates
    assert 0.5 in noises
    data = spec["frames"][0]["arrays"]["loss"]["data"]
    assert len(data) == len(rates) * len(noises)
    at = rates.index(0.1) * len(noises) + noises.index(0.5)
    np.testing.assert_allclose(data[at], descend(0.1, 0.5, np.random.default_rng(3))["loss"], rtol=1e-3)
    assert len(html) < 60_000


def test_the_stored_output_is_the_same_every_time() -> None:
    first, second = make(), make()
    second.controls["noise"].value = 2
    second.resample()
    assert first.html() == second.html()
    bundle = first._repr_mimebundle_()
    assert bundle["text/html"] == first.html()
    assert bundle["text/plain"] == (
        "Experiment \"Noisy descent\": rate = 0.1 (0.01 … 1), noise = 0.5 (0 … 2), Polyline 'loss', Curve"
    )
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_arrays_with_nan_can_be_sent() -> None:
    experiment = Experiment(
        lambda noise: {"y": [1.0, np.nan, np.inf, noise]}, Slider(noise, 0, 1),
        marks=lambda run: [Polyline([0, 1, 2, 3], run["y"])], title="Gaps", alt=ALT,
    )  # fmt: skip
    assert experiment.explorer.live["y"] == [1.0, None, None, 0.5]
    np.testing.assert_array_equal(shown(experiment), [1, np.nan, np.nan, 0.5])


def test_an_error_of_the_function_is_shown() -> None:
    def root(noise: float) -> dict[str, list[float]]:
        if noise == 0.3:
            raise ValueError("noise < 0.3 & more")
        return {"y": [noise, 1.0]}

    experiment = Experiment(
        root, Slider(noise, 0, 1), marks=lambda run: [Polyline([0, 1], run["y"])], title="Trouble", alt=ALT
    )
    message = next(c for c in experiment.widget.children if isinstance(c, ipywidgets.HTML))
    assert message.layout.display == "none"
    experiment.controls["noise"].value = 0.3
    assert message.layout.display == "block"
    assert message.value == "ValueError: noise &lt; 0.3 &amp; more"
    experiment.controls["noise"].value = 0.4
    assert message.layout.display == "none"
    assert list(shown(experiment)) == [0.4, 1]


def test_a_slow_function_waits_for_the_hand() -> None:
    def slow(noise: float) -> dict[str, list[float]]:
        time.sleep(0.06)
        return {"y": [noise, 1.0]}

    control = Slider(noise, 0, 1, values=[0, 1])
    experiment = Experiment(slow, control, marks=lambda run: [Polyline([0, 1], run["y"])], title="Slow", alt=ALT)
    assert not experiment.controls["noise"].continuous_update
    assert make().controls["noise"].continuous_update


def test_the_picture_moves_the_sliders_too() -> None:
    experiment = make()
    experiment.explorer.values = {"noise": 1.5}
    assert experiment.values == {"rate": 0.1, "noise": 1.5}
    np.testing.assert_allclose(shown(experiment), descend(0.1, 1.5, np.random.default_rng(3))["loss"], rtol=1e-15)
    control = Slider(noise, 0, 9, values=[0, 1, 9])
    listed = Experiment(
        lambda noise: {"y": [noise, 1.0]}, control, marks=lambda run: [Polyline([0, 1], run["y"])], title="T 1", alt=ALT
    )
    listed.explorer.values = {"noise": 7.0}
    assert listed.values == listed.explorer.values == {"noise": 9.0}
