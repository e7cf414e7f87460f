"""Update rules, and the loop that applies the plainest of them until it is done.

A rule is a pure function: it takes a parameter and its gradient, in that order, and returns the next parameter; its
settings are keyword-only. A rule with a memory (a velocity, two moments) takes that state as its third argument and
returns ``(parameter, state)``. Nothing is changed in place, except by the ``…_in_place`` twins that training uses.
`SGD` and `Adam` hold the settings of a rule; `Network.fit` takes them.
"""

from __future__ import annotations

from dlmath_lib.optimizers.adam import Adam, AdamState, adam_step, adam_step_in_place
from dlmath_lib.optimizers.clipping import clip_by_norm
from dlmath_lib.optimizers.descent import Descent, best_learning_rate, contraction_factor, gradient_descent, sgd_step
from dlmath_lib.optimizers.momentum import SGD, momentum_step, momentum_step_in_place

# In plain order: the contract test of the docstrings reads it so.
__all__ = [  # noqa: RUF022
    "Adam",
    "AdamState",
    "Descent",
    "SGD",
    "adam_step",
    "adam_step_in_place",
    "best_learning_rate",
    "clip_by_norm",
    "contraction_factor",
    "gradient_descent",
    "momentum_step",
    "momentum_step_in_place",
    "sgd_step",
]
