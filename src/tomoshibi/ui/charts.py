"""
Charts: an option for ECharts, and the table that stands behind it.

Numbers in charts are floats for drawing only; the table shows the exact figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from tomoshibi.ui import figures
from tomoshibi.ui.currency import current
from tomoshibi.ui.states import Tone

Words = str | Promise
Points = Sequence[float | int | None]


@dataclass(frozen=True)
class Series:
    """
    One line or set of bars.

    :param points: what is drawn, one per category; nothing leaves a gap
    :param figures: the same as text for the table; made from the points when not given
    :param quiet: for comparison only (last year): gray
    :param curve: a line whose points are joined straight, for what changes steadily between them; otherwise a line
        holds its value over each category
    """

    name: Words
    points: Points
    figures: Sequence[str] = ()
    kind: str = "bar"
    quiet: bool = False
    stack: str = ""
    curve: bool = False

    def shown(self) -> list[str]:
        if self.figures:
            return list(self.figures)
        return ["–" if point is None else f"{point:,}" for point in self.points]


def of_money(name: Words, minor: Sequence[int | None], *, kind: str = "bar", curve: bool = False) -> Series:
    """
    Amounts in the company's currency.

    :param minor: in its smallest unit, as bills hold them
    """
    scale = current().scale
    points = [one if one is None or scale == 1 else one / scale for one in minor]
    written = ["–" if one is None else figures.money(one) for one in minor]
    return Series(name, points, written, kind=kind, curve=curve)


@dataclass(frozen=True)
class Chart:
    """
    A chart as a page shows it.

    :param id: unique on the page
    :param title: what it shows, for people who cannot see it too
    :param option: ECharts option in JSON values; colours come from the theme
    :param head: header of the table behind it
    :param rows: the table behind it, as text
    """

    id: str
    title: Words
    option: dict[str, Any]
    head: Sequence[Words]
    rows: Sequence[Sequence[Words]] = field(default_factory=list)
    low: bool = False


def _joined(one: Series) -> dict[str, Any]:
    """How the points of a line hang together."""
    if one.kind != "line":
        return {}
    return {"showSymbol": False} if one.curve else {"step": "middle", "showSymbol": False}


def over_categories(
    *,
    chart_id: str,
    title: Words,
    axis: Words,
    categories: Sequence[Words],
    series: Sequence[Series],
    unit: Words,
    low: bool = False,
    whole: bool = False,
) -> Chart:
    """
    Bars or lines over months, days or half-hours.

    :param axis: what the categories are (header of the table's first column)
    :param unit: stands on the value axis
    :param whole: what is counted has no halves, nor has its axis
    """
    names = [str(category) for category in categories]
    option = {
        "xAxis": {"type": "category", "data": names},
        "yAxis": {"type": "value", "name": str(unit), **({"minInterval": 1} if whole else {})},
        "series": [
            {
                "type": one.kind,
                "name": str(one.name),
                "data": [None if point is None else float(point) for point in one.points],
                "quiet": one.quiet,
                **({"stack": one.stack} if one.stack else {}),
                **_joined(one),
            }
            for one in series
        ],
    }
    rows = [[name, *cells] for name, *cells in zip(names, *(one.shown() for one in series), strict=True)]
    head = [axis, *(f"{one.name} [{unit}]" for one in series)]
    return Chart(id=chart_id, title=title, option=option, head=head, rows=rows, low=low)


@dataclass(frozen=True)
class Box:
    """
    A part of a whole, drawn as large as it is, in the colour of its state; parts of its own are drawn inside.

    :param short: its name where there is little room
    :param told: what is said of it when somebody points at it; its name where this is empty
    :param url: opened by a click
    """

    name: Words
    size: int
    tone: Tone = Tone.QUIET
    parts: Sequence["Box"] = ()
    short: str = ""
    told: Words = ""
    url: str = ""


def nested(*, chart_id: str, title: Words, boxes: Sequence[Box], head: Sequence[Words], low: bool = False) -> Chart:
    """
    Boxes in boxes: how large the parts of a whole are, and in which state.

    :param head: headers of the table behind it, one for each level of boxes, and one for what is told
    """
    option = {
        "series": [
            {
                "type": "treemap",
                "name": str(title),
                "data": [_drawn(box) for box in boxes],
                "roam": False,
                "nodeClick": "link",
                "breadcrumb": {"show": False},
            }
        ]
    }
    depth = len(head) - 1
    rows = [row for box in boxes for row in _told(box, (), depth)]
    return Chart(id=chart_id, title=title, option=option, head=head, rows=rows, low=low)


def _drawn(box: Box) -> dict[str, Any]:
    node: dict[str, Any] = {"name": str(box.name), "value": box.size, "tone": box.tone.value}
    if box.short:
        node["short"] = box.short
    if box.told:
        node["told"] = str(box.told)
    if box.url:
        node |= {"link": box.url, "target": "_self"}
    if box.parts:
        node["children"] = [_drawn(part) for part in box.parts]
    return node


def _told(box: Box, above: tuple[str, ...], depth: int) -> list[tuple[str, ...]]:
    names = (*above, str(box.name))
    if box.parts and len(names) < depth:
        return [row for part in box.parts for row in _told(part, names, depth)]
    return [(*names, *("" for _level in range(depth - len(names))), str(box.told) or f"{box.size:,}")]
