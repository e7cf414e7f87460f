"""Two threads for what NumPy computes outside of Python's lock, and no library of matrix products shares already."""

from __future__ import annotations

import contextlib
import contextvars
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

__all__ = ["Job", "share", "threads"]

Part = TypeVar("Part")
Result = TypeVar("Result")


class Job(Generic[Result]):
    """Work for a second thread: done once, by it, or by who waits for it where it has not begun by then.

    Plain locks, which an interrupt (Ctrl-C) cannot leave half taken.
    """

    def __init__(self, work: Callable[..., Result], *arguments: Any) -> None:
        self._work, self._arguments = work, arguments
        self._taken, self._running = threading.Lock(), threading.Lock()
        self._running.acquire()
        self._error: BaseException | None = None

    def begin(self) -> None:
        """Hand it to the second thread, if there is one, with the caller's np.errstate.

        ``OMP_NUM_THREADS=1`` (or ``OPENBLAS_NUM_THREADS=1``) keeps it to one thread.
        """
        if threads() > 1:
            context = contextvars.copy_context()
            with contextlib.suppress(RuntimeError):  # Python is ending, or can have no more threads
                _jobs().put(lambda: context.run(self._run))

    def wait(self) -> Result:
        """Its result, or its error."""
        if self._taken.acquire(blocking=False):
            return self._work(*self._arguments)
        self._running.acquire()
        if self._error is not None:
            raise self._error
        return self._result

    def drop(self) -> None:
        """Leave it, or wait until it has ended: its result is not needed."""
        if not self._taken.acquire(blocking=False):
            self._running.acquire()

    def _run(self) -> None:
        if not self._taken.acquire(blocking=False):
            return
        try:
            self._result = self._work(*self._arguments)
        except BaseException as error:  # raised again where it is waited for
            self._error = error
        finally:
            self._running.release()


def share(parts: Iterable[Part], work: Callable[[Iterator[Part]], None]) -> None:
    """Call ``work`` with the parts that it has to do: with all of them here, or shared with a second thread.

    Each thread takes the next part when it is done with one: a second thread that a busy machine starts late costs
    nothing. The parts do not depend on the number of threads, so that the results have the same bits in one and in
    two.
    """
    left = deque(parts)
    if len(left) < 2:
        work(_taken(left))
        return
    other = Job(work, _taken(left))
    other.begin()
    try:
        work(_taken(left))
    except BaseException:
        other.drop()
        raise
    other.wait()


def _taken(left: deque[Part]) -> Iterator[Part]:
    while True:
        try:
            yield left.popleft()
        except IndexError:
            return


def threads() -> int:
    """Two where there are two processors, and no variable of the environment asks for one."""
    asked = (os.environ.get(name, "") for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"))
    limits = [int(number) for number in asked if number.isdigit() and int(number) > 0]
    return min([2, 1 if sys.platform == "emscripten" else os.cpu_count() or 1, *limits])


@cache
def _jobs() -> SimpleQueue[Callable[[], None]]:
    """What the second thread has to do, which begins with the first job and ends with Python."""
    jobs: SimpleQueue[Callable[[], None]] = SimpleQueue()

    def work() -> None:
        while True:
            jobs.get()()

    threading.Thread(target=work, name="dlmath", daemon=True).start()
    return jobs


if hasattr(os, "register_at_fork"):  # threads do not come along into a forked process
    os.register_at_fork(after_in_child=_jobs.cache_clear)
