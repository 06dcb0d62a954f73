"""How a simulator behaves: a file beside what it keeps, which a person or a test can change while it runs."""

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, ClassVar, Self


class Kept:
    """A frozen dataclass that lies in a folder as JSON. What the file lacks is as declared; what nobody knows is passed over."""

    file: ClassVar[str] = "manners.json"

    @classmethod
    def read(cls, folder: Path) -> Self:
        path = folder / cls.file
        return cls(**cls.known(json.loads(path.read_text("utf-8")))) if path.exists() else cls()

    @classmethod
    def known(cls, given: Mapping[str, Any]) -> dict[str, Any]:
        """What of some JSON is declared here, lists as tuples."""
        names = {one.name for one in fields(cls)}  # type: ignore[arg-type]
        return {
            name: tuple(value) if isinstance(value, list) else value for name, value in given.items() if name in names
        }

    def write(self, folder: Path) -> None:
        """At once: a server never reads half of it."""
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / f".{self.file}.part"
        temporary.write_text(json.dumps(self.__dict__, ensure_ascii=False, indent=1), "utf-8")
        temporary.replace(folder / self.file)
