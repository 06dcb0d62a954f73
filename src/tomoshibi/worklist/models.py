from django.db import models
from django.db.models import Q


class Item(models.Model):
    """Human work; it waits here and nowhere else."""

    procedure = models.CharField(max_length=8)
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=100)
    title = models.CharField(max_length=300)
    detail = models.TextField(blank=True)
    parameters = models.JSONField(default=dict)
    url = models.CharField(max_length=300, blank=True)
    role = models.CharField(max_length=40, blank=True)
    due_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    owner_id = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by_id = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=Q(closed_at__isnull=True), name="item_open_once"
            )
        ]
        indexes = [
            models.Index(fields=["procedure", "due_at"], condition=Q(closed_at__isnull=True), name="item_open_due"),
            models.Index(fields=["closed_at"], condition=Q(closed_at__isnull=False), name="item_closed"),
        ]
