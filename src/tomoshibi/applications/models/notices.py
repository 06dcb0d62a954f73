"""Documents before and after a contract, and the versions of their texts."""

from datetime import date, datetime

from django.db import models
from django.db.models import Q
from django_fsm import transition

from tomoshibi.applications.values import notices as values
from tomoshibi.applications.values.notices import NoticeState, TemplateState
from tomoshibi.storage.audit import audited
from tomoshibi.storage.fields import StateField, choices_of


@audited(
    words={
        "kind": "tomoshibi.applications.notice_words.KINDS",
        "state": "tomoshibi.applications.notice_words.TEMPLATES",
    }
)
class NoticeTemplate(models.Model):
    """A version of the text of a document: written by one, published by another; a published one is never changed."""

    kind = models.CharField(max_length=8, choices=choices_of(values.NoticeKind))
    version = models.IntegerField()
    state = StateField(default=TemplateState.DRAFT.value)
    title = models.CharField(max_length=200)
    opening = models.TextField(blank=True)
    items = models.JSONField(default=list)
    counsel = models.CharField(max_length=200, blank=True)
    """Who confirmed the text, and when; empty while it is an example."""
    written_by_id = models.BigIntegerField(null=True)
    written_at = models.DateTimeField()
    decided_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="notice_template_version_once"),
            models.CheckConstraint(
                condition=Q(decided_by_id=None) | Q(written_by_id=None) | ~Q(decided_by_id=models.F("written_by_id")),
                name="notice_template_second_person",
            ),
        ]

    @transition(field=state, source=[TemplateState.DRAFT, TemplateState.REJECTED], target=TemplateState.PROPOSED)
    def propose(self) -> None:
        """Somebody wrote it, with every item of the checklist; a second person reads it."""

    @transition(field=state, source=TemplateState.PROPOSED, target=TemplateState.PUBLISHED)
    def publish(self) -> None:
        """A second person agreed: documents are made from it from now on."""

    @transition(field=state, source=TemplateState.PROPOSED, target=TemplateState.REJECTED)
    def reject(self) -> None:
        """A second person did not agree; it may be written again."""


@audited(
    exclude=["content"],
    words={
        "missing": "tomoshibi.applications.notice_words.MISSING",
        "kind": "tomoshibi.applications.notice_words.KINDS",
        "state": "tomoshibi.applications.notice_words.STATES",
        "occasion": "tomoshibi.applications.notice_words.OCCASIONS",
        "channel": "tomoshibi.applications.notice_words.CHANNELS",
    },
)
class Notice(models.Model):
    """A document for a customer: filled, set, on its way, received - or held while an item is missing."""

    number = models.CharField(max_length=12, unique=True)
    kind = models.CharField(max_length=8, choices=choices_of(values.NoticeKind))
    state = StateField(default=NoticeState.HELD.value)
    occasion = models.CharField(max_length=8, choices=choices_of(values.Occasion))
    channel = models.CharField(max_length=8, choices=choices_of(values.Channel))
    customer = models.ForeignKey("parties.Customer", on_delete=models.PROTECT, related_name="+")
    contract = models.ForeignKey("contracts.Contract", on_delete=models.SET_NULL, related_name="+", null=True)
    registration = models.ForeignKey("Registration", on_delete=models.PROTECT, related_name="+", null=True)
    change = models.ForeignKey("Change", on_delete=models.PROTECT, related_name="+", null=True)
    template = models.ForeignKey(NoticeTemplate, on_delete=models.PROTECT, related_name="+", null=True)
    title = models.CharField(max_length=200, blank=True)
    content = models.JSONField(default=list)
    missing = models.JSONField(default=list)
    recipient = models.CharField(max_length=300, blank=True)
    file_id = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    key = models.CharField(max_length=100, unique=True)
    """What it is sent for: the same occasion is one document."""
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    posted_on = models.DateField(null=True)
    posted_by_id = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField(null=True)
    opened_how = models.CharField(max_length=10, blank=True)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[NoticeState.HELD.value, NoticeState.WITHDRAWN.value])
                | Q(file_id__isnull=False) & ~Q(sha256=""),
                name="notice_sent_has_its_paper",
            )
        ]
        indexes = [
            models.Index(fields=["customer"], name="notice_customer"),
            models.Index(fields=["contract"], name="notice_contract"),
        ]

    @transition(field=state, source=NoticeState.HELD, target=NoticeState.TO_POST)
    def queue_letter(self) -> None:
        """The paper is set and waits to be printed and posted."""

    @transition(field=state, source=NoticeState.HELD, target=NoticeState.SENT)
    def send(self, *, at: datetime) -> None:
        """It stands in the portal, and the mail is on its way."""
        self.sent_at = at

    @transition(field=state, source=NoticeState.TO_POST, target=NoticeState.SENT)
    def post(self, *, on: date, at: datetime) -> None:
        """Somebody took the letter to the post."""
        self.posted_on, self.sent_at = on, at

    @transition(field=state, source=NoticeState.SENT, target=NoticeState.RECEIVED)
    def receive(self, *, at: datetime, how: str) -> None:
        """The customer opened it: the first time counts."""
        self.opened_at, self.opened_how = at, how

    @transition(field=state, source=[NoticeState.HELD, NoticeState.TO_POST], target=NoticeState.WITHDRAWN)
    def withdraw(self) -> None:
        """It is not needed any more; nobody has received it."""
