"""The book priced in another world."""

from django.db import models
from django_fsm import transition

from tomoshibi.billing.values import StudyState
from tomoshibi.storage.fields import StateField


class Study(models.Model):
    """What the book would be billed under other prices, rates or plans; no bill is written."""

    title = models.CharField(max_length=200)
    scenario = models.JSONField()
    selection = models.JSONField(default=dict)
    months = models.JSONField()
    state = StateField(default=StudyState.RUNNING.value)
    contract_count = models.IntegerField(default=0)
    created_at = models.DateTimeField()
    created_by_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    job_id = models.BigIntegerField(null=True)
    result = models.JSONField(null=True)
    input_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-created_at"], name="study_newest")]

    @transition(field=state, source=StudyState.RUNNING.value, target=StudyState.DONE.value)
    def finish(self) -> None:
        """Every part is priced and added up."""

    @transition(field=state, source=StudyState.RUNNING.value, target=StudyState.CANCELLED.value)
    def cancel(self) -> None:
        """Somebody stopped it; what was priced so far is thrown away."""


class StudyPart(models.Model):
    """Some customers of a study: who they are, and what came out, as compressed Arrow files."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="parts")
    no = models.IntegerField()
    members = models.BinaryField()
    size = models.IntegerField()
    done = models.BooleanField(default=False)
    customers = models.BinaryField(null=True)
    sums = models.JSONField(null=True)
    input_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["study", "no"], name="study_part_once")]
