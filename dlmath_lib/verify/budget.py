"""A bound on the time of a check, counted in seconds of processor time, so that a busy machine does not change it.

SymPy may search for ever. `within` raises `OutOfTime` inside the code that runs too long: by a signal in the main
thread, by an asynchronous exception in any other thread and on Windows. Where neither exists (Python in a web page)
nothing is bounded.
"""

from __future__ import annotations

import ctypes
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sympy.core.cache import clear_cache

SECONDS = 20.0
AGAIN = 0.25
SOON = 1e-3


class OutOfTime(BaseException):
    """The time is over. Not an `Exception`, so that no ``except Exception`` on the way hides it."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Run the body for at most `seconds` of processor time, then raise `OutOfTime` inside it.

    Bodies may be nested: an inner one ends with the outer one at the latest. What SymPy kept half-made is thrown away.

    >>> try:
    ...     with within(0.05):
    ...         while True:
    ...             pass
    ... except OutOfTime:
    ...     print("over")
    over
    """
    clock = _clock_of_this_thread()
    before = clock.deadline
    deadline = time.process_time() + seconds
    _lost.listen()
    clock.set(deadline if before is None else min(before, deadline))
    try:
        yield
    except OutOfTime:
        clear_cache()
        raise
    finally:
        clock.set(before)
        _lost.leave()


class _Clock:
    """Counts nothing: for a Python without signals and without threads."""

    deadline: float | None = None

    def set(self, deadline: float | None) -> None:
        """Ring at `deadline`, or never."""
        self.deadline = deadline

    def again(self) -> None:
        """Ring once more: the exception was lost."""


class _Lost:
    """Listens for exceptions that were raised where none can be: the clock rings again, and nothing is reported.

    A finalizer, a weak reference's callback or a hook of the garbage collector may be what runs when the time is over.
    Python reports an exception in one of them, and drops it.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.bodies = 0
        self.former: Any = None

    def listen(self) -> None:
        """Take the reports, for one body more."""
        with self.lock:
            self.bodies += 1
            if self.bodies == 1:
                self.former, sys.unraisablehook = sys.unraisablehook, self.hear

    def leave(self) -> None:
        """Give the reports back to their former owner after the last body."""
        with self.lock:
            self.bodies -= 1
            if self.bodies == 0:
                sys.unraisablehook = self.former

    def hear(self, report: Any) -> None:
        """Ring again for an `OutOfTime`; pass any other report on."""
        if report.exc_type is OutOfTime:
            _clock_of_this_thread().again()
        else:
            self.former(report)


class _Signal(_Clock):
    """Rings by SIGPROF, again and again until the body ends: SymPy may swallow one exception in a callback."""

    def set(self, deadline: float | None) -> None:
        """Arm the timer, or disarm it and give the signal back to its former owner."""
        if self.deadline is None:
            self.former = signal.getsignal(signal.SIGPROF)
            signal.signal(signal.SIGPROF, self._ring)
        self.deadline = deadline
        if deadline is None:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, self.former)
        else:
            signal.setitimer(signal.ITIMER_PROF, max(1e-4, deadline - time.process_time()), AGAIN)

    def again(self) -> None:
        """Ring as soon as what runs now may have ended."""
        if self.deadline is not None:
            signal.setitimer(signal.ITIMER_PROF, SOON, AGAIN)

    def _ring(self, number: int, frame: Any) -> None:
        if self.deadline is None:
            return
        left = self.deadline - time.process_time()
        importing = frame is not None and frame.f_code.co_filename.startswith("<frozen importlib")
        if left <= SOON and not importing:
            raise OutOfTime
        # The timer counts in ticks and may be early; and an import that is broken off leaves files open.
        signal.setitimer(signal.ITIMER_PROF, max(left, SOON), AGAIN)


class _Watcher(_Clock):
    """Rings by an asynchronous exception that a second thread sets in this one."""

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.lock = threading.Lock()
        self.wake = threading.Event()
        self.rung = False

    def set(self, deadline: float | None) -> None:
        """Start the second thread at the first deadline, and take back an exception that comes too late."""
        start = self.deadline is None and deadline is not None
        with self.lock:
            self.deadline = deadline
            if self.rung:
                self._take_back()
                self.rung = False
        if start:
            self.wake.clear()
            threading.Thread(target=self._watch, daemon=True).start()
        elif deadline is None:
            self.wake.set()

    def _take_back(self) -> None:
        """Put another exception in the place of one that waits for this thread, and catch it.

        To take it back with NULL would leave CPython's breaker set for good: each check of it is slow from then on, and
        a profiled call of CPython 3.11 never gets past it.
        """
        try:
            waiting = ctypes.py_object(_TakenBack)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.thread), waiting)
            for _ in range(1000):  # it comes at the end of the call above, or of a turn
                pass
        except _TakenBack:
            pass

    def _watch(self) -> None:
        pause = 0.02
        while not self.wake.wait(pause):
            with self.lock:
                if self.deadline is None:
                    return
                late = time.process_time() >= self.deadline
                if late:
                    self.rung = True
                    error = ctypes.py_object(OutOfTime)
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.thread), error)
            pause = AGAIN if late else 0.02


class _TakenBack(BaseException):
    """Stands in for an exception that came too late."""


_lost = _Lost()
_clocks = threading.local()


def _clock_of_this_thread() -> _Clock:
    if not hasattr(_clocks, "clock"):
        _clocks.clock = _new_clock()
    clock: _Clock = _clocks.clock
    return clock


def _new_clock() -> _Clock:
    if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
        return _Signal()
    return _Watcher() if hasattr(ctypes, "pythonapi") else _Clock()
