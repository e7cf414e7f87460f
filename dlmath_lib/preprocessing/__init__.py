"""Preparing features: columns of one scale, whitening, categories as columns.

A function learns a map from the training part; the map is then applied, unchanged, to whatever comes: ``scaler =
standardize(train)``, ``scaler.transform(new)``.
"""

from __future__ import annotations

from dlmath_lib.preprocessing.categories import one_hot
from dlmath_lib.preprocessing.scaling import Scaler, min_max, robust, standardize
from dlmath_lib.preprocessing.whitening import Whitener, whiten

__all__ = ["Scaler", "Whitener", "min_max", "one_hot", "robust", "standardize", "whiten"]
