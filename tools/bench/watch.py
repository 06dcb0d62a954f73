"""Seconds per stage: on the clock, of this process with its children, and of the database's processes."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from django.db import connection


class Watch:
    """
    Seconds per stage, in the order they ran. On a machine that others use, processor seconds say more than the clock.

    ``seconds`` on the clock, ``processor`` of this process, ``server`` of all processes of a database server on this
    machine (0 where it is on another).
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.processor: dict[str, float] = {}
        self.server: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        server = server_seconds()
        started, worked = time.perf_counter(), own_seconds()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started
        self.processor[name] = self.processor.get(name, 0.0) + own_seconds() - worked
        self.server[name] = self.server.get(name, 0.0) + server_seconds() - server

    def worked(self, name: str) -> str:
        """Processor seconds of a stage in words."""
        return f"processor {self.processor[name]:.1f} s + database {self.server[name]:.1f} s"


def own_seconds() -> float:
    """Processor seconds of this process and of those that it started and that have ended."""
    return sum(os.times()[:4])


def server_seconds() -> float:
    """Processor seconds that the database server has used so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    try:
        postmaster = psutil.Process(pid).parent()
    except psutil.NoSuchProcess:
        return 0.0
    if postmaster is None:
        return 0.0
    while True:
        gone = _gone(postmaster)
        total = gone
        for process in postmaster.children():
            with suppress(psutil.NoSuchProcess):
                used = process.cpu_times()
                total += used.user + used.system
        if _gone(postmaster) == gone:  # or one that ended meanwhile, as they do at the end of a stage, counts nowhere
            return total


def _gone(postmaster: psutil.Process) -> float:
    """Processor seconds of the processes of a server that have ended."""
    used = postmaster.cpu_times()
    return float(used.children_user + used.children_system)


def forget_peak() -> None:
    """Begin to look for the largest memory anew (Linux; elsewhere the peak is that of all sizes so far)."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak_gb() -> float:
    """The largest memory of this process since ``forget_peak`` [GB]."""
    with suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 2**20
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
