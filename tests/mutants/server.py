"""Run commands, each in a fork of a process that has loaded the named modules: most of what a short test costs.

Each line that is read is a command: its words, its folder, the file for what it says, and its seconds. Each line that
is written is its code (null if it did not end in time) and its processor time. `pytest` and `execute`, which runs a
notebook, are run in the fork itself, any other command replaces it. What does not end in time ends with its browser.
"""

import gc
import importlib
import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest


def obey(words: list[str], folder: str, told: str) -> int:
    """Run a command in this process; return its code."""
    os.setsid()
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    os.chdir(folder)
    for number, (name, way) in enumerate([(os.devnull, os.O_RDONLY), (told, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)]):
        os.dup2(os.open(name, way), number)
    os.dup2(1, 2)
    try:
        if words[0] == "pytest":
            return int(pytest.main(words[1:]))
        if words[0] == "execute":
            problems = importlib.import_module("dlmath_lib.book.execute").run(Path(words[1])).problems
            print(*problems, sep="\n")
            return 1 if problems else 0
        os.execvp(words[0], words)
    except Exception:
        traceback.print_exc()
        return 3


def serve(loaded: list[str]) -> int:
    """Answer each line; in the fork, return the command's code."""
    for name in loaded:
        importlib.import_module(name)
    gc.freeze()  # pytest collects garbage several times: not in what was loaded here
    for line in sys.stdin:
        words, folder, told, seconds = json.loads(line)
        child = os.fork()
        if not child:
            return obey(words, folder, told)
        late = []

        def end(*_: Any, child: int = child, late: list[bool] = late) -> None:
            late.append(True)
            os.killpg(child, signal.SIGKILL)

        signal.signal(signal.SIGALRM, end)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        _, status, used = os.wait4(child, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        code = None if late else os.waitstatus_to_exitcode(status)
        print(json.dumps([code, used.ru_utime + used.ru_stime]), flush=True)
    return 0


if __name__ == "__main__":
    sys.path.remove(str(Path(__file__).parent))  # what is imported is the copy's
    sys.exit(serve(sys.argv[1:]))
