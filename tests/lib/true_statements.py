"""Statements that the book's later chapters need, each in one line, and what one change makes of them."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Abs, Function, Integral, Max, Rational, Sum, cos, exp, log, oo, pi, sin, sqrt, symbols
from sympy import Derivative as D

x, y, t, u, mu, a, b, m1, m2 = symbols("x y t u mu a b m1 m2", real=True)
s, s1, s2, alpha, beta, q, r, v = symbols("s s1 s2 alpha beta q r v", positive=True)
p = sp.Symbol("p", positive=True)
h = sp.Symbol("h", nonnegative=True)
n, m = symbols("n m", integer=True, positive=True)
i, j, k = symbols("i j k", integer=True)
f, g = symbols("f g", cls=Function)
w = symbols("w1:4", positive=True)
z = symbols("z1:4", real=True)
X, Y = sp.IndexedBase("X", real=True), sp.IndexedBase("Y", real=True)
F, G = sp.IndexedBase("F", real=True), sp.IndexedBase("G", real=True)
P, V = sp.IndexedBase("p", positive=True), sp.IndexedBase("v", positive=True)

total, other = sum(w), q + r + s
mean = Sum(X[j], (j, 1, n)) / n
binomial = sp.binomial(n, k) * p**k * (1 - p) ** (n - k)
product, squares = Sum(X[i] * Y[i], (i, 1, n)), Sum(X[i] ** 2, (i, 1, n))
crossed = Sum((X[i] * Y[j] - X[j] * Y[i]) ** 2, (i, 1, n), (j, 1, n))
laplace = exp(-Abs(x - mu) / s) / (2 * s)
beta_density = x ** (alpha - 1) * (1 - x) ** (beta - 1) / sp.beta(alpha, beta)
unit = {"where": {p: (0, 1)}}
joint = [[c / sum(symbols("c11 c12 c21 c22", positive=True)) for c in row] for row in (
    symbols("c11 c12", positive=True), symbols("c21 c22", positive=True),
)]  # fmt: skip
rows = [sum(row) for row in joint]
columns = [sum(column) for column in zip(*joint, strict=True)]
wave = exp(2 * pi * sp.I * k * j / n)


def entropy(*probabilities: Any) -> Any:
    """Return the entropy of some probabilities, in nats."""
    return -sum(c * log(c) for c in probabilities)


def gaussian(at: Any, centre: Any, scale: Any) -> Any:
    """Return the density of a Gaussian."""
    return exp(-((at - centre) ** 2) / (2 * scale**2)) / (scale * sqrt(2 * pi))


def norm(*entries: Any) -> Any:
    """Return the length of a vector."""
    return sqrt(sum(entry**2 for entry in entries))


# name: (left side, relation, right side, options of prove)
TRUE: dict[str, tuple[Any, str, Any, dict[str, Any]]] = {
    "integration by parts": (
        Integral(f(t) * D(g(t), t), (t, a, b)), "=",
        f(b) * g(b) - f(a) * g(a) - Integral(D(f(t), t) * g(t), (t, a, b)), {},
    ),
    "substitution": (Integral(f(g(t)) * D(g(t), t), (t, a, b)), "=", Integral(f(u), (u, g(a), g(b))), {}),
    "triangle inequality in the plane": (norm(x + a, y + b), "<=", norm(x, y) + norm(a, b), {}),
    "triangle inequality in space": (norm(x + a, y + b, t + u), "<=", norm(x, y, t) + norm(a, b, u), {}),
    "sine below its tangent": (sin(h), "<=", h, {}),
    "sine strictly below": (sin(s), "<", s, {}),
    "cosine above its parabola": (cos(x), ">=", 1 - x**2 / 2, {}),
    "exp above its polynomial of degree 2": (exp(h), ">=", 1 + h + h**2 / 2, {}),
    "exp above its polynomial of degree 3": (exp(x), ">", 1 + x + x**2 / 2 + x**3 / 6, {"where": {x: (0, oo)}}),
    "chord of exp": (exp(t * x + (1 - t) * y), "<=", t * exp(x) + (1 - t) * exp(y), {"where": {t: (0, 1)}}),
    "three means": ((q + r + s) / 3, ">=", (q * r * s) ** Rational(1, 3), {}),
    "binomial mean": (Sum(k * binomial, (k, 0, n)), "=", n * p, unit),
    "binomial variance": (Sum((k - n * p) ** 2 * binomial, (k, 0, n)), "=", n * p * (1 - p), unit),
    "Laplace density": (Integral(laplace, (x, -oo, oo)), "=", 1, {}),
    "Laplace mean": (Integral(x * laplace, (x, -oo, oo)), "=", mu, {}),
    "Laplace variance": (Integral((x - mu) ** 2 * laplace, (x, -oo, oo)), "=", 2 * s**2, {}),
    "sum of two Gaussians": (
        Integral(gaussian(t, m1, s1) * gaussian(x - t, m2, s2), (t, -oo, oo)), "=",
        gaussian(x, m1 + m2, sqrt(s1**2 + s2**2)), {},
    ),
    "ReLU of a normal: mean": (Integral(Max(0, x) * gaussian(x, 0, s), (x, -oo, oo)), "=", s / sqrt(2 * pi), {}),
    "ReLU of a normal: square": (Integral(Max(0, x) ** 2 * gaussian(x, 0, s), (x, -oo, oo)), "=", s**2 / 2, {}),
    "half a normal": (Integral(x**2 * gaussian(x, 0, s), (x, -oo, 0)), "=", s**2 / 2, {}),
    "beta density": (Integral(beta_density, (x, 0, 1)), "=", 1, {}),
    "beta mean": (Integral(x * beta_density, (x, 0, 1)), "=", alpha / (alpha + beta), {}),
    "Gibbs": (
        sum(c / total * log(c / total / (d / other)) for c, d in zip(w, (q, r, s), strict=True)), ">=", 0, {},
    ),
    "log-sum": (
        sum(c * log(c / d) for c, d in zip(w, (q, r, s), strict=True)), ">=", total * log(total / other), {},
    ),
    "largest entropy": (-sum(c / total * log(c / total) for c in w), "<=", log(3), {}),
    "mutual information": (
        sum(joint[c][d] * log(joint[c][d] / (rows[c] * columns[d])) for c in range(2) for d in range(2)), ">=", 0, {},
    ),
    "chain rule of entropy": (
        entropy(*joint[0], *joint[1]), "=",
        entropy(*rows) + sum(r * entropy(*(c / r for c in row)) for r, row in zip(rows, joint, strict=True)), {},
    ),
    "Young": (
        q * r, "<=", q**alpha / alpha + r ** (alpha / (alpha - 1)) * (alpha - 1) / alpha, {"where": {alpha: (1, oo)}},
    ),
    "ceiling by floor": (sp.ceiling(n / m), "=", sp.floor((n - 1) / m) + 1, {}),
    "output with padding": (sp.floor((n + 2 * k - (2 * k + 1)) / m) + 1, "=", sp.ceiling(n / m), {}),
    "remainder": (k - m * sp.floor(k / m), "<", m, {}),
    "floor of a floor": (sp.floor(sp.floor(k / m) / n), "=", sp.floor(k / (m * n)), {}),
    "waves are orthogonal": (Sum(wave, (j, 0, n - 1)), "=", sp.Piecewise((n, sp.Eq(sp.Mod(k, n), 0)), (0, True)), {}),
    "roots of unity": (sum(exp(2 * pi * sp.I * c / 5) for c in range(5)), "=", 0, {}),
    "Jensen for log": (
        sum(c / total * log(d) for c, d in zip(w, (q, r, s), strict=True)), "<=",
        log(sum(c * d for c, d in zip(w, (q, r, s), strict=True)) / total), {},
    ),
    "log of a mixture": (t * log(s) + (1 - t) * log(q), "<=", log(t * s + (1 - t) * q), {"where": {t: (0, 1)}}),
    "max below log-sum-exp": (Max(*z), "<", log(sum(exp(c) for c in z)), {}),
    "log-sum-exp below max": (log(sum(exp(c) for c in z)), "<=", Max(*z) + log(3), {}),
    "squares about the mean": (
        Sum((X[i] - mean) ** 2, (i, 1, n)), "=", Sum(X[i] ** 2, (i, 1, n)) - n * mean**2, {},
    ),
    "a sum of squares": (0, "<=", Sum((X[i] - t * Y[i]) ** 2, (i, 1, n)), {}),
    "sums of squares under a root": (Abs(product), "<=", sqrt(product**2 + crossed / 2), {}),
    "squares taken off a product of sums": (product * squares - crossed, "<=", product * squares, {}),
    "sums in the other order": (Sum(F[i, j], (i, 1, n), (j, 1, m)), "=", Sum(F[i, j], (j, 1, m), (i, 1, n)), {}),
    "a sum of sums in the other order": (
        Sum(F[i, k] * Sum(G[k, j] * X[j], (j, 1, m)), (k, 1, n)), "=",
        Sum(Sum(F[i, k] * G[k, j], (k, 1, n)) * X[j], (j, 1, m)), {},
    ),
    "telescoping series": (Sum(1 / n - 1 / (n + 1), (n, 1, oo)), "=", 1, {}),
    "telescoping sum": (Sum(f(k + 1) - f(k), (k, 1, n)), "=", f(n + 1) - f(1), {}),
    "telescoping sum with two open ends": (Sum(X[k] - X[k - 1], (k, m, m + n)), "=", X[m + n] - X[m - 1], {}),
    "telescoping second differences": (
        Sum(f(k + 1) - 2 * f(k) + f(k - 1), (k, 1, n)), "=", f(n + 1) - f(n) - f(1) + f(0), {},
    ),
    "telescoping product": (Sum(log(1 + 1 / k), (k, 1, n)), "=", log(n + 1), {}),
    "telescoping squares": (Sum((X[k + 1] - X[k]) * (X[k + 1] + X[k]), (k, 0, n)), "=", X[n + 1] ** 2 - X[0] ** 2, {}),
    "summation by parts": (
        Sum(X[k] * (Y[k + 1] - Y[k]), (k, 1, n)), "=",
        X[n + 1] * Y[n + 1] - X[1] * Y[1] - Sum(Y[k + 1] * (X[k + 1] - X[k]), (k, 1, n)), {},
    ),
    "a range cut and shifted": (Sum(X[k + 1], (k, 0, n)), "=", Sum(X[k], (k, 2, n)) + X[1] + X[n + 1], {}),
    "Markov": (
        Sum(P[i] * sp.Heaviside(V[i] - s, 1), (i, 1, n)), "<=", Sum(P[i] * V[i], (i, 1, n)) / s, {},
    ),
}  # fmt: skip

# Near misses: a sign, a factor, a strict sign at equality, a domain too wide, a hypothesis dropped.
FALSE: dict[str, tuple[Any, str, Any, dict[str, Any]]] = {
    "parts: sign": (
        Integral(f(t) * D(g(t), t), (t, a, b)), "=",
        f(b) * g(b) - f(a) * g(a) + Integral(D(f(t), t) * g(t), (t, a, b)), {},
    ),
    "parts: no value at the lower end": (
        Integral(f(t) * D(g(t), t), (t, a, b)), "=", f(b) * g(b) - Integral(D(f(t), t) * g(t), (t, a, b)), {},
    ),
    "substitution: ends not moved": (
        Integral(f(g(t)) * D(g(t), t), (t, a, b)), "=", Integral(f(u), (u, a, b)), {},
    ),
    "substitution: no inner slope": (Integral(f(g(t)), (t, a, b)), "=", Integral(f(u), (u, g(a), g(b))), {}),
    "the slope of a step is not everything": (
        Integral(f(t) * D(sp.Heaviside(t), t), (t, a, b)), "=", f(b) - f(b), {},
    ),
    "triangle: reversed": (norm(x + a, y + b), ">=", norm(x, y) + norm(a, b), {}),
    "triangle: strict": (norm(x + a, y + b), "<", norm(x, y) + norm(a, b), {}),
    "sine: everywhere": (sin(x), "<=", x, {}),
    "sine: strict at 0": (sin(h), "<", h, {}),
    "cosine: too high": (cos(x), ">=", 1 - x**2 / 3, {}),
    "cosine: strict at 0": (cos(x), ">", 1 - x**2 / 2, {}),
    "exp: everywhere": (exp(x), ">=", 1 + x + x**2 / 2, {}),
    "exp: strict at 0": (exp(h), ">", 1 + h + h**2 / 2, {}),
    "exp: one term too many": (exp(h), ">=", 1 + h + h**2, {}),
    "chord: beyond its ends": (exp(t * x + (1 - t) * y), "<=", t * exp(x) + (1 - t) * exp(y), {}),
    "chord: strict": (exp(t * x + (1 - t) * y), "<", t * exp(x) + (1 - t) * exp(y), {"where": {t: (0, 1)}}),
    "means: strict": ((q + r + s) / 3, ">", (q * r * s) ** Rational(1, 3), {}),
    "means: wrong root": ((q + r + s) / 3, ">=", (q * r * s) ** Rational(1, 2), {}),
    "binomial mean: from 1 to n − 1": (Sum(k * binomial, (k, 0, n - 1)), "=", n * p, unit),
    "binomial variance: factor": (Sum((k - n * p) ** 2 * binomial, (k, 0, n)), "=", n * p, unit),
    "Laplace: factor": (Integral(laplace, (x, -oo, oo)), "=", 2, {}),
    "ReLU of a normal: no half": (Integral(Max(0, x) ** 2 * gaussian(x, 0, s), (x, -oo, oo)), "=", s**2, {}),
    "Laplace variance: factor": (Integral((x - mu) ** 2 * laplace, (x, -oo, oo)), "=", s**2, {}),
    "two Gaussians: scales added": (
        Integral(gaussian(t, m1, s1) * gaussian(x - t, m2, s2), (t, -oo, oo)), "=", gaussian(x, m1 + m2, s1 + s2), {},
    ),
    "beta mean: exchanged": (Integral(x * beta_density, (x, 0, 1)), "=", beta / (alpha + beta), {}),
    "Gibbs: not normalised": (sum(c * log(c / d) for c, d in zip(w, (q, r, s), strict=True)), ">=", 0, {}),
    "Gibbs: strict": (
        sum(c / total * log(c / total / (d / other)) for c, d in zip(w, (q, r, s), strict=True)), ">", 0, {},
    ),
    "entropy: too small": (-sum(c / total * log(c / total) for c in w), "<=", log(2), {}),
    "entropy: strict": (-sum(c / total * log(c / total) for c in w), "<", log(3), {}),
    "mutual information: margins exchanged": (
        sum(joint[c][d] * log(joint[c][d] / (rows[d] * columns[c])) for c in range(2) for d in range(2)), "<=", 0, {},
    ),
    "chain rule: without weights": (
        entropy(*joint[0], *joint[1]), "=",
        entropy(*rows) + sum(entropy(*(c / r for c in row)) for r, row in zip(rows, joint, strict=True)), {},
    ),
    "Young: exponents below one": (
        q * r, "<=", q**alpha / alpha + r ** (alpha / (alpha - 1)) * (alpha - 1) / alpha, {"where": {alpha: (0, 1)}},
    ),
    "ceiling: one too many": (sp.ceiling(n / m), "=", sp.floor(n / m) + 1, {}),
    "remainder: never the largest": (k - m * sp.floor(k / m), "<", m - 1, {}),
    "remainder: never zero": (k - m * sp.floor(k / m), ">", 0, {}),
    "floor of a number that may not be whole": (sp.floor(x), "=", x, {}),
    "waves: twice the period": (
        Sum(wave, (j, 0, n - 1)), "=", sp.Piecewise((n, sp.Eq(sp.Mod(k, 2 * n), 0)), (0, True)), {},
    ),
    "waves: always cancelling": (Sum(wave, (j, 0, n - 1)), "=", 0, {}),
    "roots of unity: one missing": (sum(exp(2 * pi * sp.I * c / 5) for c in range(4)), "=", 0, {}),
    "Jensen: beyond its ends": (t * log(s) + (1 - t) * log(q), "<=", log(t * s + (1 - t) * q), {"where": {t: (0, 2)}}),
    "log-sum-exp: bound for two": (log(sum(exp(c) for c in z)), "<=", Max(*z) + log(2), {}),
    "log-sum-exp: strict at ties": (log(sum(exp(c) for c in z)), "<", Max(*z) + log(3), {}),
    "squares: factor": (Sum((X[i] - mean) ** 2, (i, 1, n)), "=", Sum(X[i] ** 2, (i, 1, n)) - mean**2, {}),
    "a sum of squares: of either sign": (0, "<=", Sum(X[i] * Abs(X[i]), (i, 1, n)), {}),
    "squares taken off a product of sums: added": (squares + crossed, "<=", squares, {}),
    "sums of squares under a root: without a root": (Abs(product), "<=", product**2 + crossed / 2, {}),
    "sums in the other order: transposed": (
        Sum(F[i, j], (i, 1, n), (j, 1, n)), "=", Sum(F[i, j], (i, 1, n), (j, 1, m)), {},
    ),
    "sums in the other order: one sum lost": (Sum(F[i, j], (i, 1, n), (j, 1, m)), "=", Sum(F[i, k], (i, 1, n)), {}),
    "sums in the other order: another entry": (
        Sum(F[i, j] * G[i, j], (i, 1, n), (j, 1, n)), "=", Sum(F[i, j] * G[j, i], (i, 1, n), (j, 1, n)), {},
    ),
    "telescoping series: second term": (Sum(1 / n - 1 / (n + 1), (n, 1, oo)), "=", Rational(1, 2), {}),
    "telescoping sum: last term": (Sum(f(k + 1) - f(k), (k, 1, n)), "=", f(n) - f(1), {}),
    "telescoping sum: first term": (Sum(f(k + 1) - f(k), (k, 0, n)), "=", f(n + 1) - f(1), {}),
    "telescoping sum: reversed": (Sum(f(k + 1) - f(k), (k, 1, n)), "=", f(1) - f(n + 1), {}),
    "telescoping sum: a step of two": (Sum(f(k + 2) - f(k), (k, 1, n)), "=", f(n + 2) - f(1), {}),
    "telescoping sum: another function": (Sum(f(k + 1) - g(k), (k, 1, n)), "=", f(n + 1) - g(1), {}),
    "telescoping product: one factor too many": (Sum(log(1 + 1 / k), (k, 1, n)), "=", log(n + 2), {}),
    "summation by parts: not shifted": (
        Sum(X[k] * (Y[k + 1] - Y[k]), (k, 1, n)), "=",
        X[n + 1] * Y[n + 1] - X[1] * Y[1] - Sum(Y[k] * (X[k + 1] - X[k]), (k, 1, n)), {},
    ),
    "a range cut on the wrong side": (Sum(X[k + 1], (k, 0, n)), "=", Sum(X[k], (k, 1, n)) + X[1], {}),
    "a sum over half a range": (Sum(X[k], (k, 1, 2 * n)), "=", 2 * Sum(X[k], (k, 1, n)), {}),
    "Markov: without the bound": (
        Sum(P[i] * sp.Heaviside(V[i] - s, 1), (i, 1, n)), "<=", Sum(P[i] * V[i], (i, 1, n)), {},
    ),
    "Markov: values of any sign": (
        Sum(P[i] * sp.Heaviside(X[i] - s, 1), (i, 1, n)), "<=", Sum(P[i] * X[i], (i, 1, n)) / s, {},
    ),
}  # fmt: skip
