"""Bulk registration of supply points and meters: examined as whole columns, written with COPY."""

import polars as pl
from django.utils.translation import gettext as _

from tomoshibi.kernel.frames import Schema, completed
from tomoshibi.kernel.refusals import Examination
from tomoshibi.masters import queries as masters
from tomoshibi.parties import queries as parties
from tomoshibi.storage import bulk
from tomoshibi.storage.fields import length_limits
from tomoshibi.supply import queries, values
from tomoshibi.supply.models import Meter, SupplyPoint

NEW_POINTS: Schema = {
    "spin": pl.String, "kind": pl.String, "voltage": pl.String, "base_day": pl.String, "connection": pl.String,
    "postal_code": pl.String, "prefecture": pl.String, "city": pl.String, "town": pl.String, "block": pl.String,
    "building": pl.String, "place_name": pl.String,
}  # fmt: skip
NEW_METERS: Schema = {
    "meter_number": pl.String, "spin": pl.String, "model": pl.String, "is_smart": pl.Boolean,
    "interval_minutes": pl.Int64, "start": pl.Date,
}  # fmt: skip
INTERVALS = (5, 10, 15, 30, 60)


def complete(frame: pl.DataFrame) -> pl.DataFrame:
    """The columns of ``NEW_POINTS``; a point is for supply and connected unless something else is said."""
    defaults = {"kind": values.PointKind.SUPPLY.value, "connection": values.Connection.CONNECTED.value}
    rows = completed(frame, NEW_POINTS)
    return rows.with_columns(
        pl.when(pl.col(name) == "").then(pl.lit(value)).otherwise(pl.col(name)).alias(name)
        for name, value in defaults.items()
    )


def examine_points(rows: pl.DataFrame) -> None:
    """
    :param rows: columns of ``NEW_POINTS``
    :raises RowsRefused: naming each row that cannot be taken
    """
    examination = Examination(rows)
    country = masters.country()
    examination.refuse_unless_match(
        "spin",
        values.PATTERNS.get(country, values.ANY_PATTERN),
        reason=_("{value} is not a supply point: a province of two digits and an account number of ten")
        if country == "CN"
        else _("{value} is not a supply point: 22 digits, the first two an area from 01 to 10"),
    )
    examination.refuse(pl.col("spin").is_duplicated(), column="spin", reason=_("{value} stands in more than one row"))
    for column, enum in (("kind", values.PointKind), ("voltage", values.Voltage), ("connection", values.Connection)):
        examination.refuse(
            ~pl.col(column).is_in([item.value for item in enum]), column=column, reason=_("{value} is not known")
        )
    examination.refuse_unless_match(
        "base_day", r"^[0-9A-Z]{1,2}$", reason=_("{value} is not a reading-day code of two characters")
    )
    examination.refuse_unless_match(
        "postal_code", r"^([0-9]{7}|[0-9]{6})?$", reason=_("{value} is not a postal code without a hyphen")
    )
    examination.refuse_longer(length_limits(SupplyPoint), reason=_("longer than {limit} characters"))
    examination.finish()


def points(frame: pl.DataFrame) -> pl.DataFrame:
    """
    Examine and write supply points.

    :returns: ``supply_point_id``, ``spin`` in the order of the frame
    """
    rows = complete(frame)
    examine_points(rows)
    examination = Examination(rows)
    known = queries.point_ids(spins=rows["spin"])["spin"]
    examination.refuse(pl.col("spin").is_in(known.implode()), column="spin", reason=_("{value} is registered already"))
    examination.finish()
    rows = rows.with_columns(
        bulk.allocate_ids("supply_supplypoint", rows.height),
        area=pl.col("spin").str.head(2),
        search_key=search_key_column(),
    )
    bulk.copy_in("supply_supplypoint", rows)
    return rows.select("spin", supply_point_id="id").select("supply_point_id", "spin")


def search_key_column() -> pl.Expr:
    """Words of a point's row, each with a space before it: identifier, city, town with block, building, place."""
    words = [
        pl.col("spin"),
        pl.col("prefecture") + pl.col("city") + pl.col("town") + pl.col("block"),
        pl.col("city"),
        pl.col("town") + pl.col("block"),
        pl.col("building"),
        pl.col("place_name"),
    ]
    return parties.search_key_of(words)


def meters(frame: pl.DataFrame) -> pl.DataFrame:
    """
    Examine and write meters with their installations.

    :returns: ``meter_id``, ``meter_number`` in the order of the frame
    """
    rows = completed(frame, NEW_METERS).with_columns(
        pl.col("is_smart").fill_null(value=True), pl.col("interval_minutes").fill_null(30)
    )
    rows = rows.join(queries.point_ids(spins=rows["spin"]), on="spin", how="left", maintain_order="left")
    examination = Examination(rows)
    known = queries.known_meters(numbers=rows["meter_number"])
    examination.refuse(
        pl.col("meter_number").is_duplicated(),
        column="meter_number",
        reason=_("{value} stands in more than one row"),
    )
    examination.refuse(
        pl.col("meter_number").is_in(known.implode()), column="meter_number", reason=_("{value} is registered already")
    )
    examination.refuse_unless_match(
        "meter_number", r"^[0-9A-Za-z\-]{1,24}$", reason=_("{value} is not a meter number of up to 24 characters")
    )
    examination.refuse(pl.col("supply_point_id").is_null(), column="spin", reason=_("there is no supply point {value}"))
    examination.refuse(
        ~pl.col("interval_minutes").is_in(INTERVALS),
        column="interval_minutes",
        reason=_("{value} minutes do not divide a day as meters do"),
    )
    examination.refuse(pl.col("start").is_null(), column="start", reason=_("a date is needed"))
    examination.refuse_longer({"model": length_limits(Meter)["model"]}, reason=_("longer than {limit} characters"))
    examination.finish()
    rows = rows.with_columns(bulk.allocate_ids("supply_meter", rows.height))
    bulk.copy_in("supply_meter", rows.select("id", "model", "is_smart", "interval_minutes", number="meter_number"))
    bulk.copy_in("supply_installation", rows.select("start", meter_id="id", point_id="supply_point_id"))
    return rows.select(meter_id="id", meter_number="meter_number")
