"""
A statement as ``bill.typ`` lays it out: columns of rows as one text each, bars as one drawing.

What a print run of millions costs is every piece that is laid out anew, and every step that the typesetter's own
language takes. So a column of a table goes there as one text with a line per row, and the bars of the barcode and of the
chart as paths that are made here. The numbers come from ``statement`` and ``summary`` and stay what they are.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

LINES_FIRST, LINES_MORE = 13, 40
"""Lines of the breakdown on the first page, and on each further one."""
LONGEST_ITEM = 22
"""Letters of a line of the breakdown that fit its column; a longer one is set smaller, on two lines of its own."""

# The barcode in tenths of a millimetre: a bar of 0.6 every 1.2 mm; 1 long, 2 upper half, 3 lower half, 4 timing.
_PITCH, _WIDTH, _HEIGHT = 12, 6, 36
_BARS = {"1": "0v36", "2": "0v24", "3": "12v24", "4": "12v12"}

# The chart in hundredths of a millimetre: a column of 6 mm every 8 mm, the highest 28 mm with its number above.
_STEP, _COLUMN, _HIGHEST, _NUMBER, _LOWEST, _ROUND = 800, 600, 3_100, 300, 30, 60
_FILLS = {"other": "#D5DBE0", "last_year": "#7B8794", "now": "#F2B134"}


def drawn(page: Mapping[str, Any]) -> dict[str, Any]:
    """
    The form of one statement, or of the summary of a collective invoice, that the template reads.

    :param page: what ``statement`` or ``summary.summary`` made
    """
    to = page["to"]
    form = dict(page) | {
        "to": to | {"lines": _column(to["lines"]), "line_count": len(to["lines"]), "name": _column(to["name"]),
                    "bars": barcode(to["bars"])},
        "pay": _pairs(page["pay"]),
        "contract": _facts(page["contract"]),
        "payment": _facts(page["payment"]),
    }  # fmt: skip
    if page["layout"] == "statement":
        form |= {"use": page["use"] | _pairs(page["use"]["rows"]), "chart": chart(page["chart"])}
        form |= {"parts": _parts(page["lines"]), "lines": None}
    return form


def barcode(bars: str) -> str:
    """The customer barcode as a drawing (SVG); "" without one."""
    if not bars:
        return ""
    path = "".join(_bar(n, bar) for n, bar in enumerate(bars))
    path = f'<path stroke="#000" stroke-width="{_WIDTH}" d="{path}"/>'
    return _svg(path, width=len(bars) * _PITCH, height=_HEIGHT)


@cache
def _bar(place: int, bar: str) -> str:
    return f"M{place * _PITCH + _WIDTH // 2} {_BARS[bar]}"


def chart(months: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """
    The columns of the chart as one drawing, and where their numbers stand.

    :returns: ``drawing`` (SVG), ``numbers`` as place of the column, its height [mm], text, and whether it is an ordinary
        month's; ``labels`` below
    """
    highest = max(1, *(month["kwh"] or 0 for month in months))
    paths = dict.fromkeys(_FILLS, "")
    numbers = []
    for place, month in enumerate(months):
        if month["kwh"] is None:
            continue
        height = max(_LOWEST, _HIGHEST * month["kwh"] // highest - _NUMBER)
        paths[month["kind"]] += _rounded(place * _STEP, height)
        numbers.append([place, height / 100, month["text"], month["kind"] == "other"])
    drawing = "".join(f'<path fill="{_FILLS[kind]}" d="{path}"/>' for kind, path in paths.items() if path)
    return {
        "drawing": _svg(drawing, width=len(months) * _STEP, height=_HIGHEST) if drawing else "",
        "numbers": numbers,
        "labels": [month["label"] for month in months],
    }


def _rounded(left: int, height: int) -> str:
    """A column whose upper corners are round, from its foot at the left."""
    r = min(_ROUND, height)
    return f"M{left} {_HIGHEST}v{r - height}q0-{r} {r}-{r}h{_COLUMN - 2 * r}q{r} 0 {r} {r}v{height - r}z"


def _svg(content: str, *, width: int, height: int) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">{content}</svg>'


def _parts(lines: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """The lines of each page, column by column."""
    starts = [0, *range(LINES_FIRST, len(lines), LINES_MORE)]
    ends = [*starts[1:], len(lines)]
    return [_part(lines[start:end]) for start, end in zip(starts, ends, strict=True)]


def _part(lines: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    texts = [line["text"] for line in lines]
    return {
        "count": len(lines),
        "texts": _column(text if len(text) <= LONGEST_ITEM else "" for text in texts),
        "long": [[row, text] for row, text in enumerate(texts) if len(text) > LONGEST_ITEM],
        "quantities": _column(line["quantity"] for line in lines),
        "prices": _column(line["price"] for line in lines),
        "amounts": _column(line["amount"] for line in lines),
    }


def _pairs(rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Labels and their values, as two columns."""
    return {
        "count": len(rows),
        "labels": _column(label for label, _value in rows),
        "values": _column(value for _label, value in rows),
    }


def _facts(rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """Labels and the lines of their values as columns; what has no label stands where labels do, as a third."""
    told = [(label if not n else "", line, bool(label)) for label, lines in rows for n, line in enumerate(lines)]
    return {
        "count": len(told),
        "labels": _column(label for label, _line, _named in told),
        "values": _column(line if named else "" for _label, line, named in told),
        "sentences": _column("" if named else line for _label, line, named in told),
    }


def _column(rows: Iterable[str]) -> str:
    """Rows as the lines of one text; "" where all are empty."""
    told = list(rows)
    if not "".join(told).isprintable():  # perhaps somebody's text has several lines: here it is one row
        told = [" ".join(row.splitlines()) for row in told]
    return "\n".join(told).rstrip("\n")
