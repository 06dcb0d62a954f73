"""Contracts and their terms: one at a time as values, the whole portfolio as frames."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

import polars as pl
from django.db.models import Case, CharField, OuterRef, Q, QuerySet, Subquery, Value, When

from tomoshibi.contracts import exemptions, particulars, values, words
from tomoshibi.contracts.models import Contract, ContractTerms, LevyExemption, Outage, ParticularsChange, SundryCharge
from tomoshibi.kernel.frames import Schema
from tomoshibi.storage import bulk

SUPPLIED: Schema = {
    "contract_id": pl.Int64, "contract_number": pl.String, "customer_id": pl.Int64, "account_id": pl.Int64,
    "supply_point_id": pl.Int64, "spin": pl.String, "area": pl.String, "voltage": pl.String, "base_day": pl.String,
    "start": pl.Date, "end": pl.Date,
}  # fmt: skip
_SUPPLIED_BY = {
    "contract_id": "c.id", "contract_number": "c.number", "customer_id": "c.customer_id", "account_id": "c.account_id",
    "supply_point_id": "c.supply_point_id", "spin": "p.spin", "area": "p.area", "voltage": "p.voltage",
    "base_day": "p.base_day", "start": "c.start", "end": 'c."end"',
}  # fmt: skip
TERMS: Schema = {
    "contract_id": pl.Int64, "terms_start": pl.Date, "terms_end": pl.Date, "plan_code": pl.String,
    "capacity_kind": pl.String, "capacity_milli": pl.Int64, "discounts": pl.String, "particulars": pl.String,
    "agency_code": pl.String,
}  # fmt: skip
BY_PLAN: Schema = {"plan_code": pl.String, "area": pl.String, "contracts": pl.Int64}
CHARGES: Schema = {
    "charge_id": pl.Int64, "contract_id": pl.Int64, "code": pl.String, "text": pl.String, "amount_minor": pl.Int64,
    "tax": pl.String, "month": pl.Int64, "worked": pl.String, "contract_end": pl.Date,
}  # fmt: skip


CHARGE_STATES = words.CHARGES
"""How states of charges are shown."""
TAX_WORDS = words.TAXES
POWER_FACTOR = particulars.POWER_FACTOR
is_particular = particulars.is_known
"""Whether contract terms have a place for a number that a plan prices by."""


def contract(*, contract_id: int | None = None, number: str = "") -> values.Contract | None:
    """A contract with all its terms, by id or by number."""
    which = Q(id=contract_id) if contract_id is not None else Q(number=number.strip())
    found = _contracts(which)
    return found[0] if found else None


def contracts_of(
    *, customer_id: int | None = None, account_id: int | None = None, supply_point_id: int | None = None
) -> list[values.Contract]:
    """Contracts of a customer, a payer or a point (all that are named must fit), latest first."""
    named = {"customer_id": customer_id, "account_id": account_id, "supply_point_id": supply_point_id}
    given = {name: value for name, value in named.items() if value is not None}
    assert given, "name at least one"
    return _contracts(Q(**given))


def contract_on(*, supply_point_id: int, day: date) -> values.Contract | None:
    """Who is supplied at a point on a day."""
    found = _contracts(Q(supply_point_id=supply_point_id, start__lte=day) & (Q(end=None) | Q(end__gt=day)))
    return found[0] if found else None


def contract_rows(*, today: date) -> QuerySet[Contract]:
    """All contracts with ``state``, ``plan_code``, ``capacity_milli`` and ``capacity_kind`` of a day, for the list."""
    terms = ContractTerms.objects.filter(contract=OuterRef("pk")).order_by("-start")
    current = terms.filter(Q(start__lte=today) | Q(start=OuterRef("start")))
    state = Case(
        When(start__gt=today, then=Value("future")),
        When(end__isnull=True, then=Value("supplied")),
        When(end__gt=today, then=Value("ending")),
        default=Value("ended"),
        output_field=CharField(),
    )
    return Contract.objects.annotate(
        state=state,
        plan_code=Subquery(current.values("plan_code")[:1]),
        capacity_milli=Subquery(current.values("capacity_milli")[:1]),
        capacity_kind=Subquery(current.values("capacity_kind")[:1]),
    )


def state_of(contract: values.Contract, *, today: date) -> str:
    """``future``, ``supplied``, ``ending`` or ``ended``, as in the list."""
    if contract.start > today:
        return "future"
    if contract.end is None:
        return "supplied"
    return "ending" if contract.end > today else "ended"


def _contracts(which: Q) -> list[values.Contract]:
    rows = list(Contract.objects.filter(which).order_by("-start", "-id"))
    terms: dict[int, list[values.Terms]] = {row.id: [] for row in rows}
    for row in ContractTerms.objects.filter(contract_id__in=list(terms)).order_by("start"):
        terms[row.contract_id].append(to_terms(row))
    return [
        values.Contract(
            id=row.id,
            number=row.number,
            customer_id=row.customer_id,
            account_id=row.account_id,
            supply_point_id=row.supply_point_id,
            start=row.start,
            end=row.end,
            end_reason=values.EndReason(row.end_reason) if row.end_reason else None,
            terms=tuple(terms[row.id]),
        )
        for row in rows
    ]


def to_terms(row: ContractTerms) -> values.Terms:
    return values.Terms(
        id=row.id,
        start=row.start,
        end=row.end,
        plan_code=row.plan_code,
        capacity_kind=values.CapacityKind(row.capacity_kind),
        capacity_milli=row.capacity_milli,
        discounts=tuple(row.discounts),
        particulars=dict(row.particulars),
        agency_code=row.agency_code,
        reseller_code=row.reseller_code,
    )


def supplied_frame(
    *,
    period_start: date,
    period_end: date,
    area: str | None = None,
    base_day: str | None = None,
    account_ids: Sequence[int] | pl.Series | None = None,
    contract_ids: pl.Series | None = None,
    begun_since: date | None = None,
    columns: Sequence[str] = tuple(SUPPLIED),
) -> pl.DataFrame:
    """
    Who is supplied on at least one day of ``[period_start, period_end)``.

    :param contract_ids: only these contracts
    :param account_ids: only the contracts of these payers
    :param begun_since: only contracts that began on this day or later
    :param columns: those that are wanted
    :returns: columns of ``SUPPLIED``, one row per contract, by contract; ``start`` and ``end`` are the contract's own
    """
    conditions = ['c.start < %(until)s AND (c."end" IS NULL OR c."end" > %(from)s)']
    conditions += ["p.area = %(area)s"] if area else []
    conditions += ["p.base_day = %(base_day)s"] if base_day else []
    conditions += ["c.account_id = ANY(%(accounts)s)"] if account_ids is not None else []
    conditions += ["c.start >= %(begun)s"] if begun_since else []
    conditions += ["{among}"] if contract_ids is not None else []
    query = f"""
        SELECT {", ".join(_SUPPLIED_BY[name] for name in columns)}
        FROM contracts_contract c JOIN supply_supplypoint p ON p.id = c.supply_point_id
        WHERE {" AND ".join(conditions)} ORDER BY c.id
        """
    schema = {name: SUPPLIED[name] for name in columns}
    params: dict[str, Any] = {"from": period_start, "until": period_end, "area": area, "base_day": base_day}
    params |= {"begun": begun_since, "accounts": list(account_ids if account_ids is not None else ())}
    if contract_ids is None:
        return bulk.read_frame(query, schema, params)
    assert "contract_id" in columns, "what is asked for by contract says whose it is"
    return bulk.read_among(query, schema, params, key="c.id", column="contract_id", ids=contract_ids)


def counts_by_plan(*, period_start: date, period_end: date | None = None) -> pl.DataFrame:
    """
    How many contracts are supplied on a plan in an area on at least one day of ``[period_start, period_end)``.

    :returns: columns of ``BY_PLAN``; a contract that changes its plan meanwhile counts under both
    """
    return bulk.read_frame(
        """
        SELECT t.plan_code, p.area, count(DISTINCT c.id)
          FROM contracts_contractterms t
          JOIN contracts_contract c ON c.id = t.contract_id
          JOIN supply_supplypoint p ON p.id = c.supply_point_id
         WHERE daterange(t.start, t."end") && daterange(%(from)s, %(until)s)
           AND daterange(c.start, c."end") && daterange(%(from)s, %(until)s)
         GROUP BY 1, 2 ORDER BY 1, 2
        """,
        BY_PLAN,
        {"from": period_start, "until": period_end},
    )


def terms_frame(
    *,
    contract_ids: Sequence[int] | pl.Series | None = None,
    period_start: date | None = None,
    period_end: date | None = None,
) -> pl.DataFrame:
    """
    Terms of contracts, those that hold on at least one day of ``[period_start, period_end)`` where it is given.

    :returns: columns of ``TERMS``, one row per contract and terms, by contract and start; ``discounts`` and ``particulars`` are JSON
    """
    params: dict[str, Any] = {"from": period_start, "until": period_end}
    conditions = ["{among}"]
    conditions += ["start < %(until)s"] if period_end else []
    conditions += ['("end" IS NULL OR "end" > %(from)s)'] if period_start else []
    query = f"""
        SELECT contract_id, start, "end", plan_code, capacity_kind, capacity_milli, discounts, particulars,
               agency_code
        FROM contracts_contractterms WHERE {" AND ".join(conditions)} ORDER BY contract_id, start
        """
    return bulk.read_among(query, TERMS, params, key="contract_id", column="contract_id", ids=contract_ids)


def accounts_of_contracts(*, contract_ids: Sequence[int] | pl.Series) -> list[int]:
    """Who pays for these contracts, each account once."""
    return list(Contract.objects.filter(id__in=list(contract_ids)).values_list("account_id", flat=True).distinct())


_EVERY_MONTH = 999912


def waiting_charges_frame(
    *, month: int | None = None, contract_ids: Sequence[int] | pl.Series | None = None
) -> pl.DataFrame:
    """
    Sundry charges that wait to be billed with a month or should have been before.

    :param month: as a number like 202610; without one, those of all months
    :returns: columns of ``CHARGES``, one row per charge, by contract
    """
    return bulk.read_among(
        f"""
        SELECT s.id, s.contract_id, s.code, s.text, s.amount_minor, s.tax, s.month, s.worked, c."end"
          FROM contracts_sundrycharge s JOIN contracts_contract c ON c.id = s.contract_id
         WHERE s.state = '{values.ChargeState.WAITING.value}' AND s.month <= %(month)s AND {{among}}
         ORDER BY s.contract_id, s.id
        """,
        CHARGES,
        {"month": month if month is not None else _EVERY_MONTH},
        key="s.contract_id",
        column="contract_id",
        ids=contract_ids,
    )


def charges_of(*, contract_id: int) -> list[values.SundryCharge]:
    """All sundry charges of a contract, latest first."""
    return [to_charge(row) for row in SundryCharge.objects.filter(contract_id=contract_id).order_by("-month", "-id")]


def to_charge(row: SundryCharge) -> values.SundryCharge:
    return values.SundryCharge(
        id=row.id,
        contract_id=row.contract_id,
        code=row.code,
        text=row.text,
        amount_minor=row.amount_minor,
        tax=values.TaxTreatment(row.tax),
        month=row.month,
        state=values.ChargeState(row.state),
        source=row.source,
        worked=row.worked,
        reason=row.reason,
        evidence=row.evidence,
        evidence_file_id=row.evidence_file_id,
        gone_reason=row.gone_reason,
        billed_by=row.billed_by,
        entered_by_id=row.entered_by_id,
        entered_at=row.entered_at,
        decided_by_id=row.decided_by_id,
        decided_at=row.decided_at,
    )


def charge(*, charge_id: int) -> values.SundryCharge | None:
    """A sundry charge by its id."""
    row = SundryCharge.objects.filter(id=charge_id).first()
    return to_charge(row) if row else None


def charge_of_source(*, source: str) -> values.SundryCharge | None:
    """What was told with a source, whatever became of it."""
    row = SundryCharge.objects.filter(source=source).first()
    return to_charge(row) if row else None


def unbilled_charges(*, codes: Collection[str]) -> int:
    """How many charges of these kinds wait for a second person or for a bill; no codes: of every kind."""
    waiting = [values.ChargeState.PROPOSED.value, values.ChargeState.WAITING.value]
    rows = SundryCharge.objects.filter(state__in=waiting)
    return (rows.filter(code__in=codes) if codes else rows).count()


def charge_rows() -> QuerySet[SundryCharge]:
    """Sundry charges for a list, with their contracts (``contract__number``, ``contract__customer__name``)."""
    return SundryCharge.objects.all()


def contract_ids(*, numbers: pl.Series) -> pl.DataFrame:
    """:returns: ``contract_number``, ``contract_id`` of the numbers that exist"""
    return bulk.read_frame(
        "SELECT number, id FROM contracts_contract WHERE number = ANY(%(numbers)s)",
        {"contract_number": pl.String, "contract_id": pl.Int64},
        {"numbers": numbers.unique().to_list()},
    )


def numbers_frame(*, contract_ids: Sequence[int] | pl.Series) -> pl.DataFrame:
    """:returns: ``contract_id``, ``contract_number`` of these contracts"""
    return bulk.read_frame(
        "SELECT id, number FROM contracts_contract WHERE id = ANY(%s)",
        {"contract_id": pl.Int64, "contract_number": pl.String},
        [list(contract_ids)],
    )


def reached(*, plan_code: str, day: date) -> QuerySet[Contract]:
    """The contracts that a version of a plan reaches from its first day: on the plan that day, or later."""
    terms = ContractTerms.objects.filter(Q(end=None) | Q(end__gt=day), plan_code=plan_code)
    return Contract.objects.filter(Q(end=None) | Q(end__gt=day), id__in=terms.values("contract_id"))


def on_plan(*, plan_code: str, day: date, limit: int = 10) -> tuple[int, int, list[values.Contract]]:
    """How many contracts are on a plan on a day, how many come to it later, and the first of all of them."""
    rows = reached(plan_code=plan_code, day=day)
    terms = ContractTerms.objects.filter(Q(end=None) | Q(end__gt=day), plan_code=plan_code, start__lte=day)
    count, now = rows.count(), rows.filter(start__lte=day, id__in=terms.values("contract_id")).count()
    ids = list(rows.order_by("number").values_list("id", flat=True)[:limit])
    return now, count - now, _contracts(Q(id__in=ids)) if ids else []


def begins_on(*, today: date) -> date | None:
    """The next day, today left out, on which a supply begins."""
    rows = Contract.objects.filter(start__gt=today).order_by("start")
    return rows.values_list("start", flat=True).first()


def levy_exemptions_frame(*, contract_ids: pl.Series) -> pl.DataFrame:
    """The certificates of contracts that hold on some day: ``contract_id, start, end, percent``."""
    return bulk.read_among(
        """
        SELECT contract_id, start, "end", percent FROM contracts_levyexemption
         WHERE state = %(holds)s AND {among}
        """,
        exemptions.EXEMPTIONS,
        {"holds": values.ExemptionState.HOLDS.value},
        key="contract_id",
        column="contract_id",
        ids=contract_ids,
    )


def with_levy_exemption(frame: pl.DataFrame, *, held: pl.DataFrame | None = None) -> pl.DataFrame:
    """
    Add ``levy_exemption_percent``: of the certificate that holds on the first day of each row's period; null without one.

    :param frame: ``contract_id``, ``period_start``
    :param held: the certificates of its contracts (``levy_exemptions_frame``), where they are at hand
    """
    if held is None:
        held = levy_exemptions_frame(contract_ids=frame["contract_id"].unique())
    return exemptions.joined(frame, held)


def levy_exemptions_of(*, contract_id: int) -> list[values.LevyExemption]:
    """All levy exemptions of a contract, latest first."""
    return [
        to_exemption(row) for row in LevyExemption.objects.filter(contract_id=contract_id).order_by("-start", "-id")
    ]


def levy_exemption(*, exemption_id: int) -> values.LevyExemption | None:
    row = LevyExemption.objects.filter(id=exemption_id).first()
    return to_exemption(row) if row else None


def to_exemption(row: LevyExemption) -> values.LevyExemption:
    return values.LevyExemption(
        id=row.id,
        contract_id=row.contract_id,
        start=row.start,
        end=row.end,
        percent=row.percent,
        certificate=row.certificate,
        state=values.ExemptionState(row.state),
        entered_by_id=row.entered_by_id,
    )


def with_outage_days(frame: pl.DataFrame, *, bill: str) -> pl.DataFrame:
    """
    Add ``outage_days``: how many days of each bill count for the outage discount; null where none does.

    Every part of a bill has the days of the whole bill: the discount is a share of the basic charge for each of them, and
    the parts share the basic charge.

    :param frame: ``contract_id``, ``period_start``, ``period_end``, one row per part
    :param bill: the column that says to which bill a part belongs
    """
    held = bulk.read_frame(
        'SELECT contract_id, start, "end" FROM contracts_outage WHERE state = %s AND contract_id = ANY(%s)',
        {"contract_id": pl.Int64, "outage_start": pl.Date, "outage_end": pl.Date},
        [values.ExemptionState.HOLDS.value, frame["contract_id"].unique().to_list()],
    )
    keys = [bill, "contract_id"]
    inside = pl.min_horizontal("period_end", "outage_end") - pl.max_horizontal("period_start", "outage_start")
    counted = (
        frame.group_by(keys)
        .agg(pl.col("period_start").min(), pl.col("period_end").max())
        .join(held, on="contract_id")
        .with_columns(inside=inside.dt.total_days())
        .filter(pl.col("inside") > 0)
        .group_by(keys)
        .agg(outage_days=pl.col("inside").sum())
    )
    return frame.join(counted, on=keys, how="left", maintain_order="left")


def outages_of(*, contract_id: int) -> list[values.Outage]:
    """All outages of a contract, latest first."""
    return [to_outage(row) for row in Outage.objects.filter(contract_id=contract_id).order_by("-start", "-id")]


def outage(*, outage_id: int) -> values.Outage | None:
    row = Outage.objects.filter(id=outage_id).first()
    return to_outage(row) if row else None


def to_outage(row: Outage) -> values.Outage:
    return values.Outage(
        id=row.id,
        contract_id=row.contract_id,
        start=row.start,
        end=row.end,
        cause=row.cause,
        state=values.ExemptionState(row.state),
        entered_by_id=row.entered_by_id,
    )


def particulars_changes_of(*, contract_id: int) -> list[values.ParticularsChange]:
    """All changes of particulars that two people had to agree on, latest first."""
    rows = ParticularsChange.objects.filter(contract_id=contract_id).order_by("-start", "-id")
    return [to_particulars_change(row) for row in rows]


def particulars_change(*, change_id: int) -> values.ParticularsChange | None:
    row = ParticularsChange.objects.filter(id=change_id).first()
    return to_particulars_change(row) if row else None


def to_particulars_change(row: ParticularsChange) -> values.ParticularsChange:
    return values.ParticularsChange(
        id=row.id,
        contract_id=row.contract_id,
        start=row.start,
        particulars=row.particulars,
        state=values.ExemptionState(row.state),
        entered_by_id=row.entered_by_id,
    )


def ever_changed(*, contract_ids: Sequence[int] | pl.Series) -> list[int]:
    """Contracts of which terms, exemptions or days of outage were ever changed: the only ones that may differ from then."""
    tables = ("contracts_contractterms", "contracts_levyexemption", "contracts_outage")
    found = bulk.read_frame(
        " UNION ".join(
            f"SELECT contract_id FROM {table}event WHERE contract_id = ANY(%(ids)s::bigint[])" for table in tables
        ),
        {"contract_id": pl.Int64},
        {"ids": pl.Series(contract_ids, dtype=pl.Int64)},
    )
    return sorted(found["contract_id"].to_list())
