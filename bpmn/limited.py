"""Running a child process that cannot hang or exhaust the machine: wall clock, CPU, memory and file size are bounded.

The only place of ``bpmn`` that starts a process. A child gets its input only after its limits are set, and it is killed
when its time is over.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What a child may use."""

    #: Seconds on the wall clock and of CPU.
    seconds: float = 20
    cpu: int = 20
    memory: int = 2**30
    file_size: int = 32 * 2**20


class Exceeded(Exception):
    """The child did not end in its time."""


class Failed(Exception):
    """The child ended badly: ``code`` is its exit code, or minus the signal that ended it."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"exit {code}: {message}")
        self.code = code
        self.message = message


BOUNDS = Bounds()


def run(
    command: Sequence[str], data: bytes, *, bounds: Bounds = BOUNDS, environment: Mapping[str, str] | None = None
) -> bytes:
    """Give ``data`` to the standard input of ``command`` and return what it wrote.

    ``environment`` is added to a bare PATH and locale: a child inherits none of our settings. Raises Exceeded, Failed,
    or FileNotFoundError when the program is not there.
    """
    # Into files, not pipes: what a child says is bounded by its file size too.
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        code = _run(command, data, output, errors, bounds, environment or {})
        if code:
            raise Failed(code, _read(errors).decode("utf-8", "replace")[-500:])
        return _read(output)


def _run(
    command: Sequence[str],
    data: bytes,
    output: IO[bytes],
    errors: IO[bytes],
    bounds: Bounds,
    environment: Mapping[str, str],
) -> int:
    """Run to the end, within bounds; the exit code, negative for a signal."""
    child = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=errors,
        cwd=ROOT,
        env={"PATH": os.pathsep.join(os.get_exec_path()), "LANG": "C.UTF-8", **environment},
        start_new_session=True,
    )
    try:
        _limit(child.pid, bounds)
        child.communicate(data, timeout=bounds.seconds)
    except subprocess.TimeoutExpired:
        raise Exceeded(f"{command[0]}: {bounds.seconds} s") from None
    finally:
        _end(child)
    if child.returncode == -signal.SIGXCPU:
        raise Exceeded(f"{command[0]}: {bounds.cpu} s of CPU")
    return child.returncode


def _limit(pid: int, bounds: Bounds) -> None:
    """Set the limits of a child that still waits for its input. Elsewhere than on Linux only the wall clock holds."""
    if not hasattr(resource, "prlimit"):
        return
    resource.prlimit(pid, resource.RLIMIT_CPU, (bounds.cpu, bounds.cpu + 1))
    resource.prlimit(pid, resource.RLIMIT_AS, (bounds.memory, bounds.memory))
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (bounds.file_size, bounds.file_size))
    resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))


def _end(child: subprocess.Popen[bytes]) -> None:
    """Kill a child that still runs, with its group."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    if child.stdin is not None:
        child.stdin.close()


def _read(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()
