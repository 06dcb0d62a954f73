from datetime import date

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django_fsm import transition

from tomoshibi.groups import values
from tomoshibi.groups.values import GroupState
from tomoshibi.storage.audit import audited
from tomoshibi.storage.fields import DateRange, StateField, choices_of


def _one_a_day(name: str, *same: str, condition: Q | None = None) -> ExclusionConstraint:
    """No two rows that agree in ``same`` hold on one day."""
    return ExclusionConstraint(
        name=name,
        expressions=[
            *((field, RangeOperators.EQUAL) for field in same),
            (DateRange("start", "end"), RangeOperators.OVERLAPS),
        ],
        condition=condition,
    )


def recounts(groups_of: str, *, only_updates: bool = False) -> list[pgtrigger.Trigger]:
    """
    Rows that come, go or change mark their groups to be counted anew, in the same transaction (``tallying``).

    :param groups_of: a SELECT of group ids from ``{rows}``
    :param only_updates: what comes and goes of these rows counts nowhere by itself
    """
    events = [
        ("recount_on_update", pgtrigger.Update, {"old": "gone", "new": "come"}, "SELECT * FROM gone UNION SELECT * FROM come")
    ]  # fmt: skip
    if not only_updates:
        events += [
            ("recount_on_insert", pgtrigger.Insert, {"new": "come"}, "SELECT * FROM come"),
            ("recount_on_delete", pgtrigger.Delete, {"old": "gone"}, "SELECT * FROM gone"),
        ]
    return [
        pgtrigger.Trigger(
            name=name,
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=pgtrigger.Referencing(**seen),  # type: ignore[no-untyped-call]
            func=f"""
                INSERT INTO groups_tallywanted (group_id) {groups_of.format(rows=f"({rows})")};
                RETURN NULL;
            """,
        )
        for name, operation, seen, rows in events
    ]


def _ends_after_start(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(end=None) | Q(end__gt=F("start")), name=name)


@audited()
class Parameter(models.Model):
    """A rule of the company in numbers, on the days ``[start, end)``; ``parameters.DEFAULTS`` holds where none does."""

    code = models.CharField(max_length=30)
    value = models.IntegerField()
    start = models.DateField()
    end = models.DateField(null=True)
    reason = models.CharField(max_length=300)

    class Meta:
        constraints = [_one_a_day("group_parameter_one_a_day", "code"), _ends_after_start("group_parameter_end")]


@audited(words={"spread": "tomoshibi.groups.words.SPREADS"})
class DeviceType(models.Model):
    """A kind of device that groups are made of; what one of it uses is told by its terms."""

    code = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=60)
    spread = models.CharField(max_length=10, choices=choices_of(values.Spread))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code"], name="device_type_code_once")]


@audited()
class DeviceTypeTerms(models.Model):
    """Rated power and expected use of a type on the days ``[start, end)``; without terms the type may not be used."""

    device_type = models.ForeignKey(DeviceType, on_delete=models.CASCADE, related_name="+", db_index=False)
    start = models.DateField()
    end = models.DateField(null=True)
    rated_min_w = models.IntegerField()
    rated_max_w = models.IntegerField()
    day_min_dwh = models.BigIntegerField()
    day_max_dwh = models.BigIntegerField()

    class Meta:
        constraints = [
            _one_a_day("device_type_terms_one_a_day", "device_type"),
            _ends_after_start("device_type_terms_end"),
            models.CheckConstraint(
                condition=Q(rated_min_w__gt=0, rated_max_w__gte=F("rated_min_w")), name="device_type_rated"
            ),
            models.CheckConstraint(
                condition=Q(day_min_dwh__gte=0, day_max_dwh__gte=F("day_min_dwh")), name="device_type_expected"
            ),
        ]


@audited(words={"state": "tomoshibi.groups.words.BATCHES"})
class StockBatch(models.Model):
    """A block of stock rows that is verified, imported and, if need be, taken back as one."""

    name = models.CharField(max_length=100)
    customer = models.ForeignKey("parties.Customer", on_delete=models.PROTECT, related_name="+")
    takeover_on = models.DateField()
    state = StateField(default=values.BatchState.OPEN.value, choices=choices_of(values.BatchState))
    created_at = models.DateTimeField()
    imported_at = models.DateTimeField(null=True)
    job_id = models.BigIntegerField(null=True)
    refusals = models.JSONField(default=list)
    decision = models.CharField(max_length=300, blank=True)
    decided_by_id = models.BigIntegerField(null=True)

    @transition(
        field=state, source=[values.BatchState.OPEN, values.BatchState.IMPORTED], target=values.BatchState.IMPORTED
    )
    def mark_imported(self) -> None:
        """Its verified rows are groups and points now."""

    @transition(field=state, source=values.BatchState.IMPORTED, target=values.BatchState.ROLLED_BACK)
    def mark_rolled_back(self) -> None:
        """What it made is gone again; its rows stay."""

    @transition(field=state, source=values.BatchState.ROLLED_BACK, target=values.BatchState.OPEN)
    def reopen(self) -> None:
        """Its rows may be put right and imported once more."""


@audited(
    exclude=["search_key"], words={"state": "tomoshibi.groups.words.GROUPS", "origin": "tomoshibi.groups.words.ORIGINS"}
)
class Group(models.Model):
    """
    One benchmark account and its sub-accounts (群组).

    There is no column for the count of points, so nobody can type it: it is counted from ``Membership``. Name, address
    and number of the benchmark stand here once more for finding; ``operations`` keeps them like the benchmark's.
    """

    number = models.CharField(max_length=12)
    customer = models.ForeignKey("parties.Customer", on_delete=models.PROTECT, related_name="+")
    unit = models.CharField(max_length=60)
    device_type = models.ForeignKey(DeviceType, on_delete=models.PROTECT, related_name="+")
    rated_w = models.IntegerField()
    state = StateField(default=GroupState.DRAFT.value, choices=choices_of(GroupState), max_length=12)
    origin = models.CharField(max_length=12, choices=choices_of(values.Origin))
    application_number = models.CharField(max_length=20, blank=True)
    batch = models.ForeignKey(StockBatch, on_delete=models.PROTECT, related_name="+", null=True)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)
    split_by = models.DateField(null=True)
    dissolved_on = models.DateField(null=True)
    final_bill = models.CharField(max_length=40, blank=True)
    final_amount_minor = models.BigIntegerField(null=True)
    name = models.CharField(max_length=100)
    address = models.CharField(max_length=200)
    benchmark_number = models.CharField(max_length=12)
    search_key = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="group_number_once"),
            models.CheckConstraint(
                condition=Q(origin=values.Origin.STOCK.value) | ~Q(application_number=""),
                name="group_has_an_application",
            ),
            models.CheckConstraint(condition=Q(rated_w__gt=0), name="group_rated"),
        ]
        indexes = [
            GinIndex(fields=["search_key"], opclasses=["gin_trgm_ops"], name="group_search"),
            models.Index(fields=["benchmark_number"], name="group_benchmark_number"),
            models.Index(fields=["unit", "opened_on"], name="group_unit"),
        ]

    @transition(field=state, source=GroupState.DRAFT, target=GroupState.ACTIVE)
    def activate(self) -> None:
        """Its benchmark was found fit, and it may be billed."""

    @transition(field=state, source=GroupState.ACTIVE, target=GroupState.DISSOLVING)
    def begin_dissolving(self) -> None:
        """Its points are going; the final bill is not there yet."""

    @transition(field=state, source=[GroupState.ACTIVE, GroupState.DISSOLVING], target=GroupState.DISSOLVED)
    def dissolve(self, *, on: date) -> None:
        """No point is left."""
        self.closed_on = on


@audited()
class BenchmarkCheck(models.Model):
    """Whether a point is fit to speak for the others: steady, reliable, safe - and how steady its meter was."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    account_number = models.CharField(max_length=12)
    is_steady = models.BooleanField()
    is_reliable = models.BooleanField()
    is_safe = models.BooleanField()
    variation_ppm = models.IntegerField(null=True)
    checked_on = models.DateField()
    checked_by_id = models.BigIntegerField(null=True)


@audited()
class ReferenceMeter(models.Model):
    """
    The meter that a group is read by on the days ``[start, end)``; usually one, several where their mean is used.

    ``physical_ratio`` is what the meter's transformers multiply by (CT x PT), and nothing else.
    """

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    number = models.CharField(max_length=24)
    box = models.ForeignKey("supply.MeterBox", on_delete=models.PROTECT, related_name="+", null=True)
    physical_ratio = models.IntegerField(default=1)
    register_digits = models.SmallIntegerField(default=5)
    start = models.DateField()
    end = models.DateField(null=True)

    class Meta:
        constraints = [
            _one_a_day("reference_meter_at_one_group_a_day", "number"),
            _ends_after_start("reference_meter_end"),
            models.CheckConstraint(condition=Q(physical_ratio__gt=0), name="reference_meter_ratio"),
        ]


@audited(words={"origin": "tomoshibi.groups.words.ORIGINS"})
class Point(models.Model):
    """
    A device with an account number of its own (户号); the number is never used again.

    Which group it is in and where it stands on a day is told by its memberships and placements.
    """

    account_number = models.CharField(max_length=12)
    name = models.CharField(max_length=150)
    nearest_number = models.CharField(max_length=60, blank=True)
    device_type = models.ForeignKey(DeviceType, on_delete=models.PROTECT, related_name="+", db_index=False)
    rated_w = models.IntegerField()
    override_reason = models.CharField(max_length=300, blank=True)
    origin = models.CharField(max_length=12, choices=choices_of(values.Origin))
    application_number = models.CharField(max_length=20, blank=True)
    installed_on = models.DateField(null=True)
    # Not read any more: seals are fieldwork's. The column goes with the next release that may drop one.
    seal_number = models.CharField(max_length=30, blank=True)
    contract_list = models.CharField(max_length=40, blank=True)
    batch_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account_number"], name="point_account_number_once"),
            models.CheckConstraint(
                condition=Q(origin=values.Origin.STOCK.value) | ~Q(application_number=""),
                name="point_has_an_application",
            ),
        ]
        indexes = [
            models.Index(fields=["name"], name="point_name"),
            models.Index(fields=["batch_id"], name="point_batch", condition=Q(batch_id__isnull=False)),
            models.Index(fields=["device_type"], name="point_override", condition=~Q(override_reason="")),
        ]
        triggers = recounts(
            """SELECT DISTINCT m.group_id FROM groups_membership m
               JOIN (SELECT id FROM {rows} r GROUP BY id HAVING count(DISTINCT coalesce(installed_on, '-infinity')) > 1) r
                   ON r.id = m.point_id""",
            only_updates=True,
        )


@audited(words={"role": "tomoshibi.groups.words.ROLES"})
class Membership(models.Model):
    """A point in a group on the days ``[start, end)``: the only source of every count of points."""

    point = models.ForeignKey(Point, on_delete=models.CASCADE, related_name="+", db_index=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+", db_index=False)
    role = models.CharField(max_length=10, choices=choices_of(values.Role))
    start = models.DateField()
    end = models.DateField(null=True)

    class Meta:
        constraints = [
            _one_a_day("point_in_one_group_a_day", "point"),
            _one_a_day("group_has_one_benchmark_a_day", "group", condition=Q(role=values.Role.BENCHMARK.value)),
            _ends_after_start("membership_end"),
        ]
        indexes = [models.Index(fields=["group", "start"], name="membership_of_group")]
        triggers = recounts("SELECT DISTINCT group_id FROM {rows} r")


@audited()
class Placement(models.Model):
    """Where a point stands on the days ``[start, end)``: address, access point, and the district it is counted in."""

    point = models.ForeignKey(Point, on_delete=models.CASCADE, related_name="+", db_index=False)
    address = models.CharField(max_length=200, blank=True)
    position = models.CharField(max_length=150, blank=True)
    access_point = models.ForeignKey("supply.AccessPoint", on_delete=models.PROTECT, related_name="+", null=True)
    district = models.ForeignKey("supply.District", on_delete=models.PROTECT, related_name="+", null=True)
    start = models.DateField()
    end = models.DateField(null=True)

    class Meta:
        constraints = [_one_a_day("point_at_one_place_a_day", "point"), _ends_after_start("placement_end")]
        triggers = recounts(
            "SELECT DISTINCT m.group_id FROM {rows} r JOIN groups_membership m ON m.point_id = r.point_id"
        )


class Tally(models.Model):
    """
    How many points a group has in a district, and what they have, on the days ``[start, end)``: made and read by ``tallying``.

    Bulk: plain numbers of groups and districts, nought for no district. A row that is wrong is not possible to read: see there.
    """

    group_id = models.BigIntegerField()
    district_id = models.BigIntegerField()
    start = models.DateField()
    end = models.DateField(null=True)
    points = models.BigIntegerField()
    subs = models.BigIntegerField()
    address = models.BigIntegerField()
    access_point = models.BigIntegerField()
    district = models.BigIntegerField()
    installed_on = models.BigIntegerField()
    seal = models.BigIntegerField()
    complete = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group_id", "district_id"], name="tally_once")]


class TallyWanted(models.Model):
    """A group whose tally is not to be read any more; written by triggers, taken away when it is counted."""

    group_id = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["group_id"], name="tally_wanted")]


class PointEdit(models.Model):
    """One of the four fields, put right without a process: what it was, what it is, who, when and why."""

    point = models.ForeignKey(Point, on_delete=models.CASCADE, related_name="+")
    field = models.CharField(max_length=12, choices=choices_of(values.EditedField))
    old = models.CharField(max_length=200, blank=True)
    new = models.CharField(max_length=200, blank=True)
    effective_on = models.DateField()
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)

    class Meta:
        triggers = [pgtrigger.Protect(name="point_edits_stay", operation=pgtrigger.Update)]


class PointList(models.Model):
    """A list of points as it came in: the raw file by its hash, what was refused, what it did."""

    document_id = models.BigIntegerField()
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    layout = models.CharField(max_length=20, blank=True)
    state = models.CharField(
        max_length=10, choices=choices_of(values.ListState), default=values.ListState.WAITING.value
    )
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+", null=True)
    application_number = models.CharField(max_length=20, blank=True)
    effective_on = models.DateField()
    counts = models.JSONField(default=dict)
    refusals = models.JSONField(default=list)
    job_id = models.BigIntegerField(null=True)
    received_at = models.DateTimeField()
    received_by_id = models.BigIntegerField(null=True)
    applied_at = models.DateTimeField(null=True)


@audited()
class StockTable(models.Model):
    """Totals per customer as somebody declared them; where they do not add up, a decision says which ones hold."""

    name = models.CharField(max_length=100)
    document_id = models.BigIntegerField()
    declared = models.IntegerField()
    counted = models.IntegerField()
    decision = models.CharField(max_length=300, blank=True)
    decided_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()


class StockTableRow(models.Model):
    """A customer's declared points."""

    table = models.ForeignKey(StockTable, on_delete=models.CASCADE, related_name="+")
    seq = models.IntegerField()
    name = models.CharField(max_length=100)
    points = models.IntegerField()
    customer = models.ForeignKey("parties.Customer", on_delete=models.PROTECT, related_name="+", null=True)


class StockRow(models.Model):
    """
    A benchmark or a sub-account of the stock, as the list has it and as it was found on site.

    :ivar applied_as: number of the application that was made of a row that no list had (G-079)
    """

    batch = models.ForeignKey(StockBatch, on_delete=models.CASCADE, related_name="+", db_index=False)
    row_no = models.IntegerField()
    role = models.CharField(max_length=10, choices=choices_of(values.Role))
    account_number = models.CharField(max_length=12)
    benchmark_number = models.CharField(max_length=12)
    unit = models.CharField(max_length=60, blank=True)
    customer_name = models.CharField(max_length=100, blank=True)
    name = models.CharField(max_length=150, blank=True)
    address = models.CharField(max_length=200, blank=True)
    nearest_number = models.CharField(max_length=60, blank=True)
    opened_on = models.DateField(null=True)
    meter_number = models.CharField(max_length=24, blank=True)
    box_number = models.CharField(max_length=24, blank=True)
    access_point_number = models.CharField(max_length=20, blank=True)
    access_point_name = models.CharField(max_length=100, blank=True)
    district_number = models.CharField(max_length=20, blank=True)
    district_name = models.CharField(max_length=100, blank=True)
    device_type = models.CharField(max_length=20, blank=True)
    rated_w = models.IntegerField(null=True)
    declared_points = models.IntegerField(null=True)
    verification = models.CharField(
        max_length=10, choices=choices_of(values.Verification), default=values.Verification.OPEN.value
    )
    inspector = models.CharField(max_length=60, blank=True)
    verified_on = models.DateField(null=True)
    note = models.CharField(max_length=200, blank=True)
    installed_on = models.DateField(null=True)
    applied_as = models.CharField(max_length=20, blank=True, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "account_number"], name="stock_row_once"),
            models.CheckConstraint(
                condition=Q(verification=values.Verification.OPEN.value)
                | (~Q(inspector="") & Q(verified_on__isnull=False)),
                name="stock_row_verified_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["batch", "verification"], name="stock_row_state")]


@audited()
class GroupSupply(models.Model):
    """
    Where a group is supplied and billed on the days ``[start, end)``: a supply point of its own, with a contract.

    The point was named by the benchmark of its first day and keeps that number when the benchmark changes.
    """

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+")
    supply_point = models.ForeignKey("supply.SupplyPoint", on_delete=models.PROTECT, related_name="+")
    start = models.DateField()
    end = models.DateField(null=True)

    class Meta:
        constraints = [
            _one_a_day("group_has_one_supply_a_day", "group"),
            _one_a_day("supply_point_of_one_group_a_day", "supply_point"),
            _ends_after_start("group_supply_end"),
        ]


@audited()
class MeterSuspicion(models.Model):
    """A reference meter that somebody does not trust on the days ``[start, end)``, and why; set by hand."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    meter_number = models.CharField(max_length=24)
    start = models.DateField()
    end = models.DateField(null=True)
    reason = models.CharField(max_length=300)
    cleared_because = models.CharField(max_length=300, blank=True)
    marked_by_id = models.BigIntegerField(null=True)
    cleared_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [_one_a_day("meter_suspected_once_a_day", "meter_number"), _ends_after_start("suspicion_end")]
        indexes = [models.Index(fields=["group"], name="suspicion_of_group")]
