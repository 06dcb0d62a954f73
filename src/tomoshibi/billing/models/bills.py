"""
Bills, what they were priced from, and their invoices.

The tables that a run fills by the million (bill, line, finding, invoice) carry plain numbers instead of foreign keys:
a run writes them with COPY from frames that came out of the referenced rooms a moment before, and a trigger per row
would cost more than the whole pricing. The tables that people change have real references.
"""

import pgtrigger
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from tomoshibi.billing.models.declaring import choices, never
from tomoshibi.billing.models.runs import Run
from tomoshibi.billing.values import BillKind, Split


class Bill(models.Model):
    """One document for one contract and period. Never changed; an unissued one may be thrown away with its run."""

    run_id = models.IntegerField()
    contract_id = models.BigIntegerField()
    customer_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    supply_point_id = models.BigIntegerField()
    reading_id = models.BigIntegerField(null=True)
    reading_revision = models.IntegerField(default=0)
    kind = models.CharField(max_length=10, choices=choices(BillKind))
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
            never("never_changed", pgtrigger.Update),
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
        triggers = [never("never_changed", pgtrigger.Update, pgtrigger.Delete)]


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
    split = models.CharField(max_length=10, choices=choices(Split))
    by_hand = models.BooleanField(default=False)
    """The bill's energy was entered by a person, not read."""
    discounts = models.JSONField(default=list)
    inputs = models.JSONField(default=dict)
    """Further columns that pricing took, by name."""
    published_id = models.BigIntegerField(null=True)

    class Meta:
        triggers = [never("never_changed", pgtrigger.Update)]


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
        triggers = [never("never_changed", pgtrigger.Update)]


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
        triggers = [never("never_changed", pgtrigger.Update)]


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
        triggers = [never("never_changed", pgtrigger.Update, pgtrigger.Delete)]


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
