"""Evaluates every compiled function of an explorer's spec in Node and compares it with ``numbers()``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from dlmath_lib.explore.marks import Trajectory
from dlmath_lib.explore.model import Model
from tests.lib.node import run

_Job = tuple[dict[str, Any], list[list[Any]], Any]


def positions(low: float, high: float, n: int, scale: str = "linear") -> list[float]:
    """The sample positions of the contract, written again."""
    parts = [i / (n - 1) for i in range(n)]
    return [low * (high / low) ** s if scale == "log" else low + (high - low) * s for s in parts]


def compare(model: Model, values: dict[str, float]) -> int:
    """Compare all numbers at ``values``; returns how many were compared."""
    checked = model.check("compare", values)
    spec, numbers = model.spec(), model.numbers(checked, {})
    given = {**checked, **numbers["derived"]}
    p = [given[name] for name in spec["parameters"]]
    jobs: list[_Job] = []
    for i, (panel, of_panel) in enumerate(zip(spec["panels"], numbers["panels"], strict=True)):
        for j, (mark, of_mark) in enumerate(zip(panel["marks"], of_panel, strict=True)):
            twin = model.panels[i].marks[j]
            jobs += _JOBS.get(mark["type"], _plain)(mark, of_mark, p, panel, twin, given)
    for entry in spec["derived"]:
        twin = model.panels[entry["panel"]].marks[entry["mark"]]
        assert isinstance(twin, Trajectory)
        states = twin.path(given)
        jobs.append((entry["fn"], [[p, list(states[-1]), len(states) - 1]], [p[entry["param"]]]))
    for readout, number in zip(spec["readouts"], numbers["readouts"], strict=True):
        jobs.append((readout["fn"], [[p]], [number]))
    total = 0
    for (fn, _, wanted), got in zip(jobs, run([(fn, calls) for fn, calls, _ in jobs]), strict=True):
        wanted = np.asarray(wanted, dtype=float)
        got = np.asarray(got, dtype=float).reshape(wanted.shape)
        finite = wanted[np.isfinite(wanted)]
        scale = float(np.abs(finite).max()) if finite.size else 0.0
        np.testing.assert_allclose(got, wanted, rtol=1e-12, atol=1e-14 * scale, err_msg=fn["body"])
        total += wanted.size
    return total


def _domain(mark: dict[str, Any], of_mark: dict[str, Any], p: list[float], axis: dict[str, Any]) -> Iterator[_Job]:
    ends = []
    for end, place in zip(mark["domain"], (0, -1), strict=True):
        if isinstance(end, dict):
            yield end, [[p]], [of_mark["x"][place]]
            ends.append(float(of_mark["x"][place]))
        else:
            ends.append((axis["min"], axis["max"])[place] if end is None else end)
    if "fn" not in mark or mark["type"] == "curve":
        wanted = positions(ends[0], ends[1], mark["samples"], axis["scale"])
        np.testing.assert_allclose(of_mark["x"], wanted, rtol=1e-14, atol=1e-15)


def _curve(mark: Any, n: Any, p: Any, panel: Any, *_: Any) -> list[_Job]:
    return [*_domain(mark, n, p, panel["x"]), (mark["fn"], [[p, x] for x in n["x"]], n["y"])]


def _parametric(mark: Any, n: Any, p: Any, *_: Any) -> list[_Job]:
    at = positions(*mark["domain"], mark["samples"])
    return [(mark["fn"], [[p, t] for t in at], np.stack([n["x"], n["y"]], axis=-1))]


def _area(mark: Any, n: Any, p: Any, panel: Any, *_: Any) -> list[_Job]:
    calls = [[p, x] for x in n["x"]]
    return [*_domain(mark, n, p, panel["x"]), *((mark[way], calls, n[way]) for way in ("lower", "upper"))]


def _plain(mark: Any, n: Any, p: Any, *_: Any) -> list[_Job]:
    """A mark of one function of the parameters, whose values are its numbers in their order: most marks are."""
    return [(mark["fn"], [[p]], np.concatenate([np.atleast_1d(part) for part in n.values()]))]


def _field(mark: Any, n: Any, p: Any, panel: Any, *_: Any) -> list[_Job]:
    if "data" in mark:
        return []
    xs = positions(*mark["x"], mark["n"][0], panel["x"]["scale"])
    ys = positions(*mark["y"], mark["n"][1], panel["y"]["scale"])
    return [(mark["fn"], [[p, x, y] for y in ys for x in xs], n["z"])]


def _gridmap(mark: Any, n: Any, p: Any, *_: Any) -> list[_Job]:
    us, vs = positions(*mark["u"], mark["lines"]), positions(*mark["v"], mark["lines"])
    along_u, along_v = positions(*mark["u"], mark["samples"]), positions(*mark["v"], mark["samples"])
    calls = [[p, u, v] for u in us for v in along_v] + [[p, u, v] for v in vs for u in along_u]
    return [(mark["fn"], calls, np.stack([n["x"], n["y"]], axis=-1))]


def _flat(mark: Any, n: Any, p: Any, *_: Any) -> list[_Job]:
    names = {"bars": ["fn"], "cells": ["fn"], "network": ["values", "weights", "notes"]}[mark["type"]]
    return [(mark[k], [[p]], n["values" if k == "fn" else k]) for k in names if mark.get(k)]


def _trajectory(mark: Any, n: Any, p: Any, panel: Any, model: Trajectory, given: Any) -> list[_Job]:
    states = model.path(given)
    assert len(states) == len(n["x"])
    before = [[p, list(s), i] for i, s in enumerate(states)]
    jobs = [(mark["start"], [[p]], states[0]), (mark["show"], before, np.stack([n["x"], n["y"]], axis=-1))]
    if len(states) > 1:
        jobs.append((mark["update"], before[:-1], states[1:]))
    if isinstance(mark["steps"], dict):
        jobs.append((mark["steps"], [[p]], [model.steps(given)]))
    return jobs


def _data(mark: Any, n: Any, *_: Any) -> list[_Job]:
    assert len(n["x"]) == len(n["y"])
    return []


_JOBS: dict[str, Any] = {
    "curve": _curve, "parametric": _parametric, "area": _area, "field": _field, "gridmap": _gridmap, "bars": _flat,
    "cells": _flat, "network": _flat, "trajectory": _trajectory, "polyline": _data, "scatter": _data,
}  # fmt: skip
