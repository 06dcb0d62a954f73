"""Rows of care: enquiries with their threads, texts of answers, announcements and whom they reached."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django_fsm import transition

from tomoshibi.care import values
from tomoshibi.care.values import AnnouncementState, EnquiryState
from tomoshibi.storage.audit import audited
from tomoshibi.storage.fields import StateField, choices_of


@audited()
class Kind(models.Model):
    """A kind of enquiry, and within how many working days an answer is due."""

    code = models.SlugField(max_length=30, unique=True)
    names = models.JSONField(default=dict)
    business_days = models.SmallIntegerField()
    position = models.SmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(business_days__gte=0), name="enquiry_kind_days")]


@audited(
    exclude=["search_key"],
    words={"channel": "tomoshibi.care.words.CHANNELS", "state": "tomoshibi.care.words.ENQUIRIES"},
)
class Enquiry(models.Model):
    """Somebody's question, from its first word to its end."""

    channel = models.CharField(max_length=10, choices=choices_of(values.Channel))
    kind = models.ForeignKey(Kind, on_delete=models.PROTECT, related_name="+")
    state = StateField(default=EnquiryState.NEW.value)
    subject = models.CharField(max_length=300)
    customer = models.ForeignKey("parties.Customer", on_delete=models.PROTECT, related_name="+", null=True)
    recognized_by = models.CharField(max_length=10, blank=True)
    name = models.CharField(max_length=200, blank=True)
    mail = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    language = models.CharField(max_length=10, default="ja")
    assigned_to_id = models.BigIntegerField(null=True)
    received_at = models.DateTimeField()
    due_at = models.DateTimeField()
    first_answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    search_key = models.TextField(blank=True)
    key = models.CharField(max_length=60, blank=True)
    """Of the form that was sent: sending it again is the same enquiry."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "key"], condition=~Q(key=""), name="enquiry_sent_once"),
        ]
        indexes = [
            models.Index(fields=["state", "due_at"], name="enquiry_due"),
            models.Index(fields=["customer", "-received_at"], name="enquiry_customer"),
            models.Index(fields=["received_at"], name="enquiry_received"),
        ]

    @property
    def number(self) -> str:
        """As people say it."""
        return f"Q{self.id:07d}"

    @transition(field=state, source=EnquiryState.NEW, target=EnquiryState.IN_WORK)
    def take(self) -> None:
        """One of us took it."""

    @transition(
        field=state,
        source=[EnquiryState.NEW, EnquiryState.IN_WORK, EnquiryState.ANSWERED],
        target=EnquiryState.ANSWERED,
    )
    def answer(self) -> None:
        """Our word is the last one."""

    @transition(
        field=state,
        source=[EnquiryState.NEW, EnquiryState.IN_WORK, EnquiryState.ANSWERED, EnquiryState.CLOSED],
        target=EnquiryState.IN_WORK,
    )
    def write_again(self) -> None:
        """The customer wrote again."""

    @transition(
        field=state,
        source=[EnquiryState.NEW, EnquiryState.IN_WORK, EnquiryState.ANSWERED],
        target=EnquiryState.CLOSED,
    )
    def close(self) -> None:
        """Nothing is left to be said."""

    @transition(field=state, source=[EnquiryState.NEW, EnquiryState.IN_WORK], target=EnquiryState.REROUTED)
    def reroute(self) -> None:
        """The message was an application."""

    @transition(field=state, source=EnquiryState.REROUTED, target=EnquiryState.IN_WORK)
    def come_back(self) -> None:
        """It was an enquiry after all."""


class Entry(models.Model):
    """A line of a thread, never changed."""

    enquiry = models.ForeignKey(Enquiry, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=choices_of(values.EntryKind))
    body = models.TextField(blank=True)
    at = models.DateTimeField()
    author_id = models.BigIntegerField(null=True)
    inbound = models.ForeignKey("messaging.Inbound", on_delete=models.PROTECT, related_name="+", null=True)
    delivery = models.ForeignKey("messaging.Delivery", on_delete=models.PROTECT, related_name="+", null=True)
    procedure = models.CharField(max_length=8, blank=True)
    url = models.CharField(max_length=300, blank=True)
    key = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enquiry", "key"], condition=~Q(key=""), name="entry_written_once"),
            models.UniqueConstraint(fields=["enquiry", "inbound"], name="entry_message_once"),
        ]
        triggers = [pgtrigger.Protect(name="entries_stay", operation=pgtrigger.Update | pgtrigger.Delete)]


@audited()
class AnswerText(models.Model):
    """A text to begin an answer with."""

    code = models.SlugField(max_length=40)
    language = models.CharField(max_length=10)
    title = models.CharField(max_length=100)
    body = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "language"], name="answer_text_once")]


@audited()
class Settings(models.Model):
    """What the company decided; one row."""

    alone_up_to = models.IntegerField(default=100)
    """An announcement to more people than this asks for a second person."""

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1, alone_up_to__gte=0), name="one_care_settings")]


@audited(exclude=["counted"], words={"state": "tomoshibi.care.words.ANNOUNCEMENTS"})
class Announcement(models.Model):
    """A word to portal users, from its draft to its end."""

    state = StateField(default=AnnouncementState.DRAFT.value)
    texts = models.JSONField(default=dict)
    audience = models.JSONField(default=dict)
    by_mail = models.BooleanField(default=False)
    scheduled_at = models.DateTimeField(null=True)
    counted = models.IntegerField(default=0)
    """How many it would reach when it was asked for."""
    created_by_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    decided_by_id = models.BigIntegerField(null=True)
    sent_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    @transition(field=state, source=AnnouncementState.DRAFT, target=AnnouncementState.WAITING)
    def ask(self) -> None:
        """It reaches more people than one may decide about alone."""

    @transition(
        field=state, source=[AnnouncementState.DRAFT, AnnouncementState.WAITING], target=AnnouncementState.SCHEDULED
    )
    def schedule(self) -> None:
        """It goes out at its moment."""

    @transition(field=state, source=AnnouncementState.WAITING, target=AnnouncementState.DRAFT)
    def send_back(self) -> None:
        """The second person wants something changed."""

    @transition(field=state, source=AnnouncementState.SCHEDULED, target=AnnouncementState.SENDING)
    def begin(self) -> None:
        """Its moment has come: whom it reaches is written down now."""

    @transition(field=state, source=AnnouncementState.SENDING, target=AnnouncementState.SENT)
    def finish(self) -> None:
        """Everybody has it."""

    @transition(
        field=state,
        source=[
            AnnouncementState.DRAFT, AnnouncementState.WAITING, AnnouncementState.SCHEDULED, AnnouncementState.SENDING,
            AnnouncementState.SENT,
        ],
        target=AnnouncementState.WITHDRAWN,
    )  # fmt: skip
    def withdraw(self, *, reason: str) -> None:
        """It is shown no longer; mails that left cannot be taken back."""
        self.withdrawn_reason = reason


class Recipient(models.Model):
    """That an announcement reached a customer, and when they read it. Bulk rows: the customer is a plain number."""

    announcement = models.ForeignKey(Announcement, on_delete=models.PROTECT, related_name="+")
    customer_id = models.BigIntegerField()
    mail = models.CharField(max_length=254, blank=True)
    language = models.CharField(max_length=10)
    mailed = models.BooleanField(default=False)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["announcement", "customer_id"], name="announced_once")]
        indexes = [
            models.Index(fields=["customer_id", "-announcement"], name="announced_to"),
            models.Index(fields=["announcement"], condition=Q(mailed=False), name="announcement_to_mail"),
        ]


class Preference(models.Model):
    """What a portal user wants."""

    customer_id = models.BigIntegerField(unique=True)
    announcements_by_mail = models.BooleanField(default=True)
