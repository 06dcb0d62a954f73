"""Accidents of files and messages on their way to us: a line that drops, a disk that errs, a person who saves them anew."""

import random
from collections.abc import Iterator
from typing import Any

ENCODINGS = ("utf-16", "utf-8-sig", "cp932", "cp037", "gb18030")


def damaged(content: bytes, *, seed: int, times: int = 120) -> Iterator[bytes]:
    """Seeded damage to bytes, the same in every run: first each kind once, then mixtures."""
    dice = random.Random(seed)
    yield b""
    for encoding in ENCODINGS:
        yield content.decode("utf-8", "replace").encode(encoding, "replace")
    for kind in KINDS:
        yield kind(content, dice)
    for _ in range(times):
        hurt = content
        for _ in range(dice.randint(1, 3)):
            hurt = dice.choice(KINDS)(hurt, dice)
        yield hurt


def bent(given: Any, *, seed: int, times: int = 200) -> Iterator[Any]:
    """Seeded damage to a decoded payload (JSON): parts that are missing, of another type, or nested in themselves."""
    dice = random.Random(seed)
    for _ in range(times):
        yield _bend(given, dice, depth=0)


def _truncated(content: bytes, dice: random.Random) -> bytes:
    return content[: dice.randrange(len(content) + 1)]


def _flipped(content: bytes, dice: random.Random) -> bytes:
    if not content:
        return content
    at = dice.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << dice.randrange(8)]) + content[at + 1 :]


def _reordered(content: bytes, dice: random.Random) -> bytes:
    lines = content.splitlines(keepends=True)
    if len(lines) > 1:
        dice.shuffle(lines)
        return b"".join(lines)
    at = dice.randrange(len(content) + 1)
    return content[at:] + content[:at]


def _doubled(content: bytes, _dice: random.Random) -> bytes:
    return content + content


def _recoded(content: bytes, dice: random.Random) -> bytes:
    return content.decode("utf-8", "replace").encode(dice.choice(ENCODINGS), "replace")


def _intruded(content: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(content) + 1)
    what = dice.choice([b"\x00", b'"', b"\r", b"\xff\xfe", "＂９".encode(), b"-", b"9" * 40, b",", b"[" * 2000, b"<x>"])
    return content[:at] + what + content[at:]


KINDS = (_truncated, _flipped, _reordered, _doubled, _recoded, _intruded)
STRANGE = (None, True, -1, 10**30, 1.5, float("nan"), "", "x" * 5000, "\x00", [], [1], {}, {"a": []}, "2026-13-45")


def _bend(given: Any, dice: random.Random, *, depth: int) -> Any:
    if depth and dice.random() < 0.25:
        return dice.choice(STRANGE)
    if isinstance(given, dict):
        kept = {name: value for name, value in given.items() if dice.random() > 0.1}
        return {name: _bend(value, dice, depth=depth + 1) for name, value in kept.items()}
    if isinstance(given, list):
        return [_bend(value, dice, depth=depth + 1) for value in given]
    return given
