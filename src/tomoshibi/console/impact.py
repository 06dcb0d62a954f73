"""What the change of a master would touch, beyond the masters: plans, contracts, runs and bills, debits, postings."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl
from django.urls import reverse
from django.utils.translation import gettext as _

from tomoshibi.applications.queries import switching
from tomoshibi.billing import queries as billing
from tomoshibi.billing import values as billing_values
from tomoshibi.collection import queries as collection
from tomoshibi.collection import values as collection_values
from tomoshibi.contracts import queries as contracts
from tomoshibi.kernel.periods import Month
from tomoshibi.ledger import queries as ledger
from tomoshibi.ledger import values as ledger_values
from tomoshibi.masters import queries as masters
from tomoshibi.masters import values as masters_values
from tomoshibi.parties import queries as parties
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.tariffs import values as tariffs_values

Scope = masters_values.Scope
_WAITING = (
    collection_values.BatchState.PREPARED,
    collection_values.BatchState.RELEASED,
    collection_values.BatchState.SENT,
)
SHOWN = 12
"""So many plans and runs are named; all are counted."""


@dataclass(frozen=True)
class Touched:
    """A plan whose bills take what changes, and how many contracts are supplied on it meanwhile."""

    code: str
    name: str
    url: str
    contracts: int


@dataclass(frozen=True)
class Posted:
    """A ledger account that postings of the changed key went to since then."""

    account: ledger_values.Account
    amount_minor: int
    url: str


@dataclass(frozen=True)
class Impact:
    """
    What would be touched; an empty part has nothing to do with the master.

    :param first: first billing month it reaches
    :param last: last one, None for ever
    :param contracts: supplied meanwhile, in the areas and on the plans it is about
    :param runs: of these months, with their bills of these plans and areas
    :param batches: debit files that are not answered yet
    :param mandates: live ones of the agents
    :param at_banks: live mandates whose accounts are at the banks and branches that change
    :param posted: accounts that hold postings since then
    :param reprices: bills take prices from the master: issued ones may come out differently
    :param renamed: the accounts themselves change, not what goes to them
    :param charges: entered or told, and on no bill yet
    :param cases: applications to the grid that are on their way
    :param closed_months: accounting months since then that are closed: what stands in them stays
    """

    first: Month | None
    last: Month | None
    areas: tuple[str, ...] = ()
    plans: tuple[Touched, ...] = ()
    contracts: int = 0
    runs: tuple[billing_values.TouchedRun, ...] = ()
    batches: tuple[collection_values.DebitBatch, ...] = ()
    mandates: int = 0
    at_banks: int = 0
    posted: tuple[Posted, ...] = ()
    closed_months: tuple[Month, ...] = ()
    reprices: bool = False
    renamed: bool = False
    charges: int = 0
    cases: int = 0

    @property
    def issued(self) -> int:
        """Bills that went out: they stay as they are."""
        return sum(run.bill_count for run in self.runs if not run.is_open)

    @property
    def issued_minor(self) -> int:
        return sum(run.total_minor for run in self.runs if not run.is_open)

    @property
    def drafted(self) -> int:
        """Bills of open runs: rating them again takes the change."""
        return sum(run.bill_count for run in self.runs if run.is_open)

    @property
    def touches_nothing(self) -> bool:
        return not (
            self.plans
            or self.contracts
            or self.runs
            or self.batches
            or self.mandates
            or self.at_banks
            or self.posted
            or self.charges
            or self.cases
        )


def of_proposal(*, proposal: masters_values.Proposal, today: date, language: str) -> Impact:
    """
    What a proposed change of a master would touch.

    :raises masters.BadSheet: where its rows no longer fit
    """
    scope = masters.scope(master=proposal.master, rows=list(proposal.rows))
    if scope.first is None:
        return Impact(None, None)
    if scope.master in _PRICED:
        return _priced(scope, _PRICED[scope.master], language)
    if scope.master in _SCHEDULES or scope.holiday_scopes & {"bank", "national"}:
        return _debits(scope, language)
    if scope.branches:
        return Impact(scope.first, scope.last, at_banks=parties.live_mandates_at(branches=scope.branches))
    if scope.master == "posting_accounts":
        return _postings(scope, today)
    if scope.master == "accounts":
        return replace(_posted_in(scope, scope.codes, today), renamed=True)
    if scope.master == "charge_kinds":
        return Impact(scope.first, scope.last, charges=contracts.unbilled_charges(codes=scope.codes))
    if scope.master == "switching_periods":
        areas = _area_names(scope)
        return Impact(scope.first, scope.last, areas=areas, cases=switching.open_cases(areas=scope.areas))
    return _reading_days(scope)


Takes = Callable[[tariffs_values.PlanUse, Scope], bool]
_PRICED: Mapping[str, Takes] = {
    "levy": lambda use, _scope: "levy" in use.takes,
    "fuel_parameters": lambda use, scope: bool(use.fuel_products & scope.products),
    "fuel_units": lambda use, scope: bool(use.fuel_products & scope.products),
    "customs_prices": lambda use, _scope: bool(use.fuel_products),
    "fuel_windows": lambda use, _scope: bool(use.fuel_products),
    "government_discounts": lambda use, scope: "government_discount" in use.takes and use.voltage in scope.voltages,
    "monthly_amounts": lambda use, scope: bool(use.takes & scope.codes),
    "tax_rates": lambda _use, _scope: True,
}
"""Masters that prices come from -> whether a plan takes what changes."""
_SCHEDULES = {"debit_agents", "debit_cycles"}


def _days(scope: Scope) -> tuple[date, date | None]:
    """The civil days around the affected billing months: a month's bills begin in the month before."""
    assert scope.first is not None, scope
    return scope.first.plus(-1).first, scope.last.plus(1).first if scope.last else None


def _priced(scope: Scope, takes: Takes, language: str) -> Impact:
    start, end = _days(scope)
    uses = [use for use in tariffs.plan_uses(start=start, end=end) if takes(use, scope)]
    counts = _supplied(scope).filter(pl.col("plan_code").is_in([use.code for use in uses]))
    by_plan = dict(counts.group_by("plan_code").agg(pl.col("contracts").sum()).iter_rows())
    plans = [
        Touched(use.code, use.name_in(language), reverse("tariffs:plan", args=[use.code]), by_plan[use.code])
        for use in uses
        if use.code in by_plan
    ]
    return Impact(
        scope.first,
        scope.last,
        areas=_area_names(scope),
        plans=tuple(sorted(plans, key=lambda plan: -plan.contracts)),
        contracts=int(counts["contracts"].sum()),
        runs=_runs(scope, {use.code for use in uses}),
        reprices=True,
    )


def _supplied(scope: Scope) -> pl.DataFrame:
    start, end = _days(scope)
    counts = contracts.counts_by_plan(period_start=start, period_end=end)
    return counts.filter(pl.col("area").is_in(sorted(scope.areas))) if scope.areas else counts


def _runs(scope: Scope, plan_codes: Collection[str] | None) -> tuple[billing_values.TouchedRun, ...]:
    assert scope.first is not None, scope
    found = billing.touched_runs(first=scope.first, last=scope.last, plan_codes=plan_codes, areas=scope.areas)
    return tuple(found)


def _area_names(scope: Scope) -> tuple[str, ...]:
    return tuple(str(masters_values.AREAS[area].name) for area in sorted(scope.areas))


def _reading_days(scope: Scope) -> Impact:
    """The calendar decides from when to when a bill counts; the company's name and account stand on every bill."""
    return Impact(
        scope.first,
        scope.last,
        areas=_area_names(scope),
        contracts=int(_supplied(scope)["contracts"].sum()),
        runs=_runs(scope, None),
    )


def _debits(scope: Scope, language: str) -> Impact:
    """Schedules and bank holidays decide when money is asked for; national ones move reading days, too."""
    assert scope.first_day is not None, scope
    waiting = collection.batches(states=_WAITING)
    batches = [
        batch
        for batch in waiting
        if (not scope.agents or batch.agent in scope.agents)
        and (batch.settle_on or batch.result_on) >= scope.first_day
        and (scope.last is None or batch.file_due_on < scope.last.plus(1).first)
    ]
    counts = parties.live_mandate_counts()
    mandates = sum(number for agent, number in counts.items() if not scope.agents or agent in scope.agents)
    there = Impact(scope.first, scope.last) if "national" not in scope.holiday_scopes else _by_days(scope, language)
    return Impact(
        scope.first,
        scope.last,
        areas=there.areas,
        plans=there.plans,
        contracts=there.contracts,
        runs=there.runs,
        batches=tuple(batches),
        mandates=mandates,
    )


def _by_days(scope: Scope, language: str) -> Impact:
    """A national holiday: plans that price by kind of day, and every reading day around it."""
    priced = _priced(scope, lambda use, _scope: use.by_kind_of_day, language)
    days = _reading_days(scope)
    return Impact(scope.first, scope.last, plans=priced.plans, contracts=days.contracts, runs=days.runs)


def _postings(scope: Scope, today: date) -> Impact:
    """What was posted under these keys since then stays where it is; from now on it goes elsewhere."""
    assert scope.first_day is not None, scope
    mapped = masters.posting_accounts(on=min(today, scope.first_day))
    return _posted_in(scope, {mapped[key] for key in scope.postings if key in mapped}, today)


def _posted_in(scope: Scope, codes: Collection[str], today: date) -> Impact:
    """What stands in accounts since then, and which of these months are closed."""
    assert scope.first is not None, scope
    balance = ledger.trial_balance(first=scope.first, last=max(Month.of(today), scope.first))
    posted = [
        Posted(row.account, row.debit_minor + row.credit_minor, reverse("ledger:account", args=[row.account.code]))
        for row in balance.rows
        if row.account.code in codes and (row.debit_minor or row.credit_minor)
    ]
    closed = [state.month for state in ledger.months() if state.closed and state.month >= scope.first]
    return Impact(scope.first, scope.last, posted=tuple(posted), closed_months=tuple(sorted(closed)))


def words(impact: Impact) -> list[str]:
    """What follows, in sentences."""
    said = []
    if impact.issued:
        said.append(
            _("Bills that were issued stay as they are: a difference is settled by a correction, never by an edit.")
        )
    if impact.drafted:
        said.append(_("Runs that are open take the change when they are rated again."))
    if any(batch.state == collection_values.BatchState.SENT for batch in impact.batches):
        said.append(_("Debit files that were sent keep their days."))
    if impact.posted and impact.renamed:
        said.append(_("What was posted in these accounts stays; it is shown under the new name."))
    elif impact.posted:
        said.append(_("What was posted stays where it is; new postings go to the new account."))
    if impact.charges:
        said.append(_("Charges that were entered keep their amount and tax; the next ones take the change."))
    if impact.cases:
        said.append(_("Applications that were sent keep their days; the next ones are counted anew."))
    if impact.at_banks:
        said.append(
            _(
                "Mandates keep the codes that their payers gave: where a branch was closed, the bank says what follows it."
            )
        )
    return said
