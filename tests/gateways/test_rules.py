"""What the plan of the house says about gateways, read from the imports."""

import ast
from pathlib import Path

import pytest

import tomoshibi.gateways
from tomoshibi.gateways.problems import BrokenFile, OutsideError, problem

ROOM = Path(tomoshibi.gateways.__file__).parent
# Files beside a codec that do its work, and what they may know of the world.
PURE = [
    *ROOM.glob("*/codec.py"), *ROOM.glob("*/port.py"), *(ROOM / "zengin").glob("*.py"), ROOM / "problems.py",
    *(ROOM / "grid_portal" / f"{name}.py" for name in
      ("answers", "cells", "confirmed", "csv_files", "half_hours", "stream", "walking")),
]  # fmt: skip
WORLD = {"django", "httpx", "asyncssh", "aiosmtpd", "smtplib", "socket", "asyncio", "urllib", "psycopg", "tempfile"}
SHARED = ("listening", "manners", "worlds")
"""What simulators have together; it knows no layout: the same socket, the same file of manners for every message."""


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or "", *(f"{node.module}.{one.name}" for one in node.names)}
    return found


@pytest.mark.parametrize("path", PURE, ids=lambda path: str(path.relative_to(ROOM)))
def test_codecs_know_nothing_of_the_world(path):
    assert not {one.partition(".")[0] for one in imports(path)} & WORLD
    ours = {one for one in imports(path) if one.startswith("tomoshibi.")}
    assert all(one.startswith(("tomoshibi.kernel", "tomoshibi.gateways")) for one in ours)
    assert not any("client" in one or "simulator" in one for one in ours if path.name != "__init__.py")


@pytest.mark.parametrize("path", sorted(ROOM.glob("*/simulator/*.py")), ids=lambda path: str(path.relative_to(ROOM)))
def test_simulators_have_their_own_reading_of_the_layout(path):
    system = path.parents[1].name
    ours = {one for one in imports(path) if one.startswith("tomoshibi.")}
    allowed = (f"tomoshibi.gateways.{system}.simulator", *(f"tomoshibi.gateways.{one}" for one in SHARED)) + (
        ("tomoshibi.gateways.simulators",) if path.stem == "__main__" else ()
    )
    assert all(one.startswith(allowed) for one in ours)


@pytest.mark.parametrize("name", SHARED)
def test_what_simulators_share_knows_nothing_of_any_system(name):
    assert not [one for one in imports(ROOM / f"{name}.py") if one.startswith("tomoshibi.")]


def test_sentences_are_said_in_the_language_that_is_asked_for():
    found = problem(3, "total", "%(label)s is missing", label="金額")
    words = {"record %(row)s: %(reason)s": "%(row)s 件目: %(reason)s", "%(label)s is missing": "%(label)s がありません"}
    assert found.in_words(lambda text: words[text]) == "3 件目: 金額 がありません"
    assert (
        BrokenFile([found] * 3, count=5)
        .in_words(lambda text: words.get(text, "ほか %(count)s 件"))
        .endswith("ほか 2 件")
    )
    assert str(OutsideError("%(label)s is missing", label="x")) == "x is missing"
    assert str(BrokenFile(problem(n, "x", "bad") for n in range(300))).count("bad") == 100
