"""Explorers: sliders over pictures whose JavaScript is compiled from SymPy expressions."""

from dlmath_lib._needs import need

need("dlmath_lib.explore", "sympy", "anywidget", "ipywidgets", "matplotlib")

from dlmath_lib.explore.controls import Choice, Slider, pick
from dlmath_lib.explore.experiment import Experiment
from dlmath_lib.explore.explorer import Explorer
from dlmath_lib.explore.frames import Frames
from dlmath_lib.explore.marks import (
    Area,
    Arrow,
    Bars,
    Curve,
    Field,
    GridMap,
    Label,
    MatrixCells,
    NetworkGraph,
    Parametric,
    Point,
    Polyline,
    Scatter,
    Segment,
    Tangent,
    Trajectory,
)
from dlmath_lib.explore.panel import Panel
from dlmath_lib.explore.readouts import Message, Readout

__all__ = [
    "Area", "Arrow", "Bars", "Choice", "Curve", "Experiment", "Explorer", "Field", "Frames", "GridMap", "Label",
    "MatrixCells", "Message", "NetworkGraph", "Panel", "Parametric", "Point", "Polyline", "Readout", "Scatter",
    "Segment", "Slider", "Tangent", "Trajectory", "pick",
]  # fmt: skip
