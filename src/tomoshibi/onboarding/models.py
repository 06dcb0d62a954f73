from django.db import models


class SetupStep(models.Model):
    """That a step of setting the house up was done, so that an interrupted set-up goes on where it stopped."""

    code = models.CharField(max_length=60, primary_key=True)
    done_at = models.DateTimeField()
    outcome = models.CharField(max_length=300, blank=True)
