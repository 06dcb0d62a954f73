"""What the checks found, and what people decided about it."""

import pgtrigger
from django.db import models
from django.db.models import Q

from tomoshibi.billing.models.declaring import choices, never
from tomoshibi.billing.models.runs import Run
from tomoshibi.billing.values import AdjustmentKind, Decision, Severity
from tomoshibi.storage.audit import audited


@audited(created=True, words={"severity": "tomoshibi.billing.billlist.SEVERITIES"})
class CheckSetting(models.Model):
    """Another threshold or severity of a check, for all plans or for one."""

    code = models.CharField(max_length=8)
    plan_code = models.CharField(max_length=64, blank=True)
    threshold = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    severity = models.CharField(max_length=10, choices=choices(Severity), blank=True)
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
    decision = models.CharField(max_length=10, choices=choices(Decision))
    reason = models.CharField(max_length=500)
    released = models.JSONField(default=dict)
    """Per code what the released finding said: a later rating that finds the same again need not ask again."""
    actor_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["run", "contract_id"], name="examination_contract")]
        triggers = [never("never_changed", pgtrigger.Update)]


class Finding(models.Model):
    """A check that a bill did not pass, or the reason why there is none."""

    run_id = models.IntegerField()
    chunk_no = models.IntegerField()
    contract_id = models.BigIntegerField()
    bill_id = models.BigIntegerField(null=True)
    code = models.CharField(max_length=8)
    severity = models.CharField(max_length=10, choices=choices(Severity))
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
    kind = models.CharField(max_length=10, choices=choices(AdjustmentKind))
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
