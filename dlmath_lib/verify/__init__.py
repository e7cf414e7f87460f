"""Claims that check themselves.

`prove` (SymPy and 50-digit arithmetic), `agree` (a NumPy function against a formula), `gradient` (a VJP against
central differences), `refute` (a statement is false) and `Derivation` (a chain of proved steps) return a `Claim`, which
shows the checked object with its evidence, or raise `ClaimFailed` with the counterexample.
"""

from dlmath_lib.verify.agree import agree
from dlmath_lib.verify.claim import Claim, ClaimFailed
from dlmath_lib.verify.derivation import Derivation
from dlmath_lib.verify.gradient import gradient
from dlmath_lib.verify.prove import prove
from dlmath_lib.verify.refute import refute

__all__ = ["Claim", "ClaimFailed", "Derivation", "agree", "gradient", "prove", "refute"]
