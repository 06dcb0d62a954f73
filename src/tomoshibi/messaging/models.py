from django.db import models
from django.db.models import Q
from django_fsm import transition

from tomoshibi.messaging import values
from tomoshibi.messaging.values import DeliveryState, InboundState
from tomoshibi.storage.audit import audited
from tomoshibi.storage.fields import StateField, choices_of


class Template(models.Model):
    """The text of a message in one language; ``{name}`` marks what is filled in."""

    code = models.CharField(max_length=60)
    language = models.CharField(max_length=10)
    subject = models.CharField(max_length=200)
    body = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "language"], name="message_template_once")]


class Delivery(models.Model):
    """
    One message to one recipient.

    :ivar message_id: of a text message: whoever is told it twice sends one message
    """

    channel = models.CharField(max_length=10)
    template = models.CharField(max_length=60)
    recipient = models.CharField(max_length=254)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    about = models.CharField(max_length=100, blank=True)
    key = models.CharField(max_length=150, blank=True)
    customer_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, default=DeliveryState.QUEUED.value)
    error = models.CharField(max_length=500, blank=True)
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    sender = models.CharField(max_length=254, blank=True, default="", db_default="")
    in_reply_to = models.CharField(max_length=500, blank=True, default="", db_default="")
    references = models.TextField(blank=True, default="", db_default="")
    message_id = models.UUIDField(null=True, unique=True)
    attempts = models.IntegerField(default=0)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "key"], condition=~Q(key=""), name="delivery_key_once"),
        ]
        indexes = [
            models.Index(fields=["customer_id", "-queued_at"], name="delivery_customer"),
            models.Index(fields=["id"], condition=Q(state="queued"), name="delivery_queued"),
        ]


@audited(
    exclude=["uid_validity", "last_uid", "reached_at", "failure"], words={"route": "tomoshibi.messaging.words.ROUTES"}
)
class Mailbox(models.Model):
    """A folder of a mail server, and up to which of its numbers everything is taken."""

    code = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=100)
    route = models.CharField(max_length=20, choices=choices_of(values.Route))
    address = models.CharField(max_length=254)
    host = models.CharField(max_length=200)
    port = models.IntegerField(default=993)
    user = models.CharField(max_length=254)
    password_file = models.CharField(max_length=300)
    trust_file = models.CharField(max_length=300, blank=True)
    folder = models.CharField(max_length=100, default="INBOX")
    is_active = models.BooleanField(default=True)
    uid_validity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)
    reached_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=500, blank=True)


class Inbound(models.Model):
    """One message that came in; the file keeps it as it came."""

    mailbox = models.ForeignKey(Mailbox, on_delete=models.PROTECT, related_name="+")
    uid_validity = models.BigIntegerField()
    uid = models.BigIntegerField()
    route = models.CharField(max_length=20, choices=choices_of(values.Route))
    state = StateField(default=InboundState.ARRIVED.value)
    message_id = models.CharField(max_length=500, blank=True)
    references = models.TextField(blank=True)
    sender = models.CharField(max_length=254, blank=True)
    sender_name = models.CharField(max_length=200, blank=True)
    recipient = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    raw_file = models.ForeignKey("documents.StoredFile", on_delete=models.PROTECT, related_name="+")
    size_bytes = models.BigIntegerField()
    is_whole = models.BooleanField(default=True)
    is_automatic = models.BooleanField(default=False)
    content_sha256 = models.CharField(max_length=64)
    """Of who wrote what, without what differs each time it is sent."""
    replies_about = models.CharField(max_length=100, blank=True)
    outcome = models.CharField(max_length=300, blank=True)
    outcome_subject = models.CharField(max_length=100, blank=True)
    original = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mailbox", "uid_validity", "uid"], name="inbound_taken_once"),
            models.UniqueConstraint(
                fields=["mailbox", "message_id"],
                condition=~Q(message_id="") & ~Q(state="repeated"),
                name="inbound_message_once",
            ),
        ]
        indexes = [
            models.Index(fields=["route", "state", "received_at"], name="inbound_route"),
            models.Index(fields=["content_sha256"], name="inbound_content"),
            models.Index(fields=["outcome_subject"], condition=~Q(outcome_subject=""), name="inbound_outcome"),
        ]

    @transition(field=state, source=InboundState.ARRIVED, target=InboundState.WAITING)
    def put_before_people(self) -> None:
        """The room of its route opened work for it."""

    @transition(field=state, source=[InboundState.ARRIVED, InboundState.WAITING], target=InboundState.SETTLED)
    def settle(self, *, outcome: str, subject: str) -> None:
        """Something came of it, or somebody said why nothing does."""
        self.outcome, self.outcome_subject = outcome, subject

    @transition(field=state, source=InboundState.ARRIVED, target=InboundState.REPEATED)
    def repeat(self) -> None:
        """The same message had come before."""

    @transition(field=state, source=[InboundState.WAITING, InboundState.SETTLED], target=InboundState.ARRIVED)
    def send_elsewhere(self, *, route: str) -> None:
        """It was the matter of another room."""
        self.route, self.outcome, self.outcome_subject = route, "", ""


class Attachment(models.Model):
    """A file of a message: kept where its content is harmless, otherwise named with the reason."""

    inbound = models.ForeignKey(Inbound, on_delete=models.PROTECT, related_name="+")
    position = models.IntegerField()
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100)
    size_bytes = models.BigIntegerField()
    file = models.ForeignKey("documents.StoredFile", on_delete=models.PROTECT, related_name="+", null=True)
    refused = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["inbound", "position"], name="attachment_once"),
            models.CheckConstraint(condition=Q(file__isnull=False) | ~Q(refused=""), name="attachment_kept_or_refused"),
        ]


class TextLink(models.Model):
    """How the gateway for text messages is reached; one row. Its secret is no part of the database."""

    address = models.CharField(max_length=300)
    trust_file = models.CharField(max_length=300, blank=True)
    sender = models.CharField(max_length=20, blank=True)
    timeout_seconds = models.IntegerField(default=30)
    mark = models.CharField(max_length=200, blank=True)
    reached_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_text_link")]
