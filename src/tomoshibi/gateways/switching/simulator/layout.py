"""The simulator's own reading of the message set's files."""

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).parents[1] / "message_sets"


class Layout:
    """
    The tables that hold on a day, as they stand in the file.

    :param folders: beside the shipped one
    """

    def __init__(self, on: date, folders: tuple[Path, ...] = ()) -> None:
        files = {path.name: path for folder in (SHIPPED, *folders) for path in folder.glob("*.toml")}
        read = [tomllib.loads(path.read_text("utf-8")) for path in files.values()]
        table = max((one for one in read if one["valid_from"] <= on), key=lambda one: one["valid_from"])
        self.tags: Mapping[str, str] = table["tags"]
        self.fields: Mapping[str, Mapping[str, str]] = table["fields"]
        self.functions: Mapping[str, Mapping[str, Any]] = table["functions"]
        self.classes: Mapping[str, str] = table["classes"]
        self.actions: Mapping[str, str] = table["actions"]
        self.codes: Mapping[str, Mapping[str, str]] = table["codes"]
        self._results = {meaning: code for code, meaning in table["results"].items()}
        self._stages = {one["meaning"]: code for code, one in reversed(table["stages"].items())}
        self._mediations = {one["meaning"]: code for code, one in reversed(table["mediation_states"].items())}

    def result(self, meaning: str) -> str:
        return self._results[meaning]

    def stage(self, meaning: str) -> str:
        """The first code of a meaning; what is none is a code of its own that no table holds."""
        return self._stages.get(meaning, meaning)

    def mediation(self, meaning: str) -> str:
        return self._mediations[meaning]

    def function_of(self, code: str) -> str:
        """
        :raises ValueError: for an unknown code
        """
        for key, one in self.functions.items():
            if one["code"] == code:
                return key
        raise ValueError(f"function {code}")
