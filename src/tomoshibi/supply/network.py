"""Districts, boxes and access points in bulk: what a list names is there afterwards, under the name it has already."""

import polars as pl
from django.db import connection
from django.utils.translation import gettext as _

from tomoshibi.kernel.frames import Schema, completed
from tomoshibi.kernel.refusals import Examination
from tomoshibi.storage import bulk
from tomoshibi.storage.fields import length_limits
from tomoshibi.supply import queries, values
from tomoshibi.supply.models import AccessPoint, District, MeterBox, ServedAccount

NEW_DISTRICTS: Schema = {"number": pl.String, "name": pl.String, "unit": pl.String, "setting": pl.String}
NEW_ACCESS_POINTS: Schema = {
    "number": pl.String, "name": pl.String, "district_number": pl.String, "box_number": pl.String,
}  # fmt: skip


def ensure_districts(frame: pl.DataFrame) -> pl.DataFrame:
    """
    Districts by number; those that are not known yet are made.

    :returns: ``district_number``, ``district_id``
    """
    rows = (
        completed(frame, NEW_DISTRICTS)
        .filter(pl.col("number") != "")
        .unique("number", keep="first", maintain_order=True)
    )
    known = queries.district_ids(numbers=rows["number"])
    new = rows.join(known, left_on="number", right_on="district_number", how="anti", maintain_order="left")
    new = new.with_columns(
        name=pl.when(pl.col("name") == "").then("number").otherwise("name"),
        setting=pl.when(pl.col("setting") == "").then(pl.lit(values.Setting.URBAN.value)).otherwise("setting"),
    )
    examination = Examination(new)
    examination.refuse(
        ~pl.col("setting").is_in([item.value for item in values.Setting]),
        column="setting",
        reason=_("{value} is not known"),
    )
    examination.refuse_longer(length_limits(District), reason=_("longer than {limit} characters"))
    examination.finish()
    new = new.with_columns(bulk.allocate_ids("supply_district", new.height))
    bulk.copy_in("supply_district", new)
    return pl.concat([known, new.select(district_number="number", district_id="id")])


def ensure_boxes(numbers: pl.Series) -> pl.DataFrame:
    """:returns: ``box_number``, ``box_id``; boxes that are not known yet are made"""
    rows = pl.DataFrame({"number": numbers}).filter(pl.col("number") != "").unique("number", maintain_order=True)
    known = queries.box_ids(numbers=rows["number"])
    new = rows.join(known, left_on="number", right_on="box_number", how="anti", maintain_order="left")
    examination = Examination(new)
    examination.refuse_longer({"number": length_limits(MeterBox)["number"]}, reason=_("longer than {limit} characters"))
    examination.finish()
    new = new.with_columns(bulk.allocate_ids("supply_meterbox", new.height), name=pl.lit(""))
    bulk.copy_in("supply_meterbox", new)
    return pl.concat([known, new.select(box_number="number", box_id="id")])


def ensure_access_points(frame: pl.DataFrame) -> pl.DataFrame:
    """
    Access points by number; those that are not known yet are made, in the district and box that the row names.

    :param frame: columns of ``NEW_ACCESS_POINTS``; districts that are named must be there
    :returns: ``access_point_number``, ``access_point_id``, ``district_id`` (null where nobody knows it)
    """
    rows = completed(frame, NEW_ACCESS_POINTS).filter(pl.col("number") != "")
    rows = rows.unique("number", keep="first", maintain_order=True)
    known = queries.access_point_ids(numbers=rows["number"])
    new = rows.join(known, left_on="number", right_on="access_point_number", how="anti", maintain_order="left")
    districts = queries.district_ids(numbers=new["district_number"])
    new = new.join(districts, on="district_number", how="left", maintain_order="left")
    examination = Examination(new)
    examination.refuse(pl.col("name") == "", column="name", reason=_("a new access point needs a name"))
    examination.refuse_longer(length_limits(AccessPoint), reason=_("longer than {limit} characters"))
    examination.finish()
    new = new.join(ensure_boxes(new["box_number"]), on="box_number", how="left", maintain_order="left")
    new = new.with_columns(bulk.allocate_ids("supply_accesspoint", new.height))
    bulk.copy_in("supply_accesspoint", new.select("id", "number", "name", "district_id", "box_id"))
    made = new.select(access_point_number="number", access_point_id="id", district_id="district_id")
    return pl.concat([known, made])


NEW_SERVED: Schema = {
    "account_number": pl.String, "meter_number": pl.String, "address": pl.String, "access_point_number": pl.String,
    "access_point_name": pl.String, "box_number": pl.String, "district_number": pl.String, "district_name": pl.String,
    "unit": pl.String,
}  # fmt: skip


def take_served_accounts(frame: pl.DataFrame) -> int:
    """
    Ordinary accounts and the access points that serve them; an account that is known gets its newest facts.

    :param frame: columns of ``NEW_SERVED``
    :returns: how many
    :raises RowsRefused: naming each row without an account or access point, and each account that stands twice
    """
    rows = completed(frame, NEW_SERVED)
    examination = Examination(rows)
    for column in ("account_number", "access_point_number"):
        examination.refuse(pl.col(column) == "", column=column, reason=_("an account and its access point are needed"))
    examination.refuse(
        pl.col("account_number").is_duplicated() & (pl.col("account_number") != ""),
        column="account_number",
        reason=_("{value} stands in more than one row"),
    )
    examination.refuse_longer(
        {name: limit for name, limit in length_limits(ServedAccount).items() if name in rows.columns},
        reason=_("longer than {limit} characters"),
    )
    examination.finish()
    ensure_districts(rows.select("unit", number="district_number", name="district_name"))
    places = ensure_access_points(
        rows.select("district_number", "box_number", number="access_point_number", name="access_point_name")
    )
    rows = rows.join(places, on="access_point_number", how="left", maintain_order="left")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO supply_servedaccount (account_number, meter_number, address, access_point_id)
            SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[])
            ON CONFLICT (account_number) DO UPDATE SET
                meter_number = excluded.meter_number, address = excluded.address,
                access_point_id = excluded.access_point_id
            """,
            [rows[name].to_list() for name in ("account_number", "meter_number", "address", "access_point_id")],
        )
    return rows.height
