"""The mathematics of a label as MathML that browsers draw themselves."""

from __future__ import annotations

import html
import re

import sympy as sp
from sympy.printing.mathml import MathMLPresentationPrinter

__all__ = ["mathml", "plain_text"]


class _Printer(MathMLPresentationPrinter):
    """SymPy's printer, where names that are Unicode already stay as they are."""

    def _print_Heaviside(self, e: sp.Heaviside, exp: object = None) -> object:
        # Without SymPy's printing of H(0), which a reader of a label does not need.
        return self._print_Function(sp.Function("H")(e.args[0]))


def mathml(expression: sp.Basic) -> str:
    """``expression`` as one ``<math>`` element.

    Examples
    --------
    >>> x = sp.symbols("x", real=True)
    >>> mathml(x**2)
    '<math><msup><mi>x</mi><mn>2</mn></msup></math>'
    """
    printer = _Printer()
    inside = printer._print(expression).toxml()
    # Named entities are characters in HTML; as characters they are safe everywhere. <mfenced> is no longer drawn.
    inside = re.sub(
        r"&(?!lt;|gt;|amp;|quot;)\w+;",
        lambda found: _CHARACTERS.get(found.group(), html.unescape(found.group())),
        inside,
    )
    inside = re.sub(r"<mfenced[^>]*>(.*?)</mfenced>", r"<mrow><mo>(</mo>\1<mo>)</mo></mrow>", inside, flags=re.DOTALL)
    return f"<math>{inside}</math>"


# dd and ExponentialE would come out as double-struck letters.
_CHARACTERS = {"&dd;": "d", "&ExponentialE;": "e", "&ImaginaryI;": "i"}


def plain_text(expression: sp.Basic) -> str:
    """``expression`` on one line, for screen readers and stored text."""
    text = str(expression).replace("**", "^")
    return re.sub(r"\*", "·", text)
