"""Nobody who exists stands in the product, its fixtures or its demos (G-130): names, identity numbers, mobile numbers."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("src", "tests", "docs", "tools")
TEXTS = {".py", ".csv", ".json", ".md", ".html", ".txt", ".typ", ".js", ".toml", ".yaml", ".svg"}
# The customers and the town of the requirement document; in two halves, so that this file does not name them either.
NAMES = (
    "中国" + "电信", "中国" + "移动", "中国" + "联通", "中广" + "有线", "国家" + "电网", "绍" + "兴", "蛟" + "里",
    "China " + "Telecom", "China " + "Mobile", "China " + "Unicom", "Shao" + "xing",
)  # fmt: skip
IDENTITY = re.compile(r"(?<![\w.])(\d{6})(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![\w.])")
MOBILE = re.compile(r"(?<![\w.])1[3-9]\d{9}(?![\w.])")


def texts() -> Iterator[tuple[Path, str]]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in TEXTS and "node_modules" not in path.parts and path.is_file():
                yield path.relative_to(ROOT), path.read_text(encoding="utf-8", errors="replace")


@pytest.mark.requirement("G-130")
def test_names_are_invented():
    assert [(path, name) for path, text in texts() for name in NAMES if name in text] == []


@pytest.mark.requirement("G-130")
def test_identity_numbers_belong_to_no_region():
    """The first six digits of a Chinese identity number name a county; 000000 is none."""
    found = [(path, hit[0]) for path, text in texts() for hit in IDENTITY.finditer(text) if hit[1] != "000000"]
    assert found == []


@pytest.mark.requirement("G-130")
def test_mobile_numbers_are_recognizably_invented():
    found = [(path, hit[0]) for path, text in texts() for hit in MOBILE.finditer(text) if "0000" not in hit[0]]
    assert found == []


def test_the_rules_find_what_they_look_for():
    assert IDENTITY.search("证号 " + "3306" + "02199001010017").group(1) == "330602"
    assert MOBILE.search("tel " + "138" + "12345678")
    assert not MOBILE.search("spin 0313812345678901234567")
