"""The marks: each a small class here, with a twin in the front end."""

from dlmath_lib.explore.marks.arrays import Polyline, Scatter
from dlmath_lib.explore.marks.base import Mark
from dlmath_lib.explore.marks.curves import Area, Curve, Parametric, Tangent
from dlmath_lib.explore.marks.fields import Field, GridMap
from dlmath_lib.explore.marks.points import Arrow, Label, Point, Segment
from dlmath_lib.explore.marks.tables import Bars, MatrixCells, NetworkGraph
from dlmath_lib.explore.marks.trajectory import Trajectory

__all__ = [
    "Area", "Arrow", "Bars", "Curve", "Field", "GridMap", "Label", "Mark", "MatrixCells", "NetworkGraph", "Parametric",
    "Point", "Polyline", "Scatter", "Segment", "Tangent", "Trajectory",
]  # fmt: skip
