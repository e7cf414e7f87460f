"""The exercises of ``chapters/probability/distributions.ipynb``."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp
from sympy.core.function import AppliedUndef

from dlmath_lib.exercises.answers import Wrong, numbers, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of, expression_equals
from dlmath_lib.exercises.registry import exercise
from dlmath_lib.exercises.several import several


@exercise("distributions.count", of=("eq-binomial", "eq-binomial-series"))
def count(answer: Any) -> str:
    """A probability, the mean and the variance of a binomial law."""
    several(
        answer,
        "three numbers, (probability, mean, variance)",
        ("the probability", "the mean", "the variance"),
        (0.2916, 3.6, 0.36),
        [
            {
                0.0729: "the one wrong answer can be at each of 4 places",
                0.729: "that is 0.9³ alone; the fourth answer is wrong, and it can be at each of 4 places",
                0.6561: "that is the probability that all four are right",
                0.9477: "that is P(X ≥ 3); exactly 3 are asked",
                0.0036: "right and wrong are swapped",
                0.3439: "that is P(X ≤ 3); exactly 3 are asked",
            },
            {
                0.36: "that is the variance; the mean comes before it",
                0.9: "that is the mean of one image; there are 4",
                3.0: "the mean need not be a value of X",
            },
            {
                0.6: "that is the standard deviation",
                0.09: "that is the variance of one image; there are 4, independent",
                3.24: "that is np · p; the second factor is 1 − p",
                1.44: "the variance grows as n, not as n²",
            },
        ],
    )
    return "4·0.9³·0.1, np and np(1 − p)"


@exercise("distributions.start", of=("eq-uniform", "eq-gaussian"))
def start(answer: Any) -> str:
    """The end of a uniform law and the σ of a Gaussian of given variance."""
    several(
        answer,
        "two numbers, (a, sigma)",
        ("a", "σ"),
        (0.2, np.sqrt(2 / 150)),
        [
            {
                0.4: "the interval from −a to a has the length 2a",
                np.sqrt(2 / 150): "that is the standard deviation; the ends of the interval lie further out",
                0.04: "that is a²; its root is asked",
                np.sqrt(1 / 150): "the variance is (2a)²/12 = a²/3",
            },
            {2 / 150: "that is the variance; its root is asked", 0.2: "that is a"},
        ],
    )
    return "a is √3 standard deviations"


_QUANTITIES = ("the tokens", "the requests", "the waiting time", "the unknown probability", "the errors with outliers")
_LAWS = ("categorical", "poisson", "exponential", "beta", "studentt")
_WHY = {
    "bernoulli": "a Bernoulli law has the two values 0 and 1",
    "binomial": "a binomial law counts the successes in a fixed number of trials",
    "categorical": "a categorical law has K values that are names",
    "poisson": "a Poisson law has the values 0, 1, 2 and on",
    "uniform": "a uniform law prefers no value between its ends",
    "exponential": "an exponential law has positive values, small ones preferred",
    "gaussian": "the tails of a Gaussian are so light that a value ten standard deviations out practically never comes",
    "laplace": "the tails of a Laplace law fall exponentially; those asked for fall as a power",
    "studentt": "a Student t law has all real numbers as values, with tails that fall as a power",
    "gamma": "a gamma law describes the sum of several waiting times; one alone has a law with one parameter",
    "beta": "a beta law has the values between 0 and 1",
    "dirichlet": "a Dirichlet law is for K probabilities together; here there is one",
    "multivariategaussian": "a Gaussian vector has several real entries",
}
_ALSO = {
    "normal": "gaussian",
    "t": "studentt",
    "studentst": "studentt",
    "student": "studentt",
    "softmax": "categorical",
    "cauchy": "studentt",
}


def _law(part: Any) -> str:
    """The name of a law in small letters; a class of the library, or one of its objects, stands for its name."""
    if isinstance(part, type):
        part = part.__name__
    elif type(part).__module__.startswith("dlmath_lib.probability"):
        part = type(part).__name__
    words = part.lower().split("(")[0] if isinstance(part, str) else ""
    name = "".join(letter for letter in words if letter.isalpha())
    name = name.removesuffix("distribution").removesuffix("law")
    return _ALSO.get(name, name)


@exercise("distributions.which_law")
def which_law(answer: Any) -> str:
    """A law for each of five quantities."""
    for part, quantity, right in zip(parts(answer, 5, "five names of laws"), _QUANTITIES, _LAWS, strict=True):
        name = _law(part)
        if name not in _WHY:
            raise Wrong(f"for {quantity} name a law of the table, such as 'Laplace'; you give {show(part)}")
        if name != right:
            raise Wrong(f"{quantity}: {_WHY[name]}")
    return "first the values, then the tails"


@exercise("distributions.student_loss")
def student_loss(answer: Any) -> str:
    """The loss that follows from Student's t with three degrees of freedom, and its slope."""
    r = sp.Symbol("r", real=True)
    loss, slope = parts(answer, 2, "two expressions in r, (loss, slope)")
    right = 2 * sp.log(1 + r**2 / 3)
    mine = _in(loss, r, "your loss")
    slope_of_mine = mine.diff(r)
    for spoilt, words in (
        (-right.diff(r), "the sign of your loss is wrong: the loss is −log p"),
        (((1 + r**2 / 3) ** -2).diff(r), "your loss is the density; take the negative logarithm"),
        (right.diff(r) / 2, "the exponent of the density is −2, so that the loss has the factor 2"),
    ):
        if _same(slope_of_mine, spoilt, r):
            raise Wrong(words)
    if not _same(slope_of_mine, right.diff(r), r):
        raise Wrong(f"your loss {show(mine)} differs from −log p by more than a number; log(uᵃ) = a log u")
    theirs = _in(slope, r, "your slope")
    for spoilt, words in (
        (2 / (1 + r**2 / 3), "the chain rule asks for the factor 2r/3 too"),
        (-right.diff(r), "the sign of your slope is wrong"),
    ):
        if _same(theirs, spoilt, r):
            raise Wrong(words)
    expression_equals(slope_of_mine, right.diff(r), reveal=False)
    expression_equals(theirs, right.diff(r), free_of=(sp.Derivative, sp.Integral), reveal=False)
    return "the slope goes back to 0 for far targets: an outlier pulls little"


def _same(one: sp.Expr, other: sp.Expr, letter: sp.Symbol) -> bool:
    """Whether two expressions in a letter have the same values, to 9 digits, at five places."""
    for place in (-2.7, -0.6, 0.45, 1.3, 3.9):
        try:
            far = abs(complex(one.subs(letter, place)) - complex(other.subs(letter, place)))
        except (TypeError, ValueError, OverflowError):
            return False
        if not far < 1e-9:
            return False
    return True


def _in(answer: Any, letter: sp.Symbol, what: str) -> Any:
    """An expression in one letter; a letter of the same name with other assumptions counts as that one."""
    if isinstance(answer, (list, tuple)) and len(answer) == 1:
        answer = answer[0]
    if isinstance(answer, (int, float)) and not isinstance(answer, bool):
        raise Wrong(f"{what} must be an expression in r; it is the number {show(answer)}")
    if not isinstance(answer, sp.Expr):
        raise Wrong(f"{what} must be an expression in r; it is {show(answer)}")
    found = answer.xreplace({mine: letter for mine in answer.free_symbols if mine.name == letter.name})
    if others := sorted(map(str, found.free_symbols - {letter})):
        raise Wrong(f"{what} contains {', '.join(others)}; write it in r alone")
    if found.has(sp.I, AppliedUndef):
        raise Wrong(f"{what} must be a real expression in r, worked out; it contains an unknown function or i")
    if not found.has(letter):
        raise Wrong(f"{what} must depend on r; it is {show(found)}")
    return found


@exercise("distributions.poisson_mean", of=("eq-poisson", "eq-poisson-series"))
def poisson_mean(answer: Any) -> str:
    """The mean of a Poisson law from its series, as a chain of proved steps."""
    lam = sp.Symbol("lambda", positive=True)
    k = sp.Symbol("k", integer=True, nonnegative=True)
    start = sp.Sum(k * sp.exp(-lam) * lam**k / sp.factorial(k), (k, 0, sp.oo))
    words = derivation_of(answer, start, lam, min_steps=2)
    if all(_with_the_factor(line, k.name) for _, line, _ in answer.steps[:-1]):
        raise Wrong("your lines keep the factor k beside k!; write down the line in which they are cancelled")
    return words


def _with_the_factor(line: sp.Expr, index: str) -> bool:
    """Whether all sums of a line still have the index as a factor, beside its factorial."""
    factors = [{str(part) for part in sp.Mul.make_args(total.function)} for total in line.atoms(sp.Sum)]
    return bool(factors) and all({index, f"1/factorial({index})"} <= parts_of for parts_of in factors)


@exercise("distributions.scales", of=("eq-gaussian-loss", "eq-laplace-loss"))
def scales(answer: Any) -> str:
    """The σ and the b with the smallest mean loss on four residuals."""
    several(
        answer,
        "two numbers, (sigma, b)",
        ("σ", "b"),
        (np.sqrt(14.5), 3.0),
        [
            {
                14.5: "that is the mean of the squares, σ²; its root is asked",
                58.0: "that is the sum of the squares; the mean and then the root are asked",
                np.sqrt(58): "take the mean of the squares, not their sum",
                np.sqrt(
                    10.5
                ): "that is the spread about the mean residual; the predictions are fixed, so the residuals count",
                np.sqrt(
                    14
                ): "that divides by n − 1 and subtracts the mean residual; neither comes out of the derivative",
                np.sqrt(58 / 3): "divide by n = 4; the derivative gives that",
                3.0: "that is b; for σ the squares count",
            },
            {
                12.0: "that is the sum of the absolute values; the mean is asked",
                2.0: "that is the mean with the signs, or the median of the absolute values; their mean is asked",
                np.sqrt(14.5): "that is σ; for b the absolute values count",
                6.0: "log(2b) has the slope 1/b, not 1/(2b)",
                1.5: "log(2b) has the slope 1/b, not 2/b; and the median of the residuals is not asked",
            },
        ],
    )
    return "σ² is the mean square and b the mean absolute value of the residuals"


def _reference(x: np.ndarray, mean: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    root = np.linalg.cholesky(covariance)
    z = np.linalg.solve(root, (x - mean).T)
    return -0.5 * (z**2).sum(axis=0) - np.log(np.diag(root)).sum() - len(mean) / 2 * np.log(2 * np.pi)


def _spoilt(x: np.ndarray, mean: np.ndarray, covariance: np.ndarray) -> dict[str, np.ndarray]:
    """What the likely slips return, by the words about them."""
    right, d = _reference(x, mean, covariance), len(mean)
    root = np.linalg.cholesky(covariance)
    logs = np.log(np.diag(root)).sum()
    squares = (np.linalg.solve(root, (x - mean).T) ** 2).sum(axis=0)
    upper = (np.linalg.solve(root.T, (x - mean).T) ** 2).sum(axis=0)
    return {
        "the term −(d/2) log 2π is missing": right + d / 2 * np.log(2 * np.pi),
        "the term with 2π must be taken d times": right + (d - 1) / 2 * np.log(2 * np.pi),
        "Σ log Lᵢᵢ stands without a factor ½: it is half of log det Σ": right + logs / 2,
        "Σ log Lᵢᵢ stands once: log det Σ is twice that, and is halved": right - logs,
        "the sign of Σ log Lᵢᵢ is wrong": right + 2 * logs,
        "the term Σ log Lᵢᵢ is missing": right + logs,
        "the factor ½ of ‖z‖² is missing": right - squares / 2,
        "the sign of ‖z‖² is wrong": right + squares,
        "solve L z = x − μ, not Lᵀz = x − μ": right + (squares - upper) / 2,
        "that is the density, not its logarithm": np.exp(right),
    }


@exercise("distributions.log_density", of="eq-cholesky")
def log_density(answer: Any) -> str:
    """The log-density of a Gaussian vector, written by the reader."""
    rng = np.random.default_rng(8)
    mix = rng.normal(size=(3, 3))
    many = 400
    cases: list[tuple[str, np.ndarray, np.ndarray, np.ndarray]] = [
        ("one dimension, standard deviation 2", np.array([[1.0], [3.0], [-2.0]]), np.array([1.0]), np.array([[4.0]])),
        (
            "two correlated dimensions",
            np.array([[1.0, -1.0], [0.5, 2.0]]),
            np.zeros(2),
            np.array([[2.0, 1.0], [1.0, 2.0]]),
        ),
        ("three dimensions", rng.normal(size=(4, 3)), rng.normal(size=3), mix @ mix.T + np.eye(3)),
        ("three dimensions, one point", rng.normal(size=(1, 3)), rng.normal(size=3), mix @ mix.T + np.eye(3)),
        ("points 100 standard deviations out", np.array([[100.0, 0.0], [0.0, -100.0]]), np.zeros(2), np.eye(2)),
        (
            f"{many} dimensions, standard deviation 0.1",
            rng.normal(size=(3, many)) / 10,
            np.zeros(many),
            np.eye(many) / 100,
        ),
    ]
    for what, x, mean, covariance in cases:
        found = call(answer, x, mean, covariance, names=("x", "mean", "covariance"))
        right = _reference(x, mean, covariance)
        if isinstance(found, np.ndarray) and found.shape in ((len(x), 1), (1, len(x))) and found.ndim == 2:
            raise Wrong(f"for {what} your result has the shape {found.shape}; it must be ({len(x)},)")
        if isinstance(found, np.ndarray) and found.shape == (len(x), len(x)) and len(x) > 1:
            raise Wrong(
                f"for {what} your result has the shape {found.shape}: one number for each point, (n,) = ({len(x)},)"
            )
        mine = _finite(found, what, (len(x),))
        if np.allclose(mine, right, rtol=1e-8, atol=1e-8):
            continue
        for words, spoilt in _spoilt(x, mean, covariance).items():
            if np.allclose(mine, spoilt, rtol=1e-8, atol=1e-8) and not np.allclose(spoilt, right, rtol=1e-6):
                raise Wrong(f"for {what}: {words}")
        raise Wrong(f"for {what} your first number is {show(float(mine[0]))}; right is {show(float(right[0]))}")
    return f"{len(cases)} laws, in up to {many} dimensions"


def _finite(found: Any, what: str, shape: tuple[int, ...]) -> np.ndarray:
    try:
        infinite = not np.isfinite(np.asarray(found, dtype=float)).all()
    except (TypeError, ValueError, OverflowError):
        infinite = False
    if infinite:
        raise Wrong(
            f"for {what} your result is not finite: add logarithms, and take none of a determinant or a density"
        )
    return numbers(found, f"for {what} your result", shape=shape)
