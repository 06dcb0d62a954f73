"""Supply points and meters: one at a time as values, many at once as frames."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
from django.db import connection
from django.db.models import F, Q, QuerySet

from tomoshibi.kernel.frames import Schema
from tomoshibi.masters import queries as masters
from tomoshibi.parties import queries as parties
from tomoshibi.storage import bulk
from tomoshibi.supply import values
from tomoshibi.supply.models import AccessPoint, District, Installation, Meter, ServedAccount, SupplyPoint

POINTS: Schema = {
    "supply_point_id": pl.Int64, "spin": pl.String, "kind": pl.String, "area": pl.String, "voltage": pl.String,
    "base_day": pl.String, "connection": pl.String, "postal_code": pl.String, "address": pl.String,
    "building": pl.String, "place_name": pl.String,
}  # fmt: skip
METERS: Schema = {
    "supply_point_id": pl.Int64, "meter_number": pl.String, "is_smart": pl.Boolean, "interval_minutes": pl.Int64,
    "start": pl.Date, "end": pl.Date,
}  # fmt: skip


def point(*, spin: str = "", supply_point_id: int | None = None) -> values.SupplyPoint | None:
    """A supply point by its 22 digits (spaces and hyphens do not matter) or by its id."""
    which = Q(id=supply_point_id) if supply_point_id is not None else Q(spin=plain_spin(spin))
    row = SupplyPoint.objects.filter(which).first()
    return _to_point(row) if row else None


def area_names() -> dict[str, Any]:
    """Names of the areas by code, for lists."""
    return {code: area.name for code, area in masters.areas().items()}


def point_rows() -> QuerySet[SupplyPoint]:
    """All points, for the list."""
    return SupplyPoint.objects.all()


def point_columns(*, supply_point_id: int) -> dict[str, str] | None:
    """The columns of a point that forms show, as they are stored."""
    names = (
        "spin", "kind", "voltage", "base_day", "connection", "postal_code", "prefecture", "city", "town", "block",
        "building", "place_name",
    )  # fmt: skip
    return SupplyPoint.objects.filter(id=supply_point_id).values(*names).first()


def plain_spin(text: str) -> str:
    """The digits of an identifier, however it was typed."""
    return "".join(character for character in text if character.isascii() and character.isdigit())


def _to_point(row: SupplyPoint) -> values.SupplyPoint:
    return values.SupplyPoint(
        id=row.id,
        spin=row.spin,
        kind=values.PointKind(row.kind),
        area=row.area,
        voltage=values.Voltage(row.voltage),
        base_day=row.base_day,
        connection=values.Connection(row.connection),
        postal_code=row.postal_code,
        address=f"{row.prefecture}{row.city}{row.town}{row.block}",
        building=row.building,
        place_name=row.place_name,
    )


def meters_of(*, supply_point_id: int) -> list[values.Meter]:
    """Meters that hang or hung at a point, latest first."""
    rows = Installation.objects.filter(point_id=supply_point_id).select_related("meter", "point")
    return [
        values.Meter(
            id=row.meter.id,
            number=row.meter.number,
            model=row.meter.model,
            is_smart=row.meter.is_smart,
            interval_minutes=row.meter.interval_minutes,
            spin=row.point.spin,
            start=row.start,
            end=row.end,
        )
        for row in rows.order_by("-start", "-id")
    ]


def search(text: str, *, limit: int = 20) -> list[values.Found]:
    """Points by digits of the identifier, meter number or parts of the address."""
    pattern = parties.search_patterns(text)
    if not pattern:
        return []
    digits = plain_spin(text)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT p.id, p.spin, p.area, p.prefecture || p.city || p.town || p.block || ' ' || p.building,
                   coalesce((SELECT min(m.number) FROM supply_installation i JOIN supply_meter m ON m.id = i.meter_id
                             WHERE i.point_id = p.id AND i."end" IS NULL), '')
            FROM supply_supplypoint p
            WHERE ({" AND ".join(["p.search_key LIKE %s"] * len(pattern))})
               OR p.id IN (SELECT i.point_id FROM supply_installation i JOIN supply_meter m ON m.id = i.meter_id
                           WHERE m.number = %s)
            ORDER BY p.spin <> %s, p.spin LIMIT %s
            """,
            [*pattern, text.strip(), digits, limit],
        )
        return [values.Found(*row) for row in cursor.fetchall()]


def _among(ids: Sequence[int] | pl.Series | None, params: dict[str, Any]) -> str:
    if ids is None:
        return "TRUE"
    params["ids"] = list(ids)
    return "p.id = ANY(%(ids)s::bigint[])"


def points_frame(
    *, supply_point_ids: Sequence[int] | pl.Series | None = None, area: str | None = None, base_day: str | None = None
) -> pl.DataFrame:
    """:returns: columns of ``POINTS``, one row per point, by id"""
    params: dict[str, Any] = {"area": area, "base_day": base_day}
    conditions = [_among(supply_point_ids, params)]
    conditions += ["p.area = %(area)s"] if area else []
    conditions += ["p.base_day = %(base_day)s"] if base_day else []
    return bulk.read_frame(
        f"""
        SELECT p.id, p.spin, p.kind, p.area, p.voltage, p.base_day, p.connection, p.postal_code,
               p.prefecture || p.city || p.town || p.block, p.building, p.place_name
        FROM supply_supplypoint p WHERE {" AND ".join(conditions)} ORDER BY p.id
        """,
        POINTS,
        params,
    )


def meters_frame(
    *, on: date, supply_point_ids: Sequence[int] | pl.Series | None = None, hung_after: date | None = None
) -> pl.DataFrame:
    """
    :param hung_after: only meters that were hung after this day
    :returns: columns of ``METERS``, one row per meter that hangs at a point on a day, by point
    """
    return bulk.read_among(
        f"""
        SELECT i.point_id, m.number, m.is_smart, m.interval_minutes, i.start, i."end"
        FROM supply_installation i
        JOIN supply_meter m ON m.id = i.meter_id
        WHERE i.start <= %(on)s AND (i."end" IS NULL OR i."end" > %(on)s) AND {{among}}
              {"AND i.start > %(since)s" if hung_after else ""}
        ORDER BY i.point_id, m.number
        """,
        METERS,
        {"on": on, "since": hung_after},
        key="i.point_id",
        column="supply_point_id",
        ids=supply_point_ids,
    )


def point_ids(*, spins: pl.Series) -> pl.DataFrame:
    """:returns: ``spin``, ``supply_point_id`` of the identifiers that exist"""
    return bulk.read_frame(
        "SELECT spin, id FROM supply_supplypoint WHERE spin = ANY(%(spins)s)",
        {"spin": pl.String, "supply_point_id": pl.Int64},
        {"spins": spins.unique().to_list()},
    )


def known_meters(*, numbers: pl.Series) -> pl.Series:
    """Which of the meter numbers are registered."""
    found = Meter.objects.filter(number__in=numbers.unique().to_list()).values_list("number", flat=True)
    return pl.Series("meter_number", list(found), dtype=pl.String)


def district_ids(*, numbers: pl.Series) -> pl.DataFrame:
    """:returns: ``district_number``, ``district_id`` of those that exist"""
    return bulk.read_frame(
        "SELECT number, id FROM supply_district WHERE number = ANY(%(numbers)s)",
        {"district_number": pl.String, "district_id": pl.Int64},
        {"numbers": numbers.unique().to_list()},
    )


def box_ids(*, numbers: pl.Series) -> pl.DataFrame:
    """:returns: ``box_number``, ``box_id`` of those that exist"""
    return bulk.read_frame(
        "SELECT number, id FROM supply_meterbox WHERE number = ANY(%(numbers)s)",
        {"box_number": pl.String, "box_id": pl.Int64},
        {"numbers": numbers.unique().to_list()},
    )


def access_point_ids(*, numbers: pl.Series) -> pl.DataFrame:
    """:returns: ``access_point_number``, ``access_point_id``, ``district_id`` (or null) of those that exist"""
    return bulk.read_frame(
        "SELECT number, id, district_id FROM supply_accesspoint WHERE number = ANY(%(numbers)s)",
        {"access_point_number": pl.String, "access_point_id": pl.Int64, "district_id": pl.Int64},
        {"numbers": numbers.unique().to_list()},
    )


def access_point(*, number: str) -> values.AccessPoint | None:
    """An access point (接入点) by its number."""
    row = AccessPoint.objects.select_related("district").filter(number=number.strip()).first()
    if row is None:
        return None
    district = row.district
    return values.AccessPoint(
        id=row.id,
        number=row.number,
        name=row.name,
        district_id=row.district_id,
        district_number=district.number if district else "",
        district_name=district.name if district else "",
    )


def district(*, number: str = "", district_id: int | None = None) -> values.District | None:
    """A transformer district (台区) by its number or id."""
    which = {"number": number.strip()} if district_id is None else {"id": district_id}
    row = District.objects.filter(**which).first()
    if row is None:
        return None
    return values.District(
        id=row.id, number=row.number, name=row.name, unit=row.unit, setting=values.Setting(row.setting)
    )


def district_rows() -> QuerySet[Any]:
    """Transformer districts, for lists."""
    return District.objects.all()


def served_accounts(*, numbers: pl.Series) -> pl.Series:
    """Which of the account numbers are ordinary accounts of the utility's register, each with a meter of its own."""
    found = ServedAccount.objects.filter(account_number__in=numbers.unique().to_list())
    return pl.Series("account_number", list(found.values_list("account_number", flat=True)), dtype=pl.String)


def served_rows() -> QuerySet[Any]:
    """Ordinary accounts with the access points and districts that serve them, for the list."""
    return ServedAccount.objects.annotate(
        access_point_number=F("access_point__number"),
        access_point_name=F("access_point__name"),
        district_number=F("access_point__district__number"),
        district_name=F("access_point__district__name"),
    )
