import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from tomoshibi.metering import values
from tomoshibi.storage.audit import audited


def _choices(enum: type[values.StrEnum]) -> list[tuple[str, str]]:
    return [(item.value, item.value) for item in enum]


class CivilDays(Func):
    """The civil days ``[start, end)`` of a row, as a range that constraints can compare."""

    function = "daterange"
    arity = 2


class ImportedFile(models.Model):
    """A file of the grid company: kept raw, read once per content."""

    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    document_id = models.BigIntegerField(null=True)
    source = models.CharField(max_length=8, choices=_choices(values.Source))
    area = models.CharField(max_length=2, blank=True)
    kind = models.CharField(max_length=12, choices=_choices(values.ReadingKind), default=values.ReadingKind.SUPPLY)
    message_code = models.CharField(max_length=8, blank=True)
    sender = models.CharField(max_length=20, blank=True)
    receiver = models.CharField(max_length=20, blank=True)
    month = models.IntegerField(null=True)
    made_at = models.DateTimeField(null=True)
    series_on = models.DateField(null=True)
    revision = models.IntegerField(default=0)
    section = models.IntegerField(default=0)
    state = models.CharField(max_length=20, choices=_choices(values.FileState), default=values.FileState.WAITING)
    refusal = models.TextField(blank=True)
    counts = models.JSONField(default=dict)
    received_at = models.DateTimeField()
    received_by_id = models.BigIntegerField(null=True)
    imported_at = models.DateTimeField(null=True)
    job_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-received_at"], name="metering_file_newest")]


class ImportRow(models.Model):
    """What became of a row that is not simply a reading; rows that went well are counted on the file."""

    file = models.ForeignKey(ImportedFile, on_delete=models.CASCADE, related_name="+")
    row_number = models.BigIntegerField()
    spin = models.CharField(max_length=40, blank=True)
    month = models.IntegerField(null=True)
    code = models.CharField(max_length=16, choices=_choices(values.RowCode))
    template = models.CharField(max_length=300, blank=True)
    parameters = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "row_number"], name="metering_row_once")]


class Reading(models.Model):
    """
    One version of the confirmed (or agreed) value of a point and reading month.

    The version that stands has no successor. Points are named by plain numbers: see the room's README.
    """

    kind = models.CharField(max_length=12, choices=_choices(values.ReadingKind))
    supply_point_id = models.BigIntegerField()
    spin = models.CharField(max_length=22)
    month = models.IntegerField()
    split_code = models.CharField(max_length=1, default=values.NORMAL_SPLIT)
    period_start = models.DateField()
    period_end = models.DateField()
    provided = models.BooleanField()
    agreed = models.BooleanField(default=False)
    energy_dwh = models.BigIntegerField()
    total_dwh = models.BigIntegerField(null=True)
    max_demand_milli = models.BigIntegerField(null=True)
    power_factor_milli = models.IntegerField(null=True)
    half_hour_sum_dwh = models.BigIntegerField(null=True)
    half_hours_missing = models.IntegerField(default=0)
    next_reading_on = models.DateField(null=True)
    notes = models.CharField(max_length=100, blank=True)
    revision = models.IntegerField(default=0)
    version_rank = models.BigIntegerField(default=0)
    file = models.ForeignKey(ImportedFile, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    superseded_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["kind", "month", "supply_point_id"],
                condition=Q(superseded_by=None),
                name="metering_reading_stands",
            ),
            models.Index(fields=["supply_point_id", "month"], name="metering_reading_of_point"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(period_end__gt=F("period_start")), name="metering_reading_period"),
            models.CheckConstraint(
                condition=Q(provided=True) | Q(energy_dwh=0), name="metering_reading_quantity_if_provided"
            ),
            ExclusionConstraint(
                name="metering_reading_one_per_day",
                expressions=[
                    ("supply_point_id", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("split_code", RangeOperators.EQUAL),
                    (CivilDays("period_start", "period_end"), RangeOperators.OVERLAPS),
                ],
                condition=Q(superseded_by=None),
            ),
        ]


class HalfHours(models.Model):
    """
    The intervals of one reading as a vector (``kernel.halfhours.packed``).

    :ivar step_dwh: what one step of the 16-bit numbers stands for [0.1 Wh]; 0: they are 32-bit integers of 0.1 Wh
    """

    reading = models.OneToOneField(Reading, primary_key=True, on_delete=models.CASCADE, related_name="+")
    first_day = models.DateField()
    days = models.SmallIntegerField()
    interval_minutes = models.SmallIntegerField()
    missing_count = models.IntegerField(default=0)
    step_dwh = models.SmallIntegerField(default=0)
    values_dwh = models.BinaryField()


class DayVector(models.Model):
    """
    The intervals of one point and day from a daily file (日毎30分電力量), before the month is confirmed.

    Never billed; shown as the curve until the confirmed vector is there, and kept to compare.
    """

    supply_point_id = models.BigIntegerField()
    day = models.DateField()
    interval_minutes = models.SmallIntegerField()
    missing_count = models.IntegerField(default=0)
    values_dwh = models.BinaryField()
    version_rank = models.BigIntegerField(default=0)
    file = models.ForeignKey(ImportedFile, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["supply_point_id", "day"], name="metering_day_once")]


@audited(words={"basis": "tomoshibi.metering.forms.BASES"})
class AgreedQuantity(models.Model):
    """A quantity agreed with the grid company where the meter has none (協定値)."""

    reading = models.OneToOneField(Reading, on_delete=models.PROTECT, related_name="+")
    supply_point_id = models.BigIntegerField()
    basis = models.CharField(max_length=20, choices=_choices(values.AgreedBasis))
    reason = models.TextField(blank=True)
    agreed_by = models.CharField(max_length=100)
    agreed_on = models.DateField()
    evidence_id = models.BigIntegerField(null=True)
    entered_by_id = models.BigIntegerField(null=True)
    entered_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["supply_point_id"], name="metering_agreed_of_point")]


@audited(exclude=["fetched_at", "failure"])
class PortalEndpoint(models.Model):
    """The portal of an area's grid company; the certificate lies in files that only the server reads."""

    area = models.CharField(max_length=2, unique=True)
    base_url = models.CharField(max_length=300)
    certificate_file = models.CharField(max_length=300, blank=True)
    key_file = models.CharField(max_length=300, blank=True)
    trust_file = models.CharField(max_length=300, blank=True)
    timeout_seconds = models.PositiveSmallIntegerField(default=60)
    wait_business_days = models.PositiveSmallIntegerField(default=4)
    revision_digits = models.PositiveSmallIntegerField(default=0)
    section_digits = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)
    fetched_at = models.DateTimeField(null=True)
    failure = models.TextField(blank=True)

    class Meta:
        ordering = ["area"]
        constraints = [
            models.CheckConstraint(condition=Q(wait_business_days__gte=1), name="metering_portal_waits_a_day")
        ]


class PortalFile(models.Model):
    """That a portal listed a file: the cursor of fetching. A name with another size is another file."""

    endpoint = models.ForeignKey(PortalEndpoint, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    listed_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True)
    file = models.ForeignKey(ImportedFile, null=True, on_delete=models.PROTECT, related_name="+")
    failure = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["endpoint", "name", "size"], name="metering_listed_once")]


class Gap(models.Model):
    """A supplied point whose confirmed value is due and not there."""

    area = models.CharField(max_length=2)
    base_day = models.CharField(max_length=4)
    month = models.IntegerField()
    supply_point_id = models.BigIntegerField()
    spin = models.CharField(max_length=22)
    contract_id = models.BigIntegerField()
    contract_number = models.CharField(max_length=40, blank=True)
    period_start = models.DateField()
    period_end = models.DateField()
    due_on = models.DateField()
    reason = models.CharField(max_length=16, choices=_choices(values.GapReason))
    opened_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    asked_count = models.PositiveSmallIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, blank=True, choices=_choices(values.GapOutcome))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract_id", "month", "period_start"], name="metering_gap_once")
        ]
        indexes = [models.Index(fields=["area", "due_on"], condition=Q(closed_at=None), name="metering_gap_open")]


class RefetchRequest(models.Model):
    """That somebody asked the grid company for a value again, and when it came."""

    gap = models.ForeignKey(Gap, on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()
    asked_by_id = models.BigIntegerField(null=True)
    note = models.CharField(max_length=300, blank=True)
    answered_at = models.DateTimeField(null=True)


@audited(words={"source": "tomoshibi.metering.demand_list.SOURCES"})
class Demand(models.Model):
    """
    One version of the maximum demand of a month of a contract on actual demand (実量制); expected ones have no value.

    Made for such contracts only. The contract demand of a month is not stored: it follows from these rows.
    """

    contract_id = models.BigIntegerField()
    contract_number = models.CharField(max_length=40)
    supply_point_id = models.BigIntegerField()
    spin = models.CharField(max_length=22)
    area = models.CharField(max_length=2)
    month = models.IntegerField()
    part = models.SmallIntegerField(default=0)
    period_start = models.DateField()
    period_end = models.DateField()
    wants_power_factor = models.BooleanField(default=False)
    max_demand_milli = models.BigIntegerField(null=True)
    power_factor_percent = models.SmallIntegerField(null=True)
    agreed_contract_milli = models.BigIntegerField(null=True)
    source = models.CharField(max_length=10, choices=_choices(values.DemandSource))
    reading = models.ForeignKey(Reading, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True)
    agreed_by = models.CharField(max_length=100, blank=True)
    agreed_on = models.DateField(null=True)
    recorded_at = models.DateTimeField()
    recorded_by_id = models.BigIntegerField(null=True)
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["month", "contract_id"], name="metering_demand_of_month")]
        constraints = [
            models.UniqueConstraint(
                fields=["contract_id", "month", "part"],
                condition=Q(superseded_at=None),
                name="metering_demand_stands_once",
            ),
            models.CheckConstraint(condition=Q(period_end__gt=F("period_start")), name="metering_demand_period"),
            models.CheckConstraint(
                condition=Q(max_demand_milli=None) | Q(max_demand_milli__gte=0), name="metering_demand_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(power_factor_percent=None) | Q(power_factor_percent__gte=0, power_factor_percent__lte=100),
                name="metering_demand_power_factor",
            ),
            models.CheckConstraint(
                condition=~Q(source=values.DemandSource.AGREED.value) | ~Q(agreed_by=""),
                name="metering_demand_agreed_by_somebody",
            ),
        ]


class RegisterReading(models.Model):
    """
    What the registers of a meter without half-hours showed at the end of a day, as a daily freeze brings it.

    A register that the meter does not have is null. The ratio of transformers is not in it.
    """

    meter_number = models.CharField(max_length=24)
    day = models.DateField()
    forward_dwh = models.BigIntegerField()
    reverse_dwh = models.BigIntegerField(default=0)
    peak_dwh = models.BigIntegerField(null=True)
    flat_dwh = models.BigIntegerField(null=True)
    valley_dwh = models.BigIntegerField(null=True)
    source = models.CharField(
        max_length=10,
        choices=_choices(values.RegisterSource),
        db_default=values.RegisterSource.COLLECTED.value,
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meter_number", "day"], name="metering_register_once_a_day")]


class RegisterEdit(models.Model):
    """A register that was entered or corrected by hand: what stood before (null: nothing), who, when and why."""

    meter_number = models.CharField(max_length=24)
    day = models.DateField()
    old = models.JSONField(null=True)
    new = models.JSONField()
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["meter_number", "-day"], name="metering_register_edit")]
        triggers = [pgtrigger.Protect(name="register_edits_stay", operation=pgtrigger.Update | pgtrigger.Delete)]
