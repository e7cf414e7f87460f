"""Claims that check themselves.

`define` (what a name stands for), `prove` (SymPy and many-digit arithmetic), `agree` (a NumPy function against a
formula), `gradient` (a VJP against central differences), `refute` (a statement is false) and `Derivation` (a chain of
proved steps) return a `Claim`, which shows the checked object with its hypotheses and its evidence, or raise
`ClaimFailed` with the counterexample. `family` puts several into one frame. `in_order`, `product`, `quotient`,
`partial` and `total` write what is shown in the author's order.
"""

from dlmath_lib._needs import need

need("dlmath_lib.verify", "sympy", "mpmath", "flint")

from dlmath_lib.verify.agree import agree
from dlmath_lib.verify.claim import Claim, ClaimFailed
from dlmath_lib.verify.define import define
from dlmath_lib.verify.derivation import Derivation
from dlmath_lib.verify.entries import by_entries
from dlmath_lib.verify.family import family
from dlmath_lib.verify.gradient import gradient
from dlmath_lib.verify.prove import prove
from dlmath_lib.verify.refute import refute
from dlmath_lib.verify.written import in_order, partial, product, quotient, total

__all__ = [
    "Claim",
    "ClaimFailed",
    "Derivation",
    "agree",
    "by_entries",
    "define",
    "family",
    "gradient",
    "in_order",
    "partial",
    "product",
    "prove",
    "quotient",
    "refute",
    "total",
]
