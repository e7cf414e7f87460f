"""A network of dense layers: a thin composition of the functions of `layers`, `activations`, `losses`, `optimizers`.

``model`` says what it computes, in those pure functions. ``_fast`` computes the same numbers in arrays that are used
again in every step; only `Network.fit` calls it. Used from ``chapters/networks/training_a_network.ipynb`` on.
"""

from __future__ import annotations

from dlmath_lib.network.dense import Dense
from dlmath_lib.network.history import Evaluation, History, TrainingDiverged
from dlmath_lib.network.model import LayerGradient, Network

__all__ = ["Dense", "Evaluation", "History", "LayerGradient", "Network", "TrainingDiverged"]
