"""The message set as files: one TOML per first day, shipped ones and those that an installation puts beside them."""

import tomllib
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from tomoshibi.gateways.switching.port import (
    Action,
    Class,
    Form,
    Function,
    Mediation,
    MessageSet,
    Named,
    Result,
    Stage,
)

SHIPPED = Path(__file__).parent / "message_sets"
KINDS = frozenset({"text", "digits", "day", "number", "flag", "moment"})


class BrokenTable(ValueError):
    """A file of the message set cannot be used; the sentence names the file and the place."""


def message_set(*, on: date, folders: Iterable[Path] = ()) -> MessageSet:
    """
    The message set that holds on a day; a later folder's file replaces an earlier one's of the same first day.

    :param folders: beside the shipped one
    :raises BrokenTable: if a file cannot be used, or none holds on that day
    """
    files: dict[str, Path] = {}
    for folder in (SHIPPED, *folders):
        files |= {path.name: path for path in sorted(folder.glob("*.toml"))}
    tables = [_read(path, path.stat().st_mtime_ns) for path in files.values()]
    holding = [table for table in tables if table.valid_from <= on]
    if not holding:
        raise BrokenTable(f"no message set holds on {on}")
    return max(holding, key=lambda table: table.valid_from)


@lru_cache(maxsize=16)
def _read(path: Path, _changed: int) -> MessageSet:
    try:
        return parse(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise BrokenTable(f"{path.name}: {error!r}") from error


def parse(given: dict[str, Any]) -> MessageSet:
    """
    A table as read from TOML.

    :raises ValueError: if a function names a field that is not in the table, or a field has no known kind
    """
    fields = {name: Form(form["tag"], form["kind"]) for name, form in given["fields"].items()}
    unknown = {form.kind for form in fields.values()} - KINDS
    if unknown:
        raise ValueError(f"fields of no known kind: {', '.join(sorted(unknown))}")
    functions = {key: _function(key, one) for key, one in given["functions"].items()}
    for one in functions.values():
        lacking = {*one.request, *one.reply, *one.rows} - fields.keys()
        if lacking:
            raise ValueError(f"function {one.key} names fields that are not there: {', '.join(sorted(lacking))}")
    return MessageSet(
        valid_from=given["valid_from"],
        source=given["source"],
        tags=given["tags"],
        results={code: Result(meaning) for code, meaning in given["results"].items()},
        classes={Class(name): code for name, code in given["classes"].items()},
        actions={Action(name): code for name, code in given["actions"].items()},
        codes=given["codes"],
        stages={code: Named(one["name"], Stage(one["meaning"])) for code, one in given["stages"].items()},
        mediation_states={
            code: Named(one["name"], Mediation(one["meaning"])) for code, one in given["mediation_states"].items()
        },
        reasons=given["reasons"],
        fields=fields,
        functions=functions,
    )


def _function(key: str, given: dict[str, Any]) -> Function:
    return Function(
        key=key,
        code=given["code"],
        name=given["name"],
        route=given["route"],
        answer=given["answer"],
        classes=frozenset(Class(one) for one in given["classes"]),
        request=tuple(given["request"]),
        reply=tuple(given["reply"]),
        rows=tuple(given.get("rows", ())),
    )
