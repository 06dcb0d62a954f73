"""The message texts that come with the product: ``texts/<code>.<language>.txt``, first line the subject."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "texts"


@dataclass(frozen=True)
class Text:
    """One text in one language."""

    code: str
    language: str
    subject: str
    body: str


def texts() -> Iterator[Text]:
    for file in sorted(FOLDER.glob("*.txt")):
        code, _, language = file.stem.rpartition(".")
        subject, _, body = file.read_text("utf-8").partition("\n")
        yield Text(code=code, language=language, subject=subject, body=body)
