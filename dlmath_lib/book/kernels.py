"""Kernels for `execute` and nbval: forked from a process that has imported what every chapter imports (`prepared`).

A kernel of its own takes more than two seconds of processor time before a chapter's first formula. Where no process can
be forked (Windows, macOS), or the prepared one cannot start, an ordinary kernel starts, as in JupyterLab.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from jupyter_client import manager
from jupyter_client.provisioning import LocalProvisioner

# The same numbers on every machine and in every run, as far as that is in our hands.
ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}
# What Python and NumPy read when they start: kernels that differ in it have different prepared processes.
DECIDING = ("PYTHON", "OMP_", "OPENBLAS_", "MKL_", "NPY_", "MPL")
_prepared: dict[tuple[tuple[str, str], ...], _Prepared | None] = {}
_spent = 0.0


def spent() -> float:
    """The processor's seconds of the forked kernels that have ended."""
    return _spent


class _Forking(manager.KernelManager):
    """Starts forked kernels, or else ordinary ones."""

    async def _async_pre_start_kernel(self, **options: Any) -> tuple[list[str], dict[str, Any]]:
        if self.provisioner is None:
            self.kernel_id = self.kernel_id or str(uuid4())
            self.provisioner = Provisioner(kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self)
        command, options = await super()._async_pre_start_kernel(**options)
        return command, options

    @property
    def forked(self) -> bool:
        """Whether the kernel came from the prepared process, whose warnings are errors already."""
        return isinstance(getattr(self.provisioner, "process", None), _Kernel)


class KernelManager(_Forking, manager.AsyncKernelManager):
    """For nbclient."""


class BlockingKernelManager(_Forking):
    """For nbval, whose kernels get the environment in which `execute` stores the outputs."""

    async def _async_pre_start_kernel(self, **options: Any) -> tuple[list[str], dict[str, Any]]:
        options.setdefault("env", {**os.environ, **ENVIRONMENT})
        return await super()._async_pre_start_kernel(**options)


class Provisioner(LocalProvisioner):
    """Forks a kernel where that can be done."""

    async def launch_kernel(self, cmd: list[str], **options: Any) -> Any:
        """Start the kernel; return how it is reached."""
        environment, folder = dict(options.get("env") or os.environ), options.get("cwd") or Path.cwd()
        ours = cmd[:3] == [sys.executable, "-m", "ipykernel_launcher"]
        if not ours or not (prepared := _for(environment)):
            return await super().launch_kernel(cmd, **options)
        self.process: Any = prepared.start(cmd[3:], str(folder), environment)
        self.pid = self.pgid = self.process.pid
        self.cwd = folder
        return self.connection_info


def _for(environment: Mapping[str, str]) -> _Prepared | None:
    """The prepared process for this environment, started when it is first asked for; None if there can be none."""
    if not sys.platform.startswith("linux"):  # elsewhere a process that has imported much may not be forked
        return None
    deciding = tuple(sorted((name, value) for name, value in environment.items() if name.startswith(DECIDING)))
    if deciding not in _prepared:
        try:
            _prepared[deciding] = _Prepared(environment)
        except OSError:
            _prepared[deciding] = None
    found = _prepared[deciding]
    return found if found and found.alive() else None


class _Prepared:
    """The prepared process, and the way to it."""

    COMMAND = (sys.executable, "-P", "-m", "dlmath_lib.book.prepared")

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            self.COMMAND,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        atexit.register(self._end)
        self._answer()  # that it is ready

    def alive(self) -> bool:
        return self._process.poll() is None

    def start(self, arguments: list[str], folder: str, environment: Mapping[str, str]) -> _Kernel:
        request = {"arguments": arguments, "folder": folder, "environment": environment}
        return _Kernel(self.ask({"start": request}), self)

    def ask(self, request: dict[str, Any]) -> Any:
        print(json.dumps(request), file=self._process.stdin, flush=True)
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout
        if not (line := self._process.stdout.readline()):
            raise ConnectionError("the process from which kernels are forked has ended")
        return json.loads(line)

    def _end(self) -> None:
        self._process.communicate()  # closes its input, upon which it ends


class _Kernel:
    """A forked kernel, with as much of `subprocess.Popen` as a provisioner uses."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, prepared: _Prepared) -> None:
        self.pid, self._prepared = pid, prepared

    def poll(self) -> int | None:
        ended: int | None = self._prepared.ask({"state": self.pid})
        return ended

    def wait(self) -> int | None:
        """Once it has ended: count what it took."""
        global _spent
        ended = self.poll()
        _spent += self._prepared.ask({"end": self.pid})
        return ended

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)
