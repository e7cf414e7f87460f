"""`check` tells a reader what is wrong and where, and never raises for a wrong answer."""

import contextlib
import doctest
import importlib
import sys
import types

import numpy as np
import pytest
import sympy as sp

import dlmath_lib.exercises
from dlmath_lib.exercises import (
    Exercise,
    Verdict,
    Wrong,
    call,
    check,
    choice,
    close_to,
    derivation_of,
    exercise,
    exercises_of,
    expression_equals,
    function_agrees,
    gradient_of,
    number,
    numbers,
    parts,
    registry,
    same_array,
)
from dlmath_lib.exercises.form import same_form
from dlmath_lib.verify import Derivation

x, y = sp.symbols("x y", real=True)
sigma = sp.Function("sigma")
logistic = {sigma(x): 1 / (1 + sp.exp(-x))}


@pytest.fixture(autouse=True)
def a_chapter(monkeypatch):
    """A chapter's module with exercises, registered for one test; those of real chapters stay registered after it."""
    chapter = types.ModuleType("dlmath_lib.exercises.sample")
    monkeypatch.setitem(sys.modules, "dlmath_lib.exercises.sample", chapter)

    @exercise("sample.slope")
    def slope(answer):
        close_to(answer, -0.25, hint="think of 1/x")
        return "well seen"

    @exercise("sample.program")
    def program(answer):
        return function_agrees(answer, np.tanh, [np.linspace(-2, 2, 5), 1000.0], names=("z",))

    @exercise("sample.formula")
    def formula(answer):
        expression_equals(answer, 2 * x + sp.sin(y), free_of=sp.Derivative)

    @exercise("sample.proof")
    def proof(answer):
        return derivation_of(answer, sp.Derivative(x**2 * sp.exp(x), x), x * (x + 2) * sp.exp(x))

    @exercise("sample.vjp")
    def vjp(answer):
        return gradient_of(answer, np.sin, np.array([0.3, 1.0]))

    @exercise("sample.broken")
    def broken(answer):
        return answer.no_such_attribute

    yield chapter
    for name in [name for name in registry._registry if name.startswith("sample.")]:
        del registry._registry[name]


def said(name, answer):
    verdict = check(name, answer)
    assert isinstance(verdict, Verdict)
    assert bool(verdict) is verdict.passed
    return verdict.status, verdict.message


@pytest.mark.parametrize("name", ["slope", "program", "formula", "proof", "vjp", "broken"])
def test_an_ellipsis_is_not_yet_an_answer(name):
    assert said(f"sample.{name}", ...) == ("not yet", "not yet: replace the … by your answer")


@pytest.mark.parametrize("answer", [-0.25, sp.Rational(-1, 4), np.float64(-0.25), np.array(-0.25), np.array([-0.25])])
def test_right_numbers(answer):
    assert said("sample.slope", answer) == ("right", "right: well seen")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (0.25, "your answer is 0.25; its sign is wrong. think of 1/x"),
        (-0.5, "your answer is −0.5; it is twice the right number"),
        (-0.125, "it is half the right number"),
        (-4, "it is the reciprocal of the right number"),
        (-0.2501, "it is close, but not within 1e-6"),
        (7, "it is too large"),
        (-7, "it is too small"),
        (float("nan"), "your answer is NaN"),
        ("-1/4", "must be a number; it is '-1/4'"),
        (None, "must be a number; it is None"),
        (True, "must be a number; it is True"),
        ([1, 2], r"must be one number; it has shape (2,)"),
        (np.sin, "it is a function: call it"),
        (x, "must be a number; it is x"),
        ({}, "must be a number; it is {}"),
    ],
)
def test_wrong_numbers(answer, words):
    status, message = said("sample.slope", answer)
    assert status == "wrong"
    assert words in message


def test_a_unit_is_named():
    with pytest.raises(Wrong, match="your answer is 1 bits; it is too large"):
        close_to(1, 0.7, "bits")
    close_to(0.0, 0.0)
    with pytest.raises(Wrong):
        close_to(1e-3, 0.0)


def test_right_functions():
    assert said("sample.program", np.tanh) == ("right", "right: 2 cases agree")


def changes_its_argument(z):
    z *= 1
    z += 1
    return np.tanh(z - 1)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (np.sin, "for z = [−2, −1, 0, 1, 2] your result is −0.909297 at index 0; −0.964028 is right there (4 of 5"),
        (lambda z: -np.tanh(z), "every sign is wrong"),
        (lambda z: 1 / 0, "your function raises ZeroDivisionError for z = [−2, −1, 0, 1, 2]: division by zero"),
        (lambda: 1, "your function raises TypeError for z = "),
        (lambda z: None, "returns None for z = [−2, −1, 0, 1, 2]: is a return statement missing?"),
        (lambda z: np.atleast_2d(z), "must have shape (5,); it has shape (1, 5)"),
        (lambda z: np.where(z == 0, np.nan, np.tanh(z)), "is NaN (not a number) at index 2; 0 is right there"),
        (lambda z: np.tanh(z) if np.ndim(z) else np.nan, "for z = 1000 your result is NaN"),
        (lambda z: "tanh", "must hold numbers"),
        (3, "your answer must be a function; it is 3"),
    ],
)
def test_wrong_functions(answer, words):
    with np.errstate(all="ignore"):
        status, message = said("sample.program", answer)
    assert status == "wrong"
    assert words in message


def test_a_function_that_still_returns_an_ellipsis_is_not_yet_an_answer():
    assert said("sample.program", lambda z: ...) == ("not yet", "not yet: your function still returns …")


def test_a_function_that_changes_its_argument_is_told_so_and_gets_a_copy():
    values = np.linspace(-2, 2, 5)
    with pytest.raises(Wrong, match="your function changes its argument z: work on a copy"):
        function_agrees(changes_its_argument, np.tanh, [values], names=("z",))
    assert np.array_equal(values, np.linspace(-2, 2, 5))
    batches = [np.arange(3), np.arange(2)]
    for spoil in (lambda b: b.pop() + 1, lambda b: b[1].fill(7) or 1, lambda b: b.append(1) or 1):
        with pytest.raises(Wrong, match="changes its argument"):
            call(spoil, batches)
    assert [batch.tolist() for batch in batches] == [[0, 1, 2], [0, 1]]


def test_a_result_is_copied():
    buffer = np.zeros(2)

    def fills(x):
        buffer[:] = x
        return buffer, [buffer]

    (first, nested), _ = call(fills, np.ones(2)), call(fills, np.zeros(2))
    assert first.tolist() == nested[0].tolist() == [1, 1]


def test_what_exits_or_never_ends_is_a_verdict(monkeypatch):
    monkeypatch.setattr("dlmath_lib.exercises.functions.SECONDS", 0.2)

    def forever(z):
        while True:
            with contextlib.suppress(Exception):
                z = z + 1

    assert "does not come to an end for z = [−2, −1, 0, 1, 2]: it was stopped" in said("sample.program", forever)[1]
    assert "raises SystemExit for z = " in said("sample.program", lambda z: sys.exit())[1]
    assert "raises GeneratorExit" in said("sample.program", lambda z: (_ for _ in ()).throw(GeneratorExit))[1]
    with pytest.raises(KeyboardInterrupt):  # the reader's own stop button
        check("sample.program", lambda z: (_ for _ in ()).throw(KeyboardInterrupt))


class Unkind:
    """An answer whose every use ends the program."""

    def __float__(self):
        sys.exit(3)

    __array__ = __repr__ = __eq__ = __float__
    __hash__ = None


@pytest.mark.parametrize("name", ["slope", "program", "formula", "proof", "vjp", "broken"])
def test_an_unkind_answer_does_not_end_the_session(name):
    assert said(f"sample.{name}", Unkind())[0] == "wrong"


def test_a_check_that_takes_too_long_is_a_verdict(monkeypatch):
    monkeypatch.setattr(registry, "SECONDS", 0.2)

    @exercise("sample.slow")
    def slow(answer):
        while True:
            pass

    assert said("sample.slow", 1) == (
        "wrong",
        "this answer could not be examined within 0.2 seconds: make it simpler",
    )


def test_dtypes_are_compared_on_demand():
    cases = [np.ones(3, dtype=np.float32)]
    function_agrees(np.tanh, np.tanh, cases, dtype=True)
    with pytest.raises(Wrong, match="must have dtype float32; it has float64"):
        function_agrees(lambda z: np.tanh(z.astype(float)), np.tanh, cases, dtype=True)
    with pytest.raises(ValueError, match="cases must be non-empty"):
        function_agrees(np.tanh, np.tanh, [])


@pytest.mark.parametrize(
    "answer",
    [["1", "2"], np.array(["1", "2"]), [True, True], np.ma.array([1.0, 2.0], mask=[0, 1]), [1, None], [1j, 2], {1, 2},
     {"a": 1}, "12", [[1], [1, 2]], [x, 2], np.nan, [np.inf, 2], [1, ...]],
)  # fmt: skip
def test_what_is_no_array_of_these_numbers(answer):
    with pytest.raises(Wrong):
        same_array(answer, [1.0, 2.0])
    with pytest.raises(Wrong):
        numbers(answer, shape=(2,))


def test_parts_and_numbers():
    assert parts(np.array([1, 2]), 2, "a pair") == [1, 2]
    assert numbers([sp.Rational(1, 2), 1], shape=(2,)).tolist() == [0.5, 1.0]
    assert number(sp.sqrt(4)) == 2 and number(1 + 0j) == 1
    for answer in (..., [..., ...], [1, ...]):
        with pytest.raises(Wrong, match="not yet") as caught:
            parts(answer, 2, "a pair")
        assert caught.value.unfinished
    for answer in ("ab", {1, 2}, {1: 2, 3: 4}, [1, 2, 3], np.array(3), None, 3):
        with pytest.raises(Wrong, match="your answer must be a pair; it is"):
            parts(answer, 2, "a pair")
    for answer in (np.inf, -np.inf, np.nan, np.True_, 1j, "3", b"3", [1, 2], None, 10**400, sp.zoo, sp.oo):
        with pytest.raises(Wrong):
            number(answer)


def test_arrays():
    right = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    same_array(right.tolist(), right)
    for wrong, words in [
        (right.T, r"shape \(2, 3\); it has shape \(3, 2\): transposed\?"),
        (right + np.eye(2, 3), r"is 2 at index \(0, 0\); 1 is right there \(2 of 6 entries are wrong\)"),
        (-right, "every sign is wrong"),
        ([[1], [1, 2]], "not an array"),
        (None, "a return statement missing"),
        (np.sin, "it is a function: call it"),
    ]:
        with pytest.raises(Wrong, match=words):
            same_array(wrong, right)


@pytest.mark.parametrize(
    "answer",
    [
        2 * x + sp.sin(y),
        2.0 * x + sp.sin(y),
        (2 / 3 * x + sp.sin(y) / 3) * 3,
        sp.sin(y) + x + x,
        2 * sp.Symbol("x") + sp.sin(y),
    ],
)
def test_right_expressions(answer):
    assert said("sample.formula", answer)[0] == "right"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (2 * x - sp.sin(y), "this is not the right expression\n  at x = "),
        (sp.Derivative(x**2, x) + sp.sin(y), "it still contains Derivative"),
        (2 * sp.Symbol("t") + sp.sin(y), "your answer contains t; the symbols of this exercise are x, y"),
        ("2*x", "must be a SymPy expression; it is '2*x'"),
        (np.sin, "must be a SymPy expression"),
        (sp.nan, "your answer is not finite: "),
        (sp.oo, "your answer is not finite"),
        (np.zeros(10**6), "it is an array of shape (1000000,)"),
        (1e300, "this is not the right expression"),
        (-sp.oo, "your answer is not finite"),
        ([2 * x, sp.sin(y)], "must be one SymPy expression; it is a list of 2 parts"),
        (sp.sin, "must be a SymPy expression"),
        (None, "must be a SymPy expression; it is None"),
        (True, "must be a SymPy expression; it is True"),
        (sp.Eq(x, y), "must be a SymPy expression"),
        (2 * x + sp.sin(y) + sp.log(0.5), "contains −0.693147, which is rounded: write it exactly"),
    ],
)
def test_wrong_expressions(answer, words):
    status, message = said("sample.formula", answer)
    assert status == "wrong"
    assert words in message


DONE = x * (x + 2) * sp.exp(x)


def chain(*steps, start=None, **options):
    result = Derivation(sp.Derivative(x**2 * sp.exp(x), x) if start is None else start, **options)
    for step in steps:
        result = result.step(step, because="a reason")
    return result


@pytest.mark.parametrize(
    "steps",
    [
        (x * (x + 2) * sp.exp(x),),
        (2 * x * sp.exp(x) + x**2 * sp.exp(x), x * (x + 2) * sp.exp(x)),
        (x**2 * sp.Derivative(sp.exp(x), x) + sp.Derivative(x**2, x) * sp.exp(x), (x + 2) * sp.exp(x) * x),
    ],
)
def test_any_chain_of_true_steps_is_a_proof(steps):
    status, message = said("sample.proof", chain(*steps))
    assert status == "right", message
    assert "proved" in message


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda: chain(), "at least 1 step; it has 0"),
        (lambda: chain(x * (x + 2) * sp.exp(x), start=(x**2 + 2 * x) * sp.exp(x)), "must start at d/dx [x²·exp(x)]"),
        (lambda: chain(2 * sp.exp(x) * x, start=sp.Derivative(x**2, x) * sp.exp(x)), "must start at"),
        (lambda: chain(sp.Derivative(x**2 * sp.exp(x), x)), "its end still has something to work out"),
        (lambda: chain(x * sp.exp(x) + x * sp.Derivative(x * sp.exp(x), x)), "its end still has something to work out"),
        (lambda: chain(2 * x * sp.exp(x) + x**2 * sp.exp(x), DONE, start=sp.exp(x) * (x**2 + 2 * x)), "must start at"),
        (lambda: chain(2 * x * sp.exp(x) + x**2 * sp.exp(x)), "equal to that, but not written like it"),
        (lambda: chain(DONE, start=DONE), "must start at d/dx [x²·exp(x)]"),
        (lambda: chain(x * (x + 2) * sp.exp(x), given={sp.Function("f")(x): x}), "the definitions of the chain"),
        (lambda: sp.exp(x), "must be a Derivation"),
    ],
)
def test_what_is_not_a_proof(answer, words):
    status, message = said("sample.proof", answer())
    assert status == "wrong"
    assert words in message


ENTRY = sp.Derivative(x**2 * sp.exp(x), x)
EXPANDED = 2 * x * sp.exp(x) + x**2 * sp.exp(x)


def plus_nothing(line):
    return sp.Add(line, 0, evaluate=False)


@pytest.mark.parametrize(
    "padding",
    [
        (DONE, DONE),
        (DONE, plus_nothing(DONE)),
        (plus_nothing(DONE), DONE),
        (ENTRY, DONE),
        (plus_nothing(ENTRY), DONE),
        (sp.Mul(1, DONE, evaluate=False), DONE, DONE),
        (sp.Mul(DONE, sp.Mul(y, 1 / y, evaluate=False), evaluate=False), DONE),
        (sp.Add(DONE, sp.Add(y, -y, evaluate=False), evaluate=False), DONE),
        (-sp.Mul(-1, DONE, evaluate=False), DONE),
        ((2 + x) * sp.exp(x) * x, DONE),
    ],
)
def test_padding_is_true_but_is_no_step(padding):
    assert derivation_of(chain(*padding), ENTRY, DONE) == "1 step, proved"
    with pytest.raises(Wrong, match=r"must have at least 2 steps; it has 1: \d left the line as it was"):
        derivation_of(chain(*padding), ENTRY, DONE, min_steps=2)
    assert derivation_of(chain(EXPANDED, *padding), ENTRY, DONE, min_steps=2) == "2 steps, each proved"


@pytest.mark.parametrize("share", [sp.Rational(1, 2), sp.Rational(-3, 7), 2])
def test_a_mixture_of_the_first_and_the_last_line_is_no_step(share):
    mixed = share * ENTRY + (1 - share) * DONE
    with pytest.raises(Wrong, match=r"must have at least 2 steps; it has 1: 1 left the line .* or mixed the first"):
        derivation_of(chain(mixed, DONE), ENTRY, DONE, min_steps=2)
    assert derivation_of(chain(EXPANDED, mixed, DONE), ENTRY, DONE, min_steps=2) == "2 steps, each proved"


def tampered(answer, **changes):
    answer.__dict__.update(changes)
    return answer


def test_what_the_answer_holds_for_given_counts_for_nothing():
    z, silu = sp.Symbol("z", real=True), sp.Function("SiLU")
    own = {sigma(z): 1 / (1 + sp.exp(-z)), silu(z): z * sigma(z)}
    start = silu(z) - silu(-z)
    zero = tampered(Derivation(start, given={**own, z: sp.Integer(0)}).step(17 * z, because="both are 0"))
    with pytest.raises(Wrong, match=r"the definitions of the chain .* z is not"):
        derivation_of(zero, start, 17 * z, given=own)
    with pytest.raises(Wrong, match="step 1 is not proved on the terms of the exercise: "):
        derivation_of(tampered(zero, given=own), start, 17 * z, given=own)
    with pytest.raises(Wrong, match=r"the definition of σ\(z\) must be"):
        derivation_of(Derivation(start, given={sigma(z): z}), start, z, given=own)
    t = sp.Symbol("t", real=True)
    renamed = {sigma(t): 1 / (1 + sp.exp(-t)), silu(t): t * sigma(t)}
    good = Derivation(start, given=renamed).step(z * sigma(z) + z * sigma(-z), because="b").step(z, because="c")
    assert derivation_of(good, start, z, given=own, min_steps=2) == "2 steps, each proved"


def test_assigned_steps_and_a_narrowed_domain_are_proved_again():
    lie = tampered(Derivation(x), steps=(("=", x + 1, "trust me"), ("=", x + 2, "again")))
    with pytest.raises(Wrong, match="step 1 is not proved on the terms of the exercise"):
        derivation_of(lie, x, x + 2)
    narrow = Derivation(sp.Abs(x), where={x: (0, sp.oo)}).step(x, because="x > 0")
    with pytest.raises(Wrong, match="step 1 is not proved"):
        derivation_of(narrow, sp.Abs(x), x)
    assert derivation_of(narrow, sp.Abs(x), x, where={x: (0, sp.oo)}) == "1 step, proved"
    positive = sp.Symbol("x", positive=True)
    with pytest.raises(Wrong, match="step 1 is not proved"):
        known_positive = Derivation(sp.log(positive**2)).step(2 * sp.log(positive), because="x > 0")
        derivation_of(known_positive, sp.log(x**2), 2 * sp.log(x))
    plain = sp.Symbol("x")
    assert derivation_of(Derivation((plain + 1) ** 2).step(plain**2 + 2 * plain + 1, because="a"), (x + 1) ** 2,
                         x**2 + 2 * x + 1) == "1 step, proved"  # fmt: skip
    for steps in (3, [("=", "x", "text")], (("=", None, ""),)):
        assert said("sample.proof", tampered(chain(), steps=steps))[0] == "wrong"


def test_lines_in_the_authors_order_count_as_their_values():
    from dlmath_lib.verify import in_order, product

    written = Derivation(sp.Derivative(x**2 * sp.exp(x), x))
    written = written.step(in_order(product(2, x, sp.exp(x)), product(x**2, sp.exp(x))), because="product rule")
    written = written.step(product(x, x + 2, sp.exp(x)), because="factor")
    assert derivation_of(written, ENTRY, DONE, min_steps=2) == "2 steps, each proved"
    padded = written.step(product(sp.exp(x), x, x + 2), because="order")
    assert derivation_of(padded, ENTRY, DONE, min_steps=2) == "2 steps, each proved"
    expression_equals(in_order(2 * x, sp.sin(y)), 2 * x + sp.sin(y))


def test_a_proof_with_definitions():
    good = Derivation(sp.Derivative(sigma(x), x), given=logistic)
    good = good.step(sigma(x) * (1 - sigma(x)), because="quotient rule")
    derivation_of(good, sp.Derivative(sigma(x), x), sigma(x) * (1 - sigma(x)), given=logistic)
    bound = Derivation(x).step_le(x + 1, because="0 ≤ 1")
    with pytest.raises(Wrong, match="must consist of equalities"):
        derivation_of(bound, x, x + 1)
    with pytest.raises(Wrong, match="must end at"):
        derivation_of(Derivation(x * y).step(y * x, because="order"), x * y, x + y)


def test_a_last_line_may_be_equal_only():
    expanded = chain(2 * x * sp.exp(x) + x**2 * sp.exp(x))
    derivation_of(expanded, expanded.lhs, DONE, in_form=False)
    with pytest.raises(Wrong, match="not written like it"):
        derivation_of(expanded, expanded.lhs, DONE)


@pytest.mark.parametrize(
    ("left", "right", "alike"),
    [
        (x - y, -(y - x), True),
        (sp.Mul(y, x, evaluate=False), x * y, True),
        (2 * (x + 1) * y, (2 * x + 2) * y, True),
        ((2 * x + 2) ** 2 * y, 4 * (x + 1) ** 2 * y, True),
        (x / (1 + sp.exp(-x)), -x / (-1 - sp.exp(-x)), True),
        (2**x * (x - 1), -(2**x) * (1 - x), True),
        (sp.Integer(3), sp.Integer(3), True),
        (x * (x + 1), x**2 + x, False),
        (1 / x - 1 / y, (y - x) / (x * y), False),
        (sp.sin(x) ** 2, 1 - sp.cos(x) ** 2, False),
        (sp.Integer(0), x - y, False),
        (sp.Matrix([x, x - y]), sp.Matrix([x, -(y - x)]), True),
        (sp.Matrix([x, y]), sp.Matrix([[x, y]]), False),
        (sp.Matrix([x]), x, False),
    ],
)
def test_the_form_of_an_expression(left, right, alike):
    assert same_form(left, right) is alike
    assert same_form(right, left) is alike


def test_rules():
    assert said("sample.vjp", lambda g, z: g * np.cos(z))[0] == "right"
    status, message = said("sample.vjp", lambda g, z: np.cos(z))
    assert (status, "your function is not the gradient of numpy.sin" in message) == ("wrong", True)
    assert "raises ZeroDivisionError for g = " in said("sample.vjp", lambda g, z: 1 / 0)[1]
    assert "must be a function" in said("sample.vjp", 3)[1]


def test_choices_come_with_their_reason():
    options = {"a": "the minimum", "b": "that is the maximum"}
    choice("A", "a", options)
    with pytest.raises(Wrong, match="not 'b': that is the maximum"):
        choice("b", "a", options)
    choice("b", ("a", "b"), options)
    for answer in (3, None, ["a"], {"a": 1}, "ab", "", np.array("a")):
        with pytest.raises(Wrong, match="must be one of 'a', 'b'; it is"):
            choice(answer, "a", options)


def test_call_names_the_options_too():
    with pytest.raises(Wrong, match=r"raises ValueError for v = 2, rate = 0\.5: no"):
        call(lambda v, rate: (_ for _ in ()).throw(ValueError("no")), 2, names=("v",), rate=0.5)


def test_an_answer_that_the_checker_did_not_foresee():
    status, message = said("sample.broken", 3)
    assert status == "wrong"
    assert message.startswith("this answer cannot be examined: AttributeError: 'int' object has no attribute")


def test_unknown_names_come_with_the_near_ones():
    with pytest.raises(ValueError, match=r"got 'sample\.slop': did you mean sample\.slope"):
        check("sample.slop", 1)
    with pytest.raises(ValueError, match="check: name must be that of an exercise") as caught:
        check("qqq.zzz", 1)
    chapters = str(caught.value).partition("chapters with exercises are ")[2].split(", ")
    assert {"derivatives", "losses", "sample"} <= set(chapters)
    assert not {"form", "answers", "functions", "proofs", "registry"} & set(chapters)
    with pytest.raises(TypeError, match="check: name must be a string"):
        check(3, 1)


@pytest.mark.parametrize("name", ["slope", "Sample.slope", "sample.", "sample.a.b", 3])
def test_names_of_exercises(name):
    with pytest.raises(ValueError, match="exercise: name must be"):
        exercise(name)


def test_an_exercise_says_which_formula_it_exercises():
    exercise("sample.one", of="eq-slope")(lambda answer: None)
    exercise("sample.two", of=("eq-slope", "eq-rule"))(lambda answer: None)
    assert [e.of for e in exercises_of("sample") if e.name in ("sample.one", "sample.two", "sample.slope")] == [
        ("eq-slope",),
        (),
        ("eq-slope", "eq-rule"),
    ]
    for label in ("slope", "", 3, ["eq-slope"], ("eq-slope", 3), None):
        with pytest.raises(ValueError, match="exercise: of must be a label such as 'eq-quotient-rule'"):
            exercise("sample.three", of=label)


def test_a_name_is_given_once():
    with pytest.raises(ValueError, match="must be new"):
        exercise("sample.slope")(lambda answer: None)


def test_the_exercises_of_a_chapter():
    found = exercises_of("sample")
    assert [e.name for e in found][:2] == ["sample.broken", "sample.formula"]
    assert all(isinstance(e, Exercise) and e.chapter == "sample" for e in found)


def test_how_a_verdict_looks():
    verdict = check("sample.slope", 0.25)
    assert repr(verdict) == "✗ your answer is 0.25; its sign is wrong. think of 1/x"
    bundle = verdict._repr_mimebundle_()
    assert bundle["text/plain"] == repr(verdict)
    assert bundle["text/html"].startswith('<div class="verdict verdict-wrong"><span class="verdict-mark">✗</span>')
    assert "&lt;lambda&gt;" in Verdict("a.b", "wrong", "<lambda>").html()
    assert repr(check("sample.slope", -0.25)) == "✓ right: well seen"
    assert repr(check("sample.slope", ...)) == "… not yet: replace the … by your answer"
    assert "verdict-not-yet" in check("sample.slope", ...).html()


@pytest.mark.parametrize("module", ["answers", "form", "functions", "proofs", "registry"])
def test_the_examples_in_the_docstrings(module):
    assert doctest.testmod(importlib.import_module(f"{dlmath_lib.exercises.__name__}.{module}")).failed == 0
