"""`within` ends what runs too long, in every thread, and leaves what is quick alone."""

import contextlib
import gc
import signal
import subprocess
import sys
import threading
import time
import weakref

import pytest
import sympy as sp

from dlmath_lib.verify import budget
from dlmath_lib.verify.balls import Unsupported, enclose
from dlmath_lib.verify.budget import OutOfTime, within


def spin(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def in_a_thread(function):
    """Return what `function` returns, or raise what it raises, in a thread that is not the main one."""
    found = []

    def run():
        try:
            found.append(("value", function()))
        except BaseException as error:  # the test wants the very exception
            found.append(("error", error))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    kind, result = found[0]
    if kind == "error":
        raise result
    return result


def here(function):
    return function()


@pytest.mark.parametrize("place", [here, in_a_thread])
def test_an_endless_loop_ends(place):
    def run():
        start = time.process_time()
        with pytest.raises(OutOfTime), within(0.1):
            spin(60)
        return time.process_time() - start

    assert 0.09 < place(run) < 5


@pytest.mark.parametrize("place", [here, in_a_thread])
def test_what_is_quick_is_left_alone(place):
    def run():
        with within(0.05):
            quick = sum(range(3))
        spin(0.1)
        return quick

    assert place(run) == 3


@pytest.mark.parametrize("place", [here, in_a_thread])
def test_nested_bodies_end_with_the_outer_one(place):
    def run():
        with pytest.raises(OutOfTime), within(0.1):
            with contextlib.suppress(OutOfTime), within(0.03):
                spin(60)
            with within(60):
                spin(60)
        spin(0.15)
        return True

    assert place(run)


def test_an_exception_that_is_swallowed_comes_again(monkeypatch):
    monkeypatch.setattr(budget, "AGAIN", 0.05)
    with pytest.raises(OutOfTime), within(0.05):
        for _ in range(2):
            with contextlib.suppress(BaseException):
                spin(60)
        spin(60)


class Finalized:
    """Takes long to go away."""

    def __del__(self):
        spin(0.04)


def let_go():
    Finalized()


def drop_what_is_watched():
    watched = Finalized()
    weakref.finalize(watched, spin, 0.04)


def with_a_hook_of_the_collector():
    def slow(phase, info):
        spin(0.04)

    gc.callbacks.append(slow)
    try:
        gc.collect()
    finally:
        gc.callbacks.remove(slow)


@pytest.mark.parametrize("place", [here, in_a_thread])
@pytest.mark.parametrize("where_none_can_be_raised", [let_go, drop_what_is_watched, with_a_hook_of_the_collector])
def test_an_exception_that_python_drops_comes_again_and_is_not_reported(place, where_none_can_be_raised, monkeypatch):
    reports = []
    monkeypatch.setattr(sys, "unraisablehook", reports.append)

    def run():
        with pytest.raises(OutOfTime), within(0.02):
            where_none_can_be_raised()
            spin(60)
        return True

    assert place(run)
    assert not reports


def test_what_else_python_drops_is_reported(monkeypatch):
    class Broken:
        def __del__(self):
            raise KeyError("broken")

    reports = []
    monkeypatch.setattr(sys, "unraisablehook", lambda report: reports.append(report.exc_type))
    before = sys.unraisablehook
    with within(1):
        with within(1):
            Broken()
        assert reports == [KeyError]
    assert sys.unraisablehook is before


def test_a_timer_that_rings_early_rings_again_in_time(monkeypatch):
    """The timer counts in ticks of the machine, the budget in parts of them."""
    armed = []
    monkeypatch.setattr(signal, "setitimer", lambda timer, *times: armed.append(times))
    with within(10):
        signal.getsignal(signal.SIGPROF)(signal.SIGPROF, None)
        assert len(armed) == 2
        assert all(0 < first <= 10 for first, _ in armed)


def test_the_signal_goes_back_to_its_owner():
    before = signal.getsignal(signal.SIGPROF)
    with within(1):
        assert signal.getsignal(signal.SIGPROF) is not before
    assert signal.getsignal(signal.SIGPROF) is before
    assert signal.getitimer(signal.ITIMER_PROF)[0] == 0


def test_sympy_works_after_it_was_interrupted():
    x, n, k = sp.symbols("x n k", positive=True)
    for seconds in (0.02, 0.05, 0.1):
        with contextlib.suppress(OutOfTime), within(seconds):
            sp.simplify(sp.Sum(sp.binomial(n, k) * k**2 * x**k * (1 - x) ** (n - k), (k, 0, n)).doit())
    assert sp.simplify(sp.sin(x) ** 2 + sp.cos(x) ** 2) == 1
    assert sp.integrate(sp.exp(-(x**2)), (x, 0, sp.oo)) == sp.sqrt(sp.pi) / 2


def test_the_budget_ends_inside_an_integral_of_balls():
    x = sp.Symbol("x", real=True)
    wild = sp.Integral(sp.sin(1 / x) * sp.cos(1 / (x - 1)) / sp.sqrt(x), (x, 0, 1))
    for seconds in (0.05, 0.1, 0.2):
        with pytest.raises(OutOfTime), within(seconds):
            while True:
                with contextlib.suppress(Unsupported):
                    enclose(wild, {}, 200)


LATE = """
import sys, threading, time
from dlmath_lib.verify.budget import OutOfTime, within

def late():
    try:
        with within(0.05):
            end = time.process_time() + 0.2
            while time.process_time() < end:
                pass
    except OutOfTime:
        pass

for _ in range(3):
    thread = threading.Thread(target=late)
    thread.start()
    thread.join()
sys.setprofile(lambda *_: None)
(lambda: 0)()
sys.setprofile(None)
print("done")
"""


def test_nothing_is_left_waiting_that_a_profiled_call_could_not_pass() -> None:
    done = subprocess.run([sys.executable, "-c", LATE], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "done\n", done.stderr
