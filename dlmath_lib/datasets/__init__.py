"""Data: real sets, two of NIST with certified answers, three drawn by own code, and recordings that packages bring.

And how to split and batch them. Nothing is downloaded. Used from ``chapters/linear_algebra/vectors.ipynb`` on.
"""

from __future__ import annotations

from dlmath_lib.datasets.certified import CertifiedRegression, filip, longley
from dlmath_lib.datasets.parts import minibatches, split
from dlmath_lib.datasets.sets import Dataset, breast_cancer, diabetes, digits, spirals, two_moons, xor
from dlmath_lib.datasets.shipped import eeg, elevation, photograph

__all__ = [
    "CertifiedRegression",
    "Dataset",
    "breast_cancer",
    "diabetes",
    "digits",
    "eeg",
    "elevation",
    "filip",
    "longley",
    "minibatches",
    "photograph",
    "spirals",
    "split",
    "two_moons",
    "xor",
]
