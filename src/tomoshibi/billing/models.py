"""
Rows of billing.

The tables that a run fills by the million (bill, line, finding, invoice) carry plain numbers instead of foreign keys:
a run writes them with COPY from frames that came out of the referenced rooms a moment before, and a trigger per row
would cost more than the whole pricing. The tables that people change have real references.
"""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django_fsm import transition

from tomoshibi.billing.values import (
    AdjustmentKind,
    BillKind,
    Decision,
    GroupProblem,
    RunKind,
    RunState,
    Severity,
    Split,
    StudyState,
)
from tomoshibi.storage.audit import audited
from tomoshibi.storage.fields import StateField

State = RunState


def _choices(names: type) -> list[tuple[str, str]]:
    return [(item.value, item.value) for item in names]  # type: ignore[attr-defined]


def _never(name: str, *operations: pgtrigger.Operation) -> pgtrigger.Protect:
    operation = operations[0]
    for other in operations[1:]:
        operation = operation | other
    return pgtrigger.Protect(name=name, operation=operation)


class Run(models.Model):
    """One pass over a selection of contracts, from draft to issue."""

    kind = models.CharField(max_length=12, choices=_choices(RunKind), default=RunKind.REGULAR.value)
    month = models.IntegerField()
    selection = models.JSONField(default=dict)
    selection_hash = models.CharField(max_length=64)
    state = StateField(default=State.DRAFTED.value)
    created_at = models.DateTimeField()
    created_by_id = models.BigIntegerField(null=True)
    examined_at = models.DateTimeField(null=True)
    examined_by_id = models.BigIntegerField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by_id = models.BigIntegerField(null=True)
    confirmed_totals = models.JSONField(null=True)
    issue_started_at = models.DateTimeField(null=True)
    issue_on = models.DateField(null=True)
    issued_at = models.DateTimeField(null=True)
    selected_count = models.IntegerField(default=0)
    bill_count = models.IntegerField(default=0)
    aside_count = models.IntegerField(default=0)
    held_count = models.IntegerField(default=0)
    energy_dwh = models.BigIntegerField(default=0)
    total_minor = models.BigIntegerField(default=0)
    tax_minor = models.BigIntegerField(default=0)
    levy_minor = models.BigIntegerField(default=0)
    job_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "month", "selection_hash"],
                condition=~Q(state__in=[State.ISSUED.value, State.CANCELLED.value]),
                name="run_open_once",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by_id__isnull=True)
                | Q(created_by_id__isnull=False) & ~Q(confirmed_by_id=models.F("created_by_id")),
                name="run_four_eyes",
            ),
        ]
        indexes = [models.Index(fields=["-created_at"], name="run_newest")]

    @transition(field=state, source=State.DRAFTED.value, target=State.RATED.value)
    def rate(self) -> None:
        """All chunks are priced."""

    @transition(field=state, source=State.RATED.value, target=State.CHECKED.value)
    def check_bills(self) -> None:
        """The numbered checks ran over every bill."""

    @transition(
        field=state,
        source=[State.RATED.value, State.CHECKED.value, State.EXAMINED.value],
        target=State.DRAFTED.value,
    )
    def rate_again(self) -> None:
        """Prices or values came in: every chunk is rated anew, decisions that still fit stay."""

    @transition(field=state, source=State.CHECKED.value, target=State.EXAMINED.value)
    def examine(self) -> None:
        """Nothing blocking is left undecided."""

    @transition(field=state, source=State.EXAMINED.value, target=State.CHECKED.value)
    def reopen(self) -> None:
        """A bill changed after the examination ended: look again."""

    @transition(field=state, source=State.EXAMINED.value, target=State.CONFIRMED.value)
    def confirm(self) -> None:
        """A second person stands for the counts and totals."""

    @transition(field=state, source=State.CONFIRMED.value, target=State.ISSUED.value)
    def issue(self) -> None:
        """Every bill that is not held has its number and stands in the ledger."""

    @transition(
        field=state,
        source=[State.DRAFTED.value, State.RATED.value, State.CHECKED.value, State.EXAMINED.value, "confirmed"],
        target=State.CANCELLED.value,
    )
    def cancel(self) -> None:
        """Nothing of it was issued; its drafts are gone."""


class Chunk(models.Model):
    """A part of a run that is done in one transaction, or not at all."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="chunks")
    no = models.IntegerField()
    members = models.BinaryField()
    """Who belongs to it: the columns of ``selection.MEMBERS`` as a compressed Arrow file."""
    size = models.IntegerField()
    rated = models.BooleanField(default=False)
    issued = models.BooleanField(default=False)
    bill_count = models.IntegerField(default=0)
    aside_count = models.IntegerField(default=0)
    energy_dwh = models.BigIntegerField(default=0)
    total_minor = models.BigIntegerField(default=0)
    tax_minor = models.BigIntegerField(default=0)
    levy_minor = models.BigIntegerField(default=0)
    first_bill_id = models.BigIntegerField(null=True)
    last_bill_id = models.BigIntegerField(null=True)
    """The ids of its bills lie in here; ids of a chunk that was drafted at the same time may lie between."""
    first_number = models.BigIntegerField(null=True)
    issued_count = models.IntegerField(default=0)
    invoice_count = models.IntegerField(null=True)
    """Numbers that it takes: fewer than bills where accounts have a collective invoice; null before the issue."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "no"], name="chunk_once")]


class Bill(models.Model):
    """One document for one contract and period. Never changed; an unissued one may be thrown away with its run."""

    run_id = models.IntegerField()
    contract_id = models.BigIntegerField()
    customer_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    supply_point_id = models.BigIntegerField()
    reading_id = models.BigIntegerField(null=True)
    reading_revision = models.IntegerField(default=0)
    kind = models.CharField(max_length=10, choices=_choices(BillKind))
    revision = models.SmallIntegerField(default=0)
    corrects_bill_id = models.BigIntegerField(null=True)
    month = models.IntegerField()
    period_start = models.DateField()
    period_end = models.DateField()
    plan_code = models.CharField(max_length=64)
    plan_version_id = models.IntegerField()
    capacity_kind = models.CharField(max_length=10)
    capacity_milli = models.BigIntegerField(null=True)
    energy_dwh = models.BigIntegerField()
    rerated_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    levy_minor = models.BigIntegerField()
    untaxed_minor = models.BigIntegerField(default=0)
    """Part of the total that is no subject of consumption tax (late interest and the like)."""
    tax_rate_ppm = models.IntegerField()
    agreed = models.BooleanField(default=False)
    basic_net_minor = models.BigIntegerField(null=True)
    """This and the next: what the plan's lines of a kind come to without tax; energy is the rest (``composition``)."""
    fuel_net_minor = models.BigIntegerField(null=True)
    other_net_minor = models.BigIntegerField(null=True)
    discount_net_minor = models.BigIntegerField(null=True)
    subsidy_net_minor = models.BigIntegerField(null=True)
    levy_net_minor = models.BigIntegerField(null=True)
    published_id = models.BigIntegerField(null=True)
    """What was published for it (``Published``); null where the parts say so each for itself."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract_id", "period_start", "revision"], name="bill_once_per_period"),
            models.CheckConstraint(condition=Q(period_end__gt=models.F("period_start")), name="bill_period"),
        ]
        indexes = [BrinIndex(fields=["run_id"], name="bill_run", pages_per_range=16, autosummarize=True)]
        triggers = [
            _never("never_changed", pgtrigger.Update),
            pgtrigger.Trigger(
                name="issued_stays",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                referencing=pgtrigger.Referencing(old="gone"),  # type: ignore[no-untyped-call]
                func="""
                    IF EXISTS (SELECT FROM gone JOIN billing_invoice ON billing_invoice.bill_id = gone.id) THEN
                        RAISE EXCEPTION 'an issued bill stays; correct it by a further document';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]


class Published(models.Model):
    """
    The published values (levy, fuel unit, amounts of the month ...) that bills of one plan version, area, voltage and
    month were priced with. Found by its content: the same values are one row for all bills.
    """

    id = models.BigIntegerField(primary_key=True)
    plan_version_id = models.IntegerField()
    area = models.CharField(max_length=2)
    voltage = models.CharField(max_length=10)
    month = models.IntegerField()
    usage_month = models.IntegerField()
    values = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["plan_version_id", "area", "month"], name="published_of_plan")]
        triggers = [_never("never_changed", pgtrigger.Update, pgtrigger.Delete)]


class PublishedUse(models.Model):
    """That published values were the known ones on a day: what a later rating "as of" that day takes."""

    pk = models.CompositePrimaryKey("published_id", "used_on")
    published_id = models.BigIntegerField()
    used_on = models.DateField()


class Part(models.Model):
    """
    What a bill was priced from, where the bill itself does not say it: it has several parts, a share of a month,
    discounts, or numbers that a person entered.
    """

    pk = models.CompositePrimaryKey("bill_id", "segment")
    bill_id = models.BigIntegerField()
    segment = models.SmallIntegerField()
    plan_version_id = models.IntegerField()
    capacity_kind = models.CharField(max_length=10)
    capacity_milli = models.BigIntegerField(null=True)
    period_start = models.DateField()
    period_end = models.DateField()
    reading_start = models.DateField()
    reading_end = models.DateField()
    energy_dwh = models.BigIntegerField()
    split = models.CharField(max_length=10, choices=_choices(Split))
    by_hand = models.BooleanField(default=False)
    """The bill's energy was entered by a person, not read."""
    discounts = models.JSONField(default=list)
    inputs = models.JSONField(default=dict)
    """Further columns that pricing took, by name."""
    published_id = models.BigIntegerField(null=True)

    class Meta:
        triggers = [_never("never_changed", pgtrigger.Update)]


class Line(models.Model):
    """A line of a bill. What its number means stands in the plan version, once for all bills."""

    pk = models.CompositePrimaryKey("bill_id", "no")
    bill_id = models.BigIntegerField()
    no = models.SmallIntegerField()
    plan_version_id = models.IntegerField()
    component_no = models.SmallIntegerField()
    quantity = models.BigIntegerField()
    price_micro = models.BigIntegerField()
    ratio_num = models.IntegerField(default=1)
    ratio_den = models.IntegerField(default=1)
    amount_e10 = models.BigIntegerField()

    class Meta:
        triggers = [_never("never_changed", pgtrigger.Update)]


class Extra(models.Model):
    """A line outside the plan: a sundry charge of the contract, or an individual correction. Few bills have one."""

    pk = models.CompositePrimaryKey("bill_id", "no")
    bill_id = models.BigIntegerField()
    no = models.SmallIntegerField()
    code = models.CharField(max_length=30)
    text = models.CharField(max_length=100)
    amount_minor = models.BigIntegerField()
    taxed = models.BooleanField()
    charge_id = models.BigIntegerField(null=True)
    adjustment_id = models.BigIntegerField(null=True)

    class Meta:
        triggers = [_never("never_changed", pgtrigger.Update)]


class Invoice(models.Model):
    """
    That a bill was issued: its number, and when it is due.

    The bills of a collective invoice have one row each with the same number; ``lead_bill_id`` is the first of them, and
    what follows from an invoice (the debt, the debit, the statement) is the lead bill's.
    """

    bill_id = models.BigIntegerField(primary_key=True)
    run_id = models.IntegerField()
    number = models.BigIntegerField()
    issued_at = models.DateTimeField()
    issued_on = models.DateField()
    due_on = models.DateField()
    lead_bill_id = models.BigIntegerField(null=True)
    tax_shift_minor = models.IntegerField(default=0, db_default=0)
    """What the one rounding of the collective invoice adds to the tax that the bill has by itself."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["number"],
                condition=Q(lead_bill_id__isnull=True) | Q(lead_bill_id=models.F("bill_id")),
                name="invoice_number_once",
            ),
            models.CheckConstraint(
                condition=Q(lead_bill_id__isnull=False) | Q(tax_shift_minor=0), name="invoice_tax_shift_of_collective"
            ),
        ]
        indexes = [
            BrinIndex(fields=["run_id"], name="invoice_run", pages_per_range=16, autosummarize=True),
            models.Index(fields=["lead_bill_id"], name="invoice_lead", condition=Q(lead_bill_id__isnull=False)),
        ]
        triggers = [_never("never_changed", pgtrigger.Update, pgtrigger.Delete)]


class NumberBlock(models.Model):
    """Numbers taken at once for a run: a hole in the sequence is explained here."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+", null=True)
    first = models.BigIntegerField(unique=True)
    size = models.IntegerField()
    used = models.IntegerField(null=True)
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(size__gt=0), name="number_block_size")]


class NumberSequence(models.Model):
    """One row: the next free number. Locked for the moment in which a block is taken, never per invoice."""

    next = models.BigIntegerField(default=1)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="number_sequence_one_row")]


@audited(created=True, words={"severity": "tomoshibi.billing.billlist.SEVERITIES"})
class CheckSetting(models.Model):
    """Another threshold or severity of a check, for all plans or for one."""

    code = models.CharField(max_length=8)
    plan_code = models.CharField(max_length=64, blank=True)
    threshold = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    severity = models.CharField(max_length=10, choices=_choices(Severity), blank=True)
    enabled = models.BooleanField(default=True)
    reason = models.CharField(max_length=300)
    set_at = models.DateTimeField()
    set_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "plan_code"], name="check_setting_once")]


class Examination(models.Model):
    """What a clerk decided about a contract's bill in a run, and why. Only added to."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    contract_id = models.BigIntegerField()
    decision = models.CharField(max_length=10, choices=_choices(Decision))
    reason = models.CharField(max_length=500)
    released = models.JSONField(default=dict)
    """Per code what the released finding said: a later rating that finds the same again need not ask again."""
    actor_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["run", "contract_id"], name="examination_contract")]
        triggers = [_never("never_changed", pgtrigger.Update)]


class Finding(models.Model):
    """A check that a bill did not pass, or the reason why there is none."""

    run_id = models.IntegerField()
    chunk_no = models.IntegerField()
    contract_id = models.BigIntegerField()
    bill_id = models.BigIntegerField(null=True)
    code = models.CharField(max_length=8)
    severity = models.CharField(max_length=10, choices=_choices(Severity))
    values = models.JSONField(default=dict)
    examination = models.ForeignKey(Examination, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run_id", "contract_id", "code"], name="finding_once")]


class Hold(models.Model):
    """A bill that is kept back: the run is issued without it."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    contract_id = models.BigIntegerField()
    reason = models.CharField(max_length=500)
    actor_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "contract_id"], name="hold_once")]


class Adjustment(models.Model):
    """An individual correction before issue: with it the bill is priced again."""

    contract_id = models.BigIntegerField()
    month = models.IntegerField()
    kind = models.CharField(max_length=10, choices=_choices(AdjustmentKind))
    amount_minor = models.BigIntegerField(null=True)
    energy_dwh = models.BigIntegerField(null=True)
    bands = models.JSONField(default=dict)
    """The energies of the bands of a time-of-use plan [0.1 Wh], which make up ``energy_dwh``."""
    capacity_milli = models.BigIntegerField(null=True)
    text = models.CharField(max_length=100, blank=True)
    reason = models.CharField(max_length=500)
    actor_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(kind=AdjustmentKind.CHARGE.value, amount_minor__isnull=False)
                    & ~Q(text="")
                    & Q(energy_dwh__isnull=True, capacity_milli__isnull=True)
                )
                | Q(kind=AdjustmentKind.USAGE.value, energy_dwh__gte=0, amount_minor__isnull=True)
                | Q(kind=AdjustmentKind.CAPACITY.value, capacity_milli__gt=0, amount_minor__isnull=True),
                name="adjustment_says_one_thing",
            ),
        ]
        indexes = [models.Index(fields=["contract_id", "month"], name="adjustment_contract")]


class PrintBatch(models.Model):
    """Statements of a run for the printer: PDF parts in postal order, an index and a manifest."""

    run = models.OneToOneField(Run, on_delete=models.PROTECT, related_name="+")
    recipients = models.BinaryField(default=b"")
    """Empty: who is printed stands with the parts. Batches begun by earlier versions hold all of it here."""
    statement_count = models.IntegerField()
    page_count = models.IntegerField(default=0)
    index_file_id = models.BigIntegerField(null=True)
    manifest_file_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)


class PrintPart(models.Model):
    """One PDF of a batch, set or still to be set."""

    batch = models.ForeignKey(PrintBatch, on_delete=models.CASCADE, related_name="+")
    no = models.IntegerField()
    recipients = models.BinaryField(default=b"")
    """Who is printed in which order, frozen when the batch was begun: a compressed Arrow file."""
    statement_count = models.IntegerField()
    page_count = models.IntegerField()
    pdf_file_id = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "no"], name="print_part_once")]


class Study(models.Model):
    """What the book would be billed under other prices, rates or plans; no bill is written."""

    title = models.CharField(max_length=200)
    scenario = models.JSONField()
    selection = models.JSONField(default=dict)
    months = models.JSONField()
    state = StateField(default=StudyState.RUNNING.value)
    contract_count = models.IntegerField(default=0)
    created_at = models.DateTimeField()
    created_by_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    job_id = models.BigIntegerField(null=True)
    result = models.JSONField(null=True)
    input_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-created_at"], name="study_newest")]

    @transition(field=state, source=StudyState.RUNNING.value, target=StudyState.DONE.value)
    def finish(self) -> None:
        """Every part is priced and added up."""

    @transition(field=state, source=StudyState.RUNNING.value, target=StudyState.CANCELLED.value)
    def cancel(self) -> None:
        """Somebody stopped it; what was priced so far is thrown away."""


class StudyPart(models.Model):
    """Some customers of a study: who they are, and what came out, as compressed Arrow files."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="parts")
    no = models.IntegerField()
    members = models.BinaryField()
    size = models.IntegerField()
    done = models.BooleanField(default=False)
    customers = models.BinaryField(null=True)
    sums = models.JSONField(null=True)
    input_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["study", "no"], name="study_part_once")]


class Reissue(models.Model):
    """That a statement was made again on request."""

    bill_id = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    actor_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["bill_id"], name="reissue_bill")]
        triggers = [_never("never_changed", pgtrigger.Update, pgtrigger.Delete)]


class Notice(models.Model):
    """That the customer was told by mail that the statement is there."""

    bill_id = models.BigIntegerField(primary_key=True)
    run_id = models.IntegerField()
    sent_at = models.DateTimeField()


class GroupMonth(models.Model):
    """
    How the energy of a group of points came about in a reading month, version by version: never changed, only replaced.

    ``reading_id`` is the version of the confirmed value that it became; null with a ``problem``: nothing can be billed.
    Days and shares are arrays, one entry per day of the period and per membership: a million points are as many numbers,
    not rows.
    """

    group_id = models.BigIntegerField()
    group_number = models.CharField(max_length=12)
    supply_point_id = models.BigIntegerField()
    month = models.IntegerField()
    period_start = models.DateField()
    period_end = models.DateField()
    reading_id = models.BigIntegerField(null=True)
    problem = models.CharField(max_length=20, blank=True, choices=_choices(GroupProblem))
    problem_on = models.DateField(null=True)
    counts_benchmark = models.BooleanField()
    meters = models.SmallIntegerField()
    spread_days = models.SmallIntegerField()
    meter_dwh = models.BigIntegerField()
    energy_dwh = models.BigIntegerField()
    peak_dwh = models.BigIntegerField(null=True)
    flat_dwh = models.BigIntegerField(null=True)
    valley_dwh = models.BigIntegerField(null=True)
    point_days = models.BigIntegerField()
    day_dwh = ArrayField(models.BigIntegerField())
    day_points = ArrayField(models.IntegerField())
    share_points = ArrayField(models.BigIntegerField())
    share_from = ArrayField(models.SmallIntegerField())
    share_days = ArrayField(models.SmallIntegerField())
    share_dwh = ArrayField(models.BigIntegerField())
    calculated_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group_id", "month", "period_start"],
                condition=Q(superseded_at=None),
                name="group_month_stands_once",
            ),
            models.CheckConstraint(condition=Q(reading_id=None) | Q(problem=""), name="group_month_reading_or_problem"),
        ]
        indexes = [
            models.Index(fields=["month", "group_id"], name="group_month_of_month", condition=Q(superseded_at=None)),
            models.Index(fields=["reading_id"], name="group_month_reading"),
        ]
