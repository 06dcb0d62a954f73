"""Applications by form: wheeling from 500 kW up and electrical works, what was sent, and where grid companies take them."""

from datetime import date

from django.db import models
from django.db.models import Q
from django_fsm import transition

from tomoshibi.applications.models.story import StoryLine
from tomoshibi.applications.values import works as values
from tomoshibi.applications.values.works import DesignState, SendState, WorkState
from tomoshibi.storage.audit import audited
from tomoshibi.storage.fields import StateField, choices_of

_OPEN = [state.value for state in values.OPEN_WORKS]
_WITH_GRID = [WorkState.SENT, WorkState.ACCEPTED, WorkState.DESIGN]


@audited(
    exclude=["cursor", "reached_at", "failure"],
    words={
        "wheeling_route": "tomoshibi.applications.works_words.ROUTES",
        "works_route": "tomoshibi.applications.works_words.ROUTES",
    },
)
class WorkDesk(models.Model):
    """Where a grid company takes applications by form; an empty area stands for all that have none of their own."""

    area = models.CharField(max_length=2, unique=True, blank=True)
    name = models.CharField(max_length=100, blank=True)
    wheeling_route = models.CharField(max_length=10, choices=choices_of(values.Route), default=values.Route.MAIL.value)
    works_route = models.CharField(max_length=10, choices=choices_of(values.Route), default=values.Route.PORTAL.value)
    mail = models.CharField(max_length=254, blank=True)
    post = models.CharField(max_length=300, blank=True)
    page = models.CharField(max_length=300, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    answer_days = models.SmallIntegerField(default=3)
    design_days = models.SmallIntegerField(default=30)
    cutoff_days = models.SmallIntegerField(default=3)
    address = models.CharField(max_length=300, blank=True)
    certificate_file = models.CharField(max_length=300, blank=True)
    trust_file = models.CharField(max_length=300, blank=True)
    pace_ms = models.IntegerField(default=1000)
    cursor = models.BigIntegerField(default=0)
    reached_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(wheeling_route=values.Route.WEB.value) & ~Q(works_route=values.Route.WEB.value)
                | ~Q(address=""),
                name="work_desk_web_has_an_address",
            ),
            models.CheckConstraint(
                condition=~Q(wheeling_route=values.Route.MAIL.value) & ~Q(works_route=values.Route.MAIL.value)
                | ~Q(mail=""),
                name="work_desk_mail_has_an_address",
            ),
        ]


@audited(
    exclude=["step"],
    words={
        "kind": "tomoshibi.applications.works_words.KINDS",
        "voltage": "tomoshibi.applications.works_words.VOLTAGES",
        "route": "tomoshibi.applications.works_words.ROUTES",
        "state": "tomoshibi.applications.works_words.STATES",
        "design": "tomoshibi.applications.works_words.DESIGNS",
    },
)
class WorkCase(models.Model):
    """One application by form, from its draft to the day on which the work is done."""

    number = models.CharField(max_length=12, unique=True)
    procedure = models.CharField(max_length=5)
    kind = models.CharField(max_length=20, choices=choices_of(values.WorkKind))
    voltage = models.CharField(max_length=12, choices=choices_of(values.VoltageClass))
    route = models.CharField(max_length=10, choices=choices_of(values.Route))
    state = StateField(default=WorkState.DRAFT.value)
    design = models.CharField(max_length=12, choices=choices_of(DesignState), default=DesignState.NONE.value)
    step = models.IntegerField(default=0)
    """How far the grid company's Web system told: older news is not taken again."""
    area = models.CharField(max_length=2)
    spin = models.CharField(max_length=22, blank=True)
    supply_point = models.ForeignKey("supply.SupplyPoint", on_delete=models.PROTECT, related_name="+", null=True)
    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="+", null=True)
    customer = models.ForeignKey("parties.Customer", on_delete=models.PROTECT, related_name="+", null=True)
    registration = models.ForeignKey("Registration", on_delete=models.PROTECT, related_name="+", null=True)
    account_number = models.CharField(max_length=12, blank=True)
    holder_name = models.CharField(max_length=100)
    holder_kana = models.CharField(max_length=100, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=300, blank=True)
    contractor = models.CharField(max_length=100, blank=True)
    contractor_phone = models.CharField(max_length=20, blank=True)
    capacity_kind = models.CharField(max_length=10, blank=True)
    capacity_milli = models.BigIntegerField(null=True)
    terms = models.JSONField(default=dict)
    details = models.JSONField(default=dict)
    wished_on = models.DateField(null=True)
    cutoff_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    reception_number = models.CharField(max_length=40, blank=True)
    contribution_minor = models.BigIntegerField(null=True)
    contribution_due_on = models.DateField(null=True)
    contribution_by_id = models.BigIntegerField(null=True)
    approved_by_id = models.BigIntegerField(null=True)
    charge = models.ForeignKey("contracts.SundryCharge", on_delete=models.PROTECT, related_name="+", null=True)
    paid_on = models.DateField(null=True)
    inspection_on = models.DateField(null=True)
    fixed_on = models.DateField(null=True)
    done_on = models.DateField(null=True)
    note = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=100, blank=True)
    opened_at = models.DateTimeField()
    opened_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source"], condition=~Q(source=""), name="work_case_source_once"),
            models.UniqueConstraint(
                fields=["spin", "kind"],
                condition=Q(state__in=_OPEN) & ~Q(spin=""),
                name="one_open_work_per_point_and_kind",
            ),
            models.UniqueConstraint(
                fields=["area", "reception_number"],
                condition=~Q(reception_number=""),
                name="work_reception_number_once",
            ),
            models.CheckConstraint(
                condition=Q(contribution_minor__isnull=True) | Q(contribution_minor__gte=0),
                name="work_contribution_sign",
            ),
            models.CheckConstraint(
                condition=Q(charge__isnull=True) | Q(approved_by_id__isnull=False), name="work_charge_was_approved"
            ),
            models.CheckConstraint(
                condition=Q(approved_by_id__isnull=True) | ~Q(approved_by_id=models.F("contribution_by_id")),
                name="work_contribution_by_two",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(state__in=_OPEN), name="work_case_due"),
            models.Index(fields=["contract"], name="work_case_contract"),
        ]

    @transition(field=state, source=[WorkState.DRAFT, WorkState.RETURNED], target=WorkState.SENT)
    def send(self) -> None:
        """The form goes to the grid company, or is given to a person who takes it there."""
        self.reason = ""

    @transition(field=state, source=WorkState.SENT, target=WorkState.ACCEPTED)
    def accept(self, *, number: str) -> None:
        """受付: the grid company gave its reception number."""
        self.reception_number = number

    @transition(field=state, source=_WITH_GRID, target=WorkState.RETURNED)
    def give_back(self, *, reason: str) -> None:
        """不備: the grid company wants something put right."""
        self.reason = reason[:300]

    @transition(field=state, source=[WorkState.ACCEPTED, WorkState.DESIGN], target=WorkState.DESIGN)
    def design_goes_on(self, *, to: DesignState) -> None:
        """設計・用地交渉: how far they are."""
        self.design = to.value

    @transition(field=state, source=[WorkState.ACCEPTED, WorkState.DESIGN], target=WorkState.QUOTED)
    def quote(self, *, amount_minor: int, due_on: date | None, by_id: int | None) -> None:
        """工事費負担金: the grid company says what we have to pay."""
        self.contribution_minor, self.contribution_due_on, self.contribution_by_id = amount_minor, due_on, by_id

    @transition(field=state, source=WorkState.QUOTED, target=WorkState.DESIGN)
    def take_quote_back(self, *, reason: str) -> None:
        """The second person does not agree with the amount, or the grid company changes it."""
        self.contribution_minor = self.contribution_due_on = self.contribution_by_id = None
        self.reason = reason[:300]

    @transition(field=state, source=WorkState.QUOTED, target=WorkState.AGREED)
    def agree(self, *, by_id: int | None) -> None:
        """A second person agrees to pay, and to charge it to the customer."""
        self.approved_by_id, self.reason = by_id, ""

    @transition(
        field=state,
        source=[WorkState.ACCEPTED, WorkState.DESIGN, WorkState.AGREED, WorkState.SCHEDULED],
        target=WorkState.SCHEDULED,
    )
    def schedule(self, *, on: date, inspection_on: date | None) -> None:
        """工事日程: the day is fixed; nothing can be changed any more. The grid company may move it."""
        self.fixed_on, self.inspection_on = on, inspection_on or self.inspection_on

    @transition(field=state, source=WorkState.SCHEDULED, target=WorkState.DONE)
    def complete(self, *, on: date) -> None:
        """供給開始・工事完了."""
        self.done_on = on

    @transition(field=state, source=_WITH_GRID, target=WorkState.REJECTED)
    def reject(self, *, reason: str) -> None:
        """The grid company does not do it."""
        self.reason = reason[:300]

    @transition(
        field=state,
        source=[
            WorkState.DRAFT, WorkState.RETURNED, WorkState.SENT, WorkState.ACCEPTED, WorkState.DESIGN, WorkState.QUOTED,
        ],
        target=WorkState.CANCELED,
    )  # fmt: skip
    def cancel(self, *, reason: str) -> None:
        """It is not wanted any more."""
        self.reason = reason[:300]


class WorkStep(StoryLine):
    case = models.ForeignKey(WorkCase, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event"], condition=~Q(event=""), name="work_event_once")]
        indexes = [models.Index(fields=["case", "at"], name="work_step_case")]


class WorkSending(models.Model):
    """One time that an application went out: by which way, with which papers, and what became of it."""

    case = models.ForeignKey(WorkCase, on_delete=models.PROTECT, related_name="+")
    message_id = models.UUIDField(unique=True)
    action = models.CharField(max_length=10, choices=choices_of(values.SendAction))
    route = models.CharField(max_length=10, choices=choices_of(values.Route))
    state = models.CharField(max_length=10, choices=choices_of(SendState), default=SendState.WAITING.value)
    to = models.CharField(max_length=300, blank=True)
    xlsx = models.ForeignKey("documents.StoredFile", on_delete=models.PROTECT, related_name="+", null=True)
    pdf = models.ForeignKey("documents.StoredFile", on_delete=models.PROTECT, related_name="+", null=True)
    words = models.CharField(max_length=300, blank=True)
    tries = models.IntegerField(default=0)
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    sent_at = models.DateTimeField(null=True)
    sent_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state__in=[SendState.WAITING.value, SendState.BY_HAND.value]),
                name="one_sending_waits_per_work",
            )
        ]
        indexes = [models.Index(fields=["id"], condition=Q(state=SendState.WAITING.value), name="work_sending_waiting")]
