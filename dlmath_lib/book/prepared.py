"""A process that imports once what every chapter imports, and forks a kernel for each notebook.

`kernels` starts it and speaks with it: a line of JSON each way. ``{"start": …}`` forks a kernel and answers its number;
``{"end": number}`` ends it and answers the seconds of processor time that it took; ``{"state": number}`` answers its
exit code, or null while it runs. It ends, and its kernels with it, when its input is closed.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import sys
import warnings
from typing import Any

from dlmath_lib.book import evidence

# What each chapter's first cell imports, and what these modules import when they are first used.
MODULES = (
    "numpy", "sympy", "sympy.physics.units", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg",
    "IPython.display", "dlmath_lib.exercises", "dlmath_lib.explore", "dlmath_lib.listing", "dlmath_lib.plotting",
    "dlmath_lib.verify", "ipykernel.kernelapp", "ipykernel.zmqshell", "ipykernel.ipkernel",
)  # fmt: skip
# What chapters compare with. That each chapter imports what it uses is a test (`tests/book/test_notebooks.py`).
OTHERS = ("scipy.differentiate", "scipy.stats", "sklearn.neural_network")
# Warnings are errors in a chapter. Run in the kernel, not set by PYTHONWARNINGS: the kernel's own start is not judged.
STARTUP = """
import warnings as _w
_w.simplefilter("error")
_w.filterwarnings("ignore", module="ipykernel|jupyter_client|zmq|tornado|asyncio")
del _w
"""


def serve() -> None:
    """Import, say that all is ready, and answer requests until there are no more."""
    exec(STARTUP, {})
    for name in MODULES + OTHERS:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # what is shared with the kernels is not theirs to look through for garbage
    gc.set_threshold(50_000, 20, 100)  # a kernel lives for seconds: it need not look after every 700 new objects
    print(json.dumps(True), flush=True)
    kernels: set[int] = set()
    answer: Any
    for line in sys.stdin:
        request = json.loads(line)
        if "start" in request:
            if not (answer := os.fork()):
                _become_kernel(**request["start"])
            kernels.add(answer)
        elif "end" in request:
            os.kill(request["end"], signal.SIGKILL)
            used = os.wait4(request["end"], 0)[2]
            kernels.remove(request["end"])
            answer = used.ru_utime + used.ru_stime
        else:
            ended = os.waitid(os.P_PID, request["state"], os.WEXITED | os.WNOHANG | os.WNOWAIT)
            answer = ended.si_status if ended else None
        print(json.dumps(answer), flush=True)
    for kernel in kernels:
        os.kill(kernel, signal.SIGKILL)


def _become_kernel(arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    """Be from now on the process that `python -m ipykernel_launcher` would have been, in this folder."""
    os.setpgid(0, 0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # the way to those who ask belongs to the process that forked
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["ipykernel_launcher", *arguments]
    evidence.attend(environment)
    from ipykernel.kernelapp import IPKernelApp

    application: Any = IPKernelApp.instance(parent_handle=os.getppid())  # ends when that process does
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        application.initialize(arguments)
    application.start()
    os._exit(0)


if __name__ == "__main__":
    serve()
