from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q
from django_fsm import transition

from tomoshibi.contracts import values
from tomoshibi.storage.audit import audited
from tomoshibi.storage.fields import DateRange, StateField, choices_of


@audited(words={"end_reason": "tomoshibi.contracts.words.END_REASONS"})
class Contract(models.Model):
    """Supply of one customer at one point."""

    number = models.CharField(max_length=12)
    customer = models.ForeignKey("parties.Customer", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("parties.BillingAccount", on_delete=models.PROTECT, related_name="+")
    supply_point = models.ForeignKey("supply.SupplyPoint", on_delete=models.PROTECT, related_name="+", db_index=False)
    start = models.DateField()
    end = models.DateField(null=True)
    end_reason = models.CharField(max_length=12, blank=True, choices=choices_of(values.EndReason))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="contract_number_once"),
            ExclusionConstraint(
                name="one_contract_per_point_and_day",
                expressions=[
                    ("supply_point", RangeOperators.EQUAL),
                    (DateRange("start", "end"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=Q(end=None) | Q(end__gt=models.F("start")), name="contract_end"),
            models.CheckConstraint(
                condition=Q(end=None, end_reason="") | Q(end__isnull=False) & ~Q(end_reason=""),
                name="contract_end_has_a_reason",
            ),
        ]


@audited(words={"capacity_kind": "tomoshibi.contracts.words.SIZES"})
class ContractTerms(models.Model):
    """Plan, size, discounts and agency of a contract on the days ``[start, end)``."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="+", db_index=False)
    start = models.DateField()
    end = models.DateField(null=True)
    plan_code = models.CharField(max_length=60)
    capacity_kind = models.CharField(max_length=10, choices=choices_of(values.CapacityKind))
    capacity_milli = models.BigIntegerField()
    discounts = models.JSONField(default=list)
    particulars = models.JSONField(default=dict)
    agency_code = models.CharField(max_length=20, blank=True)
    reseller_code = models.CharField(max_length=20, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_terms_per_contract_and_day",
                expressions=[
                    ("contract", RangeOperators.EQUAL),
                    (DateRange("start", "end"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=Q(end=None) | Q(end__gt=models.F("start")), name="contract_terms_end"),
            models.CheckConstraint(
                condition=Q(capacity_kind=values.CapacityKind.CONTRACT.value) | Q(capacity_milli__gt=0),
                name="contract_terms_capacity",
            ),
        ]
        # The rule's own index finds those of one contract; this one those of a range, as a run asks for.
        indexes = [models.Index(fields=["contract"], name="contract_terms_of_contract")]


@audited(words={"state": "tomoshibi.contracts.words.CHARGES", "tax": "tomoshibi.contracts.words.TAXES"})
class SundryCharge(models.Model):
    """An amount told by another room; billing pulls what waits for a month."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=30)
    text = models.CharField(max_length=100)
    amount_minor = models.BigIntegerField()
    tax = models.CharField(max_length=12, choices=choices_of(values.TaxTreatment))
    month = models.IntegerField()
    state = models.CharField(
        max_length=10, choices=choices_of(values.ChargeState), default=values.ChargeState.WAITING.value
    )
    source = models.CharField(max_length=100)
    billed_by = models.CharField(max_length=100, blank=True)
    worked = models.CharField(max_length=300, blank=True)
    """The arithmetic of the amount, where there is any."""
    reason = models.CharField(max_length=500, blank=True)
    evidence = models.CharField(max_length=200, blank=True)
    """Where it can be seen that the charge is right: a letter, a call, an invoice."""
    evidence_file_id = models.BigIntegerField(null=True)
    gone_reason = models.CharField(max_length=500, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    """Nobody where another room told it."""
    entered_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    """Who agreed, rejected or withdrew."""
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source"], name="sundry_charge_told_once"),
            models.CheckConstraint(
                condition=Q(state__in=[values.ChargeState.PROPOSED.value, values.ChargeState.REJECTED.value])
                | Q(decided_by=None)
                | Q(entered_by=None)
                | ~Q(decided_by=models.F("entered_by"))
                | ~Q(gone_reason=""),
                name="sundry_charge_by_two",
            ),
        ]
        indexes = [
            models.Index(
                fields=["month"], name="sundry_charge_waiting", condition=Q(state=values.ChargeState.WAITING.value)
            )
        ]


class ByTwo(models.Model):
    """One person enters it, another agrees; until then no bill knows it."""

    state = StateField(default=values.ExemptionState.PROPOSED.value)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    @transition(field=state, source=values.ExemptionState.PROPOSED.value, target=values.ExemptionState.HOLDS.value)
    def approve(self) -> None:
        """A second person agrees."""

    @transition(field=state, source=values.ExemptionState.PROPOSED.value, target=values.ExemptionState.REJECTED.value)
    def reject(self) -> None:
        """A second person declines."""

    class Meta:
        abstract = True


@audited(words={"state": "tomoshibi.contracts.words.EXEMPTIONS"})
class LevyExemption(ByTwo):
    """A certificate (減免認定) that takes a share of the renewable levy off a contract on the days ``[start, end)``."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+")
    start = models.DateField()
    end = models.DateField()
    percent = models.IntegerField()
    certificate = models.CharField(max_length=40)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_levy_exemption_per_day",
                expressions=[
                    ("contract", RangeOperators.EQUAL),
                    (DateRange("start", "end"), RangeOperators.OVERLAPS),
                ],
                condition=Q(state=values.ExemptionState.HOLDS.value),
            ),
            models.CheckConstraint(condition=Q(end__gt=models.F("start")), name="levy_exemption_end"),
            models.CheckConstraint(condition=Q(percent__gte=1, percent__lte=100), name="levy_exemption_percent"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=models.F("entered_by")),
                name="levy_exemption_second_person",
            ),
        ]


@audited(words={"state": "tomoshibi.contracts.words.EXEMPTIONS"})
class Outage(ByTwo):
    """Days ``[start, end)`` on which the supply was restricted or interrupted so long that they count for the discount."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+")
    start = models.DateField()
    end = models.DateField()
    cause = models.CharField(max_length=100)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_outage_per_day",
                expressions=[
                    ("contract", RangeOperators.EQUAL),
                    (DateRange("start", "end"), RangeOperators.OVERLAPS),
                ],
                condition=Q(state=values.ExemptionState.HOLDS.value),
            ),
            models.CheckConstraint(condition=Q(end__gt=models.F("start")), name="outage_end"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=models.F("entered_by")), name="outage_second_person"
            ),
        ]


@audited(words={"state": "tomoshibi.contracts.words.EXEMPTIONS"})
class ParticularsChange(ByTwo):
    """Particulars (契約諸元) that shall hold from a day on: power factor, reserve power, counts of devices."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+")
    start = models.DateField()
    particulars = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contract"],
                condition=Q(state=values.ExemptionState.PROPOSED.value),
                name="one_change_of_particulars_waits",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=models.F("entered_by")), name="particulars_second_person"
            ),
        ]
