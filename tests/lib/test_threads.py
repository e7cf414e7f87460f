"""Work that two threads share."""

import subprocess
import sys
import threading

import numpy as np
import pytest

from dlmath_lib import _threads
from dlmath_lib._threads import Job, share, threads


@pytest.mark.parametrize("count", [1, 2])
def test_each_part_is_done_once_and_an_error_comes_back(count, monkeypatch):
    monkeypatch.setattr(_threads, "threads", lambda: count)
    for parts in ([], [3], list(range(50))):
        done = []
        share(parts, done.extend)
        assert sorted(done) == parts

    def fails(taken):
        for part in taken:
            if part == 7:
                raise ValueError("part 7")

    for _ in range(20):
        with pytest.raises(ValueError, match="part 7"):
            share(range(20), fails)


def test_a_second_thread_takes_part(monkeypatch):
    monkeypatch.setattr(_threads, "threads", lambda: 2)
    meet, seen = threading.Barrier(2, timeout=30), set()

    def work(parts):
        for _ in parts:
            meet.wait()  # passed when both are here
            seen.add(threading.get_ident())

    share(range(2), work)
    assert len(seen) == 2


def test_work_is_done_once_where_no_thread_can_begin(monkeypatch):
    def refuses(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(_threads, "threads", lambda: 2)
    _threads._jobs.cache_clear()  # as after a fork
    done = []
    with monkeypatch.context() as patch:
        patch.setattr(_threads.threading.Thread, "start", refuses)
        share(range(3), done.extend)
    share(range(3), done.extend)  # with a thread: nothing was left over
    assert sorted(done) == [0, 0, 1, 1, 2, 2]


@pytest.mark.parametrize("count", [1, 2])
def test_an_error_here_drops_what_has_not_begun(count, monkeypatch):
    monkeypatch.setattr(_threads, "threads", lambda: count)
    began, done = threading.Event(), []
    hold = Job(began.wait)
    hold.begin()  # the second thread is busy
    with pytest.raises(KeyboardInterrupt):
        share(range(2), lambda parts: interrupt(parts, done))
    began.set()
    assert hold.wait() and done == [0]


def interrupt(parts, done):
    done.append(next(parts))
    raise KeyboardInterrupt


def test_interrupts_leave_no_job_behind():
    code = """
import signal, time
from dlmath_lib import _threads

def alarm(*_):
    raise KeyboardInterrupt

_threads.threads = lambda: 2
signal.signal(signal.SIGALRM, alarm)
end, caught = time.monotonic() + 2, 0
while time.monotonic() < end:
    try:
        signal.setitimer(signal.ITIMER_REAL, 2e-4 + 1e-6 * (caught % 97))
        for _ in range(1000):
            _threads.share(range(4), lambda parts: [sum(range(200)) for _ in parts])
    except KeyboardInterrupt:
        caught += 1
signal.setitimer(signal.ITIMER_REAL, 0)
seen = []
_threads.share(range(9), seen.extend)
assert sorted(seen) == list(range(9)) and caught > 20, (seen, caught)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_second_thread_may_share_its_own_work(monkeypatch):
    monkeypatch.setattr(_threads, "threads", lambda: 2)
    done = []
    share(range(2), lambda parts: [share(range(5), done.extend) for _ in parts])
    assert sorted(done) == sorted([*range(5)] * 2)


def test_the_callers_error_state_holds_in_both_threads(monkeypatch):
    monkeypatch.setattr(_threads, "threads", lambda: 2)

    def work(parts):
        for _ in parts:
            np.float32(1e30) * np.float32(1e30)

    with np.errstate(over="ignore"):
        share(range(10), work)
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        share(range(10), work)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [({}, 2), ({"OMP_NUM_THREADS": "1"}, 1), ({"OPENBLAS_NUM_THREADS": "1"}, 1), ({"OMP_NUM_THREADS": "many"}, 2)],
)
def test_threads_heed_the_environment(environment, expected, monkeypatch):
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(_threads.os, "cpu_count", lambda: 8)
    assert threads() == expected
