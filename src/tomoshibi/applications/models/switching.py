"""Applications to the grid, what was said about them, mediations that others ask of us, and searches of points."""

from datetime import date

from django.db import models
from django.db.models import Q
from django_fsm import transition

from tomoshibi.applications import values
from tomoshibi.applications.models.story import StoryLine
from tomoshibi.applications.values import RequestState, SearchState, SwitchingState
from tomoshibi.storage.audit import audited
from tomoshibi.storage.fields import StateField, choices_of

_OPEN = [state.value for state in values.OPEN_CASES]
_UNDER_WAY = [state.value for state in values.OPEN_CASES if state is not SwitchingState.METER_OPEN]


@audited(exclude=["cursors", "reached_at", "failure"])
class SwitchingLink(models.Model):
    """How the switching support system is reached; one row."""

    address = models.CharField(max_length=300)
    certificate_file = models.CharField(max_length=300)
    key_file = models.CharField(max_length=300, blank=True)
    trust_file = models.CharField(max_length=300, blank=True)
    source_address = models.CharField(max_length=45, blank=True)
    pace_ms = models.IntegerField(default=1000)
    timeout_seconds = models.IntegerField(default=60)
    retailer_codes = models.JSONField(default=dict)
    core_from = models.SmallIntegerField(default=9)
    core_to = models.SmallIntegerField(default=17)
    search_areas = models.JSONField(default=list)
    cursors = models.JSONField(default=dict)
    reached_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="one_switching_link"),
            models.CheckConstraint(
                condition=Q(core_from__gte=0, core_to__lte=23, core_from__lte=models.F("core_to")),
                name="switching_core_hours",
            ),
        ]


@audited(
    exclude=["stage", "stage_name", "step", "point_facts", "usage"],
    words={
        "kind": "tomoshibi.applications.switching_words.KINDS",
        "klass": "tomoshibi.applications.switching_words.CLASSES",
        "source_kind": "tomoshibi.applications.switching_words.SOURCES",
        "state": "tomoshibi.applications.switching_words.STATES",
        "work": "tomoshibi.applications.switching_words.WORKS",
    },
)
class SwitchingCase(models.Model):
    """One application to the grid company, from its draft to its end (異動申込)."""

    number = models.CharField(max_length=12, unique=True)
    kind = models.CharField(max_length=20, choices=choices_of(values.SwitchingKind))
    klass = models.CharField(max_length=10, choices=choices_of(values.PointClass))
    source_kind = models.CharField(max_length=10, blank=True, choices=choices_of(values.SourceKind))
    state = StateField(default=SwitchingState.DRAFT.value)
    stage = models.CharField(max_length=10, blank=True)
    stage_name = models.CharField(max_length=60, blank=True)
    step = models.IntegerField(default=0)
    """How far the outside told: older news is not taken again."""
    round = models.IntegerField(default=1)
    """An application that was rejected is sent again as a new one: the grid knows it by number and round."""
    spin = models.CharField(max_length=22)
    area = models.CharField(max_length=2)
    supply_point = models.ForeignKey("supply.SupplyPoint", on_delete=models.PROTECT, related_name="+", null=True)
    customer = models.ForeignKey("parties.Customer", on_delete=models.PROTECT, related_name="+", null=True)
    contract = models.ForeignKey("contracts.Contract", on_delete=models.SET_NULL, related_name="+", null=True)
    registration = models.ForeignKey("Registration", on_delete=models.PROTECT, related_name="+", null=True)
    account_number = models.CharField(max_length=12, blank=True)
    terms = models.JSONField(default=dict)
    wished_on = models.DateField(null=True)
    fixed_on = models.DateField(null=True)
    holder_name = models.CharField(max_length=100, blank=True)
    holder_kana = models.CharField(max_length=100, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=300, blank=True)
    building = models.CharField(max_length=100, blank=True)
    old_retailer = models.CharField(max_length=5, blank=True)
    old_customer_number = models.CharField(max_length=40, blank=True)
    new_retailer = models.CharField(max_length=5, blank=True)
    told_directly = models.BooleanField(default=False)
    mediation_number = models.CharField(max_length=40, blank=True)
    mediation_until = models.DateField(null=True)
    mediation_step = models.IntegerField(default=0)
    capacity_kind = models.CharField(max_length=10, blank=True)
    capacity_milli = models.BigIntegerField(null=True)
    with_removal = models.BooleanField(default=False)
    attendance = models.BooleanField(default=False)
    work = models.CharField(max_length=12, choices=choices_of(values.Work), default=values.Work.NONE.value)
    consent_at = models.DateTimeField(null=True)
    consent_how = models.CharField(max_length=100, blank=True)
    password = models.CharField(max_length=60, blank=True)
    password_until = models.DateField(null=True)
    point_facts = models.JSONField(default=dict)
    usage = models.JSONField(default=list)
    note = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=100, blank=True)
    opened_at = models.DateTimeField()
    opened_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source"], condition=~Q(source=""), name="switching_case_source_once"),
            models.UniqueConstraint(
                fields=["spin"],
                condition=Q(kind__in=sorted(k.value for k in values.BEGINNING), state__in=_UNDER_WAY),
                name="one_beginning_per_point",
            ),
            models.UniqueConstraint(
                fields=["spin"],
                condition=Q(kind__in=sorted(k.value for k in values.ENDING), state__in=_UNDER_WAY),
                name="one_ending_per_point",
            ),
            models.CheckConstraint(condition=Q(spin__regex=r"^(0[1-9]|10)[0-9]{20}$"), name="switching_case_spin"),
            models.CheckConstraint(
                condition=~Q(kind=values.SwitchingKind.USAGE.value)
                | Q(state=SwitchingState.DRAFT.value)
                | Q(state=SwitchingState.CANCELED.value)
                | Q(consent_at__isnull=False),
                name="usage_needs_consent",
            ),
        ]
        indexes = [
            models.Index(fields=["state"], condition=Q(state__in=_OPEN), name="switching_case_open"),
            models.Index(
                fields=["mediation_number"], condition=~Q(mediation_number=""), name="switching_case_mediation"
            ),
            models.Index(fields=["contract"], name="switching_case_contract"),
        ]

    @property
    def application_number(self) -> str:
        """Under which number the grid knows this round."""
        return f"{self.number}-{self.round}"

    @transition(field=state, source=[SwitchingState.DRAFT, SwitchingState.DECLINED], target=SwitchingState.MEDIATING)
    def ask_old_retailer(self) -> None:
        """The old retailer is asked, through the system, to let the customer go (廃止取次登録)."""

    @transition(field=state, source=SwitchingState.MEDIATING, target=SwitchingState.AGREED)
    def old_retailer_agrees(self) -> None:
        """判断済み(OK): the start may be applied for."""

    @transition(field=state, source=SwitchingState.MEDIATING, target=SwitchingState.DECLINED)
    def old_retailer_declines(self, *, reason: str) -> None:
        """判断済み(NG): back to the customer."""
        self.reason = reason[:300]

    @transition(
        field=state,
        source=[SwitchingState.DRAFT, SwitchingState.AGREED, SwitchingState.REJECTED, SwitchingState.EXPIRED],
        target=SwitchingState.SUBMITTED,
    )
    def submit(self) -> None:
        """The application goes to the grid company."""
        self.reason = ""

    @transition(field=state, source=SwitchingState.SUBMITTED, target=SwitchingState.MATCHED)
    def match(self, *, on: date) -> None:
        """Start and end have met: the day is fixed and nothing can be changed any more."""
        self.fixed_on = on

    @transition(
        field=state, source=[SwitchingState.SUBMITTED, SwitchingState.MATCHED], target=SwitchingState.METER_OPEN
    )
    def complete_before_meter(self, *, on: date) -> None:
        """Done, but meter work is still open (計器取替未完了)."""
        self.fixed_on = on

    @transition(
        field=state,
        source=[SwitchingState.SUBMITTED, SwitchingState.MATCHED, SwitchingState.METER_OPEN],
        target=SwitchingState.COMPLETED,
    )
    def complete(self, *, on: date | None) -> None:
        """The grid company has done it."""
        self.fixed_on = on or self.fixed_on

    @transition(
        field=state,
        source=[SwitchingState.SUBMITTED, SwitchingState.MATCHED, SwitchingState.MEDIATING],
        target=SwitchingState.REJECTED,
    )
    def reject(self, *, reason: str) -> None:
        """却下: at once or later, for a reason."""
        self.reason = reason[:300]

    @transition(field=state, source=[SwitchingState.SUBMITTED, SwitchingState.MEDIATING], target=SwitchingState.EXPIRED)
    def expire(self, *, reason: str) -> None:
        """The deadline passed without an answer or without the other application."""
        self.reason = reason[:300]

    @transition(
        field=state,
        source=[
            SwitchingState.DRAFT, SwitchingState.MEDIATING, SwitchingState.DECLINED, SwitchingState.AGREED, SwitchingState.SUBMITTED,
            SwitchingState.REJECTED, SwitchingState.EXPIRED,
        ],
        target=SwitchingState.CANCELED,
    )  # fmt: skip
    def cancel(self, *, reason: str) -> None:
        """It is not wanted any more."""
        self.reason = reason[:300]


class SwitchingStep(StoryLine):
    case = models.ForeignKey(SwitchingCase, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event"], condition=~Q(event=""), name="switching_event_once")]
        indexes = [models.Index(fields=["case", "at"], name="switching_step_case")]


@audited(exclude=["state"], words={"state": "tomoshibi.applications.switching_words.REQUESTS"})
class MediationRequest(models.Model):
    """Another retailer asks, through the system, to take over a customer of ours (SW廃止取次)."""

    number = models.CharField(max_length=40, unique=True)
    state = StateField(default=RequestState.WAITING.value)
    step = models.IntegerField(default=0)
    spin = models.CharField(max_length=22)
    retailer = models.CharField(max_length=5)
    new_retailer = models.CharField(max_length=5)
    customer_number = models.CharField(max_length=40, blank=True)
    holder_name = models.CharField(max_length=100, blank=True)
    holder_kana = models.CharField(max_length=100, blank=True)
    address = models.CharField(max_length=300, blank=True)
    building = models.CharField(max_length=100, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    wished_on = models.DateField(null=True)
    registered_on = models.DateField(null=True)
    deadline_on = models.DateField(null=True)
    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="+", null=True)
    suggested = models.BooleanField(default=False)
    reasons = models.JSONField(default=list)
    explanation = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by_id = models.BigIntegerField(null=True)
    delivered = models.BooleanField(default=False)
    case = models.ForeignKey(SwitchingCase, on_delete=models.PROTECT, related_name="+", null=True)
    received_at = models.DateTimeField()

    @transition(field=state, source=RequestState.WAITING, target=RequestState.AGREED)
    def agree(self) -> None:
        """We let the customer go; our own end of supply is applied for."""

    @transition(field=state, source=RequestState.WAITING, target=RequestState.REFUSED)
    def refuse(self) -> None:
        """Something does not fit: the new retailer goes back to the customer."""

    @transition(field=state, source=RequestState.AGREED, target=RequestState.MATCHED)
    def match(self) -> None:
        """Both applications met."""

    @transition(field=state, source=RequestState.AGREED, target=RequestState.NOT_MATCHED)
    def miss(self) -> None:
        """They did not meet in time."""

    @transition(field=state, source=RequestState.WAITING, target=RequestState.EXPIRED)
    def expire(self) -> None:
        """We did not answer in time."""

    @transition(field=state, source=[RequestState.WAITING, RequestState.AGREED], target=RequestState.WITHDRAWN)
    def withdraw(self) -> None:
        """The new retailer took it back."""


class SwitchingMessage(models.Model):
    """A message to the system as it was sent, and the answer as it came; the same message id is sent until answered."""

    case = models.ForeignKey(SwitchingCase, on_delete=models.CASCADE, related_name="+", null=True)
    mediation = models.ForeignKey(MediationRequest, on_delete=models.CASCADE, related_name="+", null=True)
    search = models.ForeignKey("PointSearch", on_delete=models.CASCADE, related_name="+", null=True)
    message_id = models.UUIDField(unique=True)
    function = models.CharField(max_length=30)
    action = models.CharField(max_length=10)
    state = models.CharField(
        max_length=10, choices=choices_of(values.MessageState), default=values.MessageState.WAITING.value
    )
    request = models.TextField()
    answer = models.TextField(blank=True)
    words = models.CharField(max_length=300, blank=True)
    tries = models.IntegerField(default=0)
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mediation"],
                condition=Q(mediation__isnull=False) & ~Q(state=values.MessageState.FAILED.value),
                name="mediation_answered_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(state=values.MessageState.WAITING.value), name="switching_message_waiting"
            )
        ]


class CoreHour(models.Model):
    """In this hour the inbox of mediations was looked at."""

    day = models.DateField()
    hour = models.SmallIntegerField()
    looked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "hour"], name="core_hour_once")]


@audited(
    words={
        "state": "tomoshibi.applications.switching_words.SEARCHES",
        "source": "tomoshibi.applications.switching_words.SEARCH_SOURCES",
    }
)
class PointSearch(models.Model):
    """Somebody needs the identifier of a point for a reconnection (供給地点特定番号検索)."""

    number = models.CharField(max_length=12, unique=True)
    state = StateField(default=SearchState.OPEN.value)
    generation = models.BooleanField(default=False)
    area = models.CharField(max_length=2)
    address = models.CharField(max_length=300, blank=True)
    building = models.CharField(max_length=100, blank=True)
    meter_number = models.CharField(max_length=20, blank=True)
    why = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=100, blank=True)
    found = models.JSONField(default=list)
    spin = models.CharField(max_length=22, blank=True)
    source = models.CharField(max_length=10, blank=True, choices=choices_of(values.SearchSource))
    asked_at = models.DateTimeField()
    asked_by_id = models.BigIntegerField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=SearchState.FOUND.value) & ~Q(spin="") & ~Q(source="")
                | ~Q(state=SearchState.FOUND.value) & Q(spin=""),
                name="found_search_has_an_answer",
            ),
            models.UniqueConstraint(fields=["subject"], condition=~Q(subject=""), name="search_subject_once"),
        ]

    @transition(field=state, source=SearchState.OPEN, target=SearchState.FOUND)
    def find(self) -> None:
        """An identifier was found and taken by a person."""

    @transition(field=state, source=SearchState.OPEN, target=SearchState.NOT_FOUND)
    def give_up(self) -> None:
        """There is none, or nobody can tell."""

    @transition(field=state, source=SearchState.NOT_FOUND, target=SearchState.OPEN)
    def reopen(self) -> None:
        """More is known about the place."""
