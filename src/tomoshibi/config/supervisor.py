"""``tomoshibi up``: web, worker and (for the demo) the simulators of the outside world, under one roof."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from types import FrameType

import typer

from tomoshibi.gateways import simulators

RESTARTS = 5
"""So often a child that ends soon after its start is started again."""
STABLE_SECONDS = 60
GRACE_SECONDS = 10
PAUSE_SECONDS = 1.0
"""Before a restart; each time longer, up to five times."""


@dataclass
class Child:
    """A process that should run as long as we do."""

    name: str
    command: list[str]
    restarts: int = 0
    started_at: float = 0.0
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def start(self) -> None:
        # Children ignore the terminal's Ctrl-C: they are told by us, in order.
        self.process = subprocess.Popen(self.command, start_new_session=True)
        self.started_at = time.monotonic()


class Supervisor:
    """Starts children, restarts the ones that die, stops all of them in reverse order."""

    def __init__(self, children: list[Child]) -> None:
        self.children = children
        self.stopping = False

    def run(self) -> int:
        """:returns: the exit code: 0 after a clean stop, 1 when a child would not stay alive"""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        try:
            for child in self.children:
                child.start()
            return self._watch()
        finally:
            self._end_children()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _watch(self) -> int:
        while not self.stopping:
            time.sleep(0.3)
            for child in self.children:
                assert child.process is not None
                code = child.process.poll()
                if code is None or self.stopping:
                    continue
                if time.monotonic() - child.started_at > STABLE_SECONDS:
                    child.restarts = 0
                child.restarts += 1
                typer.secho(f"{child.name} ended with {code}", fg="yellow", err=True)
                if child.restarts > RESTARTS:
                    typer.secho(f"{child.name} does not stay alive; stopping. Its reason is above.", fg="red", err=True)
                    return 1
                time.sleep(min(child.restarts, 5) * PAUSE_SECONDS)
                child.start()
        return 0

    def _end_children(self) -> None:
        running = [c.process for c in reversed(self.children) if c.process is not None and c.process.poll() is None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                # With its own children: each child of ours leads a session.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def children(*, host: str, port: int, demo: str = "") -> list[Child]:
    """
    What runs: simulators first (others talk to them), the worker, and the web last.

    :param demo: the country whose demonstration this is, if it is one
    """
    python = sys.executable
    web = [python, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    web += ["--workers", "1", "--blocking-threads", "4", "--no-access-log", "--log-level", "warning"]
    found = []
    if demo:
        found.append(
            Child("simulators", [python, "-m", "tomoshibi.config.commands", "demo", "outside", "--country", demo])
        )
    found.append(Child("worker", [python, "-m", "tomoshibi.config.commands", "worker"]))
    found.append(Child("web", [*web, "tomoshibi.config.wsgi:application"]))
    return found


def set_environment(*, host: str, port: int, demo: bool) -> None:
    """What children inherit."""
    # Passkeys belong to a name, never to a number: browsers refuse them on 127.0.0.1.
    name = "localhost" if host == "127.0.0.1" else host
    os.environ.setdefault("TOMOSHIBI_BASE_URL", f"http://{name}:{port}")
    if demo:
        os.environ["TOMOSHIBI_DEMO"] = "1"
        os.environ.setdefault("TOMOSHIBI_SMTP_PORT", str(_post_office()))


def _post_office() -> int:
    """The usual port of the demo's mail; another one beside a second demo, whose letters are not ours."""
    if simulators.is_free(simulators.MAIL_PORT):
        return simulators.MAIL_PORT
    with socket.socket() as probe:
        probe.bind((simulators.HOST, 0))
        return int(probe.getsockname()[1])
