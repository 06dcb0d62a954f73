"""Looks at the book for issued bills that would come out differently."""

from django.db import models


class Look(models.Model):
    """One look at all issued bills of two years: which months have some that would come out differently, and why."""

    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    asked_by_id = models.BigIntegerField(null=True)
    job_id = models.BigIntegerField(null=True)
    counts = models.JSONField(default=dict)
    """Contracts by month and reason: ``{"202610": {"master": 2}}``."""

    class Meta:
        indexes = [models.Index(fields=["-began_at"], name="look_newest")]
