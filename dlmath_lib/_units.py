"""The two units of information, of which a reader chooses one by name."""

from __future__ import annotations

import math
from typing import Any

from dlmath_lib._validate import one_of

__all__ = ["nats_in"]

UNITS = {"nats": 1.0, "bits": math.log(2.0)}


def nats_in(function: str, unit: Any) -> float:
    """How many nats one unit is; another name is refused as ``function``'s argument ``unit``."""
    return UNITS[one_of(function, "unit", unit, UNITS)]
