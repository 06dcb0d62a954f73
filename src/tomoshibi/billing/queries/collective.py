"""Collective invoices: what they wait for in a run, and which bills stand on one."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from tomoshibi.billing import membership, values
from tomoshibi.billing.models import Chunk, Finding, Hold, Invoice, Run
from tomoshibi.billing.queries.bills import bills_by_id
from tomoshibi.billing.queries.drafts import draft_bills
from tomoshibi.contracts import queries as contracts
from tomoshibi.parties import queries as parties
from tomoshibi.parties.values import Collective
from tomoshibi.storage import bulk


@dataclass(frozen=True)
class RunInvoice:
    """
    An account's collective invoice in a run.

    :param missing: numbers of its contracts whose bill is held or could not be made
    :param waits: it is not issued with the run
    """

    account_id: int
    account_number: str
    addressee: str
    setting: Collective
    contracts: int
    bills: int
    total_minor: int
    missing: tuple[str, ...]

    @property
    def waits(self) -> bool:
        return bool(self.missing) and self.setting is Collective.WAIT


@dataclass(frozen=True)
class CollectiveInvoice:
    """
    An invoice over several bills.

    :param lead_bill_id: the bill under which debt and statement are kept
    :param members: the bills in the order of their contracts
    :param taxes: per rate ``(rate_ppm, total with tax, tax rounded once)``
    """

    lead_bill_id: int
    number: str
    members: tuple[values.Bill, ...]
    taxes: tuple[tuple[int, int, int], ...]

    @property
    def total_minor(self) -> int:
        return sum(bill.total_minor for bill in self.members)

    @property
    def tax_minor(self) -> int:
        return sum(tax for _rate, _total, tax in self.taxes)

    @property
    def untaxed_minor(self) -> int:
        return sum(bill.untaxed_minor for bill in self.members)

    @property
    def energy_dwh(self) -> int:
        return sum(bill.energy_dwh for bill in self.members)


def _billed(*, month: int, run_id: int, contract_ids: Sequence[int]) -> tuple[set[int], set[int]]:
    """Contracts with a bill of a month in a run, and in any other."""
    frame = bulk.read_frame(
        "SELECT contract_id, run_id FROM billing_bill WHERE contract_id = ANY(%s) AND month = %s AND revision = 0 AND kind = 'bill'",
        {"contract_id": pl.Int64, "run_id": pl.Int64},
        [list(contract_ids), month],
    )
    here = frame.filter(pl.col("run_id") == run_id)["contract_id"]
    return set(here), set(frame["contract_id"]) - set(here)


def waiting_for_members(
    *, run_id: int, month: int, members: pl.DataFrame, held: frozenset[int] = frozenset()
) -> dict[int, str]:
    """
    Contracts with a bill in the run whose collective invoice waits for the bill of another contract.

    :param held: contracts whose bill stays behind, as if it were not there
    :returns: per contract the numbers of those that are missing
    """
    among = members.filter(pl.col("collective") == Collective.WAIT.value)
    if among.is_empty():
        return {}
    here, elsewhere = _billed(month=month, run_id=run_id, contract_ids=among["contract_id"].to_list())
    here -= held
    found: dict[int, str] = {}
    for _account, own in among.group_by("account_id"):
        missing = own.filter(~pl.col("contract_id").is_in(list(here | elsewhere)))["contract_number"].sort()
        if missing.len():
            waiting = [contract_id for contract_id in own["contract_id"] if contract_id in here]
            found |= dict.fromkeys(sorted(waiting), ", ".join(missing))
    return found


def going(*, run_id: int) -> values.Going:
    """
    What the issue of a run would take, as it stands now: without held bills and without those of collective invoices that
    wait for another one. A second person stands for this, not for what stays behind.
    """
    run = Run.objects.get(id=run_id)
    held = frozenset(Hold.objects.filter(run_id=run_id).values_list("contract_id", flat=True))
    staying = set(held)
    for packed in Chunk.objects.filter(run_id=run_id).order_by("no").values_list("members", flat=True):
        members = membership.unpack(bytes(packed))
        staying |= waiting_for_members(run_id=run_id, month=run.month, members=members, held=held).keys()
    behind = draft_bills(run_id=run_id, contract_ids=sorted(staying)).select(
        pl.len().alias("bill_count"), pl.col("energy_dwh", "total_minor", "tax_minor", "levy_minor").sum()
    )
    stays = behind.row(0, named=True)
    return values.Going(
        **{name: getattr(run, name) - int(stays[name]) for name in stays},
        staying_count=int(stays["bill_count"]),
        staying_minor=int(stays["total_minor"]),
    )


def collective_of_run(*, run_id: int, month: int) -> list[RunInvoice]:
    """The collective invoices of a run as they stand now, those that wait first."""
    stored = Chunk.objects.filter(run_id=run_id).order_by("no").values_list("members", flat=True)
    parts = [membership.unpack(bytes(packed)) for packed in stored]
    among = [part.filter(pl.col("collective") != Collective.NO.value) for part in parts]
    rows = pl.concat(among) if among else pl.DataFrame(schema=dict(membership.MEMBERS))
    if rows.is_empty():
        return []
    here, elsewhere = _billed(month=month, run_id=run_id, contract_ids=rows["contract_id"].to_list())
    held = set(Hold.objects.filter(run_id=run_id).values_list("contract_id", flat=True))
    totals = bulk.read_frame(
        "SELECT account_id, count(*), sum(total_minor)::bigint FROM billing_bill"
        " WHERE run_id = %s AND contract_id = ANY(%s) GROUP BY 1",
        {"account_id": pl.Int64, "bills": pl.Int64, "total_minor": pl.Int64},
        [run_id, [one for one in rows["contract_id"] if one not in held]],
    )
    sums = {row["account_id"]: row for row in totals.iter_rows(named=True)}
    names = parties.billing_accounts_frame(
        account_ids=rows["account_id"].unique(), columns=["account_id", "number", "addressee"]
    )
    named = {row["account_id"]: row for row in names.iter_rows(named=True)}
    ready = (here - held) | elsewhere
    # Once the run is issued, the bills of an invoice that waited are gone; what it waited for was written down.
    left = dict(
        Finding.objects.filter(run_id=run_id, code=values.WAITS).values_list("contract_id", "values__waits_for")
    )
    found = []
    for (account_id,), own in rows.group_by("account_id", maintain_order=True):
        waited_for = next((left[one] for one in own["contract_id"] if one in left), None)
        missing = own.filter(~pl.col("contract_id").is_in(list(ready)))["contract_number"].sort().to_list()
        missing = missing if waited_for is None else waited_for.split(", ")
        found.append(
            RunInvoice(
                account_id=account_id,
                account_number=named[account_id]["number"],
                addressee=named[account_id]["addressee"],
                setting=Collective(own["collective"][0]),
                contracts=own.height,
                bills=sums[account_id]["bills"] if account_id in sums else 0,
                total_minor=sums[account_id]["total_minor"] if account_id in sums else 0,
                missing=tuple(missing),
            )
        )
    return sorted(found, key=lambda one: (not one.waits, not one.missing, one.account_number))


def collective_invoice(*, bill_id: int) -> CollectiveInvoice | None:
    """The collective invoice on which a bill stands, or nothing."""
    lead = Invoice.objects.filter(bill_id=bill_id).values_list("lead_bill_id", flat=True).first()
    if lead is None:
        return None
    ids = members_of(lead_bill_ids=[lead])[lead]
    found = bills_by_id(bill_ids=ids)
    members = tuple(found[one] for one in ids)
    rates = sorted({bill.tax_rate_ppm for bill in members}, reverse=True)
    taxes = tuple(
        (
            rate,
            sum(bill.total_minor - bill.untaxed_minor for bill in members if bill.tax_rate_ppm == rate),
            sum(bill.tax_minor + bill.tax_shift_minor for bill in members if bill.tax_rate_ppm == rate),
        )
        for rate in rates
    )
    return CollectiveInvoice(lead_bill_id=lead, number=members[0].invoice_number, members=members, taxes=taxes)


def members_of(*, lead_bill_ids: Sequence[int]) -> dict[int, list[int]]:
    """The bills of collective invoices in the order of their contracts, the lead bill first."""
    frame = bulk.read_frame(
        """
        SELECT i.lead_bill_id, i.bill_id, b.contract_id, b.period_start
          FROM billing_invoice i JOIN billing_bill b ON b.id = i.bill_id
         WHERE i.lead_bill_id = ANY(%s) AND i.lead_bill_id IS NOT NULL
        """,
        {"lead": pl.Int64, "bill_id": pl.Int64, "contract_id": pl.Int64, "period_start": pl.Date},
        [list(lead_bill_ids)],
    )
    numbers = contracts.numbers_frame(contract_ids=frame["contract_id"].unique())
    ordered = frame.join(numbers, on="contract_id", how="left").sort("contract_number", "period_start", "bill_id")
    found: dict[int, list[int]] = {lead: [] for lead in lead_bill_ids}
    for lead, bill_id in ordered.select("lead", "bill_id").iter_rows():
        found[lead].append(bill_id)
    return {lead: members for lead, members in found.items() if members}
