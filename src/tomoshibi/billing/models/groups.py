"""Energies of groups of points."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tomoshibi.billing.models.declaring import choices
from tomoshibi.billing.values import GroupProblem


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
    problem = models.CharField(max_length=20, blank=True, choices=choices(GroupProblem))
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
    # What the rate registers of the meter measured on each day: a plan that changes inside the period needs them.
    day_peak_dwh = ArrayField(models.BigIntegerField(), null=True)
    day_flat_dwh = ArrayField(models.BigIntegerField(), null=True)
    day_valley_dwh = ArrayField(models.BigIntegerField(), null=True)
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
