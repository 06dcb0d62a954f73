from django.db import models
from django.db.models import Q

from tomoshibi.messaging.values import DeliveryState


class Template(models.Model):
    """The text of a message in one language; ``{name}`` marks what is filled in."""

    code = models.CharField(max_length=60)
    language = models.CharField(max_length=10)
    subject = models.CharField(max_length=200)
    body = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "language"], name="message_template_once")]


class Delivery(models.Model):
    """One message to one recipient."""

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

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "key"], condition=~Q(key=""), name="delivery_key_once"),
        ]
        indexes = [
            models.Index(fields=["customer_id", "-queued_at"], name="delivery_customer"),
            models.Index(fields=["id"], condition=Q(state="queued"), name="delivery_queued"),
        ]
