"""Applications as they come in: what was written, agreed to, uploaded, asked back, and registered from it."""

import uuid

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django_fsm import transition

from tomoshibi.applications import values
from tomoshibi.applications.values import DeficiencyState, IntakeState, RegistrationState
from tomoshibi.storage.audit import audited
from tomoshibi.storage.fields import StateField, choices_of

_OPEN = [IntakeState.DRAFT, IntakeState.RECEIVED, IntakeState.DEFICIENT, IntakeState.EXAMINED]


@audited(
    exclude=["search_key", "answers", "typed", "findings", "revision"],
    words={
        "source": "tomoshibi.applications.words.SOURCES",
        "state": "tomoshibi.applications.words.INTAKES",
        "kind": "tomoshibi.applications.words.KINDS",
    },
)
class Intake(models.Model):
    """
    One application. ``answers`` hold the plain form of what ``typed`` holds as it came; columns repeat what lists need.

    Every text that was ever sent stands in ``Submission``; the audit trail keeps the steps.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    number = models.CharField(max_length=12, unique=True)
    source = models.CharField(max_length=10, choices=choices_of(values.Source))
    state = StateField(default=IntakeState.DRAFT.value)
    language = models.CharField(max_length=10, default="ja")
    answers = models.JSONField(default=dict)
    typed = models.JSONField(default=dict)
    findings = models.JSONField(default=list)
    open_findings = models.IntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=10, blank=True)
    name = models.CharField(max_length=100, blank=True)
    kana = models.CharField(max_length=100, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    mail = models.CharField(max_length=254, blank=True)
    place = models.CharField(max_length=300, blank=True)
    area = models.CharField(max_length=2, blank=True)
    spin = models.CharField(max_length=22, blank=True)
    plan_code = models.CharField(max_length=60, blank=True)
    wished_on = models.DateField(null=True)
    agency_code = models.CharField(max_length=20, blank=True)
    search_key = models.TextField(blank=True)
    revision = models.IntegerField(default=0)
    started_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    examined_by_id = models.BigIntegerField(null=True)
    outside_key = models.CharField(max_length=100, blank=True)
    """The agency's own number of an application: the same one twice is one application."""
    inbound = models.ForeignKey("messaging.Inbound", on_delete=models.PROTECT, related_name="+", null=True)
    """The message that it was keyed or read from."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(received_at__isnull=False)
                | Q(state__in=[s.value for s in (IntakeState.DRAFT, IntakeState.WITHDRAWN, IntakeState.EXPIRED)]),
                name="intake_received_has_a_moment",
            ),
            models.UniqueConstraint(
                fields=["agency_code", "outside_key"], condition=~Q(outside_key=""), name="intake_outside_key_once"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "expires_at"], name="intake_expiry"),
            models.Index(fields=["spin"], condition=~Q(spin=""), name="intake_spin"),
            models.Index(fields=["kana"], name="intake_kana"),
            GinIndex(fields=["search_key"], opclasses=["gin_trgm_ops"], name="intake_search"),
        ]

    @transition(field=state, source=IntakeState.DRAFT, target=IntakeState.RECEIVED)
    def receive(self) -> None:
        """The applicant sent it."""

    @transition(field=state, source=IntakeState.RECEIVED, target=IntakeState.DEFICIENT)
    def ask(self) -> None:
        """The applicant is asked to repair something."""

    @transition(field=state, source=IntakeState.DEFICIENT, target=IntakeState.RECEIVED)
    def repair(self) -> None:
        """The applicant repaired it, or a clerk did with them on the telephone."""

    @transition(field=state, source=IntakeState.RECEIVED, target=IntakeState.EXAMINED)
    def accept(self) -> None:
        """A clerk found it in order."""

    @transition(field=state, source=IntakeState.EXAMINED, target=IntakeState.RECEIVED)
    def send_back(self) -> None:
        """The second person found something: it is looked at again."""

    @transition(field=state, source=IntakeState.EXAMINED, target=IntakeState.HANDED_OVER)
    def hand_over(self) -> None:
        """Customer and payer are registered, and the case went to those who talk to the grid."""

    @transition(field=state, source=_OPEN, target=IntakeState.WITHDRAWN)
    def withdraw(self, *, reason: str) -> None:
        """The applicant does not want it any more, or we cannot take it."""
        self.reason = reason

    @transition(field=state, source=[IntakeState.DRAFT, IntakeState.DEFICIENT], target=IntakeState.EXPIRED)
    def expire(self) -> None:
        """Nobody went on with it in time."""


class Submission(models.Model):
    """What was sent at one moment, as it came."""

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="+")
    via = models.CharField(max_length=10)
    sent_at = models.DateTimeField()
    language = models.CharField(max_length=10)
    typed = models.JSONField()
    actor_id = models.BigIntegerField(null=True)

    class Meta:
        triggers = [pgtrigger.Protect(name="submissions_stay", operation=pgtrigger.Update | pgtrigger.Delete)]


class Consent(models.Model):
    """That the applicant agreed to a text, with the text itself."""

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    language = models.CharField(max_length=10)
    title = models.CharField(max_length=200)
    body = models.TextField()
    agreed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["intake", "code", "version"], name="intake_consent_once")]
        triggers = [pgtrigger.Protect(name="consents_stay", operation=pgtrigger.Update | pgtrigger.Delete)]


class Upload(models.Model):
    """A file that came with an application; its bytes lie in ``documents``."""

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey("documents.StoredFile", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=60)
    uploaded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["intake", "file"], name="intake_file_once")]


@audited(words={"state": "tomoshibi.applications.words.DEFICIENCIES"})
class Deficiency(models.Model):
    """Something the applicant was asked to repair, until they did or a clerk dropped it."""

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(max_length=40)
    fields = models.JSONField(default=list)
    sentence = models.CharField(max_length=500)
    state = models.CharField(max_length=10, choices=choices_of(DeficiencyState), default=DeficiencyState.OPEN.value)
    asked_at = models.DateTimeField()
    asked_by_id = models.BigIntegerField(null=True)
    due_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    by_text = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["intake", "rule"], condition=Q(state=DeficiencyState.OPEN.value), name="intake_asked_once"
            )
        ]


@audited()
class Agency(models.Model):
    """Who may bring applications under a code: a link of their own, and a key to the interface where they want one."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=100)
    mail = models.CharField(max_length=254, blank=True)
    is_active = models.BooleanField(default=True)
    key_sha256 = models.CharField(max_length=64, blank=True)
    scopes = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key_sha256"], condition=~Q(key_sha256=""), name="agency_key_once"),
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9A-Z\-]{2,20}$"), name="agency_code_form"),
        ]


class Attempt(models.Model):
    """How often something was done from one address in one stretch of time; addresses are kept as a keyed hash."""

    what = models.CharField(max_length=20)
    who = models.CharField(max_length=64)
    begins_at = models.DateTimeField()
    count = models.IntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["what", "who", "begins_at"], name="attempt_once")]
        indexes = [models.Index(fields=["begins_at"], name="attempt_age")]


@audited(
    words={
        "state": "tomoshibi.applications.words.REGISTRATIONS",
        "payment_method": "tomoshibi.parties.words.PAYMENT",
        "source_kind": "tomoshibi.applications.switching_words.SOURCES",
        "statement_channel": "tomoshibi.parties.words.STATEMENT",
    }
)
class Registration(models.Model):
    """What an application became: customer, payer, point and terms, waiting for the day that the grid fixes."""

    intake = models.OneToOneField(Intake, on_delete=models.PROTECT, related_name="+")
    state = StateField(default=RegistrationState.PREPARED.value)
    customer = models.ForeignKey("parties.Customer", on_delete=models.PROTECT, related_name="+", null=True)
    account = models.ForeignKey("parties.BillingAccount", on_delete=models.PROTECT, related_name="+", null=True)
    supply_point = models.ForeignKey("supply.SupplyPoint", on_delete=models.PROTECT, related_name="+", null=True)
    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="+", null=True)
    plan_code = models.CharField(max_length=60)
    capacity_unit = models.CharField(max_length=10)
    capacity_milli = models.BigIntegerField()
    discounts = models.JSONField(default=list)
    agency_code = models.CharField(max_length=20, blank=True)
    payment_method = models.CharField(max_length=12)
    statement_channel = models.CharField(max_length=10)
    wished_on = models.DateField(null=True)
    starts_on = models.DateField(null=True)
    source_kind = models.CharField(max_length=10, blank=True, db_default="", choices=choices_of(values.SourceKind))
    """FIT or post-FIT where we buy; empty where we supply."""
    needs_second = models.CharField(max_length=300, blank=True)
    """Why a second person looks; empty where one is enough."""
    prepared_by_id = models.BigIntegerField(null=True)
    prepared_at = models.DateTimeField()
    confirmed_by_id = models.BigIntegerField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[RegistrationState.PREPARED.value, RegistrationState.CANCELED.value])
                | Q(customer__isnull=False, account__isnull=False),
                name="registration_confirmed_has_a_customer",
            ),
            models.CheckConstraint(
                condition=~Q(state=RegistrationState.COMPLETED.value)
                | Q(starts_on__isnull=False) & (Q(contract__isnull=False) | ~Q(source_kind="")),
                name="registration_completed_has_a_contract",
            ),
        ]

    @transition(field=state, source=RegistrationState.PREPARED, target=RegistrationState.CONFIRMED)
    def confirm(self) -> None:
        """Looked at by whom it needs; customer and payer are in the register."""

    @transition(field=state, source=RegistrationState.CONFIRMED, target=RegistrationState.COMPLETED)
    def complete(self) -> None:
        """The grid fixed the first day."""

    @transition(field=state, source=RegistrationState.COMPLETED, target=RegistrationState.CONFIRMED)
    def take_back(self) -> None:
        """After the match the grid refused a sale: it waits for a day again."""

    @transition(
        field=state, source=[RegistrationState.PREPARED, RegistrationState.CONFIRMED], target=RegistrationState.CANCELED
    )
    def cancel(self) -> None:
        """It will not come to a contract."""
