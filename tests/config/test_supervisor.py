"""One roof over several processes: what dies is started again, and at the end nothing is left."""

import signal
import subprocess
import sys
import time

import psutil
import pytest

from tomoshibi.config import supervisor

SUPERVISED = """
import sys
from tomoshibi.config import supervisor
supervisor.GRACE_SECONDS, supervisor.PAUSE_SECONDS = 1.0, 0.01
children = [supervisor.Child(f"child {n}", [sys.executable, "-c", code]) for n, code in enumerate(sys.argv[1:])]
raise SystemExit(supervisor.Supervisor(children).run())
"""
SLEEPS = "import time; time.sleep(600)"
DEAF = (
    "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    f"subprocess.Popen([sys.executable, '-c', {SLEEPS!r}]); time.sleep(600)"
)


@pytest.fixture
def supervised():
    started = []

    def start(*codes):
        process = subprocess.Popen([sys.executable, "-c", SUPERVISED, *codes], stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def _family(process, *, count):
    until = time.monotonic() + 60
    top = psutil.Process(process.pid)
    found, lately = top.children(recursive=True), []
    # A child sets up what it does about signals; and what was there for a moment only was none of them.
    while len(found) < count or found != lately:
        assert time.monotonic() < until, "the children do not start"
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.3)
        found, lately = top.children(recursive=True), found
    return [top, *found]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_every_child_also_those_that_do_not_hear(supervised, number):
    process = supervised(SLEEPS, DEAF)
    family = _family(process, count=3)
    process.send_signal(number)
    assert process.wait(30) == 0
    _gone, left = psutil.wait_procs(family, timeout=10)
    assert [one for one in left if one.status() != psutil.STATUS_ZOMBIE] == []


def test_a_child_that_dies_is_started_again(supervised):
    process = supervised(SLEEPS)
    (child,) = _family(process, count=1)[1:]
    child.kill()
    until = time.monotonic() + 30
    while (
        child.pid in {c.pid for c in psutil.Process(process.pid).children()}
        or not psutil.Process(process.pid).children()
    ):
        assert time.monotonic() < until, "nobody started it again"
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=30)[1]
    assert "child 0 ended with -9" in said
    assert process.returncode == 0


def test_a_child_that_never_stays_alive_ends_everything(supervised):
    process = supervised(SLEEPS, "raise SystemExit('no such file')")
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 1
    assert said.count("no such file") == supervisor.RESTARTS + 1
    assert "child 1 does not stay alive" in said


def test_simulators_run_only_in_the_demo():
    names = [child.name for child in supervisor.children(host="127.0.0.1", port=8000, demo="jp")]
    assert names == ["simulators", "worker", "web"]
    assert [c.name for c in supervisor.children(host="127.0.0.1", port=8000)] == names[1:]
