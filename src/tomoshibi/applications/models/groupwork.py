"""Cases of groups: what was applied for, row by row, the papers, and who did which step."""

from datetime import date

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q
from django_fsm import transition

from tomoshibi.applications.values import groupwork as values
from tomoshibi.applications.values.groupwork import CaseState, PaperState, RowState
from tomoshibi.storage.audit import audited
from tomoshibi.storage.fields import DateRange, StateField, choices_of


@audited(words={"kind": "tomoshibi.applications.casewords.KINDS", "state": "tomoshibi.applications.casewords.STATES"})
class GroupCase(models.Model):
    """
    An application about a group, from the counter to the archive.

    ``number`` is the application number that points carry; with ``query_number`` the customer asks how far it is. What
    stands here is what the form says; the list is in ``CaseRow``. One form for several groups of a customer is a case for
    each of them, held together by ``joint_number``, the number of the first (G-075).
    """

    number = models.CharField(max_length=20, unique=True)
    query_number = models.CharField(max_length=14, unique=True)
    kind = models.CharField(max_length=10, choices=choices_of(values.CaseKind))
    state = StateField(default=CaseState.RECEIVED.value, max_length=10)
    customer = models.ForeignKey("parties.Customer", on_delete=models.PROTECT, related_name="+")
    group = models.ForeignKey("groups.Group", on_delete=models.PROTECT, related_name="+", null=True)
    unit = models.CharField(max_length=60)
    device_code = models.CharField(max_length=20)
    rated_w = models.IntegerField()
    declared_points = models.IntegerField()
    agent_name = models.CharField(max_length=60, blank=True)
    agent_document = models.CharField(max_length=30, blank=True)
    agent_phone = models.CharField(max_length=20, blank=True)
    outage_contact = models.CharField(max_length=60)
    outage_mobile = models.CharField(max_length=20)
    seen = models.CharField(max_length=10)
    boundary_changes = models.BooleanField(default=False)
    signed_on = models.DateField()
    received_on = models.DateField()
    received_by_id = models.BigIntegerField(null=True)
    accepted_at = models.DateTimeField(null=True)
    warnings = models.JSONField(default=list)
    skipped = models.JSONField(default=list)
    grouping = models.JSONField(default=list)
    reason = models.CharField(max_length=300, blank=True)
    is_steady = models.BooleanField(default=False)
    is_reliable = models.BooleanField(default=False)
    is_safe = models.BooleanField(default=False)
    fit_by_id = models.BigIntegerField(null=True)
    new_benchmark = models.CharField(max_length=12, blank=True)
    ticket_id = models.BigIntegerField(null=True)
    connected_on = models.DateField(null=True)
    meter_number = models.CharField(max_length=24, blank=True)
    box_number = models.CharField(max_length=24, blank=True)
    step_since = models.DateTimeField()
    due_on = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    joint_number = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group"],
                condition=Q(group__isnull=False) & Q(state__in=[state.value for state in values.OPEN_STATES]),
                name="group_has_one_open_case",
            ),
            models.CheckConstraint(condition=Q(declared_points__gte=0), name="case_declared_points"),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="case_due")]

    @transition(field=state, source=CaseState.RECEIVED, target=CaseState.SURVEY)
    def accept_to_survey(self) -> None:
        """Form and list agree; a surveyor looks at it next."""

    @transition(field=state, source=CaseState.RECEIVED, target=CaseState.ORDER)
    def accept_to_order(self) -> None:
        """Nothing is to be surveyed or signed: the work is ordered next."""

    @transition(field=state, source=CaseState.SURVEY, target=CaseState.CONTRACT)
    def survey_done(self) -> None:
        """Every row has its place or was taken out; the contract can be drafted."""

    @transition(field=state, source=CaseState.CONTRACT, target=CaseState.ORDER)
    def contract_signed(self) -> None:
        """Both sides signed: labels may be printed and work be ordered."""

    @transition(field=state, source=CaseState.ORDER, target=CaseState.FIELD)
    def send_out(self, *, ticket_id: int) -> None:
        """A crew has the ticket."""
        self.ticket_id = ticket_id

    @transition(field=state, source=CaseState.FIELD, target=CaseState.INSTALL)
    def come_back(self) -> None:
        """The crew is back; what it did is written next."""

    @transition(field=state, source=CaseState.INSTALL, target=CaseState.ORDER)
    def wait_for_rest(self) -> None:
        """What was done is written; rows that wait get another ticket (G-057)."""

    @transition(field=state, source=CaseState.ORDER, target=CaseState.ARCHIVE)
    def nothing_left(self) -> None:
        """What waited was taken out; the rest is connected."""

    @transition(field=state, source=CaseState.INSTALL, target=CaseState.ARCHIVE)
    def installed(self, *, on: date) -> None:
        """Points, places and dates are written; the file is completed next."""
        self.connected_on = on

    @transition(field=state, source=CaseState.INSTALL, target=CaseState.SETTLE)
    def ended(self, *, on: date) -> None:
        """No point is left; the final bill is awaited."""
        self.connected_on = on

    @transition(field=state, source=CaseState.SETTLE, target=CaseState.ARCHIVE)
    def settled(self) -> None:
        """The final bill is posted."""

    @transition(field=state, source=CaseState.ARCHIVE, target=CaseState.CLOSED)
    def archived(self) -> None:
        """All its documents are there."""

    @transition(
        field=state,
        source=[CaseState.RECEIVED, CaseState.SURVEY, CaseState.CONTRACT, CaseState.ORDER],
        target=CaseState.REFUSED,
    )
    def refuse(self, *, reason: str) -> None:
        """It goes back to the customer; nothing of it was connected."""
        self.reason = reason


@audited(
    words={
        "change": "tomoshibi.applications.casewords.CHANGES",
        "state": "tomoshibi.applications.casewords.ROWS",
        "source": "tomoshibi.applications.casewords.SOURCES",
        "tap": "tomoshibi.applications.casewords.TAPS",
    }
)
class CaseRow(models.Model):
    """
    A point of a case: as the list has it, as it was found, and what became of it.

    :ivar other_benchmark: where it belongs instead, as the surveyor says; ``applied_as`` is the application it came into
    """

    case = models.ForeignKey(GroupCase, on_delete=models.CASCADE, related_name="+")
    no = models.IntegerField()
    file_row = models.IntegerField(null=True)
    change = models.CharField(max_length=6, choices=choices_of(values.Change))
    role = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=choices_of(RowState), default=RowState.PLANNED.value)
    account_number = models.CharField(max_length=12, blank=True)
    point_id = models.BigIntegerField(null=True)
    name = models.CharField(max_length=150)
    address = models.CharField(max_length=200, blank=True)
    position = models.CharField(max_length=150, blank=True)
    nearest_number = models.CharField(max_length=60, blank=True)
    rated_w = models.IntegerField(null=True)
    same_device_reason = models.CharField(max_length=300, blank=True)
    override_reason = models.CharField(max_length=300, blank=True)
    access_point_number = models.CharField(max_length=20, blank=True)
    access_point_name = models.CharField(max_length=100, blank=True)
    district_number = models.CharField(max_length=20, blank=True)
    district_name = models.CharField(max_length=100, blank=True)
    source = models.CharField(max_length=10, blank=True)
    confidence = models.IntegerField(null=True)
    placed_by_id = models.BigIntegerField(null=True)
    placed_at = models.DateTimeField(null=True)
    distance_m = models.IntegerField(null=True)
    not_nearest = models.CharField(max_length=200, blank=True)
    tap = models.CharField(max_length=14, blank=True)
    is_fit = models.BooleanField(null=True)
    belongs = models.BooleanField(null=True)
    is_ready = models.BooleanField(null=True)
    is_listed = models.BooleanField(null=True)
    note = models.CharField(max_length=300, blank=True)
    seal_number = models.CharField(max_length=30, blank=True)
    done_at = models.DateTimeField(null=True)
    ticket_id = models.BigIntegerField(null=True)
    from_site = models.BooleanField(default=False)
    other_benchmark = models.CharField(max_length=12, blank=True)
    applied_as = models.CharField(max_length=20, blank=True)
    installed_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "no"], name="case_row_once")]


@audited()
class ClauseWording(models.Model):
    """The company's own wording of a special clause; without one, the shipped wording holds (G-041)."""

    code = models.CharField(max_length=20, unique=True)
    text = models.TextField()
    saved_at = models.DateTimeField()
    saved_by_id = models.BigIntegerField(null=True)


class CaseDocument(models.Model):
    """A document of a case, with who brought it and when; a newer one of its slot takes its place, none is deleted."""

    case = models.ForeignKey(GroupCase, on_delete=models.CASCADE, related_name="+")
    slot = models.CharField(max_length=14, choices=choices_of(values.Slot))
    document_id = models.BigIntegerField()
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    version = models.IntegerField(default=0)
    at = models.DateTimeField()
    by_id = models.BigIntegerField(null=True)

    class Meta:
        triggers = [pgtrigger.Protect(name="case_documents_stay", operation=pgtrigger.Update | pgtrigger.Delete)]


class CaseList(models.Model):
    """
    A version of the confirmation list; the next one takes its force, and a signed copy belongs to one version.

    :ivar content: what was printed, so that a superseded version can be printed as such
    """

    case = models.ForeignKey(GroupCase, on_delete=models.CASCADE, related_name="+")
    version = models.IntegerField()
    document_id = models.BigIntegerField()
    content = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    is_superseded = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "version"], name="case_list_version_once")]


@audited(words={"state": "tomoshibi.applications.casewords.PAPERS"})
class CasePaper(models.Model):
    """The contract of a case, or the supplement that changes its list of points: draft, review, approval, signature."""

    case = models.OneToOneField(GroupCase, on_delete=models.CASCADE, related_name="+")
    number = models.CharField(max_length=24, unique=True)
    state = StateField(default=PaperState.DRAFT.value, max_length=10)
    clauses = models.JSONField(default=dict)
    drafted_by_id = models.BigIntegerField(null=True)
    drafted_at = models.DateTimeField()
    reviewed_by_id = models.BigIntegerField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    approved_by_id = models.BigIntegerField(null=True)
    approved_at = models.DateTimeField(null=True)
    signed_on = models.DateField(null=True)
    signed_by_id = models.BigIntegerField(null=True)
    remark = models.CharField(max_length=300, blank=True)

    @transition(field=state, source=PaperState.DRAFT, target=PaperState.REVIEWED)
    def review(self) -> None:
        """A specialist found it right."""

    @transition(field=state, source=PaperState.REVIEWED, target=PaperState.APPROVED)
    def approve(self) -> None:
        """The leader agreed; nothing of it is changed any more."""

    @transition(field=state, source=[PaperState.REVIEWED, PaperState.APPROVED], target=PaperState.DRAFT)
    def send_back(self, *, remark: str) -> None:
        """It is drafted again."""
        self.remark = remark

    @transition(field=state, source=PaperState.APPROVED, target=PaperState.SIGNED)
    def sign(self, *, on: date) -> None:
        """Both sides signed."""
        self.signed_on = on

    @transition(field=state, source=PaperState.SIGNED, target=PaperState.ARCHIVED)
    def archive(self) -> None:
        """It lies in the file."""


class CaseStep(models.Model):
    """Who did which step of a case, and when: rows are only added."""

    case = models.ForeignKey(GroupCase, on_delete=models.CASCADE, related_name="+")
    step = models.CharField(max_length=6)
    what = models.CharField(max_length=40)
    text = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    by_id = models.BigIntegerField(null=True)

    class Meta:
        triggers = [pgtrigger.Protect(name="case_steps_stay", operation=pgtrigger.Update | pgtrigger.Delete)]


class ContractList(models.Model):
    """
    The list of points that belongs to a group's contract on the days ``[start, end)`` (主合同 + 虚拟子户清单, G-040).

    :ivar account_numbers: the points that stand on it
    """

    group = models.ForeignKey("groups.Group", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(GroupCase, on_delete=models.PROTECT, related_name="+")
    version = models.IntegerField()
    document_id = models.BigIntegerField()
    account_numbers = models.JSONField(default=list)
    start = models.DateField()
    end = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "version"], name="contract_list_version_once"),
            ExclusionConstraint(
                name="contract_list_one_a_day",
                expressions=[
                    ("group", RangeOperators.EQUAL),
                    (DateRange("start", "end"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
