"""Drafts of a run as frames, and the settings of its checks."""

from collections.abc import Sequence

import polars as pl

from tomoshibi.billing import checks, collective, composition, values
from tomoshibi.billing.models import CheckSetting
from tomoshibi.kernel.periods import Month
from tomoshibi.masters import queries as masters
from tomoshibi.storage import bulk
from tomoshibi.tariffs import queries as tariffs

_DRAFT = {
    "id": pl.Int64,
    "contract_id": pl.Int64,
    "energy_dwh": pl.Int64,
    "total_minor": pl.Int64,
    "tax_minor": pl.Int64,
    "levy_minor": pl.Int64,
}
_TO_ISSUE = {
    "id": pl.Int64,
    "contract_id": pl.Int64,
    "account_id": pl.Int64,
    "customer_id": pl.Int64,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "month": pl.Int64,
    "plan_version_id": pl.Int64,
    "total_minor": pl.Int64,
    "tax_minor": pl.Int64,
    "levy_minor": pl.Int64,
    "untaxed_minor": pl.Int64,
    "tax_rate_ppm": pl.Int64,
    **dict.fromkeys(composition.NET, pl.Int64),
}
_FUEL = {"fuel_parameters", "customs_prices", "fuel_windows", "fuel_units"}
_EXTRAS = {"bill_id": pl.Int64, "code": pl.String, "amount_minor": pl.Int64, "taxed": pl.Boolean}


def draft_bills(*, run_id: int, contract_ids: Sequence[int] | None = None) -> pl.DataFrame:
    """``id, contract_id, energy_dwh, total_minor, tax_minor, levy_minor`` of a run's bills, by id."""
    among = "" if contract_ids is None else " AND contract_id = ANY(%(ids)s)"
    return bulk.read_frame(
        f"SELECT {', '.join(_DRAFT)} FROM billing_bill WHERE run_id = %(run)s{among} ORDER BY id",
        _DRAFT,
        {"run": run_id, "ids": list(contract_ids or ())},
    )


def chunk_bills(*, run_id: int, first_id: int | None, last_id: int | None, members: pl.DataFrame) -> pl.DataFrame:
    """
    The bills of a chunk in the order of their contracts, with what issuing needs.

    :returns: columns of the bills with ``lead_bill_id`` and ``tax_shift_minor`` (``collective.shared``)
    """
    found = bulk.read_frame(
        f"SELECT {', '.join(_TO_ISSUE)} FROM billing_bill WHERE run_id = %s AND id BETWEEN %s AND %s",
        _TO_ISSUE,
        [run_id, first_id, last_id],
    )
    mine = members.select("contract_id", "contract_number", "collective")
    return collective.shared(found.join(mine, on="contract_id", how="inner").sort("contract_id", "period_end", "id"))


def chunk_extras(*, first_id: int | None, last_id: int | None) -> pl.DataFrame:
    """What stands on some bills besides their plan: ``bill_id, code, amount_minor, taxed``."""
    return bulk.read_frame(
        f"SELECT {', '.join(_EXTRAS)} FROM billing_extra WHERE bill_id BETWEEN %s AND %s ORDER BY bill_id, no",
        _EXTRAS,
        [first_id, last_id],
    )


def check_settings() -> list[checks.Setting]:
    """Thresholds and severities that differ from the table."""
    return [
        checks.Setting(
            code=row.code,
            plan_code=row.plan_code,
            threshold=row.threshold,
            severity=values.Severity(row.severity) if row.severity else None,
            enabled=row.enabled,
        )
        for row in CheckSetting.objects.order_by("code", "plan_code")
    ]


def waiting_plans() -> pl.DataFrame:
    """Plan versions that wait for their second person: ``plan_code, waiting_from`` (the earliest of each)."""
    rows = [(proposal.plan_code, proposal.valid_from) for proposal in tariffs.proposals()]
    frame = pl.DataFrame(rows, schema={"plan_code": pl.String, "waiting_from": pl.Date}, orient="row")
    return frame.group_by("plan_code").agg(pl.col("waiting_from").min())


def waiting_masters(*, month: Month) -> pl.DataFrame:
    """Changes of masters that wait for their second person and touch a month: ``area`` ("" for all), ``fuel``, ``text``."""
    rows = [(one.area, one.master in _FUEL, one.label) for one in masters.waiting_for_bills(month=month)]
    return pl.DataFrame(rows, schema={"area": pl.String, "fuel": pl.Boolean, "text": pl.String}, orient="row")
