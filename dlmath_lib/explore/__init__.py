"""Explorers: sliders over pictures whose JavaScript is compiled from SymPy expressions."""

from typing import Any

from dlmath_lib._needs import need

need("dlmath_lib.explore", "sympy", "anywidget", "ipywidgets", "matplotlib")

from dlmath_lib.explore import marks
from dlmath_lib.explore.controls import Choice, Slider, pick
from dlmath_lib.explore.experiment import Experiment
from dlmath_lib.explore.explorer import Explorer
from dlmath_lib.explore.frames import Frames
from dlmath_lib.explore.marks.arrays import Polyline, Scatter
from dlmath_lib.explore.marks.curves import Area, Curve, Parametric, Tangent
from dlmath_lib.explore.marks.fields import Field, GridMap
from dlmath_lib.explore.marks.points import Arrow, Label, Point, Segment
from dlmath_lib.explore.marks.tables import Bars, MatrixCells, NetworkGraph
from dlmath_lib.explore.marks.trajectory import Trajectory
from dlmath_lib.explore.panel import Panel
from dlmath_lib.explore.readouts import Message, Readout

__all__ = [
    "Area", "Arrow", "Bars", "Choice", "Curve", "Experiment", "Explorer", "Field", "Frames", "GridMap", "Label",
    "MatrixCells", "Message", "NetworkGraph", "Panel", "Parametric", "Point", "Polyline", "Readout", "Scatter",
    "Segment", "Slider", "Tangent", "Trajectory", "pick",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """A mark that a file in ``marks`` brings and that is not listed above, where editors look."""
    if name in marks.__all__:
        return getattr(marks, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
