"""The mathematics of a label as MathML that browsers draw themselves."""

from __future__ import annotations

import html
import re
from xml.dom import minidom

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.printing.mathml import MathMLPresentationPrinter

__all__ = ["mathml", "plain_text"]

# Their entities would come out as double-struck letters.
_CHARACTERS = {"&dd;": "d", "&ExponentialE;": "e", "&ImaginaryI;": "i"}
_ENTITY = re.compile(r"&(?:\w+|#\d+|#x[0-9a-fA-F]+);")


class _Printer(MathMLPresentationPrinter):
    """SymPy's printer, whose text nodes are text: SymPy writes them raw, and a name such as ``a<b`` became a tag."""

    def __init__(self) -> None:
        super().__init__()
        # The class's own method: SymPy has put another in its place on this one document.
        self.dom.createTextNode = lambda data: minidom.Document.createTextNode(self.dom, _characters(data))

    def _print_Function(self, e: sp.Expr) -> object:
        row = super()._print_Function(e)
        if isinstance(e, AppliedUndef):
            # SymPy writes its name in small letters: L(w) came out as l(w).
            row.replaceChild(self._print(sp.Symbol(e.func.__name__)), row.firstChild)
        return row

    def _print_Heaviside(self, e: sp.Heaviside, exp: object = None) -> object:
        # Without SymPy's printing of H(0), which a reader of a label does not need.
        return self._print_Function(sp.Function("H")(e.args[0]))


def _characters(text: str) -> str:
    """The character of an entity that SymPy wrote; any other text stays as it is."""
    return _CHARACTERS.get(text, html.unescape(text)) if _ENTITY.fullmatch(text) else text


def mathml(expression: sp.Basic) -> str:
    """``expression`` as one ``<math>`` element.

    Examples
    --------
    >>> x = sp.symbols("x", real=True)
    >>> mathml(x**2)
    '<math><msup><mi>x</mi><mn>2</mn></msup></math>'
    """
    printer = _Printer()
    root = printer._print(expression)
    _without_fences(root, printer.dom)
    return f"<math>{root.toxml()}</math>"


def _without_fences(node: minidom.Element, document: minidom.Document) -> None:
    """Turn each ``<mfenced>``, which browsers no longer draw, into a row with its brackets."""
    for child in [c for c in node.childNodes if isinstance(c, minidom.Element)]:
        _without_fences(child, document)
    if node.tagName != "mfenced":
        return
    inside = list(node.childNodes)
    marks = [node.getAttribute("open") or "(", node.getAttribute("close") or ")"]
    node.tagName = "mrow"
    for name in list(node.attributes.keys()):
        node.removeAttribute(name)
    for mark, place in zip(marks, (inside[0] if inside else None, None), strict=True):
        sign = document.createElement("mo")
        sign.appendChild(document.createTextNode(mark))
        node.insertBefore(sign, place)
    for later in inside[1:]:
        comma = document.createElement("mo")
        comma.appendChild(document.createTextNode(","))
        node.insertBefore(comma, later)


def plain_text(expression: sp.Basic) -> str:
    """``expression`` on one line, for screen readers and stored text."""
    text = str(expression).replace("**", "^")
    return re.sub(r"\*", "·", text)
