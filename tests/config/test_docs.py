"""What the documentation tells people to type or open exists."""

import re
import shlex
from pathlib import Path

import pytest
import typer.main
from django.urls import Resolver404, resolve

from tomoshibi.config import commands

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
GENERATED = {"procedures.md", "processes.md"}
CODE = re.compile(r"```[a-z]*\n(.*?)```|`([^`\n]+)`", re.DOTALL)


def _spans(page: Path) -> list[str]:
    found = CODE.findall(re.sub(r"\\\n\s*", "", page.read_text("utf-8")))  # a line that goes on in the next
    return [line.strip() for block, span in found for line in (block.splitlines() if block else [span])]


def _said(start: str) -> list[tuple[str, str]]:
    """Every line or span of code that begins with a word (after settings like NAME=value)."""
    said = []
    for page in PAGES:
        for span in [] if page.name in GENERATED else _spans(page):
            line = re.sub(r"^(\$ |\.venv/bin/|[A-Z_]+=\S+ )+", "", span)
            if line.startswith(f"{start} "):
                said.append((page.relative_to(ROOT).as_posix(), line.split("  #")[0]))
    return sorted(set(said))


@pytest.fixture(scope="module")
def root() -> object:
    commands.mount_rooms()
    return typer.main.get_command(commands.app)


@pytest.mark.parametrize(("page", "line"), _said("tomoshibi"))
def test_a_command_of_the_docs_exists_with_its_options(root, page, line):
    words = shlex.split(line.replace("|", " "))[1:]
    command = root
    while words and hasattr(command, "commands"):
        assert words[0] in command.commands, f"{page}: {line!r}: there is no {words[0]!r}"
        command, words = command.commands[words[0]], words[1:]
    options = {name for parameter in command.params for name in parameter.opts + parameter.secondary_opts}
    for word in words:
        if word.startswith("--") and word != "--help":
            assert word.split("=")[0] in options, f"{page}: {line!r}: {command.name} has no {word}"
    if not hasattr(command, "commands") and words:
        needed = [p for p in command.params if p.param_type_name == "argument" and p.required]
        valued = {
            name
            for p in command.params
            if p.param_type_name == "option" and not getattr(p, "is_flag", False)
            for name in p.opts
        }
        plain = [
            word
            for before, word in zip(["", *words], words, strict=False)
            if not word.startswith("--") and before not in valued
        ]
        assert len(plain) >= len(needed), f"{page}: {line!r}: {command.name} needs {[p.name for p in needed]}"
        arguments = [p for p in command.params if p.param_type_name == "argument"]
        if not any(p.nargs == -1 for p in arguments):
            assert len(plain) <= len(arguments), f"{page}: {line!r}: {command.name} takes no {plain[-1]!r}"
        for option in command.params:
            if option.param_type_name == "option" and option.required:
                assert set(option.opts) & set(words), f"{page}: {line!r}: {command.name} needs {option.opts[0]}"


@pytest.mark.parametrize(("page", "line"), _said("make"))
def test_a_target_of_the_docs_exists(page, line):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert line.split()[1].rstrip(",.") in targets, f"{page}: {line!r}"


def _addresses() -> list[tuple[str, str]]:
    spans = [
        (page.relative_to(ROOT).as_posix(), span)
        for page in (ROOT / "docs" / "operate").glob("*.md")
        for span in _spans(page)
    ]
    return sorted({(page, span) for page, span in spans if re.fullmatch(r"/[a-z/.-]+", span)})


@pytest.mark.parametrize(("page", "address"), _addresses())
def test_a_page_of_the_docs_exists(page, address):
    if address.startswith("/another"):
        return  # a folder, not a page
    try:
        resolve(address)
    except Resolver404:
        pytest.fail(f"{page}: {address} is no page")


def test_the_manual_has_something_to_check():
    assert len(_said("tomoshibi")) > 20
    assert len(_addresses()) > 20
