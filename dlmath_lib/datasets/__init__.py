"""Data: three real sets that come with scikit-learn, two of NIST with certified answers, three drawn by own code.

And how to split and batch them. Nothing is downloaded. Used from ``chapters/linear_algebra/vectors.ipynb`` on.
"""

from __future__ import annotations

from dlmath_lib.datasets.certified import CertifiedRegression, filip, longley
from dlmath_lib.datasets.parts import minibatches, split
from dlmath_lib.datasets.sets import Dataset, breast_cancer, diabetes, digits, spirals, two_moons, xor

__all__ = [
    "CertifiedRegression",
    "Dataset",
    "breast_cancer",
    "diabetes",
    "digits",
    "filip",
    "longley",
    "minibatches",
    "spirals",
    "split",
    "two_moons",
    "xor",
]
