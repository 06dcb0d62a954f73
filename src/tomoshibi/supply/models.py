from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Left

from tomoshibi.storage.audit import audited
from tomoshibi.storage.fields import DateRange, choices_of
from tomoshibi.supply import values


@audited(
    exclude=["search_key"],
    words={
        "area": "tomoshibi.supply.words.AREA_NAMES",
        "kind": "tomoshibi.supply.words.KINDS",
        "voltage": "tomoshibi.supply.words.VOLTAGES",
        "connection": "tomoshibi.supply.words.CONNECTIONS",
    },
)
class SupplyPoint(models.Model):
    """A place where the grid meets a customer."""

    spin = models.CharField(max_length=22)
    kind = models.CharField(max_length=10, choices=choices_of(values.PointKind), default=values.PointKind.SUPPLY.value)
    area = models.CharField(max_length=2)
    voltage = models.CharField(max_length=12, choices=choices_of(values.Voltage))
    base_day = models.CharField(max_length=2)
    connection = models.CharField(
        max_length=12, choices=choices_of(values.Connection), default=values.Connection.CONNECTED.value
    )
    postal_code = models.CharField(max_length=7, blank=True)
    prefecture = models.CharField(max_length=10, blank=True)
    city = models.CharField(max_length=50, blank=True)
    town = models.CharField(max_length=100, blank=True)
    block = models.CharField(max_length=50, blank=True)
    building = models.CharField(max_length=100, blank=True)
    place_name = models.CharField(max_length=70, blank=True)
    search_key = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["spin"], name="spin_once"),
            models.CheckConstraint(condition=Q(spin__regex=values.ANY_PATTERN), name="spin_as_its_country_has_it"),
            models.CheckConstraint(condition=Q(area=Left("spin", 2)), name="spin_names_its_area"),
        ]
        indexes = [
            models.Index(fields=["area", "base_day"], name="supply_point_reading_day"),
            GinIndex(fields=["search_key"], opclasses=["gin_trgm_ops"], name="supply_point_search"),
        ]


@audited()
class Meter(models.Model):
    """A meter as a thing; where it hangs is told by its installations."""

    number = models.CharField(max_length=24)
    model = models.CharField(max_length=30, blank=True)
    is_smart = models.BooleanField(default=True)
    interval_minutes = models.PositiveSmallIntegerField(default=30)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="meter_number_once"),
            # A day holds a whole number of intervals.
            models.CheckConstraint(condition=Q(interval_minutes__in=[5, 10, 15, 30, 60]), name="meter_interval"),
        ]


@audited()
class Installation(models.Model):
    """A meter at a point on the days ``[start, end)``. A point may have several at once, a meter one point."""

    meter = models.ForeignKey(Meter, on_delete=models.CASCADE, related_name="+", db_index=False)
    point = models.ForeignKey(SupplyPoint, on_delete=models.CASCADE, related_name="+")
    start = models.DateField()
    end = models.DateField(null=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="meter_at_one_point_a_day",
                expressions=[("meter", RangeOperators.EQUAL), (DateRange("start", "end"), RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(condition=Q(end=None) | Q(end__gt=models.F("start")), name="installation_end"),
        ]


@audited(words={"setting": "tomoshibi.supply.words.SETTINGS"})
class District(models.Model):
    """The area that one distribution transformer feeds (台区): the unit of line losses."""

    number = models.CharField(max_length=20)
    name = models.CharField(max_length=100)
    unit = models.CharField(max_length=60, blank=True)
    setting = models.CharField(max_length=5, choices=choices_of(values.Setting), default=values.Setting.URBAN.value)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number"], name="district_number_once")]


@audited()
class MeterBox(models.Model):
    """A box that meters or terminals sit in (表箱)."""

    number = models.CharField(max_length=24)
    name = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number"], name="meter_box_number_once")]


@audited()
class AccessPoint(models.Model):
    """Where a cable takes its supply (接入点): a terminal box, a pole. Its district may not be known yet."""

    number = models.CharField(max_length=20)
    name = models.CharField(max_length=100)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="+", null=True)
    box = models.ForeignKey(MeterBox, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number"], name="access_point_number_once")]


@audited()
class ServedAccount(models.Model):
    """
    An ordinary account with its meter, and the access point that serves both, as the utility's register has it.

    A device beside it takes its supply from the same place: this is what the nearest account of a list is looked up in.
    """

    account_number = models.CharField(max_length=20)
    meter_number = models.CharField(max_length=24, blank=True)
    address = models.CharField(max_length=200, blank=True)
    access_point = models.ForeignKey(AccessPoint, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account_number"], name="served_account_once")]
        indexes = [
            models.Index(fields=["meter_number"], name="served_meter"),
            models.Index(fields=["address"], name="served_address"),
        ]
