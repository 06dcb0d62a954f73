"""A fresh machine: what is missing is said in a sentence, also by a Python that is too old to run anything else."""

import ast
import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def setup():
    spec = importlib.util.spec_from_file_location("fresh_setup", ROOT / "tools" / "setup.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_old_python_can_read_the_setup_as_far_as_its_complaint():
    tree = ast.parse((ROOT / "tools" / "setup.py").read_text("utf-8"), feature_version=(3, 7))
    assert any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree.body)


def test_an_old_python_is_told_what_is_needed(setup, monkeypatch, capsys):
    monkeypatch.setattr(setup.sys, "version_info", (3, 9, 2))
    with pytest.raises(SystemExit) as ended:
        setup.main()
    assert ended.value.code == 1
    assert "Python 3.11 or newer is needed" in capsys.readouterr().err


def test_no_python_at_all_is_told_too():
    done = subprocess.run(
        ["make", "PYTHON=/nowhere/python3", "setup"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "there is no /nowhere/python3 here; Python 3.11 or newer is needed" in done.stderr


@pytest.mark.parametrize(
    ("apt", "user", "said"),
    [
        (
            None,
            0,
            "browser tests will be skipped: chromium and fonts-noto-cjk missing, and this machine has no apt-get",
        ),
        (
            "/usr/bin/apt-get",
            1000,
            "browser tests will be skipped: run as root: apt-get install chromium fonts-noto-cjk",
        ),
    ],
)
def test_without_chromium_the_reason_is_printed(setup, monkeypatch, capsys, apt, user, said):
    monkeypatch.setattr(setup.Path, "exists", lambda path: False)
    monkeypatch.setattr(shutil, "which", lambda name: apt)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    setup.browser()
    assert said in capsys.readouterr().out


def test_a_failed_installation_goes_on_without_browser_tests(setup, monkeypatch, capsys):
    monkeypatch.setattr(setup.Path, "exists", lambda path: False)
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/apt-get")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(setup, "run", lambda *command, **more: False)
    setup.browser()
    assert "Debian's packages could not be installed" in capsys.readouterr().out


def test_help_names_every_target_that_people_call():
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {words[1] for words in (line.split() for line in shown.splitlines()) if words and words[0] == "make"}
    assert targets - named == {"setup-tests", "python"}
