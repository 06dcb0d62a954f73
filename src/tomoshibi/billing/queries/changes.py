"""What changed since bills of a month were issued: their values, the published values, the prices of their plans."""

import json

import polars as pl

from tomoshibi.billing import inputs, values
from tomoshibi.billing.queries.changed_terms import bills_under_other_terms
from tomoshibi.billing.queries.channels import bills_of_other_channels
from tomoshibi.contracts import queries as contracts
from tomoshibi.kernel.periods import Month, Period
from tomoshibi.masters import queries as masters
from tomoshibi.metering import queries as metering
from tomoshibi.rating.proration import PriceChange
from tomoshibi.storage import bulk
from tomoshibi.tariffs import queries as tariffs

CHANGED = {"contract_id": pl.Int64, "why": pl.String}
_ISSUED = {
    "contract_id": pl.Int64,
    "supply_point_id": pl.Int64,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "reading_id": pl.Int64,
    "plan_code": pl.String,
    "plan_version_id": pl.Int64,
    "published_id": pl.Int64,
    "bill_id": pl.Int64,
    "tax_rate_ppm": pl.Int64,
}
_LINKED = {
    "bill_id": pl.Int64,
    "plan_version_id": pl.Int64,
    "area": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "known_us": pl.Int64,
}
_PART = {
    "bill_id": pl.Int64,
    "published_id": pl.Int64,
    "plan_version_id": pl.Int64,
    "period_start": pl.Date,
    "period_end": pl.Date,
}

_REPLACED = {"plan_version_id": pl.Int64, "replaced_from": pl.Date, "divides": pl.Boolean}


def changed_contracts(*, month: Month) -> pl.DataFrame:
    """
    Contracts whose last issued document of a month rests on something else than what holds now.

    :returns: ``contract_id, why`` (``values.Changed``), a row for each reason
    """
    issued = _issued(month)
    if issued.is_empty():
        return pl.DataFrame(schema=CHANGED)
    standing = metering.confirmed_frame(month=month).select("supply_point_id", "reading_id")
    found = [(issued.join(standing, on=["supply_point_id", "reading_id"], how="anti"), values.Changed.READING)]
    stale, replaced = _stale_published(month), _replaced_versions(month)
    if stale or replaced.height:
        parts = _parts(month)
        own = pl.concat(
            [issued.select(list(_PART)), parts],
        )
        others = own.filter(pl.col("published_id").is_in(stale))
        # A plan that divides periods at its price changes takes the new price from its day on, any other with the next.
        begun = (
            pl.when("divides")
            .then(pl.col("period_end") > pl.col("replaced_from"))
            .otherwise(pl.col("period_start") >= pl.col("replaced_from"))
        )
        prices = own.join(replaced, on="plan_version_id", how="inner").filter(begun)
        for bills, why in ((others, values.Changed.MASTER), (prices, values.Changed.PRICE)):
            found.append((issued.filter(pl.col("bill_id").is_in(bills["bill_id"].implode())), why))
    found.append((issued.filter(pl.col("bill_id").is_in(_otherwise_taxed(issued))), values.Changed.MASTER))
    under_other_terms = bills_under_other_terms(issued.select("contract_id", "bill_id"))
    under_other_terms += bills_of_other_channels(issued["bill_id"].to_list())
    found.append((issued.filter(pl.col("bill_id").is_in(under_other_terms)), values.Changed.TERMS))
    follows_market = issued.filter(pl.col("bill_id").is_in(_revised_spot(month)))
    found.append((follows_market, values.Changed.SPOT))
    rows = [frame.select("contract_id", why=pl.lit(why.value)).unique(maintain_order=True) for frame, why in found]
    return pl.concat(rows).unique(maintain_order=True)


def count_changes(*, month: Month) -> dict[values.Changed, int]:
    """How many contracts of a month changed, by reason."""
    counted = changed_contracts(month=month).group_by("why").len()
    return {values.Changed(why): count for why, count in sorted(counted.iter_rows())}


def _issued(month: Month) -> pl.DataFrame:
    """The last issued document of each contract and period of a month."""
    return bulk.read_frame(
        """
        SELECT DISTINCT ON (b.contract_id, b.period_start)
               b.contract_id, b.supply_point_id, b.period_start, b.period_end, b.reading_id, b.plan_code, b.plan_version_id,
               b.published_id, b.id, b.tax_rate_ppm
          FROM billing_bill b JOIN billing_invoice i ON i.bill_id = b.id
         WHERE b.month = %s AND b.kind <> 'charges'
         ORDER BY b.contract_id, b.period_start, b.revision DESC
        """,
        _ISSUED,
        [month.number],
    )


def _parts(month: Month) -> pl.DataFrame:
    return bulk.read_frame(
        """
        SELECT p.bill_id, p.published_id, p.plan_version_id, p.period_start, p.period_end
          FROM billing_part p JOIN billing_bill b ON b.id = p.bill_id WHERE b.month = %s
        """,
        _PART,
        [month.number],
    )


def _stale_published(month: Month) -> list[int]:
    """Published values of a month that are others today. There are few of them, however many bills."""
    columns = ", ".join(f'"{name}"' for name in inputs.PUBLISHED)
    kept = bulk.read_frame(
        f"SELECT {columns} FROM billing_published WHERE month = %s ORDER BY id", inputs.PUBLISHED, [month.number]
    )
    if kept.is_empty():
        return []
    asked = kept.select(
        plan_version=pl.col("plan_version_id"),
        area=pl.col("area"),
        voltage=pl.col("voltage"),
        month=pl.col("month"),
        usage_month=pl.col("usage_month"),
        period_start=pl.lit(month.plus(-1).first),
        period_end=pl.lit(month.first),
        reading_on=pl.lit(month.first),
        continuing=pl.lit(value=True),
        # The rate stands on the bill (``_otherwise_taxed``).
        tax_rate_ppm=pl.lit(0, dtype=pl.Int64),
    )
    today = tariffs.with_market(asked)
    names = sorted(name for name in today.columns if name.endswith("_micro"))
    now = [{name: row[name] for name in names if row[name] is not None} for row in today.iter_rows(named=True)]
    return [
        int(row["id"])
        for row, known in zip(kept.iter_rows(named=True), now, strict=True)
        if {name: value for name, value in json.loads(row["values"]).items() if value is not None} != known
    ]


def _otherwise_taxed(issued: pl.DataFrame) -> list[int]:
    """
    Bills of a rate of tax that is not the one of their days today.

    A bill is taxed by its last part, as pricing does it; whether its contract goes on from before the part decides only
    where a former rate is kept for some time.
    """
    lasts = bulk.read_frame(
        "SELECT DISTINCT ON (bill_id) bill_id, period_start FROM billing_part WHERE bill_id = ANY(%s)"
        " ORDER BY bill_id, segment DESC",
        {"bill_id": pl.Int64, "last_start": pl.Date},
        [issued["bill_id"].to_list()],
    )
    bills = issued.join(lasts, on="bill_id", how="left").with_columns(start=pl.coalesce("last_start", "period_start"))
    keys = ["start", "period_end", "tax_rate_ppm"]
    other, unsure = [], []
    for start, end, rate in bills.select(keys).unique(maintain_order=True).iter_rows():
        today = [_rate(Period(start, end), continuing=continuing) for continuing in (True, False)]
        if rate not in today:
            other.append((start, end, rate))
        elif today[0] != today[1]:
            unsure.append((start, end, rate))
    schema = {name: bills.schema[name] for name in keys}
    found = bills.join(pl.DataFrame(other, schema=schema, orient="row"), on=keys, how="semi")["bill_id"].to_list()
    for row in bills.join(pl.DataFrame(unsure, schema=schema, orient="row"), on=keys, how="semi").iter_rows(named=True):
        contract = contracts.contract(contract_id=row["contract_id"])
        assert contract is not None, "a bill has a contract"
        period = Period(row["start"], row["period_end"])
        if _rate(period, continuing=contract.start < row["start"]) != row["tax_rate_ppm"]:
            found.append(row["bill_id"])
    return found


def _rate(period: Period, *, continuing: bool) -> int | None:
    try:
        return masters.tax_rate_of_bill(period=period, fixed_on=period.end, continuing=continuing).rate_ppm
    except masters.MasterMissing:
        return None


def _revised_spot(month: Month) -> list[int]:
    """Bills of a month that follow the market and saw other spot prices than those that hold now."""
    linked = bulk.read_frame(
        """
        SELECT p.bill_id, p.plan_version_id, u.area, p.period_start, p.period_end, (p.inputs->>%s)::bigint
          FROM billing_part p JOIN billing_bill b ON b.id = p.bill_id
          JOIN billing_published u ON u.id = coalesce(p.published_id, b.published_id)
         WHERE b.month = %s AND p.inputs ? %s
        """,
        _LINKED,
        [values.SPOT_KNOWN, month.number, values.SPOT_KNOWN],
    )
    if linked.is_empty():
        return []
    oldest = values.moment_of(int(linked["known_us"].min()))  # type: ignore[arg-type]
    revised = [day for _area, day, _since in masters.spot_revised(since=oldest)]
    days = pl.Series(sorted(set(revised)), dtype=pl.Date)
    touched = linked.filter(days.search_sorted(linked["period_start"]) < days.search_sorted(linked["period_end"]))
    found = []
    for (version, area, start, end, known), bills in touched.group_by(list(_LINKED)[1:]):
        asked = {
            "plan_version": version,
            "area": area,
            "period": Period(start, end),
            "known_at": values.moment_of(known),
        }
        if tariffs.spot_changed_since(**asked):
            found += bills["bill_id"].to_list()
    return found


def _replaced_versions(month: Month) -> pl.DataFrame:
    """
    Plan versions that a later one with other prices replaced inside or before a month.

    :returns: ``plan_version_id, replaced_from, divides`` (whether a new price divides a period)
    """
    versions = tariffs.versions_frame().sort("plan_code", "valid_from")
    rules = tariffs.rules(versions["plan_version"])
    found = []
    for (_plan_code,), own in versions.group_by("plan_code", maintain_order=True):
        rows = list(own.select("plan_version", "valid_from").iter_rows())
        for place, (version, _day) in enumerate(rows):
            # A version that prices as this one does replaces nothing of it.
            other = next((day for later, day in rows[place + 1 :] if rules[later] != rules[version]), None)
            if other is not None and other < month.plus(1).first:
                divides = rules[version][0].proration.price_change is PriceChange.SPLIT
                found.append((version, other, divides))
    return pl.DataFrame(found, schema=_REPLACED, orient="row")
