"""Prices that were typed over others while their source stayed: whether the new price stands there is for the clerk to say."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tomoshibi.tariffs import fees
from tomoshibi.tariffs.beginnings import OWN
from tomoshibi.tariffs.document import Path_
from tomoshibi.tariffs.shapes.shape import Part

_NAMED = ("code", "name", "certified_from")
_EDGES = ("up_to_kwh", "until_year")


@dataclass(frozen=True)
class Kept:
    """
    :param path: of the price in the document
    :param source: the name that both prices give
    """

    path: Path_
    before: str
    after: str
    source: str

    @property
    def sentence(self) -> str:
        """The question to the clerk."""
        text = _(
            "%(before)s became %(after)s, and the source is still %(source)s: does the new price stand there? Name its source,"
            " or say in the comment beside it that it was read there anew"
        )
        return text % {"before": self.before, "after": self.after, "source": self.source}


def kept(before: Part, after: Part) -> list[Kept]:
    """
    Prices of the newest version of a document that are others than in the version it was begun from, under the same source.

    A price of the company's own decision, a source whose text was changed, and a price with a new comment raise no question.

    :param before: the one-version document that it was begun from
    """
    number = len(after["versions"]) - 1
    old, new = before["versions"][0], after["versions"][number]
    here: Path_ = ("versions", number)
    pairs = list(_pairs(old["components"], new["components"], (*here, "components")))
    for name in fees.SCHEMA:
        former = old.get(name, before.get(name))
        pairs += _pairs(former, new.get(name), (*here, name))
        pairs += _pairs(former, after.get(name), (name,))
    return [
        Kept(path, str(was["amount"]), str(now["amount"]), now["source"])
        for path, was, now in pairs
        if _asks(was, now) and before["sources"].get(now["source"]) == after["sources"].get(now["source"])
    ]


def _asks(was: Part, now: Part) -> bool:
    changed = str(was["amount"]) != str(now["amount"]) and str(now["amount"]) != ""
    commented = bool(now.get("comment")) and now.get("comment") != was.get("comment")
    return changed and was["source"] == now["source"] != OWN and not commented


def _pairs(before: Any, after: Any, path: Path_) -> Iterator[tuple[Path_, Part, Part]]:
    """Prices at the same place of two documents."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        if all({"amount", "source"} <= set(one) for one in (before, after)):
            yield path, before, after
            return
        for name in after:
            yield from _pairs(before.get(name), after[name], (*path, name))
    elif isinstance(before, list) and isinstance(after, list):
        for index, one in enumerate(after):
            yield from _pairs(_partner(before, after, index), one, (*path, index))


def _partner(before: Sequence[Any], after: Sequence[Any], index: int) -> Any:
    """The row that a row of a list was: of the same name, else at the same place, else with the same edge."""
    one = after[index]
    if not isinstance(one, Mapping):
        return None
    rows = [row for row in before if isinstance(row, Mapping)]
    for name in _NAMED:
        if name in one:
            return next((row for row in rows if row.get(name) == one[name]), None)
    if len(before) == len(after):
        return before[index]
    edge = next((name for name in _EDGES if name in one), None)
    return next((row for row in rows if edge and edge in row and row[edge] == one[edge]), None)
