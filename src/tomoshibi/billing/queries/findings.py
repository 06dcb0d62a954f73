"""What the checks found in a run, for the worklist of exceptions."""

from typing import Any

import polars as pl
from django.db.models import Case, IntegerField, Value, When
from django.utils.translation import gettext as _

from tomoshibi.billing import checks, membership, values
from tomoshibi.billing.models import Adjustment, Bill, Chunk, Examination, Finding, Hold
from tomoshibi.parties import queries as parties
from tomoshibi.tariffs import queries as tariffs

NO_TERMS = "no_terms"
_ORDER = Case(
    When(severity=values.Severity.BLOCKING.value, then=Value(0)),
    When(severity=values.Severity.ASIDE.value, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


def exceptions(
    *, run_id: int, severity: str = "", code: str = "", undecided: bool = False, language: str = "ja", limit: int = 2000
) -> list[dict[str, Any]]:
    """
    The list that clerks work through: one row per finding, blocking ones first, each with its reason in words.

    :returns: ``id, contract_id, bill_id, code, severity, name, reason, decision, decided_reason, held``
    """
    rows = Finding.objects.filter(run_id=run_id).select_related("examination").annotate(rank=_ORDER)
    rows = rows.filter(severity=severity) if severity else rows
    rows = rows.filter(code=code) if code else rows
    rows = rows.filter(examination=None) if undecided else rows
    held = set(Hold.objects.filter(run_id=run_id).values_list("contract_id", flat=True))
    return [
        {
            "id": row.id,
            "contract_id": row.contract_id,
            "bill_id": row.bill_id,
            "code": row.code,
            "severity": row.severity,
            "name": checks.check_of(row.code).name[checks.language_of(language)],
            "reason": checks.sentence(row.code, _in_words(row.values), language=language),
            "decision": row.examination.decision if row.examination else "",
            "decided_reason": row.examination.reason if row.examination else "",
            "held": row.contract_id in held,
        }
        for row in rows.order_by("rank", "code", "contract_id")[:limit]
    ]


def _in_words(quoted: dict[str, Any]) -> dict[str, Any]:
    """What pricing refused, as its sentence instead of its code."""
    if not quoted.get("refusal"):
        return quoted
    if quoted["refusal"] == NO_TERMS:
        said = str(_("the contract has no terms for the period"))
    else:
        said = tariffs.refusal_sentence(quoted["refusal"], quoted.get("refusal_detail") or "")
    return quoted | {"refusal": said, "refusal_detail": ""}


def undecided_contracts(*, run_id: int, severity: str = values.Severity.BLOCKING.value) -> list[int]:
    """Contracts of a run with findings of a severity that nobody decided about, however many."""
    rows = Finding.objects.filter(run_id=run_id, severity=severity, examination=None)
    return list(rows.order_by("contract_id").values_list("contract_id", flat=True).distinct())


def with_people(rows: list[dict[str, Any]], *, run_id: int) -> list[dict[str, Any]]:
    """Add contract number, customer's name, quantity and amount to exceptions."""
    ids = sorted({row["contract_id"] for row in rows})
    bills = {
        bill.contract_id: bill
        for bill in Bill.objects.filter(id__in=[row["bill_id"] for row in rows if row["bill_id"]])
    }
    found = _members(run_id, ids)
    customers = parties.customers_frame(customer_ids=sorted({row["customer_id"] for row in found.values()}))
    names = dict(customers.select("customer_id", "name").iter_rows())
    for row in rows:
        contract, bill = found.get(row["contract_id"], {}), bills.get(row["contract_id"])
        row["contract_number"] = contract.get("contract_number", "")
        row["customer_id"] = contract.get("customer_id")
        row["customer"] = names.get(contract.get("customer_id"), "")
        row["energy_dwh"] = bill.energy_dwh if bill else None
        row["total_minor"] = bill.total_minor if bill else None
    return rows


def _members(run_id: int, contract_ids: list[int]) -> dict[int, dict[str, Any]]:
    """Members of a run by contract, from the chunks that have findings."""
    chunks = Finding.objects.filter(run_id=run_id, contract_id__in=contract_ids).values("chunk_no")
    found: dict[int, dict[str, Any]] = {}
    for stored in Chunk.objects.filter(run_id=run_id, no__in=chunks).values_list("members", flat=True):
        members = membership.unpack(bytes(stored))
        wanted = members.filter(pl.col("contract_id").is_in(contract_ids))
        found |= {row["contract_id"]: row for row in wanted.iter_rows(named=True)}
    return found


def findings_of(*, run_id: int, contract_id: int, language: str = "ja") -> list[dict[str, Any]]:
    """Findings of one contract in a run."""
    return [row for row in exceptions(run_id=run_id, language=language) if row["contract_id"] == contract_id]


def examinations_of(*, run_id: int, contract_id: int) -> list[dict[str, Any]]:
    """What was decided about a contract in a run, newest first: ``decision, reason, actor_id, at``."""
    rows = Examination.objects.filter(run_id=run_id, contract_id=contract_id).order_by("-id")
    return [dict(row) for row in rows.values("decision", "reason", "actor_id", "at")]


def adjustments_of(*, contract_id: int, month: int) -> list[dict[str, Any]]:
    """Individual corrections of a contract in a month, newest first."""
    rows = Adjustment.objects.filter(contract_id=contract_id, month=month).order_by("-id")
    fields = ("id", "kind", "amount_minor", "energy_dwh", "capacity_milli", "text", "reason", "at", "withdrawn_at")
    return [dict(row) for row in rows.values(*fields)]


def neighbours(*, run_id: int, contract_id: int) -> tuple[int | None, int | None]:
    """The contracts before and after one in the list of exceptions, for the keys j and k."""
    rows = Finding.objects.filter(run_id=run_id, examination=None).annotate(rank=_ORDER)
    order = list(dict.fromkeys(rows.order_by("rank", "code", "contract_id").values_list("contract_id", flat=True)))
    if contract_id not in order:
        return None, order[0] if order else None
    place = order.index(contract_id)
    return (order[place - 1] if place else None), (order[place + 1] if place + 1 < len(order) else None)


def corrected_by(*, run_id: int, actor_id: int | None) -> list[int]:
    """The contracts whose bills in a run carry a correction that a person made by hand and that still stands."""
    if actor_id is None:
        return []
    billed = Bill.objects.filter(run_id=run_id)
    own = Adjustment.objects.filter(actor_id=actor_id, withdrawn_at=None, month__in=billed.values("month")[:1])
    ids = list(own.values_list("contract_id", flat=True).distinct())
    return sorted(billed.filter(contract_id__in=ids).values_list("contract_id", flat=True).distinct()) if ids else []
