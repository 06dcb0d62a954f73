"""Pictures of groups: counts over time, what a point uses beside what was expected, districts as boxes. Each has its table."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tomoshibi.groups import values, words
from tomoshibi.kernel.units import DWH_PER_KWH
from tomoshibi.ui import figures
from tomoshibi.ui.charts import Box, Chart, Series, nested, over_categories
from tomoshibi.ui.states import Tone

STEPS_SHOWN = 60
SHORT = 3
"""Digits of an account number that a small box shows."""


def count_history(history: Sequence[values.Step], *, today: date) -> Chart:
    """The point count as a staircase: one category for each day on which it changed, and today."""
    shown = list(history[-STEPS_SHOWN:])
    if shown and shown[-1].start < today:
        shown.append(values.Step(today, shown[-1].points, shown[-1].subs))
    return over_categories(
        chart_id="count",
        title=_("Points over time"),
        axis=_("From"),
        categories=[figures.day(step.start) for step in shown],
        series=[Series(_("Points"), [step.points for step in shown], kind="line")],
        unit=_("points"),
        low=True,
    )


def energy_per_point(energy: pl.DataFrame, *, band: tuple[int, int] | None) -> Chart:
    """
    What the reference meter measured each day - that is, what one point is taken to use - within the expected band.

    :param energy: ``day``, ``energy_dwh``
    :param band: expected energy of one device a day [0.1 Wh]
    """
    days = energy["day"].to_list()
    used = [value / DWH_PER_KWH for value in energy["energy_dwh"].to_list()]
    series = [Series(_("energy per point"), used, [f"{value:.3f}" for value in used], kind="line")]
    if band:
        for name, limit in ((_("expected at least"), band[0]), (_("expected at most"), band[1])):
            level = limit / DWH_PER_KWH
            series.append(Series(name, [level] * len(days), [f"{level:g}"] * len(days), kind="line", quiet=True))
    return over_categories(
        chart_id="energy",
        title=_("Energy per point and day"),
        axis=_("Day"),
        categories=[figures.day(day) for day in days],
        series=series,
        unit="kWh",
        low=True,
    )


def portfolio_history(rows: Sequence[tuple[date, int, int]]) -> Chart:
    """Points and groups of the whole company by month."""
    return over_categories(
        chart_id="portfolio",
        title=_("Points of the company"),
        axis=_("As of"),
        categories=[figures.day(day) for day, _points, _groups in rows],
        series=[Series(_("Points"), [points for _day, points, _groups in rows])],
        unit=_("points"),
        low=True,
    )


def districts(rows: Sequence[Mapping[str, Any]], *, chart_id: str = "districts") -> Chart:
    """
    Transformer districts as large as they have points; the colour says whether all of them are complete.

    :param rows: of ``queries.by_district``
    """
    boxes = [
        Box(
            name=_district_name(row["number"], row["name"]),
            short=row["name"] or row["number"],
            size=row["points"],
            tone=Tone.BAD if not row["number"] else Tone.GOOD if row["complete"] == row["points"] else Tone.ATTENTION,
            told=_("%(points)d points, %(complete)d of them complete") % row,
            url=reverse("groups:district", args=[row["district_id"]]),
        )
        for row in rows
    ]
    return nested(
        chart_id=chart_id,
        title=pgettext("page", "Transformer districts"),
        boxes=boxes,
        head=[_("Transformer district"), _("Points")],
    )


def access_points(points: pl.DataFrame, *, suspected: frozenset[int] = frozenset()) -> Chart:
    """
    Districts, their access points and the points at them, each as large as its rated power, in the colour of its state.

    :param points: columns of ``queries.POINTS``
    :param suspected: groups whose meter is not trusted
    """
    by_place: dict[tuple[str, str], dict[tuple[str, str], list[Box]]] = {}
    for row in points.with_columns(pl.col(pl.String).fill_null("")).iter_rows(named=True):
        state = point_state(row, suspected=suspected)
        box = Box(
            name=row["account_number"],
            size=max(row["rated_w"], 1),
            short=row["account_number"][-SHORT:],
            tone=words.SITE[state].tone,
            told=f"{row['account_number']} {row['name']} · {row['rated_w']} W · {words.SITE[state].word}",
            url=reverse("groups:point", args=[row["point_id"]]),
        )
        district = by_place.setdefault((row["district_number"], row["district_name"]), {})
        district.setdefault((row["access_point_number"], row["access_point_name"]), []).append(box)
    boxes = [
        Box(
            name=_district_name(*district),
            size=sum(one.size for parts in places.values() for one in parts),
            parts=[
                Box(name=_place_name(*place), size=sum(one.size for one in parts), parts=parts)
                for place, parts in places.items()
            ],
        )
        for district, places in sorted(by_place.items())
    ]
    return nested(
        chart_id="places",
        title=_("Districts, access points, points"),
        boxes=boxes,
        head=[_("Transformer district"), _("Access point"), pgettext("group", "Account number"), _("State")],
    )


def point_state(row: Mapping[str, Any], *, suspected: frozenset[int]) -> values.OnSite:
    """What the picture says of a point: the worst that is true of it."""
    if row["group_id"] in suspected:
        return values.OnSite.SUSPECTED
    if not (row["address"] and row["access_point_number"] and row["district_number"] and row["installed_on"]):
        return values.OnSite.INCOMPLETE
    if not row["seal_number"]:
        return values.OnSite.UNSEALED
    return values.OnSite.BENCHMARK if row["role"] == values.Role.BENCHMARK.value else values.OnSite.COMPLETE


def _district_name(number: str, name: str) -> str:
    if not number:
        return _("district not known")
    return f"{number} {name}".strip() if name != number else number


def _place_name(number: str, name: str) -> str:
    return (name or number) if number else _("access point not known")
