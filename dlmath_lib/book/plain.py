"""Formulas as plain text, from the MathML that KaTeX writes: what the search looks through and shows."""

import re
from collections.abc import Callable
from functools import cache
from unicodedata import normalize
from xml.etree import ElementTree

from dlmath_lib.book.mathematics import CannotTypeset, render

RAISED = str.maketrans("0123456789+−=()ninTxyk′", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱⁿᵀˣʸᵏ′")
LOWERED = str.maketrans("0123456789+−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
# One letter for each of the pairs that look the same to a reader.
SAME = str.maketrans("ϵϕϑϱ∗⋅∣∥", "εφθρ*·|‖")
END = "\0"  # the end of a fraction
FUNCTION = "\u2061"  # the invisible operator between a function and its argument
SPACED = set("=<>≤≥≠≈≡→⇒⇔↦∈+−±")
UNARY = re.compile(r"(?:(?<=[(\[|/^])\s*|(^|(?<=[=≤≥<>,;])\s?))([−+±]) ")
ACCENTS = {"^": "\u0302", "ˉ": "\u0304", "¯": "\u0304", "‾": "\u0304", "~": "\u0303", "˙": "\u0307", "⃗": "\u20d7"}


@cache
def plain(latex: str) -> str:
    r"""Return a formula as text: ``\frac{\partial L}{\partial w_1}`` is ``∂L/∂w₁``; a refused one as it stands."""
    try:
        mathml = re.search(r"<math.*?</math>", render(latex), re.DOTALL)
    except CannotTypeset:
        return latex
    assert mathml
    text = " ".join(_text(ElementTree.fromstring(mathml[0])).translate(SAME).split())
    text = re.sub(f"{END}(?=\\w)", " ", UNARY.sub(r"\1\2", text)).replace(END, "")
    return normalize("NFC", text)


def _text(node: ElementTree.Element) -> str:
    tag = node.tag.rpartition("}")[2]
    if tag == "annotation":
        return ""
    parts = [_text(child) for child in node if child.text != FUNCTION]
    if tag in _RULES:
        return _RULES[tag](*parts)
    own = (node.text or "").replace(FUNCTION, "").replace("\u200b", "") + "".join(parts)
    if tag == "mo" and own in SPACED:
        return f" {own} "
    return f"{own} " if own in (",", ";") else own


def _group(text: str) -> str:
    """Put brackets around what is more than one factor."""
    text = text.strip()
    return f"({text})" if re.search(r"[\s+−=,]", text) and not re.fullmatch(r"\([^()]*\)", text) else text


def _shifted(text: str, table: dict[int, int], sign: str) -> str:
    close = text.replace(" ", "")
    return close.translate(table) if all(ord(letter) in table for letter in close) else f"{sign}{_group(text)}"


def _raised(base: str, upper: str) -> str:
    return base + _shifted(upper, RAISED, "^")


def _lowered(base: str, lower: str) -> str:
    return base + _shifted(lower, LOWERED, "_")


def _limits(base: str, lower: str, upper: str) -> str:
    return f"{_raised(_lowered(base, lower), upper)} "


_RULES: dict[str, Callable[..., str]] = {
    "mfrac": lambda upper, lower: f"{_group(upper)}/{_group(lower)}{END}",
    "msqrt": lambda *inside: f"√{_group(''.join(inside))}",
    "mroot": lambda inside, degree: f"{_shifted(degree, RAISED, '')}√{_group(inside)}",
    "msup": _raised,
    "msub": _lowered,
    "msubsup": lambda base, *limits: _limits(base, *limits) if base in tuple("∑∏∫") else _limits(base, *limits).strip(),
    "munder": lambda base, lower: f"{_lowered(base, lower)} ",
    "munderover": _limits,
    "mover": lambda base, over: base + ACCENTS[over.strip()] if over.strip() in ACCENTS else _raised(base, over),
    "mspace": lambda: " ",
    "mtd": lambda *inside: f"{''.join(inside)} ",
    "mtr": lambda *cells: f"{''.join(cells).strip()}; ",
    "mtable": lambda *rows: "".join(rows).rstrip("; "),
}
