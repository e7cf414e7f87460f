"""Reads a displayed formula back: the text and the LaTeX that the printers write, for the tests alone."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import sympy as sp

RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻ⁿᵏⁱᵐˣ", "0123456789−nkimx")
FUNCTIONS = {"exp": sp.exp, "log": sp.log, "sin": sp.sin, "cos": sp.cos, "tanh": sp.tanh}
TEXT = re.compile(r"\s*(\d+|[a-zA-Zα-ω]+[₀-₉]*|√|[⁰¹²³⁴⁵⁶⁷⁸⁹⁻ⁿᵏⁱᵐˣ]+|[()\[\]|+−·/^,])")
LATEX = re.compile(r"\s*(\\left[(|]|\\right[)|]|\\[a-zA-Z]+|\d+|[a-zA-Z]|[{}()|+\-^_,])")


def read_text(text: str, letters: dict[str, sp.Symbol]) -> Any:
    """Return the expression that a line of text says."""
    return Reader(_tokens(TEXT, unicodedata.normalize("NFC", text)), letters).read()


def read_latex(text: str, letters: dict[str, sp.Symbol]) -> Any:
    """Return the expression that LaTeX says; factors that stand side by side are multiplied."""
    return LatexReader(_tokens(LATEX, text.replace(r"\,", " ")), letters).read()


def _tokens(pattern: re.Pattern[str], text: str) -> list[str]:
    found, place = [], 0
    while text[place:].strip():
        match = pattern.match(text, place)
        assert match, f"unreadable: {text[place:]!r} of {text!r}"
        found.append(match.group(1))
        place = match.end()
    return found


class Reader:
    """Recursive descent over the tokens of a line of text."""

    minus = "−"

    def __init__(self, tokens: list[str], letters: dict[str, sp.Symbol]) -> None:
        self.tokens, self.letters, self.place = tokens, letters, 0

    @property
    def next(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self, *expected: str) -> str:
        token = self.next
        assert not expected or token in expected, f"{token!r} where {expected} must stand, in {self.tokens}"
        self.place += 1
        return token

    def read(self) -> Any:
        value = self.sum()
        assert not self.next, f"{self.tokens[self.place :]} is left over of {self.tokens}"
        return value

    def sum(self) -> Any:
        sign = -1 if self.next == self.minus and self.take() else 1
        value = sign * self.term()
        while self.next in ("+", self.minus):
            sign = 1 if self.take() == "+" else -1
            value += sign * self.term()
        return value

    def term(self) -> Any:
        value = self.power()
        while self.next in ("·", "/"):
            value = value * self.power() if self.take() == "·" else value / self.power()
        return value

    def power(self) -> Any:
        base = self.atom()
        if self.next and self.next[0] in "⁰¹²³⁴⁵⁶⁷⁸⁹⁻ⁿᵏⁱᵐˣ":
            raised = self.take().translate(RAISED)
            sign = -1 if raised.startswith("−") else 1
            raised = raised.removeprefix("−")
            return base ** (sign * (sp.Integer(raised) if raised.isdigit() else self.letters[raised]))
        if self.next == "^":
            self.take()
            return base ** self.atom()
        return base

    def atom(self) -> Any:
        token = self.take()
        if token == "(":
            value = self.sum()
            self.take(")")
            return value
        if token == "|":
            value = self.sum()
            self.take("|")
            return sp.Abs(value)
        if token == "√":
            return sp.sqrt(self.atom())
        if token.isdigit():
            return sp.Integer(token)
        if token in FUNCTIONS:
            assert self.next == "("
            return FUNCTIONS[token](self.atom())
        return sp.pi if token == "π" else self.letters[token]


class LatexReader(Reader):
    """The same over the tokens of LaTeX."""

    minus = "-"
    ends = ("", "+", "-", "}", r"\right)", r"\right|", ")")

    def term(self) -> Any:
        value = self.power()
        while self.next not in self.ends:
            if self.next == r"\cdot":
                self.take()
            value *= self.power()
        return value

    def power(self) -> Any:
        if self.next.removeprefix("\\") in FUNCTIONS:
            function = FUNCTIONS[self.take().removeprefix("\\")]
            raised = self.raised() if self.next == "^" else 1
            value = function(self.atom()) ** raised
            return value ** self.raised() if self.next == "^" else value
        if self.next == "e":
            self.take()
            return sp.exp(self.raised())
        base = self.atom()
        return base ** self.raised() if self.next == "^" else base

    def raised(self) -> Any:
        self.take("^")
        return self.atom()

    def atom(self) -> Any:
        token = self.take()
        closing = {"{": "}", r"\left(": r"\right)", r"\left|": r"\right|", "(": ")"}
        if token in closing:
            value = self.sum()
            self.take(closing[token])
            return sp.Abs(value) if token == r"\left|" else value
        if token == r"\frac":
            return self.atom() / self.atom()
        if token == r"\sqrt":
            return sp.sqrt(self.atom())
        if token.isdigit():
            return sp.Integer(token)
        if token == r"\pi":
            return sp.pi
        name = token.removeprefix("\\")
        if self.next == "_":
            self.take()
            self.take("{")
            name += "_" + self.take()
            self.take("}")
        return self.letters[name]
