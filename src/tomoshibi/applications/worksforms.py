"""The forms of applications that grid companies take on paper, by mail or on their Web: a table that each installation may replace."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from tomoshibi.applications.values.works import WorkKind
from tomoshibi.storage import server

SHIPPED = Path(__file__).parent / "works_forms.yaml"
TYPES = frozenset({"text", "date", "yesno", "choice"})
LANGUAGES = ("ja", "en", "zh")


class BrokenForms(ValueError):
    """The file of the forms cannot be used; the sentence names the place."""


@dataclass(frozen=True)
class Field:
    """
    Something that a form asks.

    :ivar labels: by language; papers are printed with the Japanese one
    :ivar choices: of a field of type ``choice``, as they are printed
    """

    name: str
    type: str
    labels: Mapping[str, str]
    choices: tuple[str, ...] = ()
    is_required: bool = False

    def label(self, language: str) -> str:
        return self.labels.get(language[:2], self.labels["ja"])


@dataclass(frozen=True)
class Form:
    """One kind of application: its title on paper, and what it asks beside the common part."""

    kind: WorkKind
    title: str
    fields: tuple[Field, ...]


def form_of(kind: WorkKind) -> Form:
    """
    :raises BrokenForms: if the file of this installation cannot be used
    """
    own = server.data_folder() / SHIPPED.name
    path = own if own.exists() else SHIPPED
    return _read(path, path.stat().st_mtime_ns)[kind]


@lru_cache(maxsize=4)
def _read(path: Path, _changed: int) -> Mapping[WorkKind, Form]:
    try:
        given: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
        fields = {name: _field(name, one) for name, one in given["fields"].items()}
        return {
            kind: Form(
                kind, given["forms"][kind]["title"], tuple(fields[name] for name in given["forms"][kind]["fields"])
            )
            for kind in WorkKind
        }
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise BrokenForms(f"{path.name}: {error!r}") from error


def _field(name: str, given: Mapping[str, Any]) -> Field:
    if given["type"] not in TYPES:
        raise BrokenForms(f"{name}: {given['type']}")
    labels = {language: str(given[language]) for language in LANGUAGES if language in given}
    labels["ja"]  # the language of the paper
    return Field(name, given["type"], labels, tuple(given.get("choices", ())), bool(given.get("required")))
