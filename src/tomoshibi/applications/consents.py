"""The texts that applicants agree to: dated versions in three languages (``consents.yaml``)."""

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from tomoshibi.applications.values.intake import ConsentText


@lru_cache(maxsize=1)
def _declared() -> list[dict[str, Any]]:
    return list(yaml.safe_load((Path(__file__).parent / "consents.yaml").read_text("utf-8")))


def texts(*, kind: str, language: str, on: date, company: str, phone: str) -> tuple[ConsentText, ...]:
    """The texts that hold on a day for a kind of application, in a language (Japanese where it has none)."""
    found = []
    for text in _declared():
        holding = [version for version in text["versions"] if version["from"] <= on]
        if not holding or (kind not in holding[-1].get("kinds", [kind])):
            continue
        version = holding[-1]
        body = version["body"].get(language) or version["body"]["ja"]
        title = version["title"].get(language) or version["title"]["ja"]
        words = {"company": company, "phone": phone}
        found.append(ConsentText(text["code"], version["version"], title, body.format(**words)))
    return tuple(found)
