"""What applications to the outside have together: their story, line by line."""

from django.db import models


class StoryLine(models.Model):
    """One line of an application's story; what came over the line carries its event and is told once."""

    at = models.DateTimeField()
    kind = models.CharField(max_length=20)
    text = models.CharField(max_length=500)
    actor_id = models.BigIntegerField(null=True)
    event = models.CharField(max_length=60, blank=True)

    class Meta:
        abstract = True
