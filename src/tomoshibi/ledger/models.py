"""Rows of the ledger. The triggers that guard them are in ``migrations/0002_guards.py`` and ``0003``."""

from django.conf import settings
from django.db import models

from tomoshibi.ledger.values import AccountKind


class Account(models.Model):
    code = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in AccountKind])
    name_ja = models.CharField(max_length=100)
    name_zh = models.CharField(max_length=100, blank=True)
    name_en = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["code"]


class Entry(models.Model):
    """The head of a journal entry: what was posted, once per source and purpose."""

    source = models.CharField(max_length=100, db_collation="C")
    purpose = models.CharField(max_length=40, db_collation="C")
    entry_on = models.DateField()
    accounting_month = models.IntegerField()
    document = models.CharField(max_length=100, blank=True, db_default="", db_collation="C")
    text = models.CharField(max_length=200, blank=True, db_default="")
    posted_at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "purpose"], name="ledger_entry_once")]
        indexes = [
            models.Index(fields=["document"], condition=~models.Q(document=""), name="ledger_entry_document"),
        ]


class Leg(models.Model):
    """One account and amount of an entry; debit is positive."""

    pk = models.CompositePrimaryKey("entry_id", "leg_no")
    entry_id = models.BigIntegerField()
    leg_no = models.SmallIntegerField()
    account_id = models.BigIntegerField()
    accounting_month = models.IntegerField()
    amount_minor = models.BigIntegerField()
    customer_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(amount_minor=0), name="ledger_leg_not_zero")]
        indexes = [models.Index(fields=["account_id", "accounting_month", "entry_id"], name="ledger_leg_of_account")]


class Total(models.Model):
    """What one statement added to an account and month; written by the trigger, summed by the trial balance."""

    account_id = models.BigIntegerField()
    accounting_month = models.IntegerField()
    debit_minor = models.BigIntegerField()
    credit_minor = models.BigIntegerField()
    legs = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["accounting_month", "account_id"], name="ledger_total_month")]


class ClosedMonth(models.Model):
    accounting_month = models.IntegerField(primary_key=True)


class MonthStep(models.Model):
    """A proposal to close or open a month and its decision; never deleted."""

    accounting_month = models.IntegerField()
    closes = models.BooleanField()
    reason = models.CharField(max_length=200, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField(null=True)
    accepted = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["accounting_month"],
                condition=models.Q(decided_at__isnull=True),
                name="ledger_month_one_proposal",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True)
                | ~models.Q(decided_by=models.F("proposed_by"))
                | models.Q(accepted=False),
                name="ledger_month_four_eyes",
            ),
        ]
