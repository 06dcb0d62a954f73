"""
The numbered checks: a table of formulas (``checks.yaml``) evaluated over one frame of facts.

A formula is the implementation, not its description: what the table shows is what ran.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from tomoshibi.billing.values import Severity
from tomoshibi.kernel import frames
from tomoshibi.kernel.units import DWH_PER_KWH, MICRO, unscaled

FACTS: frames.Schema = {
    "contract_id": pl.Int64,
    "bill_id": pl.Int64,
    "has_bill": pl.Boolean,
    "month": pl.Int64,
    "month_days": pl.Int64,
    "plan_code": pl.String,
    "revision": pl.Int64,
    "has_reading": pl.Boolean,
    "provided": pl.Boolean,
    "agreed": pl.Boolean,
    "outside_contract": pl.Boolean,
    "period_changed": pl.Boolean,
    "refusal": pl.String,
    "refusal_detail": pl.String,
    "billed_in_run": pl.Int64,
    "waiting_masters": pl.String,
    "held": pl.String,
    "waits_for": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "days": pl.Int64,
    "energy_dwh": pl.Int64,
    "metered_dwh": pl.Int64,
    "half_hour_sum_dwh": pl.Int64,
    "half_hours_missing": pl.Int64,
    "per_day_dwh": pl.Int64,
    "previous_dwh": pl.Int64,
    "usual_per_day_dwh": pl.Int64,
    "last_end": pl.Date,
    "total_minor": pl.Int64,
    "lowest_line_e10": pl.Int64,
    "levy_price_micro": pl.Int64,
    "levy_expected_micro": pl.Int64,
    "fuel_price_micro": pl.Int64,
    "fuel_expected_micro": pl.Int64,
    "capacity_changed": pl.Boolean,
    "plan_changed": pl.Boolean,
    "price_changed": pl.Boolean,
    "suspect_meter": pl.String,
    "split": pl.String,
    "meter_changed": pl.Boolean,
    "first_bill": pl.Boolean,
    "final_bill": pl.Boolean,
    "payment_method": pl.String,
    "has_mandate": pl.Boolean,
    "address_complete": pl.Boolean,
    "adjusted": pl.Boolean,
}
"""What is known about one contract's bill. Null where it does not apply; a formula over nulls finds nothing."""

FINDINGS: frames.Schema = {
    "contract_id": pl.Int64,
    "bill_id": pl.Int64,
    "code": pl.String,
    "severity": pl.String,
    "values": pl.String,
}


@dataclass(frozen=True)
class Check:
    """One row of the table."""

    code: str
    severity: Severity
    formula: str
    name: Mapping[str, str]
    sentence: Mapping[str, str]
    quote: tuple[str, ...]
    threshold: Decimal | None = None
    unit: str = ""


@dataclass(frozen=True)
class Setting:
    """Another threshold or severity, for all plans (``plan_code`` empty) or one."""

    code: str
    plan_code: str
    threshold: Decimal | None
    severity: Severity | None
    enabled: bool


class UnknownCheck(LookupError):
    """There is no check of that number."""


@lru_cache(maxsize=1)
def table() -> tuple[Check, ...]:
    """All checks in the order of their numbers."""
    rows = yaml.safe_load((Path(__file__).parent / "checks.yaml").read_text(encoding="utf-8"))
    found = tuple(
        Check(
            code=row["code"],
            severity=Severity(row["severity"]),
            formula=row["formula"],
            name=row["name"],
            sentence=row["sentence"],
            quote=tuple(row["quote"]),
            threshold=Decimal(row["threshold"]) if "threshold" in row else None,
            unit=row.get("unit", ""),
        )
        for row in rows
    )
    assert len({check.code for check in found}) == len(found), "a number names one check"
    return found


def check_of(code: str) -> Check:
    """
    :raises UnknownCheck: for a number that is not in the table
    """
    for check in table():
        if check.code == code:
            return check
    raise UnknownCheck(f"there is no check {code}")


def evaluate(facts: pl.DataFrame, *, settings: Sequence[Setting] = ()) -> pl.DataFrame:
    """
    Run every check over a frame of facts.

    :param facts: columns of ``FACTS``
    :returns: columns of ``FINDINGS``; ``values`` holds the quoted columns as JSON
    """
    facts = frames.require(facts, FACTS)
    found = [_found(check, facts, [row for row in settings if row.code == check.code]) for check in table()]
    return pl.concat([frames.empty(FINDINGS), *found])


def _found(check: Check, facts: pl.DataFrame, settings: Sequence[Setting]) -> pl.DataFrame:
    threshold, severity, enabled = _per_plan(check, settings)
    hits = (
        facts.lazy()
        .with_columns(threshold=threshold, severity=severity, enabled=enabled)
        .filter(pl.col("enabled") & pl.sql_expr(check.formula))
        .collect()
    )
    quoted = pl.struct(*check.quote).struct.json_encode() if check.quote else pl.lit("{}")
    return hits.select("contract_id", "bill_id", pl.lit(check.code).alias("code"), "severity", quoted.alias("values"))


def _per_plan(check: Check, settings: Sequence[Setting]) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Threshold, severity and whether the check is on, per row: a plan's own setting before the general one."""
    threshold = pl.lit(None if check.threshold is None else float(check.threshold), dtype=pl.Float64)
    severity, enabled = pl.lit(check.severity.value), pl.lit(True)
    for row in sorted(settings, key=lambda setting: setting.plan_code != ""):
        here = pl.lit(True) if row.plan_code == "" else pl.col("plan_code") == row.plan_code
        if row.threshold is not None:
            threshold = pl.when(here).then(pl.lit(float(row.threshold))).otherwise(threshold)
        if row.severity is not None and check.severity is not Severity.ASIDE:
            severity = pl.when(here).then(pl.lit(row.severity.value)).otherwise(severity)
        if check.severity is not Severity.ASIDE:
            enabled = pl.when(here).then(pl.lit(row.enabled)).otherwise(enabled)
    return threshold, severity, enabled


def language_of(code: str) -> str:
    """The table's language for one of the user interface."""
    return code[:2] if code[:2] in {"ja", "zh", "en"} else "ja"


def sentence(code: str, quoted: Mapping[str, Any], *, language: str) -> str:
    """What a finding says, in words and with its numbers."""
    check = check_of(code)
    shown = {name: _shown(name, quoted.get(name)) for name in check.quote}
    return check.sentence[language_of(language)].format_map(shown)


_ENDS = {"period_end", "last_end"}


def _shown(name: str, value: Any) -> str:
    if value is None:
        return "-"
    if name.endswith("_dwh"):
        return f"{unscaled(int(value), scale=DWH_PER_KWH):,.1f} kWh"
    if name.endswith("_micro"):
        return f"{unscaled(int(value), scale=MICRO):,.2f}"
    if name.endswith("_minor"):
        return f"{int(value):,}"
    if name in _ENDS:
        # Ends are stored as the day after; people read the last day.
        return (date.fromisoformat(str(value)) - timedelta(days=1)).isoformat()
    if name == "month":
        return f"{int(value) // 100}-{int(value) % 100:02d}"
    return value.isoformat() if isinstance(value, date) else str(value)
