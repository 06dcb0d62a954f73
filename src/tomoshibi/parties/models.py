from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django_fsm import transition

from tomoshibi.parties import values
from tomoshibi.parties.values import MandateState
from tomoshibi.storage.audit import audited
from tomoshibi.storage.fields import DateRange, StateField, choices_of


class AddressRow(models.Model):
    """The parts of a postal address."""

    postal_code = models.CharField(max_length=7, blank=True)
    prefecture = models.CharField(max_length=10, blank=True)
    city = models.CharField(max_length=50, blank=True)
    town = models.CharField(max_length=100, blank=True)
    block = models.CharField(max_length=50, blank=True)
    building = models.CharField(max_length=100, blank=True)

    class Meta:
        abstract = True

    @property
    def address(self) -> values.Address:
        return values.Address(self.postal_code, self.prefecture, self.city, self.town, self.block, self.building)


@audited(exclude=["search_key"], words={"kind": "tomoshibi.parties.words.KINDS"})
class Customer(AddressRow):
    """The contract holder."""

    number = models.CharField(max_length=12)
    kind = models.CharField(max_length=10, choices=choices_of(values.CustomerKind))
    name = models.CharField(max_length=100)
    kana = models.CharField(max_length=100)
    phone = models.CharField(max_length=20, blank=True)
    mobile = models.CharField(max_length=20, blank=True)
    mail = models.CharField(max_length=254, blank=True)
    notes = models.TextField(blank=True)
    registered_on = models.DateField()
    search_key = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="customer_number_once"),
            models.CheckConstraint(
                condition=Q(postal_code="") | Q(postal_code__regex=r"^[0-9]{7}$"), name="customer_postal_code"
            ),
        ]
        indexes = [GinIndex(fields=["search_key"], opclasses=["gin_trgm_ops"], name="customer_search")]


@audited()
class BillingAccount(AddressRow):
    """A payer. Its address is empty where bills go to the customer's own."""

    number = models.CharField(max_length=12)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    addressee = models.CharField(max_length=100, blank=True)
    mail = models.CharField(max_length=254, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number"], name="billing_account_number_once")]


@audited(
    words={
        "payment_method": "tomoshibi.parties.words.PAYMENT",
        "statement_channel": "tomoshibi.parties.words.STATEMENT",
        "collective": "tomoshibi.parties.words.COLLECTIVE",
    }
)
class AccountTerms(models.Model):
    """How an account pays and is told, on the days ``[start, end)``."""

    account = models.ForeignKey(BillingAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    start = models.DateField()
    end = models.DateField(null=True)
    payment_method = models.CharField(max_length=12, choices=choices_of(values.PaymentMethod))
    statement_channel = models.CharField(max_length=10, choices=choices_of(values.StatementChannel))
    collective = models.CharField(
        max_length=8, choices=choices_of(values.Collective), default=values.Collective.NO.value, db_default="no"
    )

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="account_terms_once_a_day",
                expressions=[("account", RangeOperators.EQUAL), (DateRange("start", "end"), RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(condition=Q(end=None) | Q(end__gt=models.F("start")), name="account_terms_end"),
        ]
        # The rule's own index finds those of one account. A range of accounts, as a run asks for, the server reads by this
        # one; without it, it goes through the whole table for each part of a book.
        indexes = [models.Index(fields=["account"], name="account_terms_of_account")]


class RegisteredNumber(models.Model):
    """The register of all account numbers: what each is, and which one to offer instead."""

    number = models.CharField(max_length=12, primary_key=True)
    kind = models.CharField(max_length=10, choices=choices_of(values.NumberKind))
    offer_instead = models.CharField(max_length=12, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind=values.NumberKind.NORMAL.value) | Q(offer_instead=""),
                name="normal_number_offers_itself",
            )
        ]


@audited(
    words={
        "state": "tomoshibi.parties.words.MANDATES",
        "account_kind": "tomoshibi.parties.words.BANK_ACCOUNTS",
        "new_code": "tomoshibi.parties.words.NEW_CODES",
    }
)
class Mandate(models.Model):
    """Permission to draw from a bank account through a collection agent (口座振替依頼)."""

    account = models.ForeignKey(BillingAccount, on_delete=models.PROTECT, related_name="+")
    state = StateField(default=MandateState.DRAFT.value, choices=choices_of(MandateState), max_length=12)
    agent = models.CharField(max_length=20)
    debit_key = models.CharField(max_length=20)
    bank_code = models.CharField(max_length=4)
    branch_code = models.CharField(max_length=3)
    account_kind = models.CharField(max_length=1, choices=choices_of(values.BankAccountKind))
    account_number = models.CharField(max_length=7)
    holder_kana = models.CharField(max_length=48)
    new_code = models.CharField(max_length=1, choices=choices_of(values.NewCode), default=values.NewCode.FIRST.value)
    start = models.DateField(null=True)
    end = models.DateField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(state__in=[s.value for s in values.LIVE_MANDATES]),
                name="one_live_mandate",
            ),
            models.CheckConstraint(condition=Q(bank_code__regex=r"^[0-9]{4}$"), name="mandate_bank_code"),
            models.CheckConstraint(condition=Q(branch_code__regex=r"^[0-9]{3}$"), name="mandate_branch_code"),
            models.CheckConstraint(condition=Q(account_number__regex=r"^[0-9]{7}$"), name="mandate_account_number"),
            models.CheckConstraint(
                condition=Q(start__isnull=False) | ~Q(state__in=[s.value for s in values.LIVE_MANDATES]),
                name="live_mandate_has_a_start",
            ),
        ]
        indexes = [models.Index(fields=["debit_key"], name="mandate_debit_key")]

    @transition(field=state, source=[MandateState.DRAFT, MandateState.REJECTED], target=MandateState.SUBMITTED)
    def submit(self) -> None:
        """The form went to the bank or the agent."""
        self.reason = ""

    @transition(field=state, source=MandateState.SUBMITTED, target=MandateState.REJECTED)
    def reject(self, *, reason: str) -> None:
        """The bank sent it back (印鑑相違, 口座相違, 名義相違 ...)."""
        self.reason = reason

    @transition(field=state, source=MandateState.SUBMITTED, target=MandateState.REGISTERED)
    def register(self, *, on: date) -> None:
        """The bank accepted it: it may be debited, and the first record says that it is new."""
        self.start = on

    @transition(field=state, source=[MandateState.REGISTERED, MandateState.SUSPENDED], target=MandateState.ACTIVE)
    def activate(self) -> None:
        """It was debited, or a suspension was lifted."""
        self.reason = ""

    @transition(field=state, source=[MandateState.REGISTERED, MandateState.ACTIVE], target=MandateState.SUSPENDED)
    def suspend(self, *, reason: str) -> None:
        """No debit until somebody lifts this (result codes 2, 3, 4, the payer's wish)."""
        self.reason = reason

    @transition(field=state, source=list(values.LIVE_MANDATES), target=MandateState.REPLACED)
    def replace(self, *, on: date) -> None:
        """A newer mandate of the account took over."""
        self.end = on

    @transition(
        field=state,
        source=[MandateState.DRAFT, MandateState.SUBMITTED, MandateState.REJECTED, *values.LIVE_MANDATES],
        target=MandateState.STOPPED,
    )
    def stop(self, *, on: date, reason: str) -> None:
        """It ends for good."""
        self.end, self.reason = on, reason
