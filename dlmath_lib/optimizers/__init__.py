"""Update rules, schedules for their learning rates, clipping, line search, and the loop that descends until it is done.

A rule is a pure function: it takes a parameter and its gradient, in that order, and returns the next parameter; its
settings are keyword-only. A rule with a memory (a velocity, two moments) takes that state as its third argument and
returns ``(parameter, state)``. Nothing is changed in place, except by the ``…_in_place`` twins that training uses.
`SGD`, `Adam`, `AdamW` and the others hold the settings of a rule, `Scheduled` and `Clipped` wrap one; `Network.fit`
takes them all. Conventions and defaults are PyTorch's; each docstring says where Keras differs.
"""

from __future__ import annotations

from dlmath_lib.optimizers._moments import AdamState
from dlmath_lib.optimizers.adagrad import AdaGrad, adagrad_step, adagrad_step_in_place
from dlmath_lib.optimizers.adam import Adam, adam_step, adam_step_in_place
from dlmath_lib.optimizers.adamw import AdamW, adamw_step, adamw_step_in_place
from dlmath_lib.optimizers.clipping import clip_by_norm, clip_by_value
from dlmath_lib.optimizers.descent import Descent, best_learning_rate, contraction_factor, gradient_descent, sgd_step
from dlmath_lib.optimizers.line_search import backtracking_line_search, exact_line_search, newton_step
from dlmath_lib.optimizers.momentum import SGD, momentum_step, momentum_step_in_place
from dlmath_lib.optimizers.nadam import NAdam, NAdamState, nadam_step, nadam_step_in_place
from dlmath_lib.optimizers.oscillator import asymptotic_factor, best_momentum
from dlmath_lib.optimizers.rmsprop import RMSprop, RMSpropState, rmsprop_step, rmsprop_step_in_place
from dlmath_lib.optimizers.schedules import CosineDecay, ExponentialDecay, OneCycle, StepDecay, Warmup
from dlmath_lib.optimizers.wrappers import Clipped, Scheduled, ScheduledState

# In plain order: the contract test of the docstrings reads it so.
__all__ = [  # noqa: RUF022
    "AdaGrad",
    "Adam",
    "AdamState",
    "AdamW",
    "Clipped",
    "CosineDecay",
    "Descent",
    "ExponentialDecay",
    "NAdam",
    "NAdamState",
    "OneCycle",
    "RMSprop",
    "RMSpropState",
    "SGD",
    "Scheduled",
    "ScheduledState",
    "StepDecay",
    "Warmup",
    "adagrad_step",
    "adagrad_step_in_place",
    "adam_step",
    "adam_step_in_place",
    "adamw_step",
    "adamw_step_in_place",
    "asymptotic_factor",
    "backtracking_line_search",
    "best_learning_rate",
    "best_momentum",
    "clip_by_norm",
    "clip_by_value",
    "contraction_factor",
    "exact_line_search",
    "gradient_descent",
    "momentum_step",
    "momentum_step_in_place",
    "nadam_step",
    "nadam_step_in_place",
    "newton_step",
    "rmsprop_step",
    "rmsprop_step_in_place",
    "sgd_step",
]
