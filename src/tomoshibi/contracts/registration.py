"""Bulk registration of contracts with their first terms: examined as whole columns, written with COPY."""

import json

import numpy as np
import polars as pl
from django.db import connection
from django.utils.translation import gettext as _

from tomoshibi.contracts import particulars, queries, values
from tomoshibi.contracts.models import Contract, ContractTerms
from tomoshibi.kernel import checkdigits
from tomoshibi.kernel.frames import Schema, completed
from tomoshibi.kernel.refusals import Examination
from tomoshibi.parties import queries as parties
from tomoshibi.storage import bulk
from tomoshibi.storage.fields import length_limits
from tomoshibi.supply import queries as supply

NEW_CONTRACTS: Schema = {
    "number": pl.String, "account_number": pl.String, "customer_number": pl.String, "spin": pl.String,
    "start": pl.Date, "end": pl.Date, "end_reason": pl.String, "plan_code": pl.String, "capacity_kind": pl.String,
    "capacity_milli": pl.Int64, "discounts": pl.String, "particulars": pl.String, "agency_code": pl.String,
}  # fmt: skip
_CONTRACT_DIGIT = 3
_WIDTH = 10**8


def contracts(frame: pl.DataFrame) -> pl.DataFrame:
    """
    Examine and write contracts, each with terms from its start.

    :returns: ``contract_id``, ``number`` in the order of the frame
    """
    rows = completed(frame, NEW_CONTRACTS)
    rows = rows.with_columns(
        discounts=pl.when(pl.col("discounts") == "").then(pl.lit("[]")).otherwise(pl.col("discounts")),
        particulars=pl.when(pl.col("particulars") == "").then(pl.lit("{}")).otherwise(pl.col("particulars")),
    )
    rows = _with_ids(rows)
    _examine(rows)
    rows = rows.with_columns(bulk.allocate_ids("contracts_contract", rows.height), number=_numbers(rows))
    bulk.copy_in(
        "contracts_contract",
        rows.select("id", "number", "customer_id", "account_id", "supply_point_id", "start", "end", "end_reason"),
    )
    terms = ("start", "end", "plan_code", "capacity_kind", "capacity_milli", "discounts", "particulars", "agency_code")
    bulk.copy_in("contracts_contractterms", rows.select(*terms, contract_id="id"))
    return rows.select(contract_id="id", number="number")


def _with_ids(rows: pl.DataFrame) -> pl.DataFrame:
    """Ids behind the numbers; the holder of a contract is the payer unless another customer is named."""
    accounts = parties.account_ids(numbers=rows["account_number"])
    holders = parties.customer_ids(numbers=rows["customer_number"]).rename({"customer_id": "holder_id"})
    points = supply.point_ids(spins=rows["spin"])
    joined = (
        rows.join(accounts, on="account_number", how="left", maintain_order="left")
        .join(holders, on="customer_number", how="left", maintain_order="left")
        .join(points, on="spin", how="left", maintain_order="left")
    )
    named = pl.col("customer_number") != ""
    return joined.with_columns(
        customer_id=pl.when(named).then(pl.col("holder_id")).otherwise(pl.col("account_customer_id"))
    )


def _examine(rows: pl.DataFrame) -> None:
    examination = Examination(rows)
    given = pl.col("number") != ""
    known = queries.contract_ids(numbers=rows["number"])["contract_number"]
    examination.refuse_unless_match("number", r"^[0-9A-Z\-]{0,12}$", reason=_("{value} is not a contract number"))
    examination.refuse(
        given & pl.col("number").is_duplicated(), column="number", reason=_("{value} stands in more than one row")
    )
    examination.refuse(pl.col("number").is_in(known.implode()), column="number", reason=_("{value} is taken already"))
    examination.refuse(pl.col("account_id").is_null(), column="account_number", reason=_("there is no account {value}"))
    examination.refuse(
        (pl.col("customer_number") != "") & pl.col("holder_id").is_null(),
        column="customer_number",
        reason=_("there is no customer {value}"),
    )
    examination.refuse(pl.col("supply_point_id").is_null(), column="spin", reason=_("there is no supply point {value}"))
    examination.refuse(pl.col("start").is_null(), column="start", reason=_("a date is needed"))
    examination.refuse(
        pl.col("end") <= pl.col("start"), column="end", reason=_("a contract ends after it starts, not on {value}")
    )
    reasons = [reason.value for reason in values.EndReason]
    examination.refuse(
        pl.col("end").is_not_null() & ~pl.col("end_reason").is_in(reasons)
        | pl.col("end").is_null() & (pl.col("end_reason") != ""),
        column="end_reason",
        reason=_("an end has a reason, and only an end has one"),
    )
    examine_terms(examination, rows)
    examination.refuse_longer(length_limits(Contract), reason=_("longer than {limit} characters"))
    examination.refuse_longer(length_limits(ContractTerms), reason=_("longer than {limit} characters"))
    _examine_overlaps(examination, rows)
    examination.finish()


def examine_terms(examination: Examination, rows: pl.DataFrame) -> None:
    """What makes terms complete: a plan, a size in a known kind, discounts as a list of objects with a code."""
    examination.refuse(pl.col("plan_code") == "", column="plan_code", reason=_("a contract has a plan"))
    examination.refuse(
        ~pl.col("capacity_kind").is_in([kind.value for kind in values.CapacityKind]),
        column="capacity_kind",
        reason=_("{value} is none of A, kVA, kW, contract"),
    )
    examination.refuse(
        pl.col("capacity_milli").is_null()
        | (pl.col("capacity_kind") != values.CapacityKind.CONTRACT.value) & (pl.col("capacity_milli") <= 0),
        column="capacity_milli",
        reason=_("a size is greater than zero"),
    )
    wrong = [text for text in rows["discounts"].unique() if not _are_discounts(text)]
    examination.refuse(
        pl.col("discounts").is_in(wrong),
        column="discounts",
        reason=_("{value} is not a JSON list of discounts, each with a code"),
    )
    for text in rows["particulars"].unique():
        sentence = particulars.complaint_of_text(text)
        if sentence:
            examination.refuse(pl.col("particulars") == text, column="particulars", reason=sentence)


def _are_discounts(text: str) -> bool:
    try:
        found = json.loads(text)
    except ValueError:
        return False
    return isinstance(found, list) and all(isinstance(item, dict) and item.get("code") for item in found)


def _examine_overlaps(examination: Examination, rows: pl.DataFrame) -> None:
    """Two contracts at one point on one day: within the input, and against what is registered."""
    forever = pl.lit(None, dtype=pl.Date)
    given = rows.select("supply_point_id", "start", "end", row=pl.int_range(1, pl.len() + 1))
    named = given.drop_nulls("supply_point_id").drop_nulls("start")
    ordered = named.sort("supply_point_id", "start").with_columns(
        before=pl.col("end").shift(1).over("supply_point_id"),
        follows=pl.int_range(0, pl.len()).over("supply_point_id") > 0,
    )
    inside = ordered.filter(pl.col("follows") & (pl.col("before").is_null() | (pl.col("before") > pl.col("start"))))
    examination.refuse_rows(
        inside["row"].to_list(), column="spin", reason=_("{value} has another contract on one of these days (input)")
    )
    registered = bulk.read_frame(
        'SELECT supply_point_id, start, "end" FROM contracts_contract WHERE supply_point_id = ANY(%(ids)s::bigint[])',
        {"supply_point_id": pl.Int64, "other_start": pl.Date, "other_end": pl.Date},
        {"ids": named["supply_point_id"].unique().to_list()},
    )
    clashing = named.join(registered, on="supply_point_id").filter(
        (pl.col("other_end").is_null() | (pl.col("other_end") > pl.col("start")))
        & (pl.coalesce("end", forever).is_null() | (pl.col("end") > pl.col("other_start")))
    )
    examination.refuse_rows(
        clashing["row"].unique().to_list(),
        column="spin",
        reason=_("{value} has another contract on one of these days"),
    )


def _numbers(rows: pl.DataFrame) -> pl.Series:
    """The numbers given, and fresh ones for the rows without."""
    missing = (rows["number"] == "").to_numpy()
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('contracts_contract_number') FROM generate_series(1, %s)", [int(missing.sum())])
        running = np.array([row[0] for row in cursor.fetchall()], dtype=np.int64)
    assert bool((running < _WIDTH).all()), "a hundred million numbers are used up"
    numbers = rows["number"].to_numpy().astype(object)
    numbers[missing] = checkdigits.append(_CONTRACT_DIGIT * _WIDTH + running).astype(str)
    return pl.Series("number", numbers.tolist(), dtype=pl.String)
