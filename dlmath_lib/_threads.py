"""Two threads for what NumPy computes outside of Python's lock, and no library of matrix products shares already."""

from __future__ import annotations

import contextvars
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar

__all__ = ["aside", "share", "threads"]

Part = TypeVar("Part")
Result = TypeVar("Result")


def aside(work: Callable[..., Result], *arguments: Any) -> Callable[[], Result]:
    """Begin ``work`` in a second thread, if there is one; what is returned waits for its result, and must be called.

    Work that has not begun by then, where there is one thread or the machine is busy, is done by who waits for it.
    ``OMP_NUM_THREADS=1`` (or ``OPENBLAS_NUM_THREADS=1``) keeps it to one thread.
    """
    if threads() < 2:
        return lambda: work(*arguments)
    try:  # the other thread works with the caller's np.errstate
        other = _pool().submit(contextvars.copy_context().run, work, *arguments)
    except RuntimeError:  # Python is ending, or can have no more threads
        return lambda: work(*arguments)
    return lambda: work(*arguments) if other.cancel() else other.result()


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
    wait = aside(work, _taken(left))
    try:
        work(_taken(left))
    finally:
        wait()


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
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="dlmath")


if hasattr(os, "register_at_fork"):  # threads do not come along into a forked process
    os.register_at_fork(after_in_child=_pool.cache_clear)
